"""How surely two open sets disagree: offsets measured on the pictures of both, kept while they hold. No Qt."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from infl.comparison.evidence import gather
from infl.comparison.offsets import PairOffsets, Witness, offsets_between, witness_of
from infl.comparison.pixel_origin import OriginDifference
from infl.datasets.dataset import Dataset
from infl.harmonize.transfer import same_points
from infl.layouts import Layout
from infl.progress import Job, Progress

if TYPE_CHECKING:
    from infl.model import Landmarker


@dataclass(frozen=True, eq=False)
class Asked:
    """What a set's pictures say, as they were annotated and as this model sees them."""

    landmarker: Landmarker
    dataset: Dataset
    witness: Witness


@dataclass(frozen=True, eq=False)
class Measured:
    """Two sets compared: first − second."""

    first: Asked
    second: Asked
    pair: PairOffsets


@dataclass(frozen=True, eq=False)
class Measurements:
    """All that was measured: sets that were asked and pairs that were compared. Values; `with_pair` gives new ones."""

    asked: tuple[Asked, ...] = ()
    pairs: tuple[Measured, ...] = ()

    def of_set(self, landmarker: Landmarker, dataset: Dataset) -> Asked | None:
        """What was asked of a set with exactly these annotations."""
        known = (a for a in self.asked if a.landmarker is landmarker and a.dataset is dataset)
        return next(known, None)

    def of_pair(self, landmarker: Landmarker, a: Dataset, b: Dataset) -> tuple[PairOffsets, bool] | None:
        """Their comparison, and whether it is b − a."""
        for known in self.pairs:
            if known.first.landmarker is landmarker:
                ours = known.first.dataset, known.second.dataset
                if ours[0] is a and ours[1] is b:
                    return known.pair, False
                if ours[0] is b and ours[1] is a:
                    return known.pair, True
        return None

    def with_pair(
        self, measured: Measured, datasets: Collection[Dataset], landmarkers: Collection[Landmarker | None]
    ) -> Measurements:
        """One more pair; what is of other sets than `datasets` or other models than `landmarkers` is forgotten."""

        def holds(asked: Asked) -> bool:
            return any(asked.dataset is d for d in datasets) and any(
                asked.landmarker is m for m in landmarkers
            )

        new = [a for a in (measured.first, measured.second) if not any(a is known for known in self.asked)]
        return Measurements(
            tuple(a for a in (*self.asked, *new) if holds(a)),
            tuple(p for p in (*self.pairs, measured) if holds(p.first) and holds(p.second)),
        )


def how_sure(landmarker: Landmarker, first: Dataset, second: Dataset, known: Measurements) -> Job[Measured]:
    """Compare two sets on their annotated pictures; what is `known` of one of them is not asked again.

    Raises InflError where a set was not described, none of its faces is found, or the two share no point.
    """
    both = []
    for dataset in (first, second):
        asked = known.of_set(landmarker, dataset)
        if asked is None:
            evidence = yield from gather(landmarker, dataset)
            asked = Asked(landmarker, dataset, witness_of(evidence))
        both.append(asked)
    yield Progress("resampling", 0, 1)
    learned = None
    if {first.convention, second.convention} <= set(landmarker.conventions) and first.layout is not None:
        learned = landmarker.offsets(first.convention, second.convention, at=first.layout)
    return Measured(both[0], both[1], offsets_between(both[0].witness, both[1].witness, learned))


@dataclass(frozen=True, eq=False)
class MeasuredOffsets:
    """Measured offsets of a against b at the K points of a layout, NaN (and not sure) where the pictures do not tell.

    vectors: (K, 3) mm. axes: (K, 3, 2) the two directions, outwards and up, that were measured. region: (K, 2, 2) mm²,
    the 95 % region's ellipse along them. size, low, high: (K,) mm. sure: (K,) bool. origin: of a's pixels less b's.
    """

    vectors: np.ndarray
    axes: np.ndarray
    region: np.ndarray
    size: np.ndarray
    low: np.ndarray
    high: np.ndarray
    sure: np.ndarray
    faces: tuple[int, int]
    origin: OriginDifference
    turned: bool

    @property
    def told(self) -> np.ndarray:
        """(K,) bool: where the pictures tell."""
        return np.isfinite(self.size)

    @property
    def half(self) -> np.ndarray:
        """(K,) mm: half the 95 % interval of the size."""
        return (self.high - self.low) / 2


def measured_at(pair: PairOffsets, layout: Layout, turned: bool) -> MeasuredOffsets:
    """What was measured of a pair, at the points of `layout` that both sets have. turned: as second − first."""
    own = pair.first.evidence.layout
    place = np.full(len(own), -1)
    place[pair.indices[:, 0]] = np.arange(len(pair))
    same = np.arange(len(own)) if layout is own else same_points(layout, own)
    row = np.where(same >= 0, place[same], -1)

    def at(values: np.ndarray) -> np.ndarray:
        shape = (-1,) + (1,) * (values.ndim - 1)
        return np.where((row >= 0).reshape(shape), values[row], np.nan)

    sign = -1.0 if turned else 1.0
    vectors = np.einsum("kda,ka->kd", pair.axes, pair.offset)
    first, second = len(pair.first.evidence), len(pair.second.evidence)
    return MeasuredOffsets(
        vectors=sign * at(vectors),
        axes=at(pair.axes),
        region=at(pair.spread),
        size=at(pair.size),
        low=at(pair.size_interval.low),
        high=at(pair.size_interval.high),
        sure=(row >= 0) & pair.sure[row],
        faces=(second, first) if turned else (first, second),
        origin=pair.origin,
        turned=turned,
    )
