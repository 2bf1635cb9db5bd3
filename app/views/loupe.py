"""A magnifier over the photo: what is under the pointer, or under the point being dragged, several times larger."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from app.theme import theme
from app.views import marks
from app.views.picture import Picture, Zoom

RADIUS, AWAY = 76.0, 76.0
"""Pixels on screen: the glass, and its middle from the place that it shows, so that the hand hides neither."""
MAGNIFIES, AT_LEAST = 4.0, 6.0
"""Times the view's own zoom, and screen pixels for each of the photo's."""


def draw_loupe(
    painter: QPainter, picture: Picture, zoom: Zoom, at: QPointF, room: QRectF,
    draw_points: Callable[[QPainter, Zoom], None],
) -> None:  # fmt: skip
    """Show the surroundings of `at` (px of the widget, whose rectangle is `room`) in a glass beside it."""
    middle = _middle(at, room)
    larger = zoom.zoomed(max(MAGNIFIES, AT_LEAST / zoom.scale), at.x(), at.y())
    larger = larger.panned(middle.x() - at.x(), middle.y() - at.y())
    glass = QPainterPath()
    glass.addEllipse(middle, RADIUS, RADIUS)
    painter.save()
    painter.setClipPath(glass)
    painter.fillPath(glass, QColor(theme().canvas))
    picture.draw(painter, larger)
    draw_points(painter, larger)
    painter.restore()
    for pen in (QPen(marks.DARK, 4.0), QPen(QColor(theme().panel), 2.0)):
        painter.strokePath(glass, pen)
    for pen in (QPen(marks.DARK, 2.4), QPen(marks.LIGHT, 1.0)):
        painter.setPen(pen)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(middle + QPointF(9 * dx, 9 * dy), middle + QPointF(15 * dx, 15 * dy))


def _middle(at: QPointF, room: QRectF) -> QPointF:
    """Above and to the right of the place, or on whichever sides there is room."""
    right, up = at.x() + AWAY + RADIUS < room.right(), at.y() - AWAY - RADIUS > room.top()
    return QPointF(at.x() + (AWAY if right else -AWAY), at.y() + (-AWAY if up else AWAY))
