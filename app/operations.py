"""What the menus do: opening, saving, loading, measuring, exporting. Dialogs and long jobs start here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QWidget

from app import commands, folders, layout_edits
from app.jobs import measure_disagreement, open_folders
from app.state import Studio
from app.theme import theme
from app.translation import tr
from app.values import Place
from app.views.add_points_dialog import AddPointsDialog
from app.views.open_preview import OpenPreview
from app.workers import Jobs, Latest, RunningJob, prepare_training
from infl.datasets.dataset import Dataset
from infl.errors import FileError, InflError
from infl.images import IMAGE_SUFFIXES
from infl.layouts import layout, load_layout, save_layout
from infl.progress import Job

if TYPE_CHECKING:
    from infl.model import Landmarker

PREPARE_AFTER = 3000
"""Milliseconds after the model is there: what is on screen comes first."""
LAYOUT_FILES = " (*.json)"
ANNOTATIONS = "*.h5 *.hdf5 *.csv *.json *.ljson *.xml *.txt"


class Operations(QObject):
    """Everything that reads or writes files, or takes long. `layout_filed`: the custom layout is as its file has it."""

    layout_filed = Signal()

    def __init__(self, studio: Studio, jobs: Jobs, window: QWidget):
        super().__init__(window)
        self.studio, self.jobs, self.window = studio, jobs, window
        self.layout_path: Path | None = None
        self.checkpoints: WeakKeyDictionary[Landmarker, Path | None] = WeakKeyDictionary()
        """The file that a model is from, None for the one that comes with the program."""
        self._model = Latest(self)
        self._model.done.connect(self._model_loaded)
        self._model.failed.connect(self._model_failed)

    @property
    def busy(self) -> bool:
        return self._model.busy or self.jobs.running is not None

    def stop(self) -> None:
        self._model.stop()

    def start(
        self, title: str, make: Callable[[], Job[Any]], finished: Callable[[Any], None]
    ) -> RunningJob | None:
        """Start a long job, and call `finished` with its result; while another one runs this is told instead."""
        try:
            job = self.jobs.start(title, make)
        except InflError as error:
            self.studio.notify("warning", str(error))
            return None
        job.finished.connect(finished)
        return job

    # data sets

    def ask_open(self) -> None:
        """Choose a folder to look into."""
        folder = folders.ask_folder(self.window, tr("Open a data set, or a folder of data sets"))
        if folder is not None:
            self.preview([folder])

    def ask_open_file(self) -> None:
        """Choose annotation files, or harmonised sets, to look into."""
        kinds = tr("Annotations") + f" ({ANNOTATIONS});;" + tr("All files") + " (*)"
        names = folders.ask_files(self.window, tr("Open annotation files or harmonised sets"), kinds)
        if names:
            self.preview(names)

    def preview(self, paths: Sequence[Path]) -> None:
        """Read folders or files and show what they hold; what is chosen there opens."""
        paths = [_annotations_of(path) for path in paths]
        self.start(tr("Reading"), lambda: open_folders(paths), lambda result: self._show_preview(*result))

    def _show_preview(self, datasets: list[Dataset], failed: list[InflError]) -> None:
        dialog = OpenPreview(self.studio, datasets, failed, self.window)
        dialog.accepted.connect(lambda: self.studio.add_sets(dialog.chosen()))
        dialog.pictures_wanted.connect(lambda path, folder: self._read_again(dialog, path, folder))
        dialog.open()

    def _read_again(self, dialog: OpenPreview, path: Path, folder: Path) -> None:
        """Read a set of the preview once more, with its pictures in another folder."""
        make = lambda: open_folders([path], {path: folder})  # noqa: E731
        self.start(tr("Reading"), make, lambda result: dialog.replace(path, *result))

    def find_pictures(self, index: int) -> None:
        """Choose the folder where an open set's missing pictures are, and open the set again with them."""
        path = self.studio.sets[index].dataset.path
        sets = (s.dataset for s in self.studio.sets if s.dataset.path == path)
        chosen = {d.found_convention: d.convention for d in sets if d.found_convention}
        folder = folders.ask_folder(self.window, tr("Where are the pictures now?"), path)
        if folder is not None:
            again = lambda sets: [d.in_convention(chosen.get(d.convention, d.convention)) for d in sets]  # noqa: E731
            self.open([path], pictures={path: folder}, choose=again)

    def open(
        self,
        paths: Sequence[Path],
        then: Callable[[], None] = lambda: None,
        pictures: Mapping[Path, Path] | None = None,
        choose: Callable[[list[Dataset]], list[Dataset]] = lambda datasets: datasets,
    ) -> RunningJob | None:
        """Open folders in the background, then call `then`. pictures: of sets whose pictures are elsewhere, where.
        choose: which of the sets in them are wanted, in which order."""
        if not paths:
            then()
            return None

        def opened(result: tuple) -> None:
            datasets, failed = choose(result[0]), result[1]
            self.studio.add_sets(datasets)
            for error in failed:
                self.studio.notify("error", str(error))
            for dataset in datasets:
                if dataset.problems:
                    text = tr("{name}: {count} files could not be read; the rest is open.").format(
                        name=dataset.name, count=len(dataset.problems)
                    )
                    self.studio.notify("warning", text, "\n".join(map(str, dataset.problems)))
            then()

        return self.start(tr("Opening"), lambda: open_folders(list(paths), pictures), opened)

    def measure(self) -> None:
        """Measure the disagreement of the chosen set's photographs with the prediction."""
        landmarker, place = self.studio.landmarker, self.studio.place
        if landmarker is None or place is None:
            self.studio.notify("warning", tr("Measuring needs a model and an open data set."))
            return
        open_set = self.studio.sets[place.set]
        convention = self.studio.convention_of(open_set.dataset)

        def measured(values: dict[Place, float]) -> None:
            self.studio.set_disagreement(values)

        make = lambda: measure_disagreement(landmarker, open_set, place.set, convention)  # noqa: E731
        self.start(tr("Measuring {name}").format(name=open_set.label), make, measured)

    # the model

    def load_model(self, path: Path | None = None) -> None:
        """Load a checkpoint in the background, by default the one that comes with the program."""

        def work():
            from infl.model import load_landmarker

            landmarker = load_landmarker(path)
            # The first pass is several times slower than all others, while torch chooses its kernels.
            landmarker.encode(np.zeros((64, 64, 3), np.uint8))
            return landmarker

        self._model.ask(path, work)

    def ask_model(self) -> None:
        """Choose a checkpoint."""
        kinds = tr("Checkpoints") + " (*.safetensors)"
        path = folders.ask_file(self.window, tr("Load a checkpoint"), kinds)
        if path is not None:
            self.load_model(path)

    def _model_loaded(self, path: Path | None, landmarker: Any) -> None:
        self.checkpoints[landmarker] = path
        name = path.stem if path is not None else str(landmarker.card.get("name", "shipped"))
        self.studio.set_landmarker(landmarker, name)
        preparing = threading.Thread(target=prepare_training, name="prepare training", daemon=True)
        QTimer.singleShot(PREPARE_AFTER, self, lambda: preparing.start())  # Qt holds no bound method alive

    def _model_failed(self, path: Path | None, error: Exception) -> None:
        text = (
            str(error)
            if isinstance(error, InflError)
            else tr("The model could not be loaded: {error}").format(error=error)
        )
        self.studio.notify(
            "error", text + " " + tr("Annotations and the canonical face are shown without predictions.")
        )

    # the custom layout

    def new_layout(self) -> None:
        """Start over with no points (undoable)."""
        commands.replace_layout(self.studio, layout_edits.empty(), tr("New layout"))

    def start_from(self, name: str) -> None:
        """Take a layout of the catalogue as the custom one (undoable)."""
        try:
            commands.replace_layout(self.studio, layout(name), tr("Start from {layout}").format(layout=name))
        except InflError as error:
            self.studio.notify("error", str(error))

    def ask_layout(self) -> None:
        """Choose a layout file."""
        path = folders.ask_file(self.window, tr("Open a layout"), tr("Layouts") + LAYOUT_FILES)
        if path is not None:
            self.load_layout(path)

    def load_layout(self, path: Path) -> None:
        """Make the layout of a file the custom one (undoable)."""
        try:
            loaded = load_layout(path)
        except InflError as error:
            self.studio.notify("error", str(error))
            return
        commands.replace_layout(self.studio, loaded, tr("Open {file}").format(file=path.name))
        self.layout_path = path
        self.layout_filed.emit()

    def ask_points(self) -> None:
        """Choose many points at once: along lines and curves, over regions, from other layouts."""
        AddPointsDialog(self.studio, self.window).open()

    def ask_colour(self) -> None:
        """Choose the colour of the selected point's group."""
        if not self.studio.selection:
            self.studio.notify("info", tr("Select a point of the group in the layout first."))
            return
        group = self.studio.layout.points[self.studio.selection[0]].group
        before = dict(self.studio.layout.colours).get(group, theme().accent)
        colour = QColorDialog.getColor(
            QColor(before), self.window, tr("Colour of “{group}”").format(group=group)
        )
        if colour.isValid():
            commands.set_colour(self.studio, group, colour.name())

    def ask_save_layout(self) -> None:
        """Choose where the custom layout is saved."""
        start = str(self.layout_path or f"{self.studio.layout.name}.json")
        path = folders.ask_new_file(self.window, tr("Save the layout"), start, tr("Layouts") + LAYOUT_FILES)
        if path is not None:
            self.save_layout(path.with_suffix(".json"))

    def save_layout(self, path: Path) -> None:
        """Write the custom layout; its name becomes the file's."""
        named = replace(self.studio.layout, name=path.stem)
        try:
            save_layout(named, path)
        except (OSError, FileError) as error:
            self.studio.notify("error", tr("The layout was not saved: {error}").format(error=error))
            return
        self.layout_path = path
        self.layout_filed.emit()
        self.studio.notify("info", tr("Saved {count} points to {path}.").format(count=len(named), path=path))

    # editing what is selected

    def shift_selected(self, by: int) -> None:
        """Move the selected point up (−1) or down (+1) in the order."""
        if len(self.studio.selection) == 1:
            index = self.studio.selection[0]
            commands.reorder_point(self.studio, index, index + by)

    def join_selected(self) -> None:
        """Draw a line between neighbours among the selected points, or take it away."""
        selection = self.studio.selection
        if len(selection) < 2:
            self.studio.notify("info", tr("Select two points or more in the layout table to join them."))
            return
        self.studio.undo.beginMacro(tr("Join"))
        for a, b in pairwise(selection):
            commands.toggle_edge(self.studio, a, b)
        self.studio.undo.endMacro()
        self.studio.select(selection)


def _annotations_of(path: Path) -> Path:
    """What to open where a person points at `path`: of a picture the folder that it is in."""
    return path.parent if path.suffix.lower() in IMAGE_SUFFIXES else path
