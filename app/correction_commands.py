"""Undoable corrections of the annotation of the photo on screen."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from app.corrections import Face, PointCorrection, SetKey
from app.state import Studio
from app.translation import tr
from app.values import Place
from infl.datasets.dataset import ABSENT, OCCLUDED

_MERGES = 2


class CorrectFace(QUndoCommand):
    """Replace what is corrected of a face; `gesture` ≠ 0 names the drag, or row of keys, whose steps are one."""

    def __init__(
        self, studio: Studio, text: str, place: Place, after: Face, point: int | None, gesture: int = 0
    ):
        super().__init__(text)
        self.studio, self.gesture, self.point, self._place = studio, gesture, point, place
        self.set, self.sample = studio.sets[place.set].key, studio.sample_at(place).key
        self.before, self.after = studio.corrections_of(place), after

    def redo(self) -> None:
        self._become(self.after)

    def undo(self) -> None:
        self._become(self.before)

    def _become(self, face: Face) -> None:
        """Correct the face and show it; of a set that was closed the correction waits until it is open again."""
        studio, place = self.studio, find(self.studio, self.set, self.sample, self._place)
        if place is None:
            studio.corrections = studio.corrections.with_face(self.set, self.sample, face)
            return
        studio.show(place)
        studio.choose_point(self.point)
        studio.correct(place, face)

    def id(self) -> int:
        return _MERGES if self.gesture else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        same = isinstance(other, CorrectFace) and (other.gesture, other.set, other.sample) == (
            self.gesture, self.set, self.sample,
        )  # fmt: skip
        if not isinstance(other, CorrectFace) or not same:
            return False
        self.after = other.after
        return True


def find(studio: Studio, key: SetKey, sample: str, likely: Place) -> Place | None:
    """Where a face is among the open sets; `likely` is where it was."""
    if likely.set < len(studio.sets) and studio.sets[likely.set].key == key:
        samples = studio.sets[likely.set].dataset.samples
        if likely.sample < len(samples) and samples[likely.sample].key == sample:
            return likely
    for number, open_set in enumerate(studio.sets):
        if open_set.key == key:
            for index, other in enumerate(open_set.dataset.samples):
                if other.key == sample:
                    return Place(number, index)
    return None


def move_point(studio: Studio, point: int, at: tuple[float, float], gesture: int = 0) -> None:
    """Put a point of the photo's annotation elsewhere, (x, y) px; one that was absent is there from then on."""
    photo = studio.photo
    if photo is not None:
        occluded = int(photo.sample.visibility[point]) == OCCLUDED
        x, y = (float(v) for v in at)
        _correct(studio, tr("Move {name}"), point, PointCorrection((x, y), occluded), gesture)


def mark_occluded(studio: Studio, point: int, occluded: bool) -> None:
    """Say whether something hides a point that is there."""
    photo = studio.photo
    if photo is not None and int(photo.sample.visibility[point]) != ABSENT:
        x, y = (float(v) for v in photo.sample.points[point])
        text = tr("Mark {name} as occluded") if occluded else tr("Mark {name} as seen")
        _correct(studio, text, point, PointCorrection((x, y), occluded))


def mark_absent(studio: Studio, point: int) -> None:
    """Take a point away from the annotation."""
    _correct(studio, tr("Mark {name} as absent"), point, PointCorrection(None))


def restore_points(studio: Studio, points: tuple[int, ...]) -> None:
    """Points of the photo's annotation as the file has them."""
    photo = studio.photo
    if photo is None:
        return
    face = studio.corrections_of(photo.place)
    after = {k: point for k, point in face.items() if k not in points}
    if len(after) != len(face):
        point = points[0] if len(points) == 1 else studio.point
        text = tr("{name} as in the file") if len(points) == 1 else tr("Points as in the file")
        text = text.format(name=_name(studio, points[0]))
        studio.undo.push(CorrectFace(studio, text, photo.place, after, point))


def _correct(studio: Studio, text: str, point: int, correction: PointCorrection, gesture: int = 0) -> None:
    photo = studio.photo
    if photo is None:
        return
    face = studio.corrections_of(photo.place)
    if face.get(point) != correction:
        command = CorrectFace(
            studio,
            text.format(name=_name(studio, point)),
            photo.place,
            {**face, point: correction},
            point,
            gesture,
        )
        studio.undo.push(command)


def _name(studio: Studio, point: int) -> str:
    open_set = studio.open_set
    layout = open_set.dataset.layout if open_set is not None else None
    return layout.points[point].name if layout is not None else tr("point {number}").format(number=point)
