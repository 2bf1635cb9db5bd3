"""Which photographs of the open sets are listed, and in what order. No Qt; fit for sets of 100,000 faces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.corrections import SetKey
from app.state import Studio
from app.translation import QT_TR_NOOP
from app.values import OpenSet, Place
from infl.datasets.dataset import Dataset
from infl.geometry.annotated_yaw import annotated_yaw

ANY = QT_TR_NOOP("any")
YAWS: dict[str, tuple[float, float]] = {
    QT_TR_NOOP("frontal, to 20°"): (0.0, 20.0),
    QT_TR_NOOP("half turned, 20–50°"): (20.0, 50.0),
    QT_TR_NOOP("profile, from 50°"): (50.0, 181.0),
}
CORRECTED = QT_TR_NOOP("corrected")
SUSPICIOUS = QT_TR_NOOP("suspicious")
NOT_MEASURED = QT_TR_NOOP("not measured")
SEVERAL_FACES = QT_TR_NOOP("several faces")
UNREADABLE = QT_TR_NOOP("missing or not read")
POINTS_ABSENT = QT_TR_NOOP("points absent")
STATUSES = (CORRECTED, SUSPICIOUS, NOT_MEASURED, SEVERAL_FACES, UNREADABLE, POINTS_ABSENT)
FILE_ORDER = QT_TR_NOOP("file order")
NAME = QT_TR_NOOP("name")
WORST = QT_TR_NOOP("worst first")
YAW = QT_TR_NOOP("yaw")
ORDERS = (FILE_ORDER, NAME, WORST, YAW)


@dataclass(frozen=True)
class Wanted:
    """What is listed: of which sets, by what, in which order. residual: per cent of disagreement from which on."""

    sets: tuple[int, ...] = (0,)
    text: str = ""
    split: str = ANY
    yaw: str = ANY
    status: str = ANY
    residual: float = 0.0
    order: str = FILE_ORDER

    @property
    def filters(self) -> int:
        """How many of the filters beside the text are set."""
        return sum((self.split != ANY, self.yaw != ANY, self.status != ANY, self.residual > 0))


class Listing:
    """What one data set is searched by; each column is made when it is first asked for."""

    def __init__(self, dataset: Dataset):
        self.dataset = dataset

    @cached_property
    def words(self) -> list[str]:
        return [f"{s.key} {s.split} {s.subject}".lower() for s in self.dataset.samples]

    @cached_property
    def splits(self) -> np.ndarray:
        return np.array([s.split for s in self.dataset.samples])

    @cached_property
    def split_names(self) -> frozenset[str]:
        return frozenset(self.splits.tolist())

    @cached_property
    def yaw(self) -> np.ndarray:
        """(N,) degrees, NaN where it is not known."""
        layout = self.dataset.layout
        if layout is None:
            return np.full(len(self.dataset), np.nan)
        return annotated_yaw(layout, np.stack([s.points for s in self.dataset.samples]))


class PhotoList:
    """Answers what is wanted; knows the listings of the sets that it was asked about."""

    def __init__(self, studio: Studio):
        self.studio = studio
        self._listings: dict[SetKey, Listing] = {}

    def listing(self, open_set: OpenSet) -> Listing:
        known = self._listings.get(open_set.key)
        if known is None or known.dataset is not open_set.original:
            known = self._listings[open_set.key] = Listing(open_set.original)
        return known

    def splits(self) -> list[str]:
        """The names of all splits of the open sets."""
        return sorted({name for s in self.studio.sets for name in self.listing(s).split_names} - {""})

    def find(self, wanted: Wanted) -> list[tuple[int, int]]:
        """(set, sample) of each photograph that is wanted, in order."""
        columns = [self._of_set(i, wanted) for i in wanted.sets if i < len(self.studio.sets)]
        rows = [(i, k) for i, found in columns for k in found.tolist()]
        if wanted.order == FILE_ORDER:
            return rows
        return sorted(rows, key=self._key(wanted.order))

    def _key(self, order: str) -> Callable[[tuple[int, int]], float | str]:
        sets, measured = self.studio.sets, self.studio.disagreement
        if order == NAME:
            return lambda row: sets[row[0]].dataset.samples[row[1]].key
        if order == WORST:
            errors = {(p.set, p.sample): -value for p, value in measured.items()}
            return lambda row: errors.get(row, 1.0)
        yaws = [np.nan_to_num(self.listing(s).yaw, nan=999.0).tolist() for s in sets]
        return lambda row: yaws[row[0]][row[1]]

    def _of_set(self, index: int, wanted: Wanted) -> tuple[int, np.ndarray]:
        open_set = self.studio.sets[index]
        listing, count = self.listing(open_set), len(open_set.dataset)
        keep = np.ones(count, bool)
        if wanted.text:
            text = wanted.text.lower()
            keep &= np.fromiter((text in words for words in listing.words), bool, count)
        if wanted.split != ANY:
            keep &= listing.splits == wanted.split
        if wanted.yaw != ANY:
            low, high = YAWS[wanted.yaw]
            turned = np.abs(listing.yaw)
            keep &= (turned >= low) & (turned < high)
        if wanted.residual > 0:
            keep &= self._measured(index, count) >= wanted.residual
        if wanted.status != ANY:
            keep &= self._has_status(index, wanted.status)
        return index, np.flatnonzero(keep)

    def _measured(self, index: int, count: int) -> np.ndarray:
        values = np.full(count, -1.0)
        mine = [(p.sample, value) for p, value in self.studio.disagreement.items() if p.set == index]
        if mine:
            at, error = zip(*mine, strict=True)
            values[list(at)] = error
        return values

    def _has_status(self, index: int, status: str) -> np.ndarray:
        open_set = self.studio.sets[index]
        samples: Sequence = open_set.dataset.samples
        if status == CORRECTED:
            faces = self.studio.corrections.of_set(open_set.key)
            return np.array([s.key in faces for s in samples], bool)
        if status == SUSPICIOUS:
            suspected = self.studio.suspects.faces.get(open_set.key, frozenset())
            return np.array([s.key in suspected for s in samples], bool)
        if status == NOT_MEASURED:
            return self._measured(index, len(samples)) < 0
        if status == SEVERAL_FACES:
            return np.array([s.image in open_set.crowded for s in samples], bool)
        if status == POINTS_ABSENT:
            return np.array([bool(np.isnan(s.points).any()) for s in samples], bool)
        return np.array([s.image in self.studio.unreadable for s in samples], bool)


def places(rows: Sequence[tuple[int, int]]) -> list[Place]:
    return [Place(i, k) for i, k in rows]
