"""What the studio has to say: a card over the window for a while, and a log that keeps it."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.state import Notice, Studio
from app.theme import GRID, theme

SHOWN = {"info": 5_000, "warning": 9_000}
"""Milliseconds that a card stays; errors stay until they are closed."""
SIGNS = {"info": "ⓘ", "warning": "⚠", "error": "⚠"}


class Card(QFrame):
    """The newest notice, at the bottom right of the window's middle."""

    def __init__(self, studio: Studio, over: QWidget):
        # A child of the window: `over` may be a splitter, which would take the card for a pane.
        super().__init__(over.window())
        self.setObjectName("panel")
        self._over, self._notice = over, Notice("info", "")
        self.text, self.copy, self.close_button = QLabel(), QPushButton("Copy details"), QPushButton("Close")
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        column.addWidget(self.text)
        column.addLayout(buttons)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(f"{self._notice.text}\n{self._notice.details}")
        )
        self.close_button.clicked.connect(self.hide)
        over.installEventFilter(self)
        studio.noticed.connect(self.show_notice)
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        self._notice = notice
        t = theme()
        colour = {"info": t.accent, "warning": t.warning, "error": t.error}[notice.level]
        self.setStyleSheet(f"QFrame#panel {{ border-left: 4px solid {colour}; }}")
        self.text.setText(notice.text)
        self.copy.setVisible(bool(notice.details))
        self._place()
        self.show()
        self.raise_()
        self._timer.stop()
        if notice.level in SHOWN:
            self._timer.start(SHOWN[notice.level])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        width = min(440, self._over.width() - 4 * GRID)
        self.setFixedWidth(width)
        self.adjustSize()
        corner = self._over.mapTo(self._over.window(), self._over.rect().bottomRight())
        self.move(corner.x() - width - 2 * GRID, corner.y() - self.height() - 8 * GRID)


class LogPanel(QFrame):
    """All notices since the start, with their details."""

    def __init__(self, studio: Studio):
        super().__init__()
        self.setObjectName("panel")
        self.list, self.details = QListWidget(), QPlainTextEdit()
        self.list.setObjectName("bare")
        self.list.setWordWrap(True)
        self.list.setAccessibleName("Log")
        self.details.setReadOnly(True)
        self.details.setObjectName("bare")
        self.details.setPlaceholderText("Choose a line to see its details")
        split = QSplitter()
        split.addWidget(self.list)
        split.addWidget(self.details)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        column.addWidget(split)
        studio.noticed.connect(self._add)
        self.list.currentItemChanged.connect(self._show)

    def sizeHint(self) -> QSize:
        return QSize(900, 210)

    def _add(self, notice: Notice) -> None:
        item = QListWidgetItem(f"{time.strftime('%H:%M:%S')}  {SIGNS[notice.level]}  {notice.text}")
        if notice.level == "error":
            item.setForeground(QColor(theme().error))
        item.setData(Qt.ItemDataRole.UserRole, notice)
        self.list.addItem(item)
        self.list.scrollToBottom()

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            notice = item.data(Qt.ItemDataRole.UserRole)
            self.details.setPlainText(notice.details or notice.text)
