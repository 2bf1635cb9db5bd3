"""What can be done to the photo's points: choose, correct and mark them, and take a place over into the layout."""

from __future__ import annotations

from app import commands
from app import correction_commands as corrections
from app.actions import Actions
from app.state import Studio
from app.translation import QT_TR_NOOP, tr
from app.views.photo_points import PhotoPoints
from infl.datasets.dataset import ABSENT, OCCLUDED

PHOTO = QT_TR_NOOP("&Photo")
POINT_ACTIONS = ("occluded", "absent", "as_filed", "all_as_filed")
"""Those that a point's context menu offers."""


def declare(actions: Actions, studio: Studio, points: PhotoPoints) -> None:
    """Declare the menu “Photo”."""
    actions.add("add_probe", PHOTO, tr("Add this place to my layout"), lambda: add_probe(studio), "A",
                tr("Add the place that was clicked on the face in the photo to my layout"))  # fmt: skip
    actions.separate(PHOTO)
    actions.add("next_point", PHOTO, tr("Next point"), lambda: step_point(studio, 1), "]",
                tr("Choose the next point of the photo's own layout; the arrow keys move it"))  # fmt: skip
    actions.add("previous_point", PHOTO, tr("Previous point"), lambda: step_point(studio, -1), "[",
                tr("Choose the previous point of the photo's own layout"))  # fmt: skip
    actions.separate(PHOTO)
    occluded = actions.add_switch("occluded", PHOTO, tr("Occluded"), False, lambda on: mark_occluded(studio, on), "O",
                                  tr("Something hides the chosen point"))  # fmt: skip
    absent = actions.add_switch("absent", PHOTO, tr("Absent"), False, lambda on: mark_absent(studio, points, on), "X",
                                tr("The chosen point is not in the photo, or is not to be trusted"))  # fmt: skip
    as_filed = actions.add("as_filed", PHOTO, tr("Point as in the file"), lambda: restore(studio), "Backspace",
                           tr("Take back what was corrected of the chosen point"))  # fmt: skip
    all_filed = actions.add("all_as_filed", PHOTO, tr("All points as in the file"), lambda: restore_all(studio), "",
                            tr("Take back what was corrected in this photo"))  # fmt: skip

    def enable() -> None:
        """Actions can be chosen where they do something, and the switches show how the chosen point is."""
        photo, point = studio.photo, studio.point
        there = photo is not None and point is not None and point < len(photo.sample.points)
        visibility = int(photo.sample.visibility[point]) if there else ABSENT  # pyright: ignore
        face = studio.corrections_of(photo.place) if photo is not None else {}
        for action, on, able in (
            (occluded, there and visibility == OCCLUDED, there and visibility != ABSENT),
            (absent, there and visibility == ABSENT, there),
        ):
            action.setChecked(on)
            action.setEnabled(able)
        as_filed.setEnabled(point in face)
        all_filed.setEnabled(bool(face))
        actions["add_probe"].setEnabled(studio.probe is not None)

    for signal in (
        studio.point_changed, studio.photo_changed, studio.corrections_changed, studio.probe_changed
    ):  # fmt: skip
        signal.connect(enable)
    enable()


def step_point(studio: Studio, by: int) -> None:
    """Choose the next (+1) or previous (−1) point of the photo's own layout, around its end."""
    if studio.photo is not None and len(studio.photo.sample.points):
        count = len(studio.photo.sample.points)
        first = 0 if by > 0 else count - 1
        studio.choose_point(first if studio.point is None else (studio.point + by) % count)


def mark_occluded(studio: Studio, on: bool) -> None:
    if studio.point is not None:
        corrections.mark_occluded(studio, studio.point, on)


def mark_absent(studio: Studio, points: PhotoPoints, on: bool) -> None:
    """Take the chosen point away, or bring it back: to where the file has it, else to where it is predicted."""
    if studio.point is None or studio.photo is None:
        return
    place = studio.photo.place
    filed = studio.sets[place.set].original.samples[place.sample]
    if on:
        corrections.mark_absent(studio, studio.point)
    elif int(filed.visibility[studio.point]) != ABSENT:
        corrections.restore_points(studio, (studio.point,))
    elif (predicted := points.place_of(studio.point)) is not None:
        corrections.move_point(studio, studio.point, (predicted[0], predicted[1]))
    else:
        studio.corrections_changed.emit()  # nobody knows where it is: the switch goes back


def restore(studio: Studio) -> None:
    if studio.point is not None:
        corrections.restore_points(studio, (studio.point,))


def restore_all(studio: Studio) -> None:
    if studio.photo is not None:
        corrections.restore_points(studio, tuple(studio.corrections_of(studio.photo.place)))


def add_probe(studio: Studio) -> None:
    """Put the place that was clicked in the photo into the custom layout, selected."""
    if studio.probe is not None:
        commands.add_point(studio, studio.probe.point.xyz)
        studio.set_probe(None)
