"""Labels beside points that do not pile up: each where there is room around its point, or nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF, QPainter

from app.theme import SMALL, font
from app.views.panel import caption
from infl.layouts import Layout

GAP = 7.0
"""Pixels between a point and its label."""


def draw_labels(
    painter: QPainter, points: Sequence[QPointF], texts: Sequence[str], order: Iterable[int], area: QRectF
) -> None:
    """Write `texts` beside `points`, those that are not empty; the first of `order` have the first choice."""
    metrics = QFontMetricsF(font(SMALL))
    sizes = [QSizeF(metrics.horizontalAdvance(text) + 12, metrics.height() + 6) for text in texts]
    for i, box in place_labels(points, sizes, [i for i in order if texts[i]], area).items():
        caption(painter, texts[i], box.topLeft())


def texts_of(layout: Layout, selection: Sequence[int], names: bool, numbers: bool) -> list[str]:
    """What is written beside each point of a layout: its number, its name; of the selected ones the name at least."""
    return [
        " ".join(
            part for part, shown in ((str(i + 1), numbers), (point.name, names or i in selection)) if shown
        )
        for i, point in enumerate(layout.points)
    ]


def place_labels(
    points: Sequence[QPointF], sizes: Sequence[QSizeF], order: Iterable[int], area: QRectF
) -> dict[int, QRectF]:
    """Boxes of labels of the given sizes beside `points`, of as many as have room in `area`.

    Those that come first in `order` choose first. No box overlaps another one or lies over any of the points.
    """
    taken: dict[int, QRectF] = {}
    for i in order:
        for box in _around(points[i], sizes[i]):
            free = not any(box.intersects(other) for other in taken.values())
            if area.contains(box) and free and not any(box.contains(point) for point in points):
                taken[i] = box
                break
    return taken


def _around(point: QPointF, size: QSizeF) -> list[QRectF]:
    """Where a label may be, the best place first: right, left, above, below, and the four corners."""
    width, height = size.width(), size.height()
    right, left, middle = GAP, -GAP - width, -width / 2
    above, below, level = -GAP - height, GAP, -height / 2
    corners = (
        (right, level), (left, level), (middle, above), (middle, below),
        (right, above), (right, below), (left, above), (left, below),
    )  # fmt: skip
    return [QRectF(point + QPointF(x, y), size) for x, y in corners]
