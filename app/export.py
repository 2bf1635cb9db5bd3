"""Exporting: what is wanted, what will be missing from it, and the job that writes and checks it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.translation import tr
from infl.datasets import open_dataset
from infl.datasets.dataset import ABSENT, Dataset
from infl.export.entries import CLICKED, Options
from infl.export.formats import FORMATS
from infl.layouts import Layout
from infl.progress import Job

if TYPE_CHECKING:
    from infl.model import Landmarker

HDF5 = "hdf5"


@dataclass(frozen=True)
class Wanted:
    """What a person wants to export. format: HDF5, or a name of FORMATS. target: the layout to harmonise to, None for
    the own points of one set, as annotated and corrected, which need no model. options: of the other formats.
    """

    datasets: tuple[Dataset, ...]
    format: str
    out: Path
    target: Layout | None
    convention: str
    transfer: bool = True
    options: Options = field(default_factory=Options)

    @property
    def faces(self) -> int:
        return sum(map(len, self.datasets))


@dataclass(frozen=True)
class Exported:
    """What was written, in a sentence, and what is not in it."""

    text: str
    notes: tuple[str, ...]


def what_is_missing(wanted: Wanted, conventions: Collection[str], unreadable: Collection[Path]) -> list[str]:
    """Said before anything is written, one sentence each. conventions: those that the model knows."""
    notes = []
    if wanted.out.exists() and wanted.out.is_file():
        notes.append(tr("{name} is there already and will be replaced.").format(name=wanted.out.name))
    pictures = {sample.image for dataset in wanted.datasets for sample in dataset.samples}
    if broken := len(pictures & set(unreadable)):
        notes.append(
            tr("{count} pictures could not be read so far; their faces will be missing.").format(count=broken)
        )
    if wanted.target is None:
        from infl.export.preflight import preflight

        return notes + list(
            preflight(wanted.datasets[0], FORMATS[wanted.format], wanted.out, wanted.options).notes
        )
    for dataset in wanted.datasets:
        notes += _of_set(dataset, wanted, conventions)
    return notes + _of_format(wanted)


def _of_set(dataset: Dataset, wanted: Wanted, conventions: Collection[str]) -> list[str]:
    """What a set lacks for being harmonised."""
    from infl.harmonize.transfer import same_points

    assert wanted.target is not None
    notes, points, name = [], len(wanted.target), dataset.name
    clicked = wanted.options.points == CLICKED and wanted.format != HDF5
    instead = tr("absent") if clicked else tr("predicted")
    if dataset.problems:
        notes.append(
            tr("{name}: {count} files could not be read.").format(name=name, count=len(dataset.problems))
        )
    if wanted.transfer and dataset.layout is None:
        notes.append(
            tr("{name}: nobody said what its points mean, so all are {instead}.").format(
                name=name, instead=instead
            )
        )
    elif wanted.transfer and dataset.convention not in conventions:
        text = tr(
            "{name}: the model does not know its convention, so all points are {instead}; fine-tune on it first."
        )
        notes.append(text.format(name=name, instead=instead))
    elif wanted.transfer and dataset.layout is not None:
        shared = int((same_points(wanted.target, dataset.layout) >= 0).sum())
        if shared < points:
            text = tr("{name}: {count} of {points} points have no click in it and are {instead}.")
            notes.append(text.format(name=name, count=points - shared, points=points, instead=instead))
    empty = sum(not (sample.visibility != ABSENT).any() for sample in dataset.samples)
    if empty:
        text = tr("{name}: {count} faces have no point; all of theirs are {instead}.")
        notes.append(text.format(name=name, count=empty, instead=instead))
    return notes


def _of_format(wanted: Wanted) -> list[str]:
    """What the format cannot hold of a harmonised set."""
    if wanted.format == HDF5:
        return []
    keeps = FORMATS[wanted.format].keeps
    lost = [
        tr("σ"),
        tr("where each point is from"),
        tr("3D points and cameras"),
        tr("the original annotations"),
    ]
    lost += [] if keeps.occluded else [tr("which points are hidden")]
    lost += [] if keeps.splits else [tr("subjects and train and val parts")]
    lost += [] if keeps.convention else [tr("the convention")]
    notes = [tr("The format has no place for {lost}; HDF5 has.").format(lost=", ".join(lost))]
    if not keeps.absent:
        notes.append(tr("Faces that lack a point are left out, because the format cannot say so."))
    return notes


def export(landmarker: Landmarker | None, wanted: Wanted) -> Job[Exported]:
    """Harmonise, convert, read back and compare; nothing is left under its name that is not whole and right."""
    if wanted.target is None:
        return (yield from _converted(wanted.datasets[0], wanted))
    assert landmarker is not None
    from infl.harmonize import harmonise

    whole = wanted.out if wanted.format == HDF5 else wanted.out.with_name(f"{wanted.out.name}.whole.h5")
    yield from harmonise(
        landmarker, wanted.datasets, wanted.target, whole, wanted.convention, wanted.transfer
    )
    if wanted.format == HDF5:
        return _read_back(wanted)
    try:
        dataset = replace(open_dataset(whole), name=wanted.out.stem)
        return (yield from _converted(dataset, wanted))
    finally:
        whole.unlink(missing_ok=True)


def _converted(dataset: Dataset, wanted: Wanted) -> Job[Exported]:
    from infl.export.convert import convert

    done = yield from convert(dataset, FORMATS[wanted.format], wanted.out, wanted.options)
    text = tr(
        "Wrote {count} faces with {points} points each to {path}; all were read back and are as they were written."
    )
    notes = (*done.report.notes, *done.problems)
    return Exported(_counted(text, done.report.written, dataset.point_count, wanted.out), notes)


def _read_back(wanted: Wanted) -> Exported:
    """Open the file as any reader would, and say what is in it."""
    from infl.export.hdf5 import open_harmonised
    from infl.harmonize.totals import totals

    faces = open_harmonised(wanted.out)
    read = open_dataset(wanted.out)
    counts = ", ".join(f"{count:,} {name}" for name, count in totals(faces).items())
    text = tr("Wrote {count} faces with {points} points each to {path}; read back: {counts}.")
    text = _counted(text.replace("{counts}", counts), len(read), read.point_count, wanted.out)
    return Exported(text, tuple(f"{where}: {message}" for where, message in faces.problems))


def _counted(text: str, count: int, points: int, path: Path) -> str:
    return text.format(count=f"{count:,}", points=points, path=path)


def suggested(path: Path, format_name: str, known: Sequence[str] = tuple(FORMATS)) -> Path:
    """The same place under the name that another format wants."""
    suffix = ".h5" if format_name not in known else FORMATS[format_name].suffix
    return path.with_suffix(suffix)
