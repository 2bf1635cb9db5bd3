"""F1: every shortcut on one page, as it is now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.actions import Actions
from app.theme import GRID
from app.translation import tr
from app.views.panel import label

COLUMNS = 3


class CheatSheet(QDialog):
    """Groups are the menus, spread over columns of about the same height. `change` asks for the editor."""

    def __init__(self, actions: Actions, parent: QWidget):
        super().__init__(parent)
        self.setWindowTitle(tr("Shortcuts"))
        self.actions_ = actions
        self.page = QScrollArea()
        self.page.setWidgetResizable(True)
        self.page.setFrameShape(QScrollArea.Shape.NoFrame)
        self.page.setAccessibleName(tr("Shortcuts"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.change = buttons.addButton(tr("Change shortcuts…"), QDialogButtonBox.ButtonRole.ActionRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.page, 1)
        column.addWidget(buttons)
        self.change.clicked.connect(lambda: actions["change_shortcuts"].trigger())
        buttons.rejected.connect(self.reject)
        actions.keys_changed.connect(self._refresh)
        self._refresh()
        self.resize(960, 740)

    def rows(self) -> dict[str, list[tuple[str, str]]]:
        """Menu → (action, keys) of all that have keys, and last what pointer and arrow keys do."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for entry in self.actions_.entries():
            keys = ", ".join(k.toString(k.SequenceFormat.NativeText) for k in entry.action.shortcuts())
            if keys:
                groups.setdefault(entry.place, []).append((entry.name, keys))
        groups[tr("In the photo")] = [
            (tr("Move the chosen point by 1 px"), tr("Arrow keys")),
            (tr("… by 10 px"), tr("Shift + arrow keys")),
            (tr("… by 0.1 px"), tr("Alt + arrow keys")),
            (tr("Zoom"), tr("Wheel")),
        ]
        groups[tr("Everywhere")] = [
            (tr("Next control, the one before"), tr("Tab, Shift+Tab")),
            (tr("Open a menu"), "Alt"),
            (tr("Context menu"), tr("Menu key, Shift+F10")),
        ]
        return groups

    def _refresh(self) -> None:
        inside = QWidget()
        inside.setObjectName("plain")
        columns = QHBoxLayout(inside)
        columns.setSpacing(4 * GRID)
        groups = self.rows()
        per_column = sum(len(rows) + 2 for rows in groups.values()) / COLUMNS
        column, used = QVBoxLayout(), 0
        columns.addLayout(column, 1)
        for title, rows in groups.items():
            if used and used + len(rows) / 2 > per_column and columns.count() < COLUMNS:
                column.addStretch(1)
                column, used = QVBoxLayout(), 0
                columns.addLayout(column, 1)
            column.addLayout(_group(title, rows))
            column.addSpacing(GRID)
            used += len(rows) + 2
        column.addStretch(1)
        self.page.setWidget(inside)


def _group(title: str, rows: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setVerticalSpacing(GRID // 2)
    grid.setHorizontalSpacing(2 * GRID)
    grid.setColumnStretch(0, 1)
    grid.addWidget(label(title, "title"), 0, 0, 1, 2)
    for row, (name, keys) in enumerate(rows, 1):
        text = label(name)
        text.setWordWrap(True)
        grid.addWidget(text, row, 0)
        grid.addWidget(label(keys, "key"), row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
    return grid
