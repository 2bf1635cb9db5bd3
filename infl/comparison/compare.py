"""Several sets compared, each with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from infl.comparison.axes import outward_and_up
from infl.comparison.evidence import described, gather
from infl.comparison.offsets import PairOffsets, Witness, offsets_between, witness_of
from infl.datasets.dataset import Dataset
from infl.errors import InflError
from infl.harmonize.harmonise import with_names_of_their_own
from infl.layouts import Layout
from infl.model.landmarker import Landmarker
from infl.progress import Job, Progress


@dataclass(frozen=True, eq=False)
class DeformerOffsets:
    """What the deformer alone learned of two conventions, first − second: at the K points `layout`, (K, 2) mm along
    (K, 3, 2) axes. No picture was asked, so there is no interval."""

    first: str
    second: str
    layout: Layout
    axes: np.ndarray
    offset: np.ndarray


@dataclass(frozen=True, eq=False)
class Comparison:
    """The sets in the order given, their pairs that share points, and what was asked of the deformer alone.

    part: which part of the sets was looked at, "" for all. notes: what could not be compared, and why.
    """

    sets: tuple[Witness, ...]
    pairs: tuple[PairOffsets, ...]
    deformer: tuple[DeformerOffsets, ...]
    part: str
    notes: tuple[str, ...]


def compare(
    landmarker: Landmarker, datasets: Sequence[Dataset], *, split: str | None = None, pictures: int | None = None,
    at: Layout | None = None,
) -> Job[Comparison]:  # fmt: skip
    """Compare every pair of `datasets` at the points that both have; `infl.comparison.offsets` says how.

    split: only that part of each set; None for all of it. pictures: at most so many of each set, evenly spread. at: a
    layout at which the deformer alone is asked as well, where it knows both conventions.

    Raises InflError with fewer than two sets, for a set that nobody described or that has no face in the part, and
    where no pair has anything to compare.
    """
    if len(datasets) < 2:
        raise InflError("There is nothing to compare: name at least two sets.")
    parts = []
    for dataset in with_names_of_their_own(datasets):
        part = dataset if split is None else dataset.split(split)
        if not len(part):
            known = sorted({sample.split or "(none)" for sample in dataset.samples})
            raise InflError(f"{dataset.name}: no sample of the part “{split}”, but of {', '.join(known)}.")
        described(part)
        parts.append(part)
    witnesses = []
    for part in parts:
        evidence = yield from gather(landmarker, part, pictures)
        witnesses.append(witness_of(evidence))
    pairs, deformer, notes = [], [], []
    couples = list(combinations(witnesses, 2))
    resampling = Progress("resampling", 0, len(couples))
    for done, (first, second) in enumerate(couples, 1):
        ours, theirs = first.evidence, second.evidence
        known = {ours.convention, theirs.convention} <= set(landmarker.conventions)
        conventions = ours.convention, theirs.convention
        try:
            learned = landmarker.offsets(*conventions, at=ours.layout) if known else None
            pairs.append(offsets_between(first, second, learned))
        except InflError as error:
            notes.append(str(error))
        if at is not None and known:
            axes = outward_and_up(at.queries, at.contour)
            offset = np.einsum("kd,kda->ka", landmarker.offsets(*conventions, at=at), axes)
            deformer.append(DeformerOffsets(ours.name, theirs.name, at, axes, offset))
        elif at is not None:
            notes.append(
                f"{ours.name} and {theirs.name}: the checkpoint does not know both conventions, so its deformer says "
                f"nothing at {at.name}."
            )
        yield Progress(resampling.phase, done, len(couples), started=resampling.started)
    if not pairs and not deformer:
        raise InflError(notes[0])
    return Comparison(tuple(witnesses), tuple(pairs), tuple(deformer), split or "", tuple(notes))
