"""The studio's one source of truth. Views read it and listen to its signals; only it is ever changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app import layout_edits
from app.corrections import Corrections, Face, corrected
from app.measured import Measurements
from app.suspicions import Suspicions
from app.theme import CANONICAL_COLOUR, SET_COLOURS, SET_MARKS
from app.values import CANONICAL, Comparison, Notice, OpenSet, Options, Photo, Place, Probe
from infl.datasets.dataset import Dataset, Sample
from infl.layouts import Layout

if TYPE_CHECKING:
    from infl.model import Landmarker


class Studio(QObject):
    """Open sets, the picture on screen, the model, the custom layout, what is compared and what is drawn."""

    sets_changed = Signal()
    place_changed = Signal()
    photo_changed = Signal()
    landmarker_changed = Signal()
    layout_changed = Signal()
    target_changed = Signal()
    selection_changed = Signal()
    comparison_changed = Signal()
    measured_changed = Signal()
    suspects_changed = Signal()
    options_changed = Signal()
    disagreement_changed = Signal()
    corrections_changed = Signal()
    point_changed = Signal()
    pixel_asked = Signal(float, float)
    probe_changed = Signal()
    noticed = Signal(object)
    timed = Signal(str, float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo = QUndoStack(self)
        self.sets: tuple[OpenSet, ...] = ()
        self.place: Place | None = None
        self.photo: Photo | None = None
        self.landmarker: Landmarker | None = None
        self.previous_landmarker: Landmarker | None = None
        self.model_name = self.previous_name = ""
        self.layout: Layout = layout_edits.empty()
        self.selection: tuple[int, ...] = ()
        self.target_convention = CANONICAL
        self.comparison = Comparison()
        self.measurements = Measurements()
        self.suspects = Suspicions()
        self.options = Options()
        self.disagreement: dict[Place, float] = {}
        self.corrections = Corrections()
        self.point: int | None = None
        self.probe: Probe | None = None
        self.unreadable: dict[Path, str] = {}
        self.notices: list[Notice] = []

    # data sets and pictures

    def add_sets(self, datasets: Sequence[Dataset]) -> None:
        """Show more data sets; a set of the same folder and convention is replaced."""
        known = {(s.dataset.path.resolve(), s.dataset.convention): i for i, s in enumerate(self.sets)}
        sets = list(self.sets)
        for dataset in datasets:
            index = known.get((dataset.path.resolve(), dataset.convention), len(sets))
            colour, mark = SET_COLOURS[index % len(SET_COLOURS)], SET_MARKS[index % len(SET_MARKS)]
            sets[index : index + 1] = [self._as_corrected(OpenSet(dataset, colour, mark))]
        replaced = {i for i, old in enumerate(self.sets) if sets[i] is not old}
        shown = self.sample_at(self.place) if self.place and self.place.set in replaced else None
        self.sets = tuple(sets)
        # A set that was read again may have more samples, so its numbers mean others.
        self.disagreement = {p: v for p, v in self.disagreement.items() if p.set not in replaced}
        for i in replaced:
            for sample in sets[i].dataset.samples:
                self.unreadable.pop(sample.image, None)
        self._compare_open_sets()
        place = self.place
        if place and shown is not None:
            self.place, self.photo = None, None
        self.sets_changed.emit()
        if place and shown is not None:
            keys = [sample.key for sample in self.sets[place.set].dataset.samples]
            self.show(Place(place.set, keys.index(shown.key) if shown.key in keys else 0))
            self.photo_changed.emit()
        elif self.place is None:
            self.show_first()

    def remove_set(self, index: int) -> None:
        """Close a data set; its files are not touched."""
        self.sets = self.sets[:index] + self.sets[index + 1 :]
        self.disagreement = {
            Place(p.set - (p.set > index), p.sample): v
            for p, v in self.disagreement.items()
            if p.set != index
        }
        place, self.place, self.photo = self.place, None, None
        self.choose_point(None)
        self.set_probe(None)
        self._compare_open_sets()
        self.sets_changed.emit()
        if place and place.set != index:
            self.show(Place(place.set - (place.set > index), place.sample))
        else:
            self.show_first()
        self.photo_changed.emit()

    def show_first(self) -> None:
        """Show the first picture of the first set that has one."""
        for i, open_set in enumerate(self.sets):
            if len(open_set.dataset):
                self.show(Place(i, 0))
                return

    def show(self, place: Place) -> None:
        """Ask for a picture; it is on screen when `photo_changed` comes."""
        if place != self.place:
            if self.place is None or place.set != self.place.set:
                self.choose_point(None)
            self.set_probe(None)
            self.place = place
            self.place_changed.emit()

    def step(self, by: int) -> None:
        """Go to the next (+1) or previous (−1) picture of the same set, around its end."""
        if self.place is not None:
            count = len(self.sets[self.place.set].dataset)
            self.show(Place(self.place.set, (self.place.sample + by) % count))

    def sample_at(self, place: Place) -> Sample:
        return self.sets[place.set].dataset.samples[place.sample]

    def photo_arrived(self, photo: Photo) -> None:
        """A worker has loaded a picture; it is shown if it is still the one asked for."""
        if photo.place == self.place:
            self.photo = photo
            self.unreadable.pop(photo.sample.image, None)
            self.photo_changed.emit()

    def photo_failed(self, place: Place, reason: str) -> None:
        """A worker could not load a picture; why is shown in its stead."""
        self.set_unreadable(self.sample_at(place), reason)
        if place == self.place:
            self.photo = None
            self.photo_changed.emit()

    def set_unreadable(self, sample: Sample, reason: str) -> None:
        """A picture could not be read; it is listed with the reason."""
        self.unreadable[sample.image] = reason

    @property
    def open_set(self) -> OpenSet | None:
        """The set that the picture on screen belongs to."""
        return self.sets[self.photo.place.set] if self.photo else None

    def set_disagreement(self, values: Mapping[Place, float]) -> None:
        """NME in % of annotation against prediction, of photographs that have just been measured."""
        self.disagreement = {**self.disagreement, **values}
        self.disagreement_changed.emit()

    # from the photo back to the canonical face

    def ask_pixel(self, x: float, y: float) -> None:
        """Ask which point of the canonical face is seen at a pixel of the photo; `probe_changed` brings the answer."""
        self.pixel_asked.emit(x, y)

    def set_probe(self, probe: Probe | None) -> None:
        """Show a place of the photo on the canonical face, or none."""
        if probe != self.probe:
            self.probe = probe
            self.probe_changed.emit()

    # corrections of the annotations (changed through app.correction_commands only)

    def choose_point(self, point: int | None) -> None:
        """Choose a point of the photo's own layout: the one that keys move and marks are set on."""
        if point != self.point:
            self.point = point
            self.point_changed.emit()

    def corrections_of(self, place: Place) -> Face:
        """What was corrected of a face."""
        return self.corrections.of(self.sets[place.set].key, self.sample_at(place).key)

    def correct(self, place: Place, face: Face) -> None:
        """Replace what is corrected of a face."""
        open_set, sample = self.sets[place.set], self.sample_at(place)
        self.corrections = self.corrections.with_face(open_set.key, sample.key, face)
        self._replace_set(place.set, open_set.with_face(place.sample, face))
        if place in self.disagreement:  # it was measured on what the annotation no longer is
            self.disagreement = {p: v for p, v in self.disagreement.items() if p != place}
        self._corrected()

    def set_corrections(self, corrections: Corrections) -> None:
        """Take other corrections for all sets, those of a project."""
        self.corrections = corrections
        self.sets = tuple(self._as_corrected(replace(s, dataset=s.original, filed=None)) for s in self.sets)
        self._corrected()

    def _as_corrected(self, open_set: OpenSet) -> OpenSet:
        dataset = corrected(open_set.dataset, self.corrections)
        return (
            open_set
            if dataset is open_set.dataset
            else replace(open_set, dataset=dataset, filed=open_set.dataset)
        )

    def _replace_set(self, index: int, open_set: OpenSet) -> None:
        self.sets = (*self.sets[:index], open_set, *self.sets[index + 1 :])

    def _corrected(self) -> None:
        if self.photo is not None:
            self.photo = replace(self.photo, sample=self.sample_at(self.photo.place))
        self.corrections_changed.emit()

    # the model

    def set_landmarker(self, landmarker: Landmarker, name: str) -> None:
        """Use other weights from now on; the ones before can be taken back with `revert_landmarker`."""
        self.previous_landmarker, self.landmarker = self.landmarker, landmarker
        self.previous_name, self.model_name = self.model_name, name
        self._landmarker_replaced()

    def revert_landmarker(self) -> None:
        """Swap the weights in use with the ones before."""
        if self.previous_landmarker is not None:
            self.landmarker, self.previous_landmarker = self.previous_landmarker, self.landmarker
            self.model_name, self.previous_name = self.previous_name, self.model_name
            self._landmarker_replaced()

    def _landmarker_replaced(self) -> None:
        self.disagreement = {}
        self.disagreement_changed.emit()
        self._compare_open_sets()
        self.landmarker_changed.emit()

    def convention_of(self, dataset: Dataset) -> str:
        """The set's own convention where the model knows it, otherwise the canonical one."""
        known = self.landmarker.conventions if self.landmarker else ()
        return dataset.convention if dataset.convention in known else CANONICAL

    def colour_of(self, convention: str) -> str:
        """The colour of the open set with this convention; grey for the canonical one."""
        return next((s.colour for s in self.sets if s.dataset.convention == convention), CANONICAL_COLOUR)

    def mark_of(self, convention: str) -> str:
        """The second mark of the open set with this convention."""
        return next((s.mark for s in self.sets if s.dataset.convention == convention), "circle")

    def set_of(self, convention: str) -> OpenSet | None:
        """The open set with this convention, the first of several."""
        return next((s for s in self.sets if s.dataset.convention == convention), None)

    def layout_of(self, convention: str) -> Layout | None:
        """The layout of the open set with this convention."""
        return next((s.dataset.layout for s in self.sets if s.dataset.convention == convention), None)

    # the custom layout (changed through app.commands only)

    def set_layout(self, layout: Layout, selection: Sequence[int] = ()) -> None:
        self.layout = layout
        self.selection = tuple(i for i in selection if i < len(layout))
        self.layout_changed.emit()
        self.selection_changed.emit()

    def select(self, indices: Sequence[int]) -> None:
        """Select points of the custom layout."""
        if tuple(indices) != self.selection:
            self.selection = tuple(indices)
            self.selection_changed.emit()

    # what is compared and drawn

    def compare(self, **changes: str) -> None:
        """Change the comparison's a, b or at; to choose for one of a and b what the other is swaps the two."""
        before, comparison = self.comparison, replace(self.comparison, **changes)
        if comparison.a == comparison.b and {"a", "b"} - changes.keys():
            comparison = replace(comparison, a=before.b, b=before.a)
        if comparison != self.comparison:
            self.comparison = comparison
            self.comparison_changed.emit()

    def set_options(self, **changes: bool | float | str) -> None:
        """Change what is drawn."""
        options = replace(self.options, **changes)
        if options != self.options:
            self.options = options
            self.options_changed.emit()

    def set_target_convention(self, convention: str) -> None:
        """Choose the convention in which the custom layout is predicted and exported."""
        if convention != self.target_convention:
            self.target_convention = convention
            self.layout_changed.emit()
            self.target_changed.emit()

    def restore(
        self, comparison: Mapping[str, str], convention: str, options: Mapping[str, bool | float | str]
    ) -> None:
        """Bring back comparison, target convention and options of a project; what is unknown is left out."""
        self.comparison = replace(
            self.comparison, **{k: v for k, v in comparison.items() if hasattr(self.comparison, k)}
        )
        self.target_convention = convention
        self._compare_open_sets()
        self.set_options(**{k: v for k, v in options.items() if hasattr(self.options, k)})
        self.layout_changed.emit()
        self.target_changed.emit()

    def _compare_open_sets(self) -> None:
        """Keep the comparison on conventions that exist; start with the first two open sets that the model knows."""
        known = self.landmarker.conventions if self.landmarker else ()
        opened = list(dict.fromkeys(s.dataset.convention for s in self.sets if s.dataset.convention in known))
        a, b = self.comparison.a, self.comparison.b
        if a not in known or (a == CANONICAL and opened):
            a = opened[0] if opened else CANONICAL
            b = next((c for c in opened if c != a), CANONICAL)
        self.comparison = replace(self.comparison, a=a, b=b if b in known else CANONICAL)
        if self.target_convention not in (CANONICAL, *known):
            self.target_convention = CANONICAL
        self.comparison_changed.emit()

    # what long jobs have found

    def set_measurements(self, measurements: Measurements) -> None:
        """Offsets of more pairs of sets were measured on their pictures."""
        self.measurements = measurements
        self.measured_changed.emit()

    def set_suspects(self, suspects: Suspicions) -> None:
        """Another set was searched for suspicious annotations."""
        self.suspects = suspects
        self.suspects_changed.emit()

    # telling the person

    def notify(self, level: str, text: str, details: str = "") -> None:
        """Say something: it appears over the window for a while and stays in the log."""
        notice = Notice(level, text, details)
        self.notices.append(notice)
        self.noticed.emit(notice)
