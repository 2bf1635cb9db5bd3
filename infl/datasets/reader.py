"""What a reader of one native format offers to the registry, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from infl.datasets.folder import SetFolder
from infl.datasets.text import read_lines
from infl.errors import FileError
from infl.layouts import Layout


@dataclass(frozen=True)
class PixelOrigin:
    """Where a format counts from: `offset` is what it calls the centre of the top-left pixel, in pixels."""

    offset: float
    text: str


FROM_ZERO = PixelOrigin(0.0, "(0, 0) is the centre of the top-left pixel: taken as it is")
FROM_ONE = PixelOrigin(1.0, "(1, 1) is the centre of the top-left pixel: 1 subtracted")
FROM_CORNER = PixelOrigin(0.5, "(0, 0) is the outer corner of the top-left pixel: half a pixel subtracted")
PIXEL_ORIGINS = {0.0: FROM_ZERO, 1.0: FROM_ONE, 0.5: FROM_CORNER}


@dataclass(frozen=True)
class Face:
    """One face as its file has it.

    picture: relative to the set's root. points: (K, 2) pixels in the *file's* pixel origin, NaN where absent.
    visibility: (K,) of ABSENT, OCCLUDED, VISIBLE, or None: every point that is there is visible.
    split, subject: only where the annotation file itself says so. source: (file, place in it) for messages.
    key, provenance, sigma, origins: as in `Sample`; without a key it is made of the picture's path.
    """

    picture: str
    points: np.ndarray
    source: tuple[str, str]
    visibility: np.ndarray | None = None
    split: str = ""
    subject: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    provenance: np.ndarray | None = None
    sigma: np.ndarray | None = None
    origins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Annotation:
    """One annotation found in a folder: what it is, why it is thought to be that, and how to read it.

    convention "" means that nothing in the files says so. point_count None: the most frequent count among the
    faces is the set's; count_tells: that number says which convention it is (a family of sets that all follow
    the rules known by that number). root: of a file that says everything of itself, the folder of its pictures; no
    `dataset.json` or `splits.csv` beside it has a say then. `faces()` yields a Face for each annotated face and a
    FileError for what cannot be read.
    """

    name: str
    format: str
    why: str
    sources: tuple[str, ...]
    faces: Callable[[], Iterator[Face | FileError]]
    convention: str = ""
    layout: str | Layout = ""
    point_count: int | None = None
    point_names: tuple[str, ...] = ()
    origin: PixelOrigin = FROM_ZERO
    normaliser: str = "eyes"
    count_tells: bool = False
    root: Path | None = None


class Reader(Protocol):
    """A module of this package that reads one native format."""

    @property
    def LOOKED_FOR(self) -> str:
        """What the reader looks for in a folder, for the message when nothing is found."""
        ...

    @staticmethod
    def find(folder: SetFolder) -> list[Annotation]:
        """The annotations of this format in `folder`, without reading all of it; never raises."""
        ...


Item = TypeVar("Item")


def each(parse: Callable[[Item], Face], items: Iterable[Item]) -> Iterator[Face | FileError]:
    """`parse` of every item; one that cannot be read gives its error and the rest goes on."""
    for item in items:
        try:
            yield parse(item)
        except FileError as error:
            yield error


def each_line(
    folder: SetFolder, files: Iterable[str], parse: Callable[[SetFolder, str, int, str], Face]
) -> Iterator[Face | FileError]:
    """`parse(folder, file, line number, line)` of every line of lists with one face a line."""
    for file in files:
        try:
            lines = read_lines(folder.root / file)
        except FileError as error:
            yield error
            continue
        yield from each(lambda line, file=file: parse(folder, file, *line), lines)
