"""What goes into a file: the faces of a data set, their pictures' names there, and the points that the file holds."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from infl.datasets.dataset import ABSENT, OCCLUDED, VISIBLE, Dataset, Sample
from infl.errors import InflError

ALL, CLICKED = "all", "clicked"


@dataclass(frozen=True)
class Options:
    """points: every point, or only those that a human clicked, kept or moved. origin: what the centre of the top-left
    pixel is called, 0 or 1; None for what is usual in the format.
    """

    points: Literal["all", "clicked"] = ALL
    origin: int | None = None


@dataclass(frozen=True, eq=False)
class Entry:
    """One face of the file. picture: its name there. points: (K, 2) float64 pixels from 0 and visibility: (K,), as
    whoever reads the file will have them.
    """

    picture: str
    sample: Sample
    points: np.ndarray
    visibility: np.ndarray


@dataclass(frozen=True)
class Keeps:
    """What a format has a place for. absent: that a point is not there; occluded: that something hides it."""

    absent: bool
    occluded: bool
    splits: bool
    convention: bool


@dataclass(frozen=True, eq=False)
class Plan:
    """The faces that are written, in order; why others are not: reason → number. base: what names are relative to.

    occluded: points whose being hidden cannot be said. renamed: faces whose picture has another name in the file.
    """

    entries: tuple[Entry, ...]
    left_out: dict[str, int]
    base: Path
    occluded: int
    renamed: int


def plan(
    dataset: Dataset, out: Path, points: str, keeps: Keeps, names: Callable[[Sequence[str]], list[str]], beside: bool
) -> Plan:  # fmt: skip
    """Decide what is written, before anything is.

    names: the pictures' names as the format must have them. beside: the file lies beside the pictures, so that their
    names are relative to its folder where all of them are below it.
    """
    base = _base(dataset, out.absolute().parent if beside else None)
    samples = [sample.clicked() if points == CLICKED else sample for sample in dataset.samples]
    left_out: Counter[str] = Counter()
    kept: list[tuple[Sample, np.ndarray, np.ndarray]] = []
    hidden = 0
    for sample in samples:
        there = (sample.visibility != ABSENT) & np.isfinite(sample.points).all(1)
        if not there.any():
            left_out["have no points"] += 1
        elif not there.all() and not keeps.absent:
            left_out["lack points, which the format cannot say"] += 1
        else:
            seen = np.where(there, sample.visibility, np.uint8(ABSENT))
            if not keeps.occluded:
                hidden += int((seen == OCCLUDED).sum())
                seen = np.where(there, np.uint8(VISIBLE), seen)
            kept.append((sample, np.where(there[:, None], sample.points, np.nan).astype(np.float64), seen))
    own = [_relative(sample.image, base) for sample, _, _ in kept]
    there_named = names(own)
    entries = tuple(
        Entry(name, sample, xy, seen) for name, (sample, xy, seen) in zip(there_named, kept, strict=True)
    )
    renamed = sum(a != b for a, b in zip(own, there_named, strict=True))
    return Plan(entries, dict(left_out), base, hidden, renamed)


def as_they_are(pictures: Sequence[str]) -> list[str]:
    """Every picture under its own name, however many faces it has."""
    return list(pictures)


def _base(dataset: Dataset, folder: Path | None) -> Path:
    """The first of the file's folder, the set's root, and what the pictures have in common, below which all lie."""
    pictures = {os.path.abspath(sample.image) for sample in dataset.samples}
    for base in (folder, dataset.root):
        if base is not None and all(_inside(picture, os.path.abspath(base)) for picture in pictures):
            return Path(os.path.abspath(base))
    try:
        return Path(os.path.commonpath([os.path.dirname(picture) for picture in pictures]))
    except ValueError as error:
        raise InflError(f"{dataset.name}: there are no pictures, or they lie on several drives.") from error


def _inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _relative(image: Path, base: Path) -> str:
    return Path(os.path.relpath(os.path.abspath(image), base)).as_posix()
