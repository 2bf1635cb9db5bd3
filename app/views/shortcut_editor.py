"""Change shortcuts: choose an action, press keys; who has these keys already is said before they are taken away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.actions import Actions, Portable
from app.theme import GRID
from app.translation import tr
from app.views.panel import label

IDENTIFIER = Qt.ItemDataRole.UserRole


class ShortcutEditor(QDialog):
    """All actions with their keys; what is changed holds at once and is remembered."""

    def __init__(self, actions: Actions, parent: QWidget):
        super().__init__(parent)
        self.setWindowTitle(tr("Change shortcuts"))
        self.actions_ = actions
        self.field, self.list, self.keys = QLineEdit(), QTreeWidget(), QKeySequenceEdit()
        self.field.setPlaceholderText(tr("Search actions"))
        self.field.setAccessibleName(tr("Search actions"))
        self.field.setClearButtonEnabled(True)
        self.list.setHeaderLabels([tr("Menu"), tr("Action"), tr("Keys")])
        self.list.setAccessibleName(tr("Actions and their keys"))
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.keys.setAccessibleName(tr("New keys"))
        self.keys.setClearButtonEnabled(True)
        self.keys.setMaximumSequenceLength(2)
        self.conflict = label("", "error")
        self.conflict.setWordWrap(True)
        self.use = QPushButton(tr("Use these keys"))
        self.reset = QPushButton(tr("As it came"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.reset_all = buttons.addButton(tr("All as they came"), QDialogButtonBox.ButtonRole.ResetRole)
        for button in (*buttons.findChildren(QPushButton), self.use, self.reset):
            button.setAutoDefault(False)  # Enter belongs to the keys that are pressed
        line = QHBoxLayout()
        for widget, stretch in ((label(tr("New keys")), 0), (self.keys, 1), (self.use, 0), (self.reset, 0)):
            line.addWidget(widget, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        for widget in (self.field, self.list):
            column.addWidget(widget)
        column.addLayout(line)
        column.addWidget(self.conflict)
        column.addWidget(buttons)
        self.field.textChanged.connect(self._narrow)
        self.list.currentItemChanged.connect(lambda *_: self._chosen())
        self.keys.keySequenceChanged.connect(lambda _: self._compare())
        self.use.clicked.connect(self._use)
        self.reset.clicked.connect(lambda: actions.reset_keys(self.identifier))
        self.reset_all.clicked.connect(actions.reset_all_keys)
        buttons.rejected.connect(self.reject)
        actions.keys_changed.connect(self._refresh)
        for entry in actions.entries():
            item = QTreeWidgetItem([entry.place, entry.name, ""])
            item.setData(0, IDENTIFIER, entry.identifier)
            item.setToolTip(1, entry.tip)
            self.list.addTopLevelItem(item)
        self._refresh()
        self.choose(0)
        self.resize(620, 560)

    @property
    def identifier(self) -> str:
        """Of the chosen action."""
        item = self.list.currentItem()
        return item.data(0, IDENTIFIER) if item is not None else ""

    def choose(self, row: int) -> None:
        self.list.setCurrentIndex(self.list.model().index(row, 0))

    def _narrow(self, text: str) -> None:
        shown = {entry.identifier for entry in self.actions_.search(text)}
        rows = range(self.list.topLevelItemCount())
        items = [self.list.topLevelItem(row) for row in rows]
        for item in items:
            if item is not None:
                item.setHidden(item.data(0, IDENTIFIER) not in shown)
        first = next(
            (row for row, item in enumerate(items) if item is not None and not item.isHidden()), None
        )
        if first is not None:
            self.choose(first)

    def _refresh(self) -> None:
        for row, entry in enumerate(self.actions_.entries()):
            item = self.list.topLevelItem(row)
            if item is not None:
                keys = [k.toString(QKeySequence.SequenceFormat.NativeText) for k in entry.action.shortcuts()]
                item.setText(2, ", ".join(keys))
        self._chosen()

    def _chosen(self) -> None:
        """Show the keys that the chosen action has."""
        if self.identifier:
            self.keys.setKeySequence(self.actions_[self.identifier].shortcut())
            self._compare()

    def _text(self) -> str:
        return self.keys.keySequence().toString(Portable)

    def _compare(self) -> None:
        """Say who has the keys, and whether there is anything to change."""
        if not self.identifier:
            return
        other = self.actions_.taken_by(self._text(), self.identifier)
        text = tr("“{keys}” belongs to “{name}”, which loses it.")
        self.conflict.setText("" if other is None else text.format(keys=self._text(), name=other.name))
        self.use.setText(tr("Use these keys") if other is None else tr("Take them"))
        self.use.setEnabled(self.keys.keySequence() != self.actions_[self.identifier].shortcut())

    def _use(self) -> None:
        self.actions_.set_keys(self.identifier, self._text())
