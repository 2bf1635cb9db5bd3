"""Offsets on the canonical face: arrows as learned, arrows as measured with their 95 % regions, fans of all sets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from app.derived import Derived, Offsets, Side
from app.measured import MeasuredOffsets
from app.state import Studio
from app.theme import GRID, SMALL, font
from app.translation import tr
from app.views import marks
from app.views.panel import captions
from infl.comparison.spread import Spread
from infl.rendering.face_view import FacePicture

HALF = 0.5
"""Of a convention's weight at a point (0…1): with less its word there is a guess, and it has no arrow."""
KEY, INDENT = 20.0, 30.0
"""Pixels of an arrow in the legend, and of the room for it."""

Project = Callable[[np.ndarray], np.ndarray]
"""(K, 3) mm on C → (K, 2) px of the widget."""


class OffsetMarks:
    """Draws what a face shows of the offsets."""

    def __init__(self, studio: Studio, derived: Derived, side: Side = "both"):
        self.studio, self.derived = studio, derived
        self.side: Side = side

    @property
    def _measured(self) -> MeasuredOffsets | None:
        return self.derived.measured(self.side) if self.studio.options.intervals else None

    @property
    def _all(self) -> bool:
        return self.derived.shown(self.side).of == "all"

    def draw(self, painter: QPainter, picture: FacePicture, project: Project) -> None:
        """The arrows of the points that are seen."""
        if not self.studio.options.arrows:
            return
        queries = self.derived.compared_layout(self.side).queries
        if self._all:
            spread = self.derived.spread()
            if spread is not None:
                self._draw_spread(painter, spread, queries, picture.visible(queries), project)
            return
        offsets = self.derived.offsets(self.side)
        if offsets is None:
            return
        seen, measured = picture.visible(queries), self._measured
        if measured is None:
            self._draw_pair(painter, offsets, offsets.vectors, seen, project)
            return
        self._draw_regions(painter, offsets, measured, seen, project)
        painter.setOpacity(0.45)
        self._draw_pair(painter, offsets, measured.vectors, seen & measured.told & ~measured.sure, project)
        painter.setOpacity(1.0)
        self._draw_pair(painter, offsets, measured.vectors, seen & measured.sure, project)

    def _draw_pair(
        self, painter: QPainter, offsets: Offsets, vectors: np.ndarray, which: np.ndarray, project: Project
    ) -> None:
        s, queries = self.studio, offsets.layout.queries[which]
        tails, heads = project(queries), project(queries + s.options.arrow_scale * vectors[which])
        marks.disc(painter, marks.points_of(tails), s.colour_of(offsets.b), 2.2)
        marks.arrows(painter, tails, heads, s.colour_of(offsets.a))

    def _draw_regions(
        self,
        painter: QPainter,
        offsets: Offsets,
        measured: MeasuredOffsets,
        seen: np.ndarray,
        project: Project,
    ) -> None:
        """The 95 % regions about the arrows' heads, to the same scale."""
        queries, scale = offsets.layout.queries, self.studio.options.arrow_scale
        colour = self.studio.colour_of(offsets.a)
        for k in np.flatnonzero(seen & measured.told):
            head = queries[k] + scale * measured.vectors[k]
            ends = project(
                np.vstack([queries[k] + measured.axes[k].T / 2, queries[k] - measured.axes[k].T / 2])
            )
            flat = scale * (ends[:2] - ends[2:]).T
            region = flat @ measured.region[k] @ flat.T
            marks.region(
                painter, marks.points_of(project(head[None]))[0], region, colour, bool(measured.sure[k])
            )

    def _draw_spread(
        self, painter: QPainter, spread: Spread, queries: np.ndarray, seen: np.ndarray, project: Project
    ) -> None:
        """From the mean of all an arrow to each convention's place."""
        scale = self.studio.options.arrow_scale
        for i, convention in enumerate(spread.conventions):
            own = seen & (spread.weights[i] > HALF)
            tails, heads = project(queries[own]), project(queries[own] + scale * spread.vectors[i, own])
            marks.arrows(painter, tails, heads, self.studio.colour_of(convention))
        some = seen & (spread.evidence > HALF)
        marks.disc(painter, marks.points_of(project(queries[some])), "#ffffff", 2.2)

    # words

    def draw_legend(self, painter: QPainter, width: float) -> None:
        """What the arrows mean, at the top left, at most `width` px wide."""
        rows = self._rows() if self.studio.options.arrows else []
        if not rows:
            return
        metrics, room = QFontMetricsF(font(SMALL)), width - INDENT - 2 * GRID
        texts = [metrics.elidedText(text, Qt.TextElideMode.ElideRight, room) for text, *_ in rows]
        boxes = captions(painter, texts, QPointF(GRID, GRID), indent=INDENT)
        for box, (_, tail_colour, head_colour, faint) in zip(boxes, rows, strict=True):
            self._draw_key(painter, box, tail_colour, head_colour, faint)

    @staticmethod
    def _draw_key(painter: QPainter, box: QRectF, tail_colour: str, head_colour: str, faint: bool) -> None:
        x, y = box.left() + 10, box.center().y()
        painter.setOpacity(0.45 if faint else 1.0)
        marks.disc(painter, [QPointF(x, y)], tail_colour, 3.0)
        marks.arrows(painter, np.array([[x, y]]), np.array([[x + KEY, y]]), head_colour)
        painter.setOpacity(1.0)

    def _rows(self) -> list[tuple[str, str, str, bool]]:
        """Each line of the legend: text, colours of the arrow's tail and head, whether it is faint."""
        s, c = self.studio, self.derived.shown(self.side)
        scale = f"×{s.options.arrow_scale:g}"
        if self._all:
            spread = self.derived.spread()
            names = spread.conventions if spread is not None else ()
            text = tr("mean → {name} {scale}")
            return [(text.format(name=n, scale=scale), "#ffffff", s.colour_of(n), False) for n in names]
        if self.derived.offsets(self.side) is None:
            return []
        colours = s.colour_of(c.b), s.colour_of(c.a)
        title = f"{c.b} → {c.a}"
        if self._measured is None:
            return [(tr("{title} {scale}, learned").format(title=title, scale=scale), *colours, False)]
        sure = tr("{title} {scale}, measured, 95 % regions").format(title=title, scale=scale)
        return [(sure, *colours, False), (tr("not surely different"), *colours, True)]

    @property
    def heat_title(self) -> str:
        """What the heat map's colours are."""
        what = tr("spread (RMS)") if self._all else tr("offset as learned")
        return tr("{what}: mm, % of interocular").format(what=what)

    def told_at(self, index: int) -> str:
        """A compared point in words: its name and what is known there."""
        name = self.derived.compared_layout(self.side).points[index].name
        if self._all:
            spread = self.derived.spread()
            return (
                ""
                if spread is None
                else tr("{name}: spread {mm:.2f} mm").format(name=name, mm=spread.rms[index])
            )
        offsets, measured = self.derived.offsets(self.side), self._measured
        if offsets is None:
            return ""
        if measured is None:
            return tr("{name}: {mm:.2f} mm").format(name=name, mm=offsets.lengths[index])
        if not measured.told[index]:
            return tr("{name}: the pictures of the two sets do not tell").format(name=name)
        text = tr("{name}: {mm:.2f} mm, 95 %: {low:.2f} … {high:.2f}; {verdict}")
        verdict = tr("surely different") if measured.sure[index] else tr("not surely different")
        return text.format(
            name=name,
            mm=measured.size[index],
            low=measured.low[index],
            high=measured.high[index],
            verdict=verdict,
        )
