"""Annotation errors of known kinds, planted in right annotations: what `infl.evaluation.suspects` has to find again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from infl.datasets.dataset import ABSENT, VISIBLE, Dataset, Sample
from infl.errors import InflError
from infl.evaluation.nme import unit
from infl.evaluation.suspects.chains import Chain, chains_of
from infl.evaluation.suspects.finding import Kind
from infl.layouts import Layout

SLIP = (0.08, 0.3)
"""Of the distance between the eyes' corners: how far a click slips."""

CURVES = frozenset({"jaw", "outline", "eye", "eyelid", "mouth", "brow"})
"""Groups whose numbers are shifted."""


class Plant(StrEnum):
    """What is done to an annotation."""

    SLIP = "slip of one point"
    SHIFT = "index shift on one curve"
    SWAP_ALL = "left/right of the whole face"
    SWAP_GROUP = "left/right of one group"
    BESIDE = "shifted by its own size"

    @property
    def kind(self) -> Kind:
        """What it has to be called."""
        return _KINDS[self]


_KINDS = {Plant.SLIP: Kind.SLIPPED, Plant.SHIFT: Kind.SHIFTED, Plant.SWAP_ALL: Kind.SWAPPED,
          Plant.SWAP_GROUP: Kind.SWAPPED, Plant.BESIDE: Kind.WRONG_FACE}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Planted:
    """dataset: with the errors. points: sample key → indices of the clicks that were made wrong."""

    dataset: Dataset
    points: dict[str, tuple[int, ...]]


def plant(dataset: Dataset, what: Plant, share: float, rng: np.random.Generator) -> Planted:
    """Spoil this share of a set's faces, at least one; raises InflError where the layout has nothing to spoil."""
    if dataset.layout is None:
        raise InflError(f"{dataset.name}: errors cannot be planted in a set without a layout.")
    samples, points = list(dataset.samples), {}
    for i in rng.permutation(len(samples)).tolist():
        if len(points) >= max(round(share * len(samples)), 1):
            break
        spoilt = spoil(samples[i], dataset.layout, what, rng)
        if spoilt is not None:
            samples[i], points[samples[i].key] = spoilt
    if not points:
        raise InflError(f"{dataset.name}: its layout has nothing for a {what}.")
    return Planted(replace(dataset, samples=tuple(samples)), points)


def spoil(
    sample: Sample, layout: Layout, what: Plant, rng: np.random.Generator
) -> tuple[Sample, tuple[int, ...]] | None:
    """(the sample with the error, indices of its wrong clicks), or None where the face has too few clicks for it."""
    clicked = sample.points.astype(np.float64)
    made = _WAYS[what](clicked, np.flatnonzero(np.isfinite(clicked[:, 0])), layout, rng)
    if made is None:
        return None
    wrong = np.isfinite(made).all(1) & ~np.isclose(made, clicked, atol=1e-6).all(1)
    visibility = np.where(np.isfinite(made).all(1), VISIBLE, ABSENT).astype(np.uint8)
    spoilt = replace(sample, points=made.astype(np.float32), visibility=visibility)
    return spoilt, tuple(np.flatnonzero(wrong).tolist())


Way = Callable[[np.ndarray, np.ndarray, Layout, np.random.Generator], np.ndarray | None]


def _slip(
    clicked: np.ndarray, known: np.ndarray, layout: Layout, rng: np.random.Generator
) -> np.ndarray | None:
    made = clicked.copy()
    size, _ = unit(clicked, layout.eye_corners, "eyes")
    made[rng.choice(known)] += _direction(rng) * rng.uniform(*SLIP) * size
    return made


def _shift(
    clicked: np.ndarray, known: np.ndarray, layout: Layout, rng: np.random.Generator
) -> np.ndarray | None:
    whole = [
        chain
        for chain in chains_of(layout)
        if layout.points[chain.index[0]].group in CURVES and np.isin(chain.index, known).all()
    ]
    if not whole:
        return None
    chain: Chain = whole[rng.integers(len(whole))]
    index = chain.index[:: int(rng.choice([1, -1]))]
    made = clicked.copy()
    made[index] = np.roll(clicked[index], -1, 0)
    if not chain.closed:
        made[index[-1]] = (
            2 * clicked[index[-1]] - clicked[index[-2]]
        )  # the last click goes on along the curve
    return made


def _swap_all(
    clicked: np.ndarray, known: np.ndarray, layout: Layout, rng: np.random.Generator
) -> np.ndarray | None:
    return clicked[layout.mirror] if (layout.mirror[known] != known).any() else None


def _swap_group(
    clicked: np.ndarray, known: np.ndarray, layout: Layout, rng: np.random.Generator
) -> np.ndarray | None:
    groups = sorted({layout.points[k].group for k in known if layout.mirror[k] != k})
    if not groups:
        return None
    group = groups[rng.integers(len(groups))]
    made = clicked.copy()
    members = [k for k, point in enumerate(layout.points) if point.group == group]
    made[members] = clicked[layout.mirror[members]]
    return made


def _beside(
    clicked: np.ndarray, known: np.ndarray, layout: Layout, rng: np.random.Generator
) -> np.ndarray | None:
    return clicked + _direction(rng) * np.ptp(clicked[known], axis=0).max()


def _direction(rng: np.random.Generator) -> np.ndarray:
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)])


_WAYS: dict[Plant, Way] = {Plant.SLIP: _slip, Plant.SHIFT: _shift, Plant.SWAP_ALL: _swap_all,
                           Plant.SWAP_GROUP: _swap_group, Plant.BESIDE: _beside}  # fmt: skip
