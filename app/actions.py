"""One registry of actions: menus, buttons, shortcuts and the command search are all made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget


@dataclass(frozen=True)
class Entry:
    """An action and the menu that it stands in."""

    menu: str
    action: QAction


class Actions(QObject):
    """All that the studio can do, by a short identifier."""

    def __init__(self, window: QWidget):
        super().__init__(window)
        self._window = window
        self._entries: dict[str, Entry] = {}
        self._menus: dict[str, list[str | QMenu | None]] = {}

    def __getitem__(self, identifier: str) -> QAction:
        return self._entries[identifier].action

    def add(
        self, identifier: str, menu: str, text: str, do: Callable[[], object], shortcut: str = "", tip: str = "",
        icon: QIcon | None = None,
    ) -> QAction:  # fmt: skip
        """A command: `do` is called when it is chosen, from wherever."""
        action = self._make(identifier, menu, text, shortcut, tip, icon)
        action.triggered.connect(lambda _checked=False: do())
        return action

    def add_switch(
        self, identifier: str, menu: str, text: str, on: bool, do: Callable[[bool], object], shortcut: str = "",
        tip: str = "", icon: QIcon | None = None,
    ) -> QAction:  # fmt: skip
        """A switch: `do(on)` is called when a person flips it."""
        action = self._make(identifier, menu, text, shortcut, tip, icon)
        action.setCheckable(True)
        action.setChecked(on)
        action.triggered.connect(do)
        return action

    def adopt(self, identifier: str, menu: str, action: QAction) -> QAction:
        """Take in an action that Qt has made (undo, redo, a dock's switch)."""
        self._entries[identifier] = Entry(menu, action)
        self._menus.setdefault(menu, []).append(identifier)
        self._window.addAction(action)
        return action

    def separate(self, menu: str) -> None:
        """A line in a menu."""
        self._menus.setdefault(menu, []).append(None)

    def submenu(self, menu: str, submenu: QMenu) -> None:
        """A menu inside a menu, filled by its owner."""
        self._menus.setdefault(menu, []).append(submenu)

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus, in the order in which they were first named."""
        for title, identifiers in self._menus.items():
            menu = bar.addMenu(title)
            menu.setToolTipsVisible(True)
            for identifier in identifiers:
                if identifier is None:
                    menu.addSeparator()
                elif isinstance(identifier, QMenu):
                    menu.addMenu(identifier)
                else:
                    menu.addAction(self[identifier])

    def search(self, text: str) -> list[Entry]:
        """The actions whose menu and name hold all words of `text`, those whose name starts with it first."""
        words = text.lower().split()
        found = [
            entry
            for entry in self._entries.values()
            if all(word in f"{entry.menu} {plain(entry.action)}".lower() for word in words)
        ]
        return sorted(found, key=lambda entry: not plain(entry.action).lower().startswith(text.lower()))

    def _make(
        self, identifier: str, menu: str, text: str, shortcut: str, tip: str, icon: QIcon | None
    ) -> QAction:
        action = QAction(text, self._window)
        if icon is not None:
            action.setIcon(icon)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        keys = f"  ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})" if shortcut else ""
        action.setToolTip((tip or plain(action)) + keys)
        return self.adopt(identifier, menu, action)


def plain(action: QAction) -> str:
    """An action's name without the mark of its mnemonic."""
    return action.text().replace("&", "")
