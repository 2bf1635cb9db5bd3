"""How the custom layout looks on the canonical face: its points, the lines between them, and what they are called."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from app.state import Studio
from app.theme import theme
from app.views import marks
from app.views.labels import draw_labels, texts_of
from infl.rendering.face_view import FacePicture


def draw_layout(
    painter: QPainter,
    studio: Studio,
    picture: FacePicture,
    on_screen: Callable[[np.ndarray], np.ndarray],
    area: QRectF,
) -> None:
    """Draw the layout over `picture`, faintly where the head hides it; on_screen: (K, 3) mm → (K, 2) px."""
    layout, selection, options = studio.layout, studio.selection, studio.options
    if not len(layout):
        return
    at, accent = marks.points_of(on_screen(layout.queries)), theme().accent
    seen, there = picture.visible(layout.queries), picture.keeps(layout.queries)
    pairs = [(at[a], at[b]) for a, b in layout.edges if seen[a] and seen[b]]
    marks.lines(painter, pairs, marks.DARK, 3.0)
    marks.lines(painter, pairs, QColor(accent), 1.6)
    colours, chosen = dict(layout.colours), set(selection)
    for i, p in enumerate(at):
        painter.setOpacity(1.0 if seen[i] or i in chosen else 0.25 if there[i] else 0.0)
        colour = colours.get(layout.points[i].group, accent)
        marks.custom(painter, p, colour, 4.5, i in chosen)
    painter.setOpacity(1.0)
    rest = [i for i in np.flatnonzero(seen).tolist() if i not in chosen]
    texts = texts_of(layout, selection, options.names, options.numbers)
    draw_labels(painter, at, texts, (*selection, *rest), area)
