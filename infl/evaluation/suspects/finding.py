"""What is found: one thing wrong with one annotated face, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from infl.datasets.dataset import Sample
from infl.layouts import Layout


class Kind(StrEnum):
    """What went wrong."""

    SWAPPED = "swapped left/right"
    SHIFTED = "shifted index"
    SLIPPED = "slipped click"
    WRONG_FACE = "wrong face"


@dataclass(frozen=True, eq=False)
class Finding:
    """One suspicion.

    dataset: the set's name; layout: its points. sample: the annotated face. points: indices of the clicks that are
    meant; names: theirs. score: −log₁₀ of how often a right face of this set looks like that (an estimate; comparable
    over sets). message: what is wrong and what to do. found: (K, 2) px, where the network has the set's points.
    meant: for each of `points` the index under which it should be filed, or -1 where that is not the remedy.
    """

    dataset: str
    layout: Layout
    sample: Sample
    kind: Kind
    points: tuple[int, ...]
    names: tuple[str, ...]
    score: float
    message: str
    found: np.ndarray
    meant: tuple[int, ...]
