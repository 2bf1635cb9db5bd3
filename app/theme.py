"""How the studio looks: neutral greys with one accent, in light and dark, and the colours of data sets.

Data sets take the colours of Okabe and Ito (told apart by colour-blind eyes) and always a second mark, a shape.
The accent is none of those colours, so that "selected" never looks like "belongs to that set".
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from infl.resources import resource

GRID = 8
"""Pixels: every margin and gap is a multiple of it, or half of it."""

NAMES = ("light", "dark", "system")
"""What a person can choose; "system" is what the desktop prefers."""

SMALL, BODY, TITLE = 11, 13, 16
"""The three sizes of text, in pixels."""


@dataclass(frozen=True)
class Theme:
    """Colours by what they are for; all `#rrggbb`."""

    name: str
    window: str
    panel: str
    canvas: str
    field: str
    hover: str
    line: str
    text: str
    muted: str
    accent: str
    accent_text: str
    accent_soft: str
    good: str
    warning: str
    error: str

    @property
    def dark(self) -> bool:
        return self.name == "dark"


LIGHT = Theme(
    name="light", window="#f1f1f2", panel="#fafafa", canvas="#e7e7e9", field="#ffffff", hover="#e9e9ec",
    line="#d8d8dc", text="#1c1c1f", muted="#62626a", accent="#5b4fd1", accent_text="#ffffff",
    accent_soft="#e4e1f9", good="#1f7a4d", warning="#8a5a00", error="#b3261e",
)  # fmt: skip
DARK = Theme(
    name="dark", window="#1b1b1d", panel="#232326", canvas="#151517", field="#2b2b2f", hover="#323237",
    line="#3a3a40", text="#ececee", muted="#a0a0a9", accent="#9a90f5", accent_text="#16151f",
    accent_soft="#3a3660", good="#6cc79b", warning="#e0b050", error="#f2857c",
)  # fmt: skip

SET_COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#f0e442")
"""Okabe–Ito without black, in the order in which they differ most beside each other."""

SET_MARKS = ("circle", "square", "triangle", "cross", "star", "bar", "triangle_down")
CANONICAL_COLOUR = "#a6a6ae"

_current = LIGHT


def theme() -> Theme:
    """The theme that the window wears now."""
    return _current


def choose(name: str) -> Theme:
    """The theme called `name`; "system" asks the desktop which of the two it prefers."""
    if name == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        name = "dark" if scheme == Qt.ColorScheme.Dark else "light"
    return DARK if name == "dark" else LIGHT


def font(size: int = BODY, *, bold: bool = False) -> QFont:
    """The desktop's own sans-serif in one of the three sizes."""
    face = QFont(QApplication.font())
    face.setPixelSize(size)
    face.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return face


def apply(application: QApplication, name: str) -> Theme:
    """Dress the whole application; widgets that paint themselves read `theme()` in their next paint."""
    global _current
    _current = t = choose(name)
    application.setStyle("Fusion")
    application.setFont(font())
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: t.window, QPalette.ColorRole.Base: t.field, QPalette.ColorRole.Button: t.panel,
        QPalette.ColorRole.AlternateBase: t.panel, QPalette.ColorRole.Text: t.text,
        QPalette.ColorRole.WindowText: t.text, QPalette.ColorRole.ButtonText: t.text,
        QPalette.ColorRole.BrightText: t.error, QPalette.ColorRole.Highlight: t.accent_soft,
        QPalette.ColorRole.HighlightedText: t.text, QPalette.ColorRole.ToolTipBase: t.panel,
        QPalette.ColorRole.ToolTipText: t.text, QPalette.ColorRole.PlaceholderText: t.muted,
        QPalette.ColorRole.Link: t.accent, QPalette.ColorRole.Mid: t.line, QPalette.ColorRole.Dark: t.line,
        QPalette.ColorRole.Light: t.panel, QPalette.ColorRole.Midlight: t.line, QPalette.ColorRole.Shadow: t.line,
    }  # fmt: skip
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        faded = QColor(t.muted)
        faded.setAlpha(140)
        palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    application.setPalette(palette)
    application.setStyleSheet(_style(t))
    return t


def _icon(name: str, t: Theme) -> str:
    return resource("icons", f"{name}_{t.name}.svg").as_posix()


