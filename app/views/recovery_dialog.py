"""What a crash left: bring it back, delete it, or be asked again next time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.theme import GRID
from app.translation import tr
from app.views.panel import label


class RecoveryDialog(QDialog):
    """One row a recovery file: (project, how long ago, points, corrected faces, whether trained weights are there).

    When it closes, `recovered` is the row to bring back or None, and `deleted` are the rows nobody wants.
    """

    def __init__(self, rows: Sequence[tuple[str, str, int, int, bool]], parent: QWidget):
        super().__init__(parent)
        self.setWindowTitle(tr("Work that was not saved"))
        self.recovered: int | None = None
        self.deleted: set[int] = set()
        text = label(
            tr("The studio ended before this was saved. Everything up to a few seconds before is here.")
        )
        text.setWordWrap(True)
        self.list = QTreeWidget()
        self.list.setAccessibleName(tr("Work that was not saved"))
        self.list.setRootIsDecorated(False)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHeaderLabels(
            [tr("Project"), tr("Kept"), tr("Points"), tr("Corrected faces"), tr("Weights")]
        )
        for name, ago, points, corrected, weights in rows:
            cells = [name, ago, f"{points:,}", f"{corrected:,}", tr("yes") if weights else "–"]
            self.list.addTopLevelItem(QTreeWidgetItem(cells))
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._choose(0)
        buttons = QDialogButtonBox()
        self.recover = buttons.addButton(tr("Bring it back"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.recover.setObjectName("primary")
        self.delete = buttons.addButton(tr("Delete it"), QDialogButtonBox.ButtonRole.DestructiveRole)
        self.later = buttons.addButton(tr("Ask again next time"), QDialogButtonBox.ButtonRole.RejectRole)
        self.recover.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(text)
        column.addWidget(self.list, 1)
        column.addWidget(buttons)
        self.recover.clicked.connect(self._recover)
        self.delete.clicked.connect(self._delete)
        self.later.clicked.connect(self.reject)
        self.resize(680, 280)

    def _choose(self, row: int) -> None:
        self.list.setCurrentIndex(self.list.model().index(row, 0))

    def _row(self) -> int:
        return self.list.currentIndex().row()

    def _recover(self) -> None:
        self.recovered = self._row()
        self.accept()

    def _delete(self) -> None:
        """Strike the row out; without any other the dialog closes."""
        row = self._row()
        self.deleted.add(row)
        self.list.setRowHidden(row, QModelIndex(), True)
        left = [i for i in range(self.list.topLevelItemCount()) if i not in self.deleted]
        if left:
            self._choose(left[0])
        else:
            self.accept()
