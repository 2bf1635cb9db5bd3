"""The canonical face: turn it, read the offsets on it, and put points on it.

Drawn in software by `infl.rendering.face_view`: flat while it turns, smooth a moment after, in a thread.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QToolTip

from app import commands
from app.derived import Derived, Offsets
from app.state import Studio
from app.theme import GRID, theme
from app.views import heat, marks
from app.views.canvas import Canvas
from app.views.panel import caption, captions
from app.views.picture import to_qimage
from app.workers import Latest
from infl.geometry.canonical_face import canonical_face
from infl.geometry.surface import closest_points
from infl.rendering.face_view import FacePicture, FaceView, OrbitCamera

SMOOTH_AFTER = 150
"""Milliseconds that the face must rest before it is drawn smoothly."""
COARSE = 440
"""Pixels of the shorter side of the flat picture; it is stretched to the widget while the face turns."""
REACH = 9.0


class CanonicalFaceView(Canvas):
    """Left button on the face: put or move a point. Right button, or left beside the face: turn. Wheel: zoom."""

    settled = Signal()

    def __init__(self, studio: Studio, derived: Derived):
        super().__init__("Canonical face")
        self.studio, self.derived = studio, derived
        self.face = canonical_face()
        self.renderer = FaceView(self.face)
        closest_points(self.face, np.zeros((1, 3)))  # its index takes 0.1 s; the first click should not
        self.orbit = OrbitCamera()
        self.turning_tool = False
        self.picture: FacePicture | None = None
        self._image: QImage | None = None
        self._pixel_ratio = 1.0
        self._stale = True
        self._smooth_pending = False
        self._version = self._charts = 0
        self._chart = heat.NO_CHART
        self._gestures = itertools.count(1)
        self._gesture = 0
        self._turned_from: QPointF | None = None
        self._worker = Latest(self)
        self._worker.done.connect(self._arrived)
        self._worker.failed.connect(
            lambda _key, error: studio.notify("error", f"The face could not be drawn: {error}")
        )
        self._rest = QTimer(self, interval=SMOOTH_AFTER, singleShot=True)
        self._rest.timeout.connect(self._draw_smoothly)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for signal in (studio.landmarker_changed, studio.comparison_changed, studio.options_changed):
            signal.connect(self._recolour)
        studio.sets_changed.connect(self.forget)
        studio.layout_changed.connect(self._layout_changed)
        studio.selection_changed.connect(self.update)
        studio.probe_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(560, 520)

    @property
    def busy(self) -> bool:
        """True until the smooth picture of the present state is on screen."""
        return self._smooth_pending

    def stop(self) -> None:
        self._worker.stop()

    def look(self, yaw: float, pitch: float) -> None:
        """Turn to a named view."""
        self.orbit = OrbitCamera(yaw=yaw, pitch=pitch)
        self.redraw()

    # drawing

    def _recolour(self) -> None:
        """The heat map may have changed: a thread works it out and draws a first, flat picture with it."""
        self._charts += 1
        self._smooth_pending = True
        self._rest.stop()
        self.forget()
        size, ratio = self._coarse_size()
        self._ask("flat", self.renderer.fast, size, ratio)

    def _ask(self, kind: str, draw: Callable[..., FacePicture], size: tuple[int, int], ratio: float) -> None:
        """Let the thread work out the heat map and draw the face with it; the newest request wins."""
        studio, derived, orbit, background = self.studio, self.derived, self.orbit, self._background()

        def work() -> tuple[heat.Chart, FacePicture]:
            values = derived.heat() if studio.options.heat else None
            chart = heat.NO_CHART if values is None else heat.chart(values, derived.evidence())
            return chart, draw(orbit, size, background=background, **chart.arguments)

        self._worker.ask((kind, self._charts, self._version, ratio), work)

    def redraw(self) -> None:
        """The face is seen from elsewhere: flat at once, smooth when it has rested."""
        self._version += 1
        self._stale = self._smooth_pending = True
        self._rest.start()
        self.forget()

    def _layout_changed(self) -> None:
        if self.studio.comparison.at == "custom":
            self.forget()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.redraw()

    def resizeEvent(self, event) -> None:
        self.redraw()

    @staticmethod
    def _background() -> tuple[int, int, int]:
        colour = QColor(theme().canvas)
        return colour.red(), colour.green(), colour.blue()

    def _draw_smoothly(self) -> None:
        ratio = self.devicePixelRatioF()
        size = (max(round(self.width() * ratio), 16), max(round(self.height() * ratio), 16))
        self._ask("smooth", self.renderer.smooth, size, ratio)

    def _arrived(self, key: tuple[str, int, int, float], result: tuple[heat.Chart, FacePicture]) -> None:
        kind, charts, version, ratio = key
        if charts != self._charts:
            return
        self._chart, picture = result
        if version == self._version:
            self.picture, self._image, self._pixel_ratio = picture, to_qimage(picture.image), ratio
            self._stale = False
        elif kind == "flat":
            self._stale = True  # turned meanwhile
        if kind == "flat":
            self._rest.start()
        elif version == self._version:
            self._smooth_pending = False
        self.forget()

    def _coarse_size(self) -> tuple[tuple[int, int], float]:
        """The flat picture's (width, height), and its pixels for each of the widget's."""
        ratio = min(1.0, COARSE / max(min(self.width(), self.height()), 1))
        return (max(round(self.width() * ratio), 16), max(round(self.height() * ratio), 16)), ratio

    def _ensure_picture(self) -> FacePicture:
        if self._stale or self.picture is None:
            size, ratio = self._coarse_size()
            start = time.perf_counter()
            self.picture = self.renderer.fast(
                self.orbit, size, background=self._background(), **self._chart.arguments
            )
            self._image, self._pixel_ratio, self._stale = to_qimage(self.picture.image), ratio, False
            if self._turned_from is not None:
                self.studio.timed.emit("face", (time.perf_counter() - start) * 1000)
        return self.picture

    def _on_screen(self, points: np.ndarray) -> np.ndarray:
        return self._ensure_picture().project(points) / self._pixel_ratio

    def paint_still(self, painter: QPainter) -> None:
        picture = self._ensure_picture()
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self._image)
        offsets = self.derived.offsets()
        if self.studio.options.arrows and offsets is not None:
            self._draw_offsets(painter, picture, offsets)
        self._draw_legend(painter, offsets)

    def paint_moving(self, painter: QPainter) -> None:
        self._draw_layout(painter, self._ensure_picture())
        if (probe := self.studio.probe) is not None:
            at = self._on_screen(probe.point.xyz[None])
            marks.probe(painter, marks.points_of(at)[0], theme().accent)

    def _draw_offsets(self, painter: QPainter, picture: FacePicture, offsets: Offsets) -> None:
        s, queries = self.studio, offsets.layout.queries
        seen = picture.visible(queries)
        heads = self._on_screen(queries + s.options.arrow_scale * offsets.vectors)[seen]
        tails = self._on_screen(queries)[seen]
        marks.disc(painter, marks.points_of(tails), s.colour_of(offsets.b), 2.2)
        marks.arrows(painter, tails, heads, s.colour_of(offsets.a))

    def _draw_layout(self, painter: QPainter, picture: FacePicture) -> None:
        s, layout = self.studio, self.studio.layout
        if not len(layout):
            return
        at, seen, accent = (
            marks.points_of(self._on_screen(layout.queries)),
            picture.visible(layout.queries),
            theme().accent,
        )
        pairs = [(at[a], at[b]) for a, b in layout.edges if seen[a] and seen[b]]
        marks.lines(painter, pairs, marks.DARK, 3.0)
        marks.lines(painter, pairs, QColor(accent), 1.6)
        for i, p in enumerate(at):
            painter.setOpacity(1.0 if seen[i] or i in s.selection else 0.25)
            marks.custom(painter, p, accent, 4.5, i in s.selection)
        painter.setOpacity(1.0)
        for i, p in enumerate(at):
            if i in s.selection or (s.options.names and seen[i]):
                caption(painter, layout.points[i].name, p + QPointF(10, -10))

    def _draw_legend(self, painter: QPainter, offsets: Offsets | None) -> None:
        s = self.studio
        if s.options.arrows and offsets is not None:
            text = f"{offsets.b} → {offsets.a}, arrows ×{s.options.arrow_scale:g}"
            box = captions(painter, [text], QPointF(GRID, GRID), indent=30)[0]
            y = box.center().y()
            marks.disc(painter, [QPointF(box.left() + 10, y)], s.colour_of(offsets.b), 3.0)
            tail, head = np.array([[box.left() + 10, y]]), np.array([[box.left() + 30, y]])
            marks.arrows(painter, tail, head, s.colour_of(offsets.a))
        if self._chart.top:
            corner = QPointF(GRID, self.height() - GRID)
            width = min(300.0, self.width() - 2 * GRID)
            heat.draw_scale(painter, corner, width, self._chart.top, self.face.interocular)

    # the hand

    def mousePressEvent(self, event) -> None:
        at = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        turn = self.turning_tool or bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        index = self._point_at(at)
        if left and index is not None and not turn:
            self._gesture = next(self._gestures)
            self.studio.select([index])
            return
        place = self._pick(at) if left and not turn else None
        if place is None:
            self._turned_from = at
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        self._gesture = next(self._gestures)
        commands.add_point(self.studio, place, self._gesture)

    def mouseMoveEvent(self, event) -> None:
        at = event.position()
        if self._turned_from is not None:
            moved, self._turned_from = at - self._turned_from, at
            size = (self.width(), self.height())
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            pan = bool(shift) or bool(event.buttons() & Qt.MouseButton.MiddleButton)
            self.orbit = (self.orbit.panned if pan else self.orbit.dragged)(moved.x(), moved.y(), size)
            self.redraw()
        elif self._gesture and len(self.studio.selection) == 1:
            place = self._pick(at)
            if place is not None:
                commands.move_point(self.studio, self.studio.selection[0], place, self._gesture)
        else:
            index = self._point_at(at)
            self.setCursor(
                Qt.CursorShape.PointingHandCursor if index is not None else Qt.CursorShape.CrossCursor
            )
            name = self.studio.layout.points[index].name if index is not None else self._compared_name(at)
            QToolTip.showText(event.globalPosition().toPoint(), name, self) if name else QToolTip.hideText()

    def mouseReleaseEvent(self, event) -> None:
        self._turned_from, self._gesture = None, 0
        self.unsetCursor()

    def wheelEvent(self, event) -> None:
        at, size = event.position(), (self.width(), self.height())
        self.orbit = self.orbit.zoomed(1.0015 ** event.angleDelta().y(), (at.x(), at.y()), size)
        self.redraw()

    def keyPressEvent(self, event) -> None:
        turns = {
            Qt.Key.Key_Left: (-8, 0),
            Qt.Key.Key_Right: (8, 0),
            Qt.Key.Key_Up: (0, -8),
            Qt.Key.Key_Down: (0, 8),
        }
        turn = turns.get(Qt.Key(event.key()))
        if turn is None:
            super().keyPressEvent(event)
            return
        self.orbit = self.orbit.dragged(*turn, (180, 180))
        self.redraw()

    def _pick(self, at: QPointF) -> np.ndarray | None:
        ratio = self._pixel_ratio
        hit = self._ensure_picture().pick(at.x() * ratio, at.y() * ratio)
        return None if hit is None else hit.xyz

    def _point_at(self, at: QPointF) -> int | None:
        return self._nearest(self.studio.layout.queries, at) if len(self.studio.layout) else None

    def _nearest(self, queries: np.ndarray, at: QPointF) -> int | None:
        distance = np.linalg.norm(self._on_screen(queries) - [at.x(), at.y()], axis=1)
        distance[~self._ensure_picture().visible(queries)] = np.inf
        index = int(distance.argmin())
        return index if distance[index] <= REACH else None

    def _compared_name(self, at: QPointF) -> str:
        """The compared point under the pointer, with its offset."""
        offsets = self.derived.offsets() if self.studio.options.arrows else None
        index = self._nearest(offsets.layout.queries, at) if offsets is not None else None
        if offsets is None or index is None:
            return ""
        return f"{offsets.layout.points[index].name}: {offsets.lengths[index]:.2f} mm"
