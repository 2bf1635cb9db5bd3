"""The face on screen with what the weights from before and the present ones find in it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter

from app.derived import Derived
from app.earlier import EarlierPrediction
from app.state import Studio
from app.theme import CANONICAL_COLOUR, GRID, SMALL, font, theme
from app.translation import tr
from app.views import marks
from app.views.canvas import Canvas
from app.views.panel import caption
from app.views.picture import Picture, Zoom

ROOM = 0.25
"""Of the points' box, left free around it."""


class BeforeAfter(Canvas):
    """Grey discs: before; discs in the set's colour: now; a line joins the two."""

    def __init__(self, studio: Studio, derived: Derived, earlier: EarlierPrediction):
        super().__init__(tr("Before and after on this photo"))
        self.studio, self.derived, self.earlier = studio, derived, earlier
        self._picture: Picture | None = None
        self.setMinimumSize(128, 120)
        for signal in (studio.photo_changed, studio.landmarker_changed, earlier.changed):
            signal.connect(self.forget)

    def paint_still(self, painter: QPainter) -> None:
        now, before, photo = self.derived.prediction(), self.earlier.found, self.studio.photo
        if now is None or photo is None or before is None:
            self._say(painter, tr("After a run: this photo, before and after"))
            return
        if self._picture is None or self._picture.pixels is not photo.image:
            self._picture = Picture(photo.image)
        both = np.concatenate([now.points, before.points])
        low, high = both.min(0), both.max(0)
        room = ROOM * (high - low)
        zoom = Zoom.fit(low - room, high + room, self.width(), self.height(), 0)
        self._picture.draw(painter, zoom)
        old, new = (marks.points_of(zoom.to_screen(found.points)) for found in (before, now))
        marks.lines(painter, zip(old, new, strict=True), QColor(marks.LIGHT), 1.0)
        radius = float(np.clip(0.012 * min(self.width(), self.height()), 1.4, 3.0))
        colour = self.studio.sets[photo.place.set].colour
        marks.disc(painter, old, CANONICAL_COLOUR, radius)
        marks.disc(painter, new, colour, radius)
        apart = float(np.linalg.norm(now.points - before.points, axis=1).mean())
        caption(painter, tr("before → now, {pixels} px").format(pixels=f"{apart:.1f}"), QPointF(4, 4))

    def paint_moving(self, painter: QPainter) -> None:
        """Everything is still here."""

    def _say(self, painter: QPainter, text: str) -> None:
        painter.setFont(font(SMALL))
        painter.setPen(QColor(theme().muted))
        inside = self.rect().adjusted(GRID, GRID, -GRID, -GRID)
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), text)
