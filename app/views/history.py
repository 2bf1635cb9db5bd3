"""What was done, step by step, and back to any of these steps."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QUndoView, QVBoxLayout

from app.state import Studio
from app.theme import GRID
from app.translation import tr


class HistoryPanel(QFrame):
    """The steps that can be undone, the newest last; a click on one goes back, or forward, to it."""

    def __init__(self, studio: Studio):
        super().__init__()
        self.setObjectName("panel")
        self.steps = QUndoView(studio.undo)
        self.steps.setObjectName("bare")
        self.steps.setEmptyLabel(tr("As it was opened"))
        self.steps.setAccessibleName(tr("What was done, the newest last; click on a step to go back to it"))
        self.steps.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        column.addWidget(self.steps)

    def sizeHint(self) -> QSize:
        return QSize(900, 210)
