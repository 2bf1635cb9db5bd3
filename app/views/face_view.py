"""The canonical face: turn it, read the offsets on it, and put points on it.

While it turns it is drawn at once (`app.face_drawing`): flat and coarse in software, or by GL. Once it rests,
`infl.rendering.face_view` draws it smoothly in a thread: that picture is the same on every machine.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QToolTip

from app import commands
from app.derived import Derived, Side
from app.face_drawing import FaceDrawing
from app.snapping import caught
from app.state import Studio
from app.theme import GRID, theme
from app.translation import tr
from app.views import heat, marks
from app.views.canvas import Canvas
from app.views.face_tools import BOX, LASSO, POINT, TURN, Grasp, Marquee, chosen_with
from app.views.figure import Figures
from app.views.layout_marks import draw_layout
from app.views.offset_marks import OffsetMarks
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
SNAP = 10.0
"""Pixels within which a place that is put by hand snaps to one that is known."""


class CanonicalFaceView(Canvas):
    """Left button on the face: put, choose or move points, as the tool says. Right button, or left beside it: turn.
    Wheel: zoom."""

    settled = Signal()
    turned = Signal(object)
    tool_taken = Signal(str)

    def __init__(
        self,
        studio: Studio,
        derived: Derived,
        drawing: FaceDrawing,
        side: Side = "both",
        name: str = "",
    ):
        """side: what it shows of the comparison. `turned` carries the camera whenever it has another one,
        `tool_taken` the tool."""
        super().__init__(name or tr("Canonical face"))
        self.studio, self.derived, self.drawing = studio, derived, drawing
        self.side: Side = side
        self.offsets = OffsetMarks(studio, derived, side)
        self.face = canonical_face()
        self.figures = Figures(studio, derived)
        self.renderer = self.figures.canonical
        closest_points(self.face, np.zeros((1, 3)))  # its index takes 0.1 s; the first click should not
        self.orbit = OrbitCamera()
        self.tool = POINT
        self._marquee: Marquee | None = None
        self._grasp: Grasp | None = None
        self._caught: np.ndarray | None = None
        self.picture: FacePicture | None = None
        self._image: QImage | None = None
        self._pixel_ratio = 1.0
        self._drawn_as: tuple[OrbitCamera, heat.Chart, tuple[int, int, int]] | None = None
        self._stale = True
        self._smooth_pending = False
        self._version = self._charts = 0
        self._chart = heat.NO_CHART
        self._gestures = itertools.count(1)
        self._turned_from: QPointF | None = None
        self._worker = Latest(self)
        self._worker.done.connect(self._arrived)
        self._worker.failed.connect(
            lambda _key, error: studio.notify(
                "error", tr("The face could not be drawn: {error}").format(error=error)
            )
        )
        self._rest = QTimer(self, interval=SMOOTH_AFTER, singleShot=True)
        self._rest.timeout.connect(self._draw_smoothly)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for signal in (studio.landmarker_changed, studio.comparison_changed, studio.options_changed):
            signal.connect(self._recolour)
        studio.photo_changed.connect(self._photo_changed)
        studio.measured_changed.connect(self.forget)
        studio.sets_changed.connect(self._sets_changed)
        studio.layout_changed.connect(self._layout_changed)
        studio.selection_changed.connect(self.update)
        studio.probe_changed.connect(self.update)
        drawing.changed.connect(self.redraw)

    def sizeHint(self) -> QSize:
        return QSize(560, 520)

    @property
    def busy(self) -> bool:
        """True until the smooth picture of the present state is on screen."""
        return self._smooth_pending

    def stop(self) -> None:
        self._worker.stop()

    def look(self, orbit: OrbitCamera) -> None:
        """See the face through another camera; everybody who listens to `turned` hears of it."""
        if orbit != self.orbit:
            self.orbit = orbit
            self.redraw()
            self.turned.emit(orbit)

    def take(self, tool: str) -> None:
        """The left button does something else from now on; everybody who listens to `tool_taken` hears of it."""
        if tool != self.tool:
            self.tool = tool
            self._catch(None)
            self.tool_taken.emit(tool)

    # drawing

    def _recolour(self) -> None:
        """The figure or its heat map may have changed: a thread works them out, and draws a first picture unless GL
        will."""
        if not self.isVisible():
            return  # it is done when the face is shown
        self._charts += 1
        self._catch(None)
        self._smooth_pending = True
        self._rest.stop()
        self.forget()
        self._ask("flat", None if self.drawing.gl else FaceView.fast, *self._coarse_size())

    def _photo_changed(self) -> None:
        if self.studio.options.shape:
            self._recolour()

    def _sets_changed(self) -> None:
        if self.studio.comparison.of == "all":
            self._recolour()
        self.forget()

    def _ask(
        self, kind: str, draw: Callable[..., FacePicture] | None, size: tuple[int, int], ratio: float
    ) -> None:
        """Let the thread work out the figure and its heat map and `draw` them; the newest request wins."""
        orbit, background = self.orbit, self._background()

        def work() -> tuple[heat.Chart, FaceView, FacePicture | None]:
            chart, figure = self._work_out_chart(), self.figures.now()
            if draw is None:
                return chart, figure, None
            return chart, figure, draw(figure, orbit, size, background=background, **chart.arguments)

        self._worker.ask((kind, self._charts, self._version, ratio), work)

    def _work_out_chart(self) -> heat.Chart:
        """The heat map; faces beside each other have one scale."""
        values = self.derived.heat(self.side) if self.studio.options.heat else None
        if values is None:
            return heat.NO_CHART
        sides: tuple[Side, ...] = ("both",) if self.side == "both" else ("a", "b")
        shown = [(self.derived.heat(side), self.derived.evidence(side)) for side in sides]
        top = max(heat.top_of_scale(mm, evidence) for mm, evidence in shown if mm is not None)
        return heat.chart(values, self.derived.evidence(self.side), top)

    def redraw(self) -> None:
        """The face is seen from elsewhere: flat at once, smooth when it has rested."""
        self._version += 1
        self._stale = True
        self._catch(None)
        if self.isVisible():
            self._smooth_pending = True
            self._rest.start()
        self.forget()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._recolour()

    def hideEvent(self, event) -> None:
        super().hideEvent(event)
        self._rest.stop()
        self._charts += 1  # what is under way is for nobody
        self._smooth_pending = False

    def _layout_changed(self) -> None:
        if self._grasp is not None and max((self._grasp.under, *self._grasp.held)) >= len(self.studio.layout):
            self._grasp = None  # undone under the hand
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
        self._ask("smooth", FaceView.smooth, *self._full_size())

    def _arrived(
        self, key: tuple[str, int, int, float], result: tuple[heat.Chart, FaceView, FacePicture | None]
    ) -> None:
        kind, charts, version, ratio = key
        if charts != self._charts:
            return
        self._chart, self.renderer, picture = result
        if picture is not None and version == self._version:
            self._show(picture, ratio)
        elif kind == "flat":
            self._stale = True  # turned meanwhile, or left to GL
        if kind == "flat":
            self._rest.start()
        elif version == self._version:
            self._smooth_pending = False
        self.forget()

    def _coarse_size(self) -> tuple[tuple[int, int], float]:
        """The flat picture's (width, height), and its pixels for each of the widget's."""
        return self._size_at(min(1.0, COARSE / max(min(self.width(), self.height()), 1)))

    def _full_size(self) -> tuple[tuple[int, int], float]:
        """The same of a picture as sharp as the screen."""
        return self._size_at(self.devicePixelRatioF())

    def _size_at(self, ratio: float) -> tuple[tuple[int, int], float]:
        return (max(round(self.width() * ratio), 16), max(round(self.height() * ratio), 16)), ratio

    def _ensure_picture(self) -> FacePicture:
        if not self._stale and self.picture is not None:
            return self.picture
        size, ratio = self._full_size() if self.drawing.gl else self._coarse_size()
        start, background = time.perf_counter(), self._background()
        if self.picture is not None and not self.drawing.gl and self._was_drawn_so(self.picture):
            picture = self.picture.stretched(self.orbit, size, background)
        else:
            picture = self.drawing.fast(
                self.renderer, self.orbit, size, background=background, **self._chart.arguments
            )
        self._show(picture, ratio)
        if self._turned_from is not None:
            self.studio.timed.emit("face", (time.perf_counter() - start) * 1000)
        return picture

    def _was_drawn_so(self, picture: FacePicture) -> bool:
        """Whether the picture differs in its size alone from the one that is wanted: a panel came or went."""
        if self._drawn_as is None or picture.view is not self.renderer:
            return False
        orbit, chart, background = self._drawn_as
        return orbit == self.orbit and chart is self._chart and background == self._background()

    def _show(self, picture: FacePicture, ratio: float) -> None:
        self.picture, self._image, self._pixel_ratio = picture, to_qimage(picture.image), ratio
        self._drawn_as, self._stale = (self.orbit, self._chart, self._background()), False

    def _on_screen(self, points: np.ndarray) -> np.ndarray:
        return self._ensure_picture().project(points) / self._pixel_ratio

    def paint_still(self, painter: QPainter) -> None:
        picture = self._ensure_picture()
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self._image)
        line = picture.cut_line() / self._pixel_ratio
        pairs = [(QPointF(*a), QPointF(*b)) for a, b in line.tolist()]
        marks.lines(painter, pairs, QColor(theme().accent), 1.6)
        self.offsets.draw(painter, picture, self._on_screen)
        self.offsets.draw_legend(painter, self.width() - GRID)
        if self._chart.top:
            corner = QPointF(GRID, self.height() - GRID)
            width = min(300.0, self.width() - 2 * GRID)
            title = self.offsets.heat_title
            heat.draw_scale(painter, corner, width, self._chart.top, self.face.interocular, title)

    def paint_moving(self, painter: QPainter) -> None:
        draw_layout(painter, self.studio, self._ensure_picture(), self._on_screen, QRectF(self.rect()))
        if self._marquee is not None:
            self._marquee.draw(painter)
        if self._caught is not None:
            marks.halo(painter, marks.points_of(self._on_screen(self._caught[None]))[0], theme().accent, 12)
        if (probe := self.studio.probe) is not None:
            at = self._on_screen(probe.point.xyz[None])
            marks.probe(painter, marks.points_of(at)[0], theme().accent)

    # the hand

    def mousePressEvent(self, event) -> None:
        at = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        turn = self.tool == TURN or bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        index = self._point_at(at)
        if left and index is not None and not turn:
            self.studio.select(chosen_with(self.studio.selection, [index], event.modifiers()))
            if index in self.studio.selection:
                self._take_hold(at, index, next(self._gestures))
            return
        if left and not turn and self.tool in (BOX, LASSO):
            self._marquee = Marquee(at, free=self.tool == LASSO)
            return
        place = self._pick(at) if left and not turn else None
        if place is None:
            self._turned_from = at
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        gesture = next(self._gestures)
        index = commands.add_point(self.studio, self._meant(place), gesture)
        self._take_hold(at, index, gesture)

    def _take_hold(self, at: QPointF, index: int, gesture: int) -> None:
        """Of the chosen points that are seen: one behind the head would come to its front."""
        queries = self.studio.layout.queries
        seen, on_screen = self._ensure_picture().visible(queries), self._on_screen(queries)
        held = [i for i in self.studio.selection if seen[i]]
        held.sort(
            key=lambda i: queries[i, 0] * queries[index, 0] < 0
        )  # of partners the one on the hand's side leads
        self._grasp = Grasp(gesture, at, index, {i: on_screen[i] for i in held})

    def mouseMoveEvent(self, event) -> None:
        at = event.position()
        if self._turned_from is not None:
            moved, self._turned_from = at - self._turned_from, at
            size = (self.width(), self.height())
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            pan = bool(shift) or bool(event.buttons() & Qt.MouseButton.MiddleButton)
            self.look((self.orbit.panned if pan else self.orbit.dragged)(moved.x(), moved.y(), size))
        elif self._marquee is not None:
            self._marquee.to(at)
            self.update()
        elif self._grasp is not None:
            places = {i: self._pick(wanted) for i, wanted in self._grasp.to(at).items()}
            there = {i: place for i, place in places.items() if place is not None}
            if len(there) == len(self._grasp.held) == 1:  # several keep their shape
                there = {i: self._meant(place) for i, place in there.items()}
            commands.move_points(self.studio, there, self._grasp.gesture)
        else:
            index = self._point_at(at)
            puts = self.studio.options.snap and self.tool == POINT and index is None
            place = self._pick(at) if puts else None
            self._catch(None) if place is None else self._meant(place)
            takes = Qt.CursorShape.PointingHandCursor if index is not None else Qt.CursorShape.CrossCursor
            self.setCursor(Qt.CursorShape.OpenHandCursor if self.tool == TURN else takes)
            name = self.studio.layout.points[index].name if index is not None else self._compared_name(at)
            QToolTip.showText(event.globalPosition().toPoint(), name, self) if name else QToolTip.hideText()

    def mouseReleaseEvent(self, event) -> None:
        if self._marquee is not None and len(self.studio.layout):
            queries = self.studio.layout.queries
            seen = self._ensure_picture().visible(queries)
            inside = [i for i in self._marquee.holds(self._on_screen(queries)) if seen[i]]
            self.studio.select(chosen_with(self.studio.selection, inside, event.modifiers()))
        if self._grasp is not None and not self._grasp.dragged and not event.modifiers():
            self.studio.select([self._grasp.under])  # a mere click chooses one of several
        self._let_go()

    def _let_go(self) -> None:
        self._marquee = self._turned_from = self._grasp = None
        self._catch(None)
        self.unsetCursor()
        self.update()

    def _meant(self, place: np.ndarray) -> np.ndarray:
        """Where a point goes that is put there by hand; a ring shows what it snaps to."""
        found = None
        if self.studio.options.snap:
            layouts = [each.dataset.layout for each in self.studio.sets if each.dataset.layout is not None]
            found = caught(place, layouts, SNAP / self._magnification(place))
        self._catch(found)
        return place if found is None else found

    def _catch(self, place: np.ndarray | None) -> None:
        if place is not self._caught:
            self._caught = place
            self.update()

    def _magnification(self, place: np.ndarray) -> float:
        """Pixels on screen of a millimetre at `place` that is seen squarely."""
        right = self._ensure_picture().camera.rotation[0]
        here, there = self._on_screen(np.stack([place, place + right]))
        return float(np.linalg.norm(there - here))

    def leaveEvent(self, event) -> None:
        super().leaveEvent(event)
        self._catch(None)

    def wheelEvent(self, event) -> None:
        at, size = event.position(), (self.width(), self.height())
        self.look(self.orbit.zoomed(1.0015 ** event.angleDelta().y(), (at.x(), at.y()), size))

    def keyPressEvent(self, event) -> None:
        turns = {
            Qt.Key.Key_Left: (-8, 0),
            Qt.Key.Key_Right: (8, 0),
            Qt.Key.Key_Up: (0, -8),
            Qt.Key.Key_Down: (0, 8),
        }
        turn = turns.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self._marquee is not None:
            self._let_go()
        elif event.key() == Qt.Key.Key_Escape and self.studio.selection:
            self.studio.select([])
        elif turn is None:
            super().keyPressEvent(event)
        else:
            self.look(self.orbit.dragged(*turn, (180, 180)))

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
        layout = self.derived.compared_layout(self.side)
        index = self._nearest(layout.queries, at) if self.studio.options.arrows and len(layout) else None
        return "" if index is None else self.offsets.told_at(index)
