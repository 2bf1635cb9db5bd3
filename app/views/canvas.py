"""A widget that paints itself in two parts, so that what moves under the hand is on screen at once."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import theme


class Canvas(QWidget):
    """Subclasses draw `paint_still` (kept as a pixmap until `forget`) and, over it, `paint_moving` every time."""

    drawn = Signal()

    def __init__(self, name: str):
        super().__init__()
        self._still: QPixmap | None = None
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing behind it needs to be painted

    def paint_still(self, painter: QPainter) -> None:
        raise NotImplementedError

    def paint_moving(self, painter: QPainter) -> None:
        raise NotImplementedError

    def forget(self) -> None:
        """The still part has changed."""
        self._still = None
        self.update()

    def paintEvent(self, event) -> None:
        ratio = self.devicePixelRatioF()
        wanted = self.size() * ratio
        if self._still is None or self._still.size() != wanted:
            still = QPixmap(wanted)
            still.setDevicePixelRatio(ratio)
            still.fill(QColor(theme().canvas))
            painter = QPainter(still)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_still(painter)
            painter.end()
            self._still = still
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._still)
        self.paint_moving(painter)
        painter.end()
        self.drawn.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.forget()
        super().changeEvent(event)
