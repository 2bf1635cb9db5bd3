"""Every control can be reached with the keyboard, and has a name that a screen reader can say."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QWidget,
)

from app.views.cheat_sheet import CheatSheet
from app.views.command_search import CommandSearch
from app.views.export_dialog import ExportDialog
from app.views.face_view import CanonicalFaceView
from app.views.open_preview import OpenPreview
from app.views.photo_view import PhotoView
from app.views.recovery_dialog import RecoveryDialog
from app.views.shortcut_editor import ShortcutEditor
from app.views.tour import Tour

CONTROLS = (
    QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QAbstractItemView, QAbstractSlider, QPlainTextEdit,
    QProgressBar, QKeySequenceEdit, PhotoView, CanonicalFaceView,
)  # fmt: skip
MADE_BY_QT = (QHeaderView, QScrollBar)
INSIDE = (QComboBox, QAbstractSpinBox, QKeySequenceEdit, QLineEdit, QHeaderView, QTabBar, QAbstractItemView)
"""What Qt puts inside these is part of them and named by them."""


def controls(root: QWidget) -> list[QWidget]:
    def part_of_another(widget: QWidget) -> bool:
        above = widget.parentWidget()
        while above is not None and above is not root:
            if isinstance(above, INSIDE) or (
                isinstance(above, QDockWidget) and isinstance(widget, QAbstractButton)
            ):
                return True
            above = above.parentWidget() if not isinstance(above, QDockWidget) else None
        return False

    found = [
        w for w in root.findChildren(QWidget) if isinstance(w, CONTROLS) and not isinstance(w, MADE_BY_QT)
    ]
    own = [w for w in found if not w.objectName().startswith("qt_") and not part_of_another(w)]
    return [
        w for w in own if not (isinstance(w.parentWidget(), QDockWidget) and isinstance(w, QAbstractButton))
    ]


def name_of(widget: QWidget) -> str:
    said = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    return said.replace("&", "")


def nameless(root: QWidget) -> list[str]:
    return [
        f"{type(w).__name__} “{name_of(w)}” in {type(w.parentWidget()).__name__}: {w.toolTip()}"
        for w in controls(root)
        if sum(letter.isalpha() for letter in name_of(w)) < 2
    ]


def dialogs(window):
    yield ExportDialog(window.studio, window.jobs, window)
    yield OpenPreview(window.studio, [s.dataset for s in window.studio.sets], [], window)
    yield CommandSearch(window.actions_, window)
    yield CheatSheet(window.actions_, window)
    yield ShortcutEditor(window.actions_, window)
    yield RecoveryDialog([("mine", "3 min ago", 1, 0, False)], window)


def test_every_control_of_the_window_has_a_name(window):
    assert len(controls(window)) > 50
    assert nameless(window) == []


def test_every_control_of_the_dialogs_has_a_name(window, qtbot):
    for dialog in dialogs(window):
        qtbot.addWidget(dialog)
        assert controls(dialog), type(dialog)
        assert nameless(dialog) == [], type(dialog)


def test_every_action_says_what_it_does(window):
    for entry in window.actions_.entries():
        assert sum(letter.isalpha() for letter in entry.name) > 1, entry.identifier
        assert entry.action.toolTip(), entry.identifier


def test_tab_goes_to_every_control(window):
    """Those that stand in for actions of the menus need not be on the way; all others must be."""
    for widget in controls(window):
        if widget.isEnabled() and not isinstance(widget, QProgressBar):
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, name_of(widget)


@pytest.fixture
def active(window, qtbot):
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    return window


def test_f6_goes_round_the_panels_and_comes_back_to_the_same_control(active, qtbot):
    panels = active.panels
    active.datasets.filter.setFocus()
    seen = []
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(panels.current())
    assert seen == ["Photo", "Canonical face", "Layout", "Data sets"]
    assert QApplication.focusWidget() is active.datasets.filter


def test_a_panel_behind_another_comes_to_the_front(active, qtbot):
    assert not active.offsets.visibleRegion().boundingRect().height()
    qtbot.keyClick(active, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    assert active.panels.current() == "Offsets"
    qtbot.waitUntil(lambda: active.offsets.visibleRegion().boundingRect().height() > 0)


def test_the_tour_goes_on_and_back_with_keys_and_no_key_does_something_behind_it(active, qtbot):
    before = active.studio.options
    active.actions_["tour"].trigger()
    tour = active.findChild(Tour)
    titles = [tour.title.text()]
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Left, Qt.Key.Key_E, Qt.Key.Key_Tab):
        qtbot.keyClick(QApplication.focusWidget(), key)
        titles.append(tour.title.text())
    assert titles[2] != titles[1] == titles[3] == titles[4] == titles[5] != titles[0]
    assert active.studio.options == before, "E did not switch the edges"
    assert tour.isAncestorOf(QApplication.focusWidget())
    with qtbot.waitSignal(tour.ended):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
