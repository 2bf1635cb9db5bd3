"""The photograph with what people and the model say about it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip

from app.derived import Derived
from app.state import Studio
from app.theme import GRID, theme
from app.views import marks
from app.views.canvas import Canvas
from app.views.panel import caption, captions
from app.views.picture import Picture, Zoom, to_qimage

REACH = 8.0
"""Pixels from the pointer within which a point answers."""


class PhotoView(Canvas):
    """Draws the studio's photo; wheel zooms, drag pans, double click fits."""

    def __init__(self, studio: Studio, derived: Derived):
        super().__init__("Photo")
        self.studio, self.derived = studio, derived
        self.zoom: Zoom | None = None
        self._picture: Picture | None = None
        self._crop: tuple[np.ndarray, QImage] | None = None
        self._dragged_from: QPointF | None = None
        studio.photo_changed.connect(self._photo_changed)
        for signal in (studio.options_changed, studio.sets_changed, studio.landmarker_changed):
            signal.connect(self.forget)
        for signal in (studio.layout_changed, studio.selection_changed):
            signal.connect(self.update)
        studio.target_changed.connect(self.forget)

    def sizeHint(self) -> QSize:
        return QSize(560, 520)

    def fit(self) -> None:
        """Show the whole photo."""
        self.zoom = None
        self.forget()

    def fit_face(self) -> None:
        """Zoom to the region that the model cut out."""
        photo = self.studio.photo
        if photo is not None and photo.encoded is not None:
            corners = _roi_corners(photo.encoded)
            self.zoom = Zoom.fit(corners.min(0), corners.max(0), self.width(), self.height(), GRID)
            self.forget()

    def _photo_changed(self) -> None:
        photo = self.studio.photo
        if photo is None:
            self._picture = None
        elif self._picture is None or self._picture.pixels is not photo.image:
            self._picture = Picture(photo.image)
            if not self.studio.options.keep_zoom:
                self.zoom = None
        self.forget()

    def _current_zoom(self) -> Zoom:
        if self.zoom is not None or self._picture is None:
            return self.zoom or Zoom()
        high = np.array(self._picture.size, float) - 1
        return Zoom.fit(np.zeros(2), high, self.width(), self.height(), GRID)

    # drawing

    def paint_still(self, painter: QPainter) -> None:
        if self._picture is None or self.studio.photo is None:
            self._say_empty(painter)
            return
        zoom = self._current_zoom()
        self._picture.draw(painter, zoom)
        self._draw_roi(painter, zoom)
        self._draw_points(painter, zoom)
        self._draw_crop(painter)

    def paint_moving(self, painter: QPainter) -> None:
        if self._picture is not None and self.studio.photo is not None:
            self._draw_custom(painter, self._current_zoom())
            self._draw_legend(painter)

    def _say_empty(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme().muted))
        text = "Open a data set to see its photographs.\n\nFile › Open…, or drop a folder here."
        if self.studio.sets:
            text = "Loading the photograph …" if self.studio.place else "This set has no photographs."
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), text)

    def _draw_roi(self, painter: QPainter, zoom: Zoom) -> None:
        photo = self.studio.photo
        if not self.studio.options.crop or photo is None or photo.encoded is None:
            return
        polygon = QPolygonF(marks.points_of(zoom.to_screen(_roi_corners(photo.encoded))))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        dashes = QPen(QColor(255, 255, 255, 230), 1.2)
        dashes.setDashPattern([5, 4])
        for pen in (QPen(QColor(0, 0, 0, 80), 2.2), dashes):
            painter.setPen(pen)
            painter.drawPolygon(polygon)

    def _draw_points(self, painter: QPainter, zoom: Zoom) -> None:
        s, open_set, photo = self.studio, self.studio.open_set, self.studio.photo
        if open_set is None or photo is None:
            return
        human = zoom.to_screen(photo.sample.points)
        radius = float(np.clip(3.0 * (zoom.scale / 1.5) ** 0.3, 2.2, 5.0))
        found = (
            self.derived.prediction() if s.options.predicted or s.options.edges or s.options.sigma else None
        )
        predicted = zoom.to_screen(found.points) if found is not None else None
        layout = open_set.dataset.layout
        if s.options.edges and layout is not None:
            at = predicted if predicted is not None else human
            pairs = [(a, b) for a, b in layout.edges if np.isfinite(at[[a, b]]).all()]
            pairs = [(QPointF(*at[a]), QPointF(*at[b])) for a, b in pairs]
            marks.lines(painter, pairs, QColor(0, 0, 0, 120), 2.6)
            marks.lines(painter, pairs, QColor(open_set.colour), 1.2)
        if found is not None and predicted is not None:
            if s.options.sigma:
                self._draw_sigma(painter, predicted, found.sigma * zoom.scale, open_set.colour)
            if s.options.predicted and s.options.human and len(human) == len(predicted):
                near = np.isfinite(human).all(1)
                pairs = zip(marks.points_of(human[near]), marks.points_of(predicted[near]), strict=True)
                marks.lines(painter, pairs, QColor(255, 255, 255, 150), 1.0)
            if s.options.predicted:
                marks.disc(painter, marks.points_of(predicted), open_set.colour, radius * 0.75)
        moved = self.derived.harmonised() if s.options.harmonised else None
        if moved is not None:
            at = zoom.to_screen(moved.points)
            known = np.isfinite(at).all(1) & np.isfinite(human).all(1)
            pairs = zip(marks.points_of(human[known]), marks.points_of(at[known]), strict=True)
            marks.lines(painter, pairs, QColor(255, 255, 255, 150), 1.0)
            moved_points = marks.points_of(at[np.isfinite(at).all(1)])
            marks.diamond(painter, moved_points, s.colour_of(s.target_convention), radius)
        if s.options.human:
            annotated = human[np.isfinite(human).all(1)]
            marks.ring(painter, marks.points_of(annotated), "#ffffff", radius + 1.0)

    def _draw_sigma(self, painter: QPainter, at: np.ndarray, sigma: np.ndarray, colour: str) -> None:
        fill = QColor(colour)
        fill.setAlpha(60)
        painter.setPen(QPen(QColor(colour), 0.8))
        painter.setBrush(fill)
        for p, r in zip(marks.points_of(at), sigma.tolist(), strict=True):
            painter.drawEllipse(p, r, r)

    def _draw_custom(self, painter: QPainter, zoom: Zoom) -> None:
        s = self.studio
        found = self.derived.custom_prediction() if s.options.custom else None
        if found is None:
            return
        at = marks.points_of(zoom.to_screen(found.points))
        accent = theme().accent
        pairs = [(at[a], at[b]) for a, b in s.layout.edges]
        marks.lines(painter, pairs, marks.DARK, 3.0)
        marks.lines(painter, pairs, QColor(accent), 1.6)
        for i, p in enumerate(at):
            marks.custom(painter, p, accent, 4.0, i in s.selection)
        for i, p in enumerate(at):
            if s.options.names or i in s.selection:
                caption(painter, s.layout.points[i].name, p + QPointF(10, -10))

    def _draw_crop(self, painter: QPainter) -> None:
        photo = self.studio.photo
        if not self.studio.options.crop or photo is None or photo.encoded is None:
            return
        crop = photo.encoded.crop
        if self._crop is None or self._crop[0] is not crop:
            self._crop = (crop, to_qimage(crop))
        side = float(np.clip(min(self.width(), self.height()) * 0.22, 80, 144))
        box = QRectF(self.width() - side - GRID, self.height() - side - GRID, side, side)
        painter.setPen(QPen(QColor(theme().panel), 4))
        painter.drawRect(box)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self._crop[1])
        caption(painter, "crop I′", box.topLeft() + QPointF(4, 4))

    def _draw_legend(self, painter: QPainter) -> None:
        s, open_set = self.studio, self.studio.open_set
        if open_set is None:
            return
        rows: list[tuple[str, str, str]] = []
        if s.options.human:
            rows.append(("ring", "#ffffff", f"human, {open_set.label}"))
        if s.options.predicted and self.derived.prediction() is not None:
            convention = s.convention_of(open_set.dataset)
            rows.append(("disc", open_set.colour, f"predicted, {convention}"))
        if s.options.harmonised and self.derived.harmonised() is not None:
            rows.append(("diamond", s.colour_of(s.target_convention), f"harmonised, {s.target_convention}"))
        if s.options.custom and self.derived.custom_prediction() is not None:
            rows.append(("custom", theme().accent, f"my layout, {s.target_convention}"))
        lines = captions(painter, [text for _, _, text in rows], QPointF(GRID, GRID), indent=20)
        for (kind, colour, _), line in zip(rows, lines, strict=True):
            at = QPointF(line.left() + 14, line.center().y())
            if kind == "ring":
                marks.ring(painter, [at], colour, 4.2)
            elif kind == "disc":
                marks.disc(painter, [at], colour, 4.0)
            elif kind == "diamond":
                marks.diamond(painter, [at], colour, 4.0)
            else:
                marks.custom(painter, at, colour, 4.0, False)

    # the hand

    def wheelEvent(self, event) -> None:
        at = event.position()
        self.zoom = self._current_zoom().zoomed(1.0015 ** event.angleDelta().y(), at.x(), at.y())
        self.forget()

    def mousePressEvent(self, event) -> None:
        index = self._custom_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.studio.select([index])
            return
        self._dragged_from = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event) -> None:
        if self._dragged_from is not None:
            moved = event.position() - self._dragged_from
            self._dragged_from = event.position()
            self.zoom = self._current_zoom().panned(moved.x(), moved.y())
            self.forget()
        else:
            name = self._name_at(event.position())
            QToolTip.showText(event.globalPosition().toPoint(), name, self) if name else QToolTip.hideText()

    def mouseReleaseEvent(self, event) -> None:
        self._dragged_from = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event) -> None:
        self.fit()

    def _nearest(self, points: np.ndarray, at: QPointF) -> int | None:
        if not len(points):
            return None
        distance = np.linalg.norm(self._current_zoom().to_screen(points) - [at.x(), at.y()], axis=1)
        distance = np.where(np.isfinite(distance), distance, np.inf)
        index = int(distance.argmin())
        return index if distance[index] <= REACH else None

    def _custom_at(self, at: QPointF) -> int | None:
        found = self.derived.custom_prediction() if self.studio.options.custom else None
        return None if found is None else self._nearest(found.points, at)

    def _name_at(self, at: QPointF) -> str:
        """What the point under the pointer is."""
        index = self._custom_at(at)
        if index is not None:
            return f"{self.studio.layout.points[index].name} (my layout)"
        open_set, photo = self.studio.open_set, self.studio.photo
        if open_set is None or photo is None or open_set.dataset.layout is None:
            return ""
        index, kind = self._nearest(photo.sample.points, at), "human"
        if index is None:
            found = self.derived.prediction()
            index, kind = (self._nearest(found.points, at) if found is not None else None), "predicted"
        return "" if index is None else f"{open_set.dataset.layout.points[index].name} ({kind})"


def _roi_corners(encoded) -> np.ndarray:
    """(4, 2) px of the photo: the border of the crop I'."""
    height, width = encoded.crop.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float) - 0.5
    return corners @ encoded.roi[:, :2].T + encoded.roi[:, 2]
