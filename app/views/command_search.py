"""Ctrl+K: type a few letters of what you want to do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.actions import Actions
from app.theme import GRID
from app.translation import tr


class CommandSearch(QDialog):
    """A list of all actions, narrowed while typing; Enter does the chosen one."""

    def __init__(self, actions: Actions, parent: QWidget):
        super().__init__(parent, Qt.WindowType.Popup)
        self._actions = actions
        self.field, self.list = QLineEdit(), QListWidget()
        self.field.setPlaceholderText(tr("Search actions"))
        self.list.setObjectName("bare")
        self.field.setAccessibleName(tr("Search actions"))
        self.list.setAccessibleName(tr("Actions"))
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.resize(440, 320)
        self.field.textChanged.connect(self._narrow)
        self.field.returnPressed.connect(self._do)
        self.list.itemClicked.connect(lambda _item: self._do())
        self.field.installEventFilter(self)
        self._narrow("")
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - self.width()) // 2, corner.y() + 8 * GRID)
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(event.key())  # pyright: ignore[reportAttributeAccessIssue]
            if step is not None:
                row = self.list.currentRow() + step
                self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
                return True
        return super().eventFilter(watched, event)

    def _narrow(self, text: str) -> None:
        self.list.clear()
        for entry in self._actions.search(text):
            place = f"{entry.place}  ›  {entry.name}"
            item = QListWidgetItem(place + (f"    {entry.keys}" if entry.keys else ""))
            item.setToolTip(entry.tip)
            item.setData(Qt.ItemDataRole.UserRole, entry.action)
            if not entry.action.isEnabled():
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _do(self) -> None:
        item = self.list.currentItem()
        self.close()
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            item.data(Qt.ItemDataRole.UserRole).trigger()
