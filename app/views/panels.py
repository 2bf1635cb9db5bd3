"""Going from panel to panel with the keyboard."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget

from app.actions import Actions
from app.translation import tr


class Panels(QObject):
    """panels: name → the panel, in the order of F6. One in a dock is shown and raised before it has the focus."""

    def __init__(self, window: QMainWindow, panels: Mapping[str, QWidget]):
        super().__init__(window)
        self.panels = dict(panels)
        self._last: dict[str, QWidget] = {}
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._remember)

    def declare(self, actions: Actions, menu: str) -> None:
        for number, name in enumerate(self.panels, 1):
            actions.add(f"go_{name}", menu, name, lambda name=name: self.go(name), f"Ctrl+{number}",
                        tr("Go to the panel {name}").format(name=name))  # fmt: skip
        actions.separate(menu)
        actions.add("next_panel", menu, tr("Next panel"), lambda: self.step(1), "F6")
        actions.add("previous_panel", menu, tr("Previous panel"), lambda: self.step(-1), "Shift+F6")

    def go(self, name: str) -> None:
        """Focus the control of a panel that had it last, or its first one."""
        panel = self.panels[name]
        dock = panel.parentWidget()
        if isinstance(dock, QDockWidget):
            dock.show()
            dock.raise_()
        target = self._last.get(name)
        if target is None or not target.isVisible() or not target.isEnabled():
            target = first_control(panel)
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def step(self, by: int) -> None:
        """To the next (+1) or previous (−1) of the panels that can be seen."""
        names = [name for name, panel in self.panels.items() if not panel.visibleRegion().isEmpty()]
        now = self.current()
        if now in names:
            self.go(names[(names.index(now) + by) % len(names)])
        elif names:
            self.go(names[0 if by > 0 else -1])

    def current(self) -> str | None:
        """The panel that has the focus."""
        return self._panel_of(QApplication.focusWidget())

    def _panel_of(self, widget: QWidget | None) -> str | None:
        return next(
            (n for n, p in self.panels.items() if widget and (p is widget or p.isAncestorOf(widget))), None
        )

    def _remember(self, _old: QWidget | None, new: QWidget | None) -> None:
        name = self._panel_of(new)
        if name is not None and new is not None:
            self._last[name] = new
            new.destroyed.connect(lambda _=None, name=name: self._last.pop(name, None))


def first_control(panel: QWidget) -> QWidget | None:
    """The first control of a panel that Tab reaches; its view rather than a button."""
    found = [w for w in controls(panel) if w.isVisible() and w.isEnabled()]
    views = [w for w in found if w.focusPolicy() == Qt.FocusPolicy.StrongFocus and w.height() > 100]
    return (views or found or [None])[0]


def controls(root: QWidget) -> list[QWidget]:
    """What Tab reaches below `root`, in that order."""
    found, widget = [], root.nextInFocusChain()
    while widget is not None and widget is not root:
        if root.isAncestorOf(widget) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found
