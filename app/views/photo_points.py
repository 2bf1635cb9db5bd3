"""What people and the model say about the photo, drawn at any zoom: on the view itself and in the loupe."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from app.derived import Derived
from app.harmonised_photo import HarmonisedPhoto
from app.state import Studio
from app.theme import GRID, theme
from app.translation import tr
from app.views import marks
from app.views.labels import draw_labels, texts_of
from app.views.panel import caption, captions
from app.views.picture import Zoom
from infl.datasets.dataset import OCCLUDED

HUMAN = "#ffffff"


class PhotoPoints:
    """Draws the state's points of the photo on screen."""

    def __init__(self, studio: Studio, derived: Derived, harmonised: HarmonisedPhoto):
        self.studio, self.derived, self.harmonised = studio, derived, harmonised

    def draw(self, painter: QPainter, zoom: Zoom) -> None:
        """Everything in the set's own layout: edges, σ, residuals, predicted, harmonised and human points."""
        s, open_set, photo = self.studio, self.studio.open_set, self.studio.photo
        if open_set is None or photo is None:
            return
        show, human = s.options, zoom.to_screen(photo.sample.points)
        found = self.derived.prediction() if show.predicted or show.residuals or show.sigma else None
        predicted = zoom.to_screen(found.points) if found is not None else None
        radius = self.radius(zoom)
        if show.edges:
            self._draw_edges(painter, predicted if predicted is not None and show.predicted else human)
        if found is not None and predicted is not None and show.sigma:
            marks.spreads(painter, marks.points_of(predicted), found.sigma * zoom.scale, open_set.colour)
        if predicted is not None and show.residuals and len(human) == len(predicted):
            near = np.isfinite(human).all(1)
            if show.human and show.predicted:  # ring and disc say already where it begins and ends
                ends = (marks.points_of(human[near]), marks.points_of(predicted[near]))
                pairs = list(zip(*ends, strict=True))
                marks.lines(painter, pairs, marks.DARK, 2.8)
                marks.lines(painter, pairs, marks.LIGHT, 1.2)
            else:
                marks.arrows(painter, human[near], predicted[near], open_set.colour)
        if predicted is not None and show.predicted:
            marks.disc(painter, marks.points_of(predicted), open_set.colour, radius * 0.75)
        if show.harmonised:
            self._draw_harmonised(painter, zoom, human, radius)
        if show.human:
            self._draw_human(painter, human, radius + 1.0)

    @staticmethod
    def radius(zoom: Zoom) -> float:
        """Pixels of a mark on screen: marks grow a little with the picture."""
        return float(np.clip(3.0 * (zoom.scale / 1.5) ** 0.3, 2.2, 5.0))

    def _draw_edges(self, painter: QPainter, at: np.ndarray) -> None:
        open_set = self.studio.open_set
        layout = open_set.dataset.layout if open_set is not None else None
        if open_set is None or layout is None or len(layout) != len(at):
            return
        pairs = [(a, b) for a, b in layout.edges if np.isfinite(at[[a, b]]).all()]
        lines = [(QPointF(*at[a]), QPointF(*at[b])) for a, b in pairs]
        marks.lines(painter, lines, QColor(0, 0, 0, 120), 2.6)
        marks.lines(painter, lines, QColor(open_set.colour), 1.2)

    def _draw_harmonised(self, painter: QPainter, zoom: Zoom, human: np.ndarray, radius: float) -> None:
        moved = self.harmonised.found
        if moved is None:
            return
        at = zoom.to_screen(moved.points)
        known = np.isfinite(at).all(1) & np.isfinite(human).all(1)
        pairs = zip(marks.points_of(human[known]), marks.points_of(at[known]), strict=True)
        marks.lines(painter, pairs, QColor(255, 255, 255, 150), 1.0)
        colour = self.studio.colour_of(self.studio.target_convention)
        marks.diamond(painter, marks.points_of(at[np.isfinite(at).all(1)]), colour, radius)

    def _draw_human(self, painter: QPainter, human: np.ndarray, radius: float) -> None:
        s, photo = self.studio, self.studio.photo
        assert photo is not None
        present = np.isfinite(human).all(1)
        hidden = photo.sample.visibility == OCCLUDED
        corrected = np.zeros(len(human), bool)
        corrected[[k for k in s.corrections_of(photo.place) if k < len(human)]] = True
        for mine, colour in ((False, HUMAN), (True, theme().accent)):
            for dashed in (False, True):
                chosen = present & (corrected == mine) & (hidden == dashed)
                marks.ring(painter, marks.points_of(human[chosen]), colour, radius, dashed=dashed)

    def draw_chosen(self, painter: QPainter, zoom: Zoom) -> None:
        """The point of the set's own layout that is chosen, with its name and what is known of it."""
        s, open_set, photo = self.studio, self.studio.open_set, self.studio.photo
        if s.point is None or open_set is None or photo is None or s.point >= len(photo.sample.points):
            return
        at, words = self.place_of(s.point), [self.name_of(s.point)]
        absent = bool(np.isnan(photo.sample.points[s.point]).any())
        if at is None:
            return
        if absent:
            words.append(tr("absent"))
        elif photo.sample.visibility[s.point] == OCCLUDED:
            words.append(tr("occluded"))
        if s.point in s.corrections_of(photo.place):
            words.append(tr("corrected"))
        here = QPointF(*zoom.to_screen(at[None])[0])
        marks.halo(painter, here, theme().accent, self.radius(zoom) + 6)
        if absent:
            marks.cross(painter, here, theme().accent, self.radius(zoom) + 1)
        caption(painter, " · ".join(words), here + QPointF(12, 12))

    def place_of(self, point: int) -> np.ndarray | None:
        """(2,) px of the photo: where a point of the set's own layout is; of an absent one, where it is predicted."""
        photo = self.studio.photo
        if photo is None:
            return None
        at = photo.sample.points[point]
        if np.isnan(at).any():
            found = self.derived.prediction()
            return found.points[point] if found is not None else None
        return at

    def name_of(self, point: int) -> str:
        """What the set's own layout calls a point."""
        open_set = self.studio.open_set
        layout = open_set.dataset.layout if open_set is not None else None
        return layout.points[point].name if layout is not None else tr("point {number}").format(number=point)

    def draw_custom(self, painter: QPainter, zoom: Zoom) -> None:
        """The person's own layout."""
        s = self.studio
        found = self.derived.custom_prediction() if s.options.custom else None
        if found is None:
            return
        at = marks.points_of(zoom.to_screen(found.points))
        accent = theme().accent
        pairs = [(at[a], at[b]) for a, b in s.layout.edges]
        marks.lines(painter, pairs, marks.DARK, 3.0)
        marks.lines(painter, pairs, QColor(accent), 1.6)
        colours = dict(s.layout.colours)
        for i, p in enumerate(at):
            colour = colours.get(s.layout.points[i].group, accent)
            marks.custom(painter, p, colour, 4.0, i in s.selection)
        texts = texts_of(s.layout, s.selection, s.options.names, s.options.numbers)
        rest = [i for i in range(len(at)) if i not in s.selection]
        draw_labels(painter, at, texts, (*s.selection, *rest), QRectF(painter.viewport()))

    def draw_probe(self, painter: QPainter, zoom: Zoom) -> None:
        """The place that was clicked, with the canonical face's name for it."""
        probe = self.studio.probe
        if probe is None:
            return
        at = QPointF(*zoom.to_screen(np.array([probe.pixel]))[0])
        marks.probe(painter, at, theme().accent)
        x, y, z = probe.point.xyz
        where = probe.point.region.replace("_", " ") or tr("canonical face")
        place = tr("{where}  ({x:.0f}, {y:.0f}, {z:.0f}) mm").format(where=where, x=x, y=y, z=z)
        words = [place, tr("right click: add it to my layout")]
        captions(painter, words, at + QPointF(14, 10))

    def draw_legend(self, painter: QPainter) -> None:
        """Which mark means what, of those that are shown."""
        rows = self.legend()
        lines = captions(painter, [text for _, _, text in rows], QPointF(GRID, GRID), indent=20)
        for (kind, colour, _), line in zip(rows, lines, strict=True):
            _draw_sample(painter, kind, colour, line)

    def legend(self) -> list[tuple[str, str, str]]:
        """Its lines: the kind of mark, its colour, what it means."""
        s, open_set, photo = self.studio, self.studio.open_set, self.studio.photo
        if open_set is None or photo is None:
            return []
        rows: list[tuple[str, str, str]] = []
        if s.options.human:
            rows.append(("ring", HUMAN, tr("human, {name}").format(name=open_set.label)))
            if count := len(s.corrections_of(photo.place)):
                rows.append(("ring", theme().accent, tr("corrected here: {count}").format(count=count)))
        if s.options.predicted and self.derived.prediction() is not None:
            convention = s.convention_of(open_set.dataset)
            rows.append(("disc", open_set.colour, tr("predicted, {name}").format(name=convention)))
        if s.options.sigma and self.derived.prediction() is not None:
            rows.append(("spread", open_set.colour, tr("circle of σ, alike in all directions")))
        if s.options.harmonised and self.harmonised.found is not None:
            rows.append(
                (
                    "diamond",
                    s.colour_of(s.target_convention),
                    tr("harmonised, {name}").format(name=s.target_convention),
                )
            )
        if s.options.custom and self.derived.custom_prediction() is not None:
            rows.append(("custom", theme().accent, tr("my layout, {name}").format(name=s.target_convention)))
        return rows


def _draw_sample(painter: QPainter, kind: str, colour: str, line: QRectF) -> None:
    at = QPointF(line.left() + 14, line.center().y())
    if kind == "ring":
        marks.ring(painter, [at], colour, 4.2)
    elif kind == "disc":
        marks.disc(painter, [at], colour, 4.0)
    elif kind == "diamond":
        marks.diamond(painter, [at], colour, 4.0)
    elif kind == "spread":
        marks.spreads(painter, [at], np.array([6.0]), colour)
    else:
        marks.custom(painter, at, colour, 4.0, False)
