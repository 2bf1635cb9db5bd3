"""Arguments that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from infl.errors import FileError, InflError

if TYPE_CHECKING:
    from infl.datasets import Dataset

Data = Annotated[
    tuple[str, ...],
    tyro.conf.arg(
        metavar="DIR [DIR ...]",
        help="Folders of annotated pictures, in any known format, or harmonised sets. DIR:NAME picks one of several "
        "annotations in it, for example aflw2000:aflw21, or the points that were not only predicted, all.h5:clicked.",
    ),
]
Convention = Annotated[
    str, tyro.conf.arg(help="Whose rules the points follow: a data set's, or the canonical ones.")
]
Checkpoint = Annotated[
    Path | None,
    tyro.conf.arg(metavar="FILE", help="A trained network, by default the one that comes with infl."),
]


def open_data(folders: Sequence[str]) -> list[Dataset]:
    """The sets that --data names; their problems are said, not fatal."""
    from infl.cli.console import problems
    from infl.datasets import open_dataset

    if not folders:
        raise InflError("There is no data. Name at least one folder after --data.")
    datasets = [open_dataset(*_folder_and_annotation(folder)) for folder in folders]
    problems([str(error) for dataset in datasets for error in dataset.problems])
    return datasets


def _folder_and_annotation(text: str) -> tuple[Path, str | None]:
    """ "aflw2000:aflw21" → its folder and annotation; a colon in the name of a real folder is part of it."""
    folder, colon, annotation = text.rpartition(":")
    if not colon or Path(text).exists():
        return Path(text), None
    return Path(folder), annotation


def can_be_written(out: Path) -> Path:
    """`out`, when its folder exists: said before hours of work and not after."""
    if out.is_dir():
        raise FileError(out, "is a folder.", remedy="Name a file in it.")
    if not out.absolute().parent.is_dir():
        raise FileError(out, "cannot be written: its folder does not exist.")
    return out
