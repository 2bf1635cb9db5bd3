"""How far apart two conventions lay the same point in a picture, and what a single face tells of that.

Of one face the network says where the point is in either convention, and the difference of the two answers is

    l_t − l_s = m + g + ε_t − ε_s

m: what all faces have in common. g: what is different on this face, because of its pose or its expression. ε: noise of
the answers, which a click must not be moved by. Clicks of both conventions tell the two apart. Where those of s are,
the deviation of click − l_t from what is usual grows with the deviation of l_s − l_t, at a slope of
(g² + ε_t²) / (g² + ε_t² + ε_s²); where those of t are, with the letters exchanged. So the slopes' sum less 1 is
g² / (g² + ε_t² + ε_s²): the part of a face's own deviation that is to be believed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

OUTLIER = 3.0
"""Median lengths from which on a deviation is a wrong click, or a face that was not found."""


@dataclass(frozen=True, eq=False)
class Apart:
    """usual: (P, 2) m of P points, units of the face's size in the axes of the upright crop. trust: 0…1, the part of
    what a face says beyond it that is believed."""

    usual: np.ndarray
    trust: float

    def correction(self, said: np.ndarray) -> np.ndarray:
        """(P, 2) to add to what the network says of a face, l_t − l_s, (P, 2)."""
        return (1 - self.trust) * (self.usual - said)


def as_predicted(points: int) -> Apart:
    """Everything is believed: for conventions of which no clicks are known."""
    return Apart(np.zeros((points, 2)), 1.0)


@dataclass(frozen=True, eq=False)
class Answers:
    """Of N faces, clicks of one convention, (N, P, 2), NaN where there is none, and what the network says of these
    points in that convention, `own`, and in the other one, `other`, (N, P, 2)."""

    clicked: np.ndarray
    own: np.ndarray
    other: np.ndarray

    def slope(self) -> float:
        """How the clicks' deviations from the other convention grow with those of their own; 1 where nothing tells."""
        known = np.asarray(np.isfinite(self.clicked + self.own + self.other).all(axis=2))
        if not known.any():
            return 1.0
        told, said = (_deviation(points - self.other, known) for points in (self.clicked, self.own))
        length = np.linalg.norm(told, axis=1)
        kept = length <= OUTLIER * np.median(length)
        spread = (said[kept] ** 2).sum()
        return float((told[kept] * said[kept]).sum() / spread) if spread > 0 else 1.0


def apart(ours: Answers, theirs: Answers) -> Apart:
    """What clicks of both conventions say: `ours` are those that will be moved to where `theirs` would be."""
    said = ours.other - ours.own
    usual = _medians(said, np.asarray(np.isfinite(said).all(axis=2)))
    return Apart(usual, float(np.clip(ours.slope() + theirs.slope() - 1, 0, 1)))


def _deviation(points: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(N, P, 2) → (n, 2): all that are known, less the median of their point."""
    return (points - _medians(points, known))[known]


def _medians(points: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(P, 2) medians of (N, P, 2) where they are known; 0 of points that never are."""
    middle = np.zeros(points.shape[1:])
    for k in np.flatnonzero(known.any(0)):
        middle[k] = np.median(points[known[:, k], k], axis=0)
    return middle