def _style(t: Theme) -> str:
    return f"""
* {{ outline: 0; }}
QMainWindow, QDialog {{ background: {t.window}; }}
QDockWidget > QWidget {{ background: {t.window}; }}
QMainWindow::separator {{ background: {t.window}; width: 6px; height: 6px; }}
QMainWindow::separator:hover {{ background: {t.accent_soft}; }}
QToolTip {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line}; padding: 4px 8px; }}
QMenuBar {{ background: {t.window}; padding: 2px 8px; }}
QMenuBar::item {{ padding: 4px 10px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {t.hover}; }}
QMenu {{ background: {t.panel}; border: 1px solid {t.line}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::item:selected {{ background: {t.accent_soft}; }}
QMenu::item:disabled {{ color: {t.muted}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
QDockWidget {{ titlebar-close-icon: none; titlebar-normal-icon: none; }}
QTabBar {{ background: {t.window}; qproperty-drawBase: 0; }}
QTabBar::tab {{ background: transparent; color: {t.muted}; padding: 6px 14px; border: 0;
    border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.accent}; }}
QTabBar::tab:hover {{ color: {t.text}; }}
QFrame#panel {{ background: {t.panel}; border: 1px solid {t.line}; border-radius: 6px; }}
QWidget#plain {{ background: transparent; }}
QLabel {{ background: transparent; }}
QLabel#title {{ font-size: {BODY}px; font-weight: 600; }}
QLabel#heading {{ font-size: {TITLE}px; font-weight: 600; }}
QLabel#muted {{ color: {t.muted}; font-size: {SMALL}px; }}
QLabel#key {{ background: {t.field}; border: 1px solid {t.line}; border-radius: 4px; padding: 1px 6px;
    font-size: {SMALL}px; }}
QLabel#error {{ color: {t.error}; }}
QPushButton, QToolButton {{ background: {t.field}; border: 1px solid {t.line}; border-radius: 4px;
    padding: 3px 10px; min-height: 20px; }}
QPushButton:hover, QToolButton:hover {{ background: {t.hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {t.line}; }}
QPushButton:checked, QToolButton:checked {{ background: {t.accent_soft}; border-color: {t.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {t.muted}; background: transparent; }}
QPushButton#primary, QToolButton#primary {{ background: {t.accent}; color: {t.accent_text};
    border-color: {t.accent}; font-weight: 600; }}
QPushButton#primary:disabled, QToolButton#primary:disabled {{ background: {t.line}; color: {t.muted};
    border-color: {t.line}; }}
QToolButton#quiet {{ background: transparent; border-color: transparent; padding: 3px 0; }}
QToolButton#quiet:hover {{ background: {t.hover}; }}
QToolButton#quiet:checked {{ background: {t.accent_soft}; border-color: transparent; }}
QToolButton#search {{ color: {t.muted}; padding: 0; margin: 2px 0; min-width: 190px; min-height: 18px; }}
QToolButton::menu-indicator {{ image: none; }}
QPushButton:focus, QToolButton:focus, QComboBox:focus, QLineEdit:focus, QSpinBox:focus,
QDoubleSpinBox:focus, QAbstractItemView:focus {{ border-color: {t.accent}; }}
QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox {{ background: {t.field}; border: 1px solid {t.line};
    border-radius: 4px; padding: 3px 8px; min-height: 20px; selection-background-color: {t.accent_soft};
    selection-color: {t.text}; }}
QPlainTextEdit {{ background: {t.field}; border: 1px solid {t.line}; border-radius: 4px; padding: 4px; }}
QPlainTextEdit#bare {{ background: transparent; border: 0; }}
QComboBox::drop-down {{ border: 0; width: 22px; }}
QComboBox::down-arrow {{ image: url({_icon("down", t)}); width: 12px; height: 12px; }}
QAbstractSpinBox QLineEdit {{ border: 0; background: transparent; padding: 0 6px; min-height: 0; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: 0; width: 18px; background: transparent; }}
QSpinBox::up-arrow {{ image: url({_icon("up", t)}); width: 12px; height: 12px; }}
QSpinBox::down-arrow {{ image: url({_icon("down", t)}); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {t.panel}; border: 1px solid {t.line}; padding: 4px; }}
QAbstractItemView {{ background: {t.field}; border: 1px solid {t.line}; border-radius: 4px;
    alternate-background-color: {t.panel}; selection-background-color: {t.accent_soft}; selection-color: {t.text}; }}
QAbstractItemView#bare {{ background: transparent; border: 0; }}
QTreeView::indicator, QListView::indicator {{ width: 12px; height: 12px; border: 1px solid {t.muted};
    border-radius: 3px; background: {t.field}; }}
QTreeView::indicator:checked, QListView::indicator:checked {{ background: {t.accent}; border-color: {t.accent};
    image: url({_icon("check", t)}); }}
QTreeView::indicator:disabled, QListView::indicator:disabled {{ background: {t.line}; border-color: {t.line}; }}
QHeaderView {{ background: {t.panel}; border: 0; }}
QHeaderView::section {{ background: {t.panel}; color: {t.muted}; border: 0;
    border-bottom: 1px solid {t.line}; padding: 4px 8px; font-size: {SMALL}px; }}
QTableView::item {{ padding: 0 5px; }}
QHeaderView::up-arrow {{ image: url({_icon("up", t)}); width: 10px; subcontrol-position: center left; left: 4px; }}
QHeaderView::down-arrow {{ image: url({_icon("down", t)}); width: 10px; subcontrol-position: center left; left: 4px; }}
QTableCornerButton::section {{ background: {t.panel}; border: 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {t.line}; border-radius: 4px; min-height: 24px; min-width: 24px; margin: 1px; }}
QScrollBar::handle:hover {{ background: {t.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{ background: {t.line}; border: 0; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
QSlider::groove:horizontal {{ background: {t.line}; height: 4px; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {t.accent}; width: 14px; margin: -5px 0; border-radius: 7px; }}
QStatusBar {{ background: {t.window}; color: {t.muted}; }}
QStatusBar::item {{ border: 0; }}
QStatusBar QLabel {{ color: {t.muted}; font-size: {SMALL}px; }}
QSplitter::handle {{ background: {t.window}; }}
QSplitter::handle:hover {{ background: {t.accent_soft}; }}
"""
