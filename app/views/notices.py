"""What the studio has to say: a card over the window for a while, and a log that keeps it."""

from __future__ import annotations

import time
from collections import deque

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

from app.state import Studio
from app.theme import GRID, theme
from app.translation import tr
from app.values import Notice
from app.views.panel import label

SHOWN = {"info": 5_000, "warning": 9_000}
"""Milliseconds that a card stays; errors stay until they are closed."""
SIGNS = {"info": "ⓘ", "warning": "⚠", "error": "⚠"}


class Card(QFrame):
    """The newest notice, at the bottom right of the window's middle. Errors wait in a row until each was closed."""

    def __init__(self, studio: Studio, over: QWidget):
        # A child of the window: `over` may be a splitter, which would take the card for a pane.
        super().__init__(over.window())
        self.setObjectName("panel")
        self._over, self._notice, self._waiting = over, Notice("info", ""), deque[Notice]()
        self.text, self.more = QLabel(), label("", "muted")
        self.copy, self.close_button = QPushButton(tr("Copy details")), QPushButton(tr("Close"))
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QHBoxLayout()
        buttons.addWidget(self.more)
        buttons.addStretch(1)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        column.addWidget(self.text)
        column.addLayout(buttons)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.dismiss)
        self.copy.clicked.connect(lambda: copy(self._notice))
        self.close_button.clicked.connect(self.dismiss)
        over.installEventFilter(self)
        studio.noticed.connect(self.show_notice)
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        """Show it now; after an error that nobody has closed yet, once that is closed (errors), or in the log only."""
        if self.isVisible() and self._notice.level == "error":
            if notice.level == "error" and notice.text != self._notice.text:
                self._waiting.append(notice)
                self._count()
            return
        self._show(notice)

    def dismiss(self) -> None:
        """Close it; the next error in the row follows."""
        self.hide()
        if self._waiting:
            self._show(self._waiting.popleft())

    def _show(self, notice: Notice) -> None:
        self._notice = notice
        t = theme()
        colour = {"info": t.accent, "warning": t.warning, "error": t.error}[notice.level]
        self.setStyleSheet(f"QFrame#panel {{ border-left: 4px solid {colour}; }}")
        self.text.setText(notice.text)
        self.setAccessibleName(notice.text)
        self.copy.setVisible(bool(notice.details))
        self._count()
        self._place()
        self.show()
        self.raise_()
        self._timer.stop()
        if notice.level in SHOWN:
            self._timer.start(SHOWN[notice.level])

    def _count(self) -> None:
        waiting = len(self._waiting)
        self.more.setText(tr("{count} more").format(count=waiting) if waiting else "")

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
        self.list.setAccessibleName(tr("Log"))
        self.details.setReadOnly(True)
        self.details.setObjectName("bare")
        self.details.setPlaceholderText(tr("Choose a line to see its details"))
        self.details.setAccessibleName(tr("Details"))
        self.details.setTabChangesFocus(True)
        self.copy = QPushButton(tr("Copy"))
        self.copy.setEnabled(False)
        self.copy.setToolTip(tr("Copy the chosen notice with its details"))
        self.copy.clicked.connect(lambda: copy(self.list.currentItem().data(Qt.ItemDataRole.UserRole)))
        split = QSplitter()
        split.addWidget(self.list)
        right = QWidget()
        right.setObjectName("plain")
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, GRID // 2)
        beside.addWidget(self.details, 1)
        beside.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignRight)
        split.addWidget(right)
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
        self.copy.setEnabled(item is not None)


def copy(notice: Notice) -> None:
    """A notice and its details, to be pasted into a report."""
    QGuiApplication.clipboard().setText(f"{notice.text}\n{notice.details}")
