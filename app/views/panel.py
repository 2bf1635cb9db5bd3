"""The frame around a view: a title row with its controls, the view itself, and a row below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.theme import GRID, SMALL, font, theme


class Panel(QFrame):
    """A titled panel: add controls to `head` and `foot`, views to `body`."""

    def __init__(self, title: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self.title = label(title, "title")
        self.head, self.body, self.foot = row(), QVBoxLayout(), row()
        self.head.addWidget(self.title)
        self.body.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self.head)
        column.addLayout(self.body, 1)
        column.addLayout(self.foot)


def row(*widgets: QWidget) -> QHBoxLayout:
    """A row of controls on the grid."""
    layout = QHBoxLayout()
    layout.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
    layout.setSpacing(GRID // 2)
    for widget in widgets:
        layout.addWidget(widget)
    return layout


def label(text: str, name: str = "") -> QLabel:
    """A label in one of the styles "title", "heading", "muted", "error"."""
    widget = QLabel(text)
    widget.setObjectName(name)
    return widget


class ElidedLabel(QLabel):
    """A label that shortens its text instead of widening the window: a sentence at its end, a name in the middle."""

    def __init__(
        self, text: str = "", name: str = "muted", elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ):
        super().__init__(text)
        self._elide = elide
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), self._elide, self.width())
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()


def tool_button(action: QAction) -> QToolButton:
    """A quiet button for an action, with its tool tip and shortcut."""
    button = QToolButton()
    button.setObjectName("quiet")
    button.setDefaultAction(action)
    if sum(letter.isalpha() for letter in action.text()) < 2:  # a sign says nothing to who cannot see it
        button.setAccessibleName(action.toolTip().partition("  (")[0])
    button.setToolButtonStyle(
        Qt.ToolButtonStyle.ToolButtonTextOnly
        if action.icon().isNull()
        else Qt.ToolButtonStyle.ToolButtonIconOnly
    )
    return button


def text_button(action: QAction, name: str = "") -> QToolButton:
    """A button for an action, with its short name (`iconText`), as wide as there is room; or in the style "primary"."""
    button = tool_button(action)
    button.setObjectName(name)
    button.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
    return button


def caption(painter: QPainter, text: str, at: QPointF) -> None:
    """Small text on a translucent plate, legible over any picture; `at` is its top-left corner."""
    captions(painter, [text], at)


def captions(painter: QPainter, texts: Sequence[str], at: QPointF, indent: float = 0.0) -> list[QRectF]:
    """Lines of small text on one plate, with `indent` px for a mark before each; returns the lines' boxes."""
    if not texts:
        return []
    t, face = theme(), font(SMALL)
    metrics = QFontMetricsF(face)
    width = max(metrics.horizontalAdvance(text) for text in texts) + 12 + indent
    height = metrics.height() + 6
    plate = QColor(t.panel)
    plate.setAlpha(225)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(plate)
    painter.drawRoundedRect(QRectF(at.x(), at.y(), width, height * len(texts)), 4, 4)
    painter.setFont(face)
    painter.setPen(QColor(t.text))
    boxes = [QRectF(at.x(), at.y() + i * height, width, height) for i in range(len(texts))]
    for box, text in zip(boxes, texts, strict=True):
        painter.drawText(box.adjusted(6 + indent, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), text)
    return boxes
