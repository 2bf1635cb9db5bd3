"""What the left button does on the canonical face, and choosing points by drawing around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.theme import theme

POINT, TURN, BOX, LASSO = "point", "turn", "box", "lasso"
CLICK = 3.0
"""Pixels within which a hand that trembles has clicked and not dragged."""


def chosen_with(before: Sequence[int], now: Sequence[int], modifiers: Qt.KeyboardModifier) -> list[int]:
    """What is chosen after `now` was taken: with Shift beside what was before, with Ctrl each the other way round;
    one that was chosen already keeps the others, so that all can be dragged."""
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return sorted(set(before) ^ set(now))
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return sorted(set(before) | set(now))
    return list(before) if len(now) == 1 and now[0] in before else list(now)


class Grasp:
    """Points that the hand took hold of at `start`; they go along once it has gone further than a click does.

    gesture: the number of the edit they are moved in; under: the one that the hand is on; held: index → (2,) pixels
    where each was then.
    """

    def __init__(self, gesture: int, start: QPointF, under: int, held: Mapping[int, np.ndarray]):
        self.gesture, self.start, self.under, self.held, self.dragged = gesture, start, under, held, False

    def to(self, at: QPointF) -> dict[int, QPointF]:
        """Index → where on the screen the point is wanted, now that the hand is at `at`."""
        way = at - self.start
        self.dragged = self.dragged or float(np.hypot(way.x(), way.y())) > CLICK
        return {i: QPointF(x, y) + way for i, (x, y) in self.held.items()} if self.dragged else {}


class Marquee:
    """A box, or a `free` line, that is drawn around points."""

    def __init__(self, start: QPointF, free: bool):
        self.free, self.path = free, [start]

    def to(self, at: QPointF) -> None:
        """The hand has gone on."""
        self.path = [*self.path, at] if self.free else [self.path[0], at]

    @property
    def outline(self) -> QPolygonF:
        if self.free:
            return QPolygonF(self.path)
        return QPolygonF(QRectF(self.path[0], self.path[-1]).normalized())

    def holds(self, points: np.ndarray) -> list[int]:
        """Which of (K, 2) pixels lie inside."""
        outline = self.outline
        inside = Qt.FillRule.OddEvenFill
        return [i for i, (x, y) in enumerate(points) if outline.containsPoint(QPointF(x, y), inside)]

    def draw(self, painter: QPainter) -> None:
        colour = QColor(theme().accent)
        painter.setPen(QPen(colour, 1.4, Qt.PenStyle.DashLine))
        colour.setAlpha(40)
        painter.setBrush(colour)
        painter.drawPolygon(self.outline)
