"""Which face of the photograph an annotation lies on, when it fits none where it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from infl.evaluation.suspects.judge import LISTED, Judge
from infl.evaluation.suspects.looks import SURE, Looks, looks_of
from infl.model.landmarker import Landmarker

BESIDE = 0.5
"""Of the face's size: an annotation whose middle is farther from a face's is beside it."""

TWICE = 0.15
"""Of the face's size: two annotations of one photograph whose points are nearer (median) lie on one face."""


@dataclass(frozen=True, eq=False)
class Placement:
    """Where an annotation lies. looks: one face, the best that the photograph has for it. fits: whether it is that face
    that was annotated. away: how far its middle is from the annotation's in units of the face's size; faces: how many
    the photograph has."""

    looks: Looks
    fits: bool
    away: float
    faces: int


def placement(landmarker: Landmarker, judge: Judge, looks: Looks, image: np.ndarray) -> Placement | None:
    """Compare a misplaced annotation (`looks` of one face) with every face of its photograph (H, W, 3); None where the
    network finds no face, and so knows no better than the human."""
    sample = looks.samples[0]
    found = [encoded for encoded in landmarker.encode_all(image) if encoded.score >= SURE]
    tried = [looks_of(landmarker, looks.dataset, looks.layout, [(sample, encoded)]) for encoded in found]
    if not tried:
        return None
    best = min(tried, key=_misfit)
    fits = float(judge.misplaced(judge.usual.fit(best))[0]) < LISTED
    return Placement(best, fits, min(float(look.away[0]) for look in tried), len(tried))


def annotated_twice(looks: Looks) -> Iterator[tuple[int, int]]:
    """Pairs of annotations that lie on the same face of the same photograph."""
    of: dict[Path, list[int]] = defaultdict(list)
    for i, sample in enumerate(looks.samples):
        of[sample.image].append(i)
    for faces in of.values():
        for n, i in enumerate(faces):
            for j in faces[n + 1 :]:
                far = np.linalg.norm(looks.clicked[i] - looks.clicked[j], axis=1)
                if np.isfinite(far).any() and np.nanmedian(far) < TWICE * min(looks.size[i], looks.size[j]):
                    yield i, j


def _misfit(look: Looks) -> float:
    """Median distance between clicks and prediction of one face, in units of its size."""
    return float(np.nanmedian(np.linalg.norm(look.clicked[0] - look.found[0], axis=1)) / look.size[0])
