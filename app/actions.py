"""One registry of actions: menus, buttons, shortcuts and the command search are all made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.translation import tr

KEYS = "shortcuts"
"""Group of the settings with the shortcuts that a person has changed."""

Native, Portable = QKeySequence.SequenceFormat.NativeText, QKeySequence.SequenceFormat.PortableText


@dataclass(frozen=True)
class Entry:
    """An action, the menu that it stands in, what its tool tip says, and the keys that it comes with."""

    identifier: str
    menu: str
    action: QAction
    tip: str
    usual: tuple[str, ...]

    @property
    def place(self) -> str:
        """The menu's name."""
        return tr(self.menu).replace("&", "")

    @property
    def name(self) -> str:
        """What it is called where its button may show a sign only."""
        text = plain(self.action)
        return text if sum(letter.isalpha() for letter in text) > 1 else self.tip

    @property
    def keys(self) -> str:
        """Its first shortcut, as this system writes it; "" without one."""
        return self.action.shortcut().toString(Native)


class Actions(QObject):
    """All that the studio can do, by a short identifier. `keys_changed` comes when a shortcut was changed."""

    keys_changed = Signal()

    def __init__(self, window: QWidget, settings: QSettings):
        super().__init__(window)
        self._window, self._settings = window, settings
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

    def adopt(self, identifier: str, menu: str, action: QAction, tip: str = "") -> QAction:
        """Take in an action that Qt has made (undo, redo, a dock's switch)."""
        usual = tuple(keys.toString(Portable) for keys in action.shortcuts())
        self._entries[identifier] = Entry(identifier, menu, action, tip or plain(action), usual)
        self._menus.setdefault(menu, []).append(identifier)
        self._window.addAction(action)
        chosen = self._settings.value(f"{KEYS}/{identifier}")
        self._bind(identifier, usual if chosen is None else (str(chosen),))
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
            menu = bar.addMenu(tr(title))
            menu.setToolTipsVisible(True)
            for identifier in identifiers:
                if identifier is None:
                    menu.addSeparator()
                elif isinstance(identifier, QMenu):
                    menu.addMenu(identifier)
                else:
                    menu.addAction(self[identifier])

    # shortcuts

    def entries(self) -> list[Entry]:
        """All actions, in the order of the menus."""
        return [self._entries[i] for items in self._menus.values() for i in items if isinstance(i, str)]

    def set_keys(self, identifier: str, keys: str) -> None:
        """Give an action another shortcut, "" for none, from now on; whoever had it loses it."""
        other = self.taken_by(keys, identifier)
        if other is not None:
            self._remember(other.identifier, ("",))
        self._remember(identifier, (keys,))
        self.keys_changed.emit()

    def reset_keys(self, identifier: str) -> None:
        """The shortcut that the action came with; who has it now loses it."""
        usual = self._entries[identifier].usual
        for keys in usual:
            other = self.taken_by(keys, identifier)
            if other is not None:
                self._remember(other.identifier, ("",))
        self._remember(identifier, usual)
        self.keys_changed.emit()

    def reset_all_keys(self) -> None:
        """Every shortcut as it came."""
        for identifier, entry in self._entries.items():
            self._remember(identifier, entry.usual)
        self.keys_changed.emit()

    def taken_by(self, keys: str, besides: str) -> Entry | None:
        """Another action that these keys, or the first of them, would set off."""
        wanted, none = QKeySequence(keys), QKeySequence.SequenceMatch.NoMatch
        if wanted.isEmpty():
            return None
        for entry in self._entries.values():
            for own in entry.action.shortcuts():
                if entry.identifier != besides and (
                    own.matches(wanted) != none or wanted.matches(own) != none
                ):
                    return entry
        return None

    def _remember(self, identifier: str, keys: tuple[str, ...]) -> None:
        self._bind(identifier, keys)
        key = f"{KEYS}/{identifier}"
        if keys == self._entries[identifier].usual or (keys == ("",) and not self._entries[identifier].usual):
            self._settings.remove(key)
        else:
            self._settings.setValue(key, keys[0])

    def _bind(self, identifier: str, keys: tuple[str, ...]) -> None:
        entry = self._entries[identifier]
        entry.action.setShortcuts([QKeySequence(k) for k in keys if k])
        entry.action.setToolTip(entry.tip + (f"  ({entry.keys})" if entry.keys else ""))

    def search(self, text: str) -> list[Entry]:
        """The actions whose menu and name hold all words of `text`, those whose name starts with it first."""
        words = text.lower().split()
        found = [
            entry
            for entry in self._entries.values()
            if all(word in f"{entry.place} {entry.name} {entry.tip}".lower() for word in words)
        ]

        def rank(entry: Entry) -> tuple[bool, bool]:
            name = entry.name.lower()
            return not name.startswith(text.lower()), not all(word in name for word in words)

        return sorted(found, key=rank)

    def _make(
        self, identifier: str, menu: str, text: str, shortcut: str, tip: str, icon: QIcon | None
    ) -> QAction:
        action = QAction(text, self._window)
        if icon is not None:
            action.setIcon(icon)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        return self.adopt(identifier, menu, action, tip)


def plain(action: QAction) -> str:
    """An action's name without the mark of its mnemonic."""
    return action.text().replace("&", "")
