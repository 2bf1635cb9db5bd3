"""Labels beside points that do not pile up: each where there is room around its point, or nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF, QPainter

from app.theme import SMALL, font
from app.views.panel import caption
from infl.layouts import Layout

GAP = 8.0
"""Pixels between a point and its label."""
DISC = 6.0
"""Pixels around a point that no label covers: its disc with the rim."""
CELL = 1.0
"""Pixels of the squares that are taken or free; less than GAP − DISC, or a point were in the way of its own label."""


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

    Those that come first in `order` choose first. No box overlaps another one or the disc of any of the points.
    """
    taken = np.zeros((int(area.height() / CELL) + 2, int(area.width() / CELL) + 2), bool)

    def cells(box: QRectF) -> np.ndarray:
        """The part of `taken` that a box reaches into."""
        left, top = box.left() - area.left(), box.top() - area.top()
        columns = slice(max(int(left // CELL), 0), max(int((left + box.width()) // CELL) + 1, 0))
        rows = slice(max(int(top // CELL), 0), max(int((top + box.height()) // CELL) + 1, 0))
        return taken[rows, columns]

    for point in points:
        cells(QRectF(point.x() - DISC, point.y() - DISC, 2 * DISC, 2 * DISC))[:] = True
    found: dict[int, QRectF] = {}
    for i in order:
        for box in _around(points[i], sizes[i]):
            if area.contains(box) and not cells(box).any():
                cells(box)[:] = True
                found[i] = box
                break
    return found


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
