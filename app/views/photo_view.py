"""The photograph with what people and the model say about it; its points can be corrected under the hand."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QImage, QKeyEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip

from app import correction_commands as commands
from app.derived import Derived
from app.harmonised_photo import HarmonisedPhoto
from app.state import Studio
from app.theme import GRID, theme
from app.translation import tr
from app.views import marks
from app.views.canvas import Canvas
from app.views.loupe import draw_loupe
from app.views.panel import caption
from app.views.photo_points import PhotoPoints
from app.views.picture import Picture, Zoom, to_qimage

REACH = 8.0
"""Pixels from the pointer within which a point answers."""
SLACK = 4.0
"""Pixels that the pressed pointer may stray before it drags; up to there it is a click."""
PAUSE = 1.0
"""Seconds without a key after which moving a point by keys is another step to undo."""
ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip


@dataclass(frozen=True)
class _Press:
    """A button that is down: where it went down and was last, and which point of the set's layout it holds.

    held: (2,) px of the photo from the pointer to that point. gesture: names the drag for undo.
    """

    start: QPointF
    last: QPointF
    button: Qt.MouseButton
    point: int | None = None
    held: np.ndarray | None = None
    gesture: int = 0
    moving: bool = False


class PhotoView(Canvas):
    """Draws the studio's photo.

    Wheel: zoom. Left button: on a point of the set choose it, or drag it elsewhere; on the face ask for the point of
    the canonical face there; dragged from anywhere else, pan. Double click: fit. Arrow keys move the chosen point.
    """

    menu_wanted = Signal(object)

    def __init__(self, studio: Studio, derived: Derived, harmonised: HarmonisedPhoto):
        super().__init__(tr("Photo"))
        self.studio, self.derived = studio, derived
        self.points = PhotoPoints(studio, derived, harmonised)
        self.zoom: Zoom | None = None
        self._picture: Picture | None = None
        self._crop: tuple[np.ndarray, QImage] | None = None
        self._press: _Press | None = None
        self._pointer: QPointF | None = None
        self._gestures = itertools.count(1)
        self._nudge = (-1, 0, 0.0)  # of the last key: point, gesture and time
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        studio.photo_changed.connect(self._photo_changed)
        for signal in (studio.options_changed, studio.sets_changed, studio.landmarker_changed):
            signal.connect(self.forget)
        for signal in (studio.target_changed, studio.corrections_changed, harmonised.changed):
            signal.connect(self.forget)
        for signal in (
            studio.layout_changed, studio.selection_changed, studio.point_changed, studio.probe_changed
        ):  # fmt: skip
            signal.connect(self.update)

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
        self.points.draw(painter, zoom)
        self._draw_crop(painter)

    def paint_moving(self, painter: QPainter) -> None:
        if self._picture is None or self.studio.photo is None:
            return
        zoom = self._current_zoom()
        self.points.draw_custom(painter, zoom)
        self.points.draw_probe(painter, zoom)
        self.points.draw_chosen(painter, zoom)
        self.points.draw_legend(painter)
        if (at := self._magnified(zoom)) is not None:
            draw_loupe(painter, self._picture, zoom, at, QRectF(self.rect()), self.points.draw)

    def _magnified(self, zoom: Zoom) -> QPointF | None:
        """Where the loupe looks: at the point that is being dragged, else, switched on, at the pointer."""
        press = self._press
        if press is not None and press.moving and press.point is not None:
            place = self.points.place_of(press.point)
            return None if place is None else QPointF(*zoom.to_screen(place[None])[0])
        return self._pointer if self.studio.options.loupe and press is None else None

    def _say_empty(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme().muted))
        text = tr("Open a data set to see its photographs.\n\nFile › Open…, or drop a folder here.")
        if self.studio.sets:
            place = self.studio.place
            text = tr("Loading the photograph …") if place else tr("This set has no photographs.")
            if place is not None and (
                reason := self.studio.unreadable.get(self.studio.sample_at(place).image)
            ):
                painter.setPen(QColor(theme().error))
                text = tr("This photograph cannot be shown.\n\n{reason}").format(reason=reason)
        room = self.rect().adjusted(4 * GRID, 4 * GRID, -4 * GRID, -4 * GRID)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap), text)

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
        caption(painter, tr("crop I′"), box.topLeft() + QPointF(4, 4))

    # the hand

    def wheelEvent(self, event) -> None:
        at = event.position()
        self.zoom = self._current_zoom().zoomed(1.0015 ** event.angleDelta().y(), at.x(), at.y())
        self.forget()

    def mousePressEvent(self, event) -> None:
        at, left = event.position(), event.button() == Qt.MouseButton.LeftButton
        custom = self._custom_at(at) if left else None
        if custom is not None:
            self.studio.select([custom])
            return
        self._press = _Press(at, at, event.button())
        point = self._own_at(at)[0] if left or event.button() == Qt.MouseButton.RightButton else None
        if point is None:
            return
        self.studio.choose_point(point)
        place = self._grabbed(point, at)
        if left and place is not None:
            held = place - self._to_photo(at)
            self._press = replace(self._press, point=point, held=held, gesture=next(self._gestures))

    def mouseMoveEvent(self, event) -> None:
        at = self._pointer = event.position()
        press = self._press
        if press is None:
            self._hover(event)
            return
        if not press.moving and _far(at - press.start) <= SLACK:
            return
        self._press = replace(press, last=at, moving=True)
        self.setCursor(Qt.CursorShape.ClosedHandCursor if press.point is None else Qt.CursorShape.BlankCursor)
        if press.point is not None and press.held is not None:
            x, y = self._to_photo(at) + press.held
            commands.move_point(self.studio, press.point, (x, y), press.gesture)
        else:
            moved = at - press.last
            self.zoom = self._current_zoom().panned(moved.x(), moved.y())
            self.forget()

    def _hover(self, event) -> None:
        name = self._name_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if name else Qt.CursorShape.ArrowCursor)
        QToolTip.showText(event.globalPosition().toPoint(), name, self) if name else QToolTip.hideText()
        if self.studio.options.loupe:
            self.update()

    def mouseReleaseEvent(self, event) -> None:
        press, self._press = self._press, None
        self.unsetCursor()
        self.update()
        if (
            press is None
            or press.moving
            or press.button != Qt.MouseButton.LeftButton
            or self._picture is None
        ):
            return
        if press.point is None:
            self.studio.choose_point(None)
            if self.studio.photo is not None and self.studio.photo.encoded is not None:
                self.studio.ask_pixel(*map(float, self._to_photo(event.position())))

    def mouseDoubleClickEvent(self, event) -> None:
        if self._own_at(event.position())[0] is None:
            self.fit()

    def leaveEvent(self, event) -> None:
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    # keys

    def event(self, event: QEvent) -> bool:
        # Alt with an arrow reorders the layout's points elsewhere; here it moves the chosen point.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and Qt.Key(event.key()) in ARROWS
            and self.studio.point is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is not None and self.studio.point is not None:
            self._nudge_point(self.studio.point, direction, event.modifiers())
        elif event.key() == Qt.Key.Key_Escape:
            self.studio.choose_point(None)
            self.studio.set_probe(None)
        else:
            super().keyPressEvent(event)

    def _nudge_point(self, point: int, direction: tuple[int, int], modifiers: Qt.KeyboardModifier) -> None:
        """Move a point by 1 px of the photo, with Shift by 10, with Alt by a tenth."""
        place, now = self.points.place_of(point), time.monotonic()
        if place is None:
            return
        size = 10.0 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1.0
        size = 0.1 if modifiers & Qt.KeyboardModifier.AltModifier else size
        moved, gesture, last = self._nudge
        if now - last > PAUSE or moved != point:
            gesture = next(self._gestures)
        self._nudge = (point, gesture, now)
        commands.move_point(
            self.studio, point, (place[0] + size * direction[0], place[1] + size * direction[1]), gesture
        )

    # what is under the pointer

    def _to_photo(self, at: QPointF) -> np.ndarray:
        return np.array(self._current_zoom().to_photo(at.x(), at.y()))

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

    def _own_at(self, at: QPointF) -> tuple[int | None, str]:
        """The point of the set's own layout under the pointer, of what is shown, and whose it is."""
        show, photo = self.studio.options, self.studio.photo
        if photo is None:
            return None, ""
        index = self._nearest(photo.sample.points, at) if show.human else None
        if index is not None:
            return index, "human"
        found = self.derived.prediction() if show.predicted else None
        return (None, "") if found is None else (self._nearest(found.points, at), "predicted")

    def _grabbed(self, point: int, at: QPointF) -> np.ndarray | None:
        """(2,) px of the photo: the mark of a point that was taken hold of, the human's or the predicted one."""
        found, photo = self.derived.prediction(), self.studio.photo
        if self._own_at(at)[1] == "predicted":
            return None if found is None else found.points[point]
        return None if photo is None else photo.sample.points[point]

    def _name_at(self, at: QPointF) -> str:
        """What the point under the pointer is."""
        index = self._custom_at(at)
        if index is not None:
            return tr("{name} (my layout)").format(name=self.studio.layout.points[index].name)
        index, kind = self._own_at(at)
        whose = tr("human") if kind == "human" else tr("predicted")
        return "" if index is None else f"{self.points.name_of(index)} ({whose})"


def _far(vector: QPointF) -> float:
    return float(np.hypot(vector.x(), vector.y()))


def _roi_corners(encoded) -> np.ndarray:
    """(4, 2) px of the photo: the border of the crop I'."""
    height, width = encoded.crop.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float) - 0.5
    return corners @ encoded.roi[:, :2].T + encoded.roi[:, 2]
