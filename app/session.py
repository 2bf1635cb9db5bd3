"""The open project: where it is, whether all of it is saved, opening and saving it, and what a crash left behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal

from app import layout_edits
from app.autosave import Autosave
from app.corrections import Corrections, from_json
from app.missing_sets import Find, FoundSets, find_sets, nowhere
from app.operations import Operations
from app.project import (
    Project,
    SetPlace,
    layout_of,
    project_of,
    read_project,
    resolved,
    set_place,
    sets_of,
    snapshot,
    write_project,
)  # fmt: skip
from app.recovery import Kept, Slot, Unsaved, left_behind
from app.state import Studio
from app.translation import tr
from app.values import Place
from infl.datasets.dataset import Dataset
from infl.errors import FileError, InflError
from infl.layouts import Layout, load_layout

if TYPE_CHECKING:
    from infl.model import Landmarker

SUFFIX = ".inflstudio"
RECENT = 10
"""Projects that are remembered."""


@dataclass(frozen=True)
class Work:
    """What a person would miss: points drawn, annotations corrected, weights trained and, in a project, sets chosen."""

    layout: Layout
    corrections: Corrections
    weights: Landmarker | None
    sets: tuple[SetPlace, ...]


class Session(QObject):
    """`changed` comes when the project has another name, and when it becomes saved or unsaved.

    recovery: folder of the files that survive a crash; None where nothing is kept.
    """

    changed = Signal()

    def __init__(self, studio: Studio, operations: Operations, settings: QSettings, recovery: Path | None):
        super().__init__(studio)
        self.studio, self.operations, self.settings = studio, operations, settings
        self.path: Path | None = None
        self.saved_at: float | None = None
        self.missing: tuple[SetPlace, ...] = ()
        self.autosave: Autosave | None = None
        self._recovery, self._opening, self._was_modified = recovery, False, False
        self._saved = self._work()
        if recovery is not None:
            self._begin_autosave(recovery)
        for signal in (
            studio.layout_changed, studio.corrections_changed, studio.sets_changed, studio.landmarker_changed
        ):  # fmt: skip
            signal.connect(self._look)
        operations.layout_filed.connect(self._layout_filed)

    # what is saved

    @property
    def name(self) -> str:
        """The project's name, "" for one that was never saved."""
        return self.path.stem if self.path is not None else ""

    @property
    def modified(self) -> bool:
        """Whether closing now would lose work."""
        return not self._opening and self._work() != self._saved

    def _layout_filed(self) -> None:
        """The custom layout is in a file of its own now, or came from one: without a project it is not unsaved."""
        if self.path is None:
            self._saved = Work(
                self.studio.layout, self._saved.corrections, self._saved.weights, self._saved.sets
            )
        self._look()

    def _work(self) -> Work:
        sets = self._sets() if self.path is not None else ()
        return Work(self.studio.layout, self.studio.corrections, self._unsaved_weights(), sets)

    def _sets(self) -> tuple[SetPlace, ...]:
        return snapshot(self.studio, None, None, self.missing).sets

    def _unsaved_weights(self) -> Landmarker | None:
        """The model in use, where it was trained here and is in no file of the person's."""
        landmarker = self.studio.landmarker
        if landmarker is None or self.studio.previous_landmarker is None:
            return None
        file = self.operations.checkpoints.get(landmarker)
        recovered = file is not None and file.parent == self._recovery
        return landmarker if recovered or landmarker not in self.operations.checkpoints else None

    def _checkpoint(self) -> Path | None:
        landmarker = self.studio.landmarker
        return self.operations.checkpoints.get(landmarker) if landmarker is not None else None

    def _look(self) -> None:
        if self.modified != self._was_modified:
            self._was_modified = self.modified
            self.changed.emit()

    def _all_saved(self) -> None:
        self._saved = self._work()
        self._was_modified = False
        self.studio.undo.setClean()
        if self.autosave is not None:
            self.autosave.keep()
        self.changed.emit()

    # saving and opening

    def save(self, path: Path) -> bool:
        """Save all of it; whether that went well. Weights that were trained here go into a file beside the project."""
        path = path.with_suffix(SUFFIX)
        try:
            weights = self._unsaved_weights()
            if weights is not None:
                from infl.model.checkpoint import save_checkpoint

                beside = path.with_suffix(".safetensors")
                save_checkpoint(weights.network, weights.card, beside)
                self.operations.checkpoints[weights] = beside
            kept = snapshot(self.studio, self.operations.layout_path, self._checkpoint(), self.missing)
            write_project(project_of(kept, path), path)
        except (OSError, FileError) as error:
            reason = str(error) if isinstance(error, FileError) else f"{path}: {error.strerror or error}"
            self.studio.notify("error", tr("The project was not saved.") + f" {reason}")
            return False
        self.path, self.saved_at = path, time.time()
        self._remember(path)
        self._all_saved()
        return True

    def open(self, path: Path, find: Find = nowhere) -> bool:
        """Bring back what a project had on screen, in place of what is open; whether it could be begun.

        find: asks for the new place of a folder that is gone; None leaves its sets out of the window, not out of the
        project.
        """
        try:
            project = read_project(path)
            self._bring_back(project, path, find, lambda: self._opened(path))
        except InflError as error:
            self.studio.notify("error", str(error))
            self.forget(path)
            return False
        return True

    def start_anew(self) -> None:
        """No sets, no points, no name."""
        self._empty()
        self.path = self.saved_at = None
        self._all_saved()

    def end(self) -> None:
        """The window closes, and the person knows what is not saved."""
        if self.autosave is not None:
            self.autosave.end()
            self.autosave = None

    def _opened(self, path: Path) -> None:
        self.path, self.saved_at = path, path.stat().st_mtime if path.exists() else None
        self._remember(path)
        self._all_saved()

    def _empty(self) -> None:
        for index in reversed(range(len(self.studio.sets))):
            self.studio.remove_set(index)
        self.missing = ()
        self.operations.layout_path = None
        self.studio.set_corrections(Corrections())
        self.studio.set_layout(layout_edits.empty())
        self.studio.undo.clear()

    def _bring_back(self, project: Project, path: Path, find: Find, then: Callable[[], None]) -> None:
        """Everything that `project`, of the file `path`, says. Raises InflError before anything is changed."""
        if self.operations.jobs.running is not None:
            raise InflError(
                tr("“{job}” is still running. Wait for it or cancel it first.").format(
                    job=self.operations.jobs.running.title
                )
            )
        layout = layout_of(project, path)
        layout_path = resolved(project.layout, path) if project.layout else None
        if layout is None and layout_path is not None:
            layout = load_layout(layout_path)
        corrections = from_json(project.corrections, lambda folder: resolved(folder, path))
        found = find_sets(sets_of(project, path), find)
        self._opening = True
        self._empty()
        self.studio.set_corrections(found.corrections(corrections))
        if layout is not None:
            self.studio.set_layout(layout)
            self.operations.layout_path = layout_path
        checkpoint = resolved(project.checkpoint, path) if project.checkpoint else None
        if checkpoint != self._checkpoint():
            self.operations.load_model(checkpoint)

        def choose(datasets: list[Dataset]) -> list[Dataset]:
            by_key = {set_place(d.path, d.convention, None).key(): d for d in datasets}
            there = [entry for entry in found.there if entry.filed() in by_key]
            return [by_key[entry.filed()].in_convention(entry.convention) for entry in there]

        folders = list(dict.fromkeys(entry.path for entry in found.there))
        pictures = {entry.path: entry.pictures for entry in found.there if entry.pictures is not None}
        arrange = lambda *_: self._arrange(project, found, then)  # noqa: E731
        job = self.operations.open(folders, arrange, pictures, choose)
        if job is not None:
            job.cancelled.connect(arrange)
            job.failed.connect(arrange)

    def _arrange(self, project: Project, found: FoundSets, then: Callable[[], None]) -> None:
        """The sets are open: show what was on screen. Sets that could not be opened stay in the project."""
        opened = [entry.key() for entry in snapshot(self.studio, None, None).sets]
        self.missing = tuple(entry for entry in found.wanted if entry.key() not in opened)
        self.studio.restore(project.comparison, project.convention, project.options)
        shown = found.wanted[project.set].key() if project.set < len(found.wanted) else None
        if shown in opened:
            place = Place(opened.index(shown), project.sample)
            if place.sample < len(self.studio.sets[place.set].dataset):
                self.studio.show(place)
        self._opening = False
        then()

    # recent projects

    def recent(self) -> list[Path]:
        """Projects that were opened or saved, the last one first."""
        names = self.settings.value("recent", [])
        return [Path(name) for name in ([names] if isinstance(names, str) else names or [])]  # pyright: ignore

    def forget(self, path: Path | None = None) -> None:
        """Leave a project out of the recent ones; all of them without `path`."""
        left = [] if path is None else [p for p in self.recent() if p != path.absolute()]
        self.settings.setValue("recent", [str(p) for p in left])

    def _remember(self, path: Path) -> None:
        path = path.absolute()
        names = [str(path), *(str(p) for p in self.recent() if p != path)]
        self.settings.setValue("recent", names[:RECENT])

    # what survives a crash

    def _begin_autosave(self, folder: Path) -> None:
        try:
            slot = Slot.new(folder)
        except OSError as error:
            text = tr("Nothing can be kept against a crash: {folder} cannot be made ({reason}).")
            self.studio.notify("warning", text.format(folder=folder, reason=error.strerror))
            return
        self.autosave = Autosave(self.studio, slot, self._unsaved)
        self.autosave.failed.connect(lambda text: self.studio.notify("warning", text))

    def _unsaved(self) -> Unsaved | None:
        if not self.modified:
            return None
        weights = self._unsaved_weights()
        checkpoint = self._checkpoint() if weights is None else None
        kept = snapshot(self.studio, self.operations.layout_path, checkpoint, self.missing)
        return Unsaved(kept, self.path, weights)

    def left_behind(self) -> list[tuple[Slot, Kept]]:
        """What studios that did not end well left, the newest first."""
        if self.autosave is None or self._recovery is None:
            return []
        return left_behind(self._recovery)

    def recover(self, slot: Slot, kept: Kept, find: Find = nowhere) -> bool:
        """Bring back what was left, as unsaved work on the project that it was of; whether it could be begun."""

        def recovered() -> None:
            self.path = Path(kept.file) if kept.file else None
            self._saved = Work(layout_edits.empty(), Corrections(), None, ())
            if self.autosave is not None:
                self.autosave.adopt(slot)
            self._was_modified = True
            self.changed.emit()

        project = kept.project
        if kept.weights:
            project = project.model_copy(update={"checkpoint": slot.weights_path.name})
        try:
            self._bring_back(project, slot.path, find, recovered)
        except InflError as error:
            self.studio.notify("error", tr("It could not be brought back, and is kept.") + f" {error}")
            return False
        return True
