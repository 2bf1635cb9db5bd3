"""One face in the target layout: what a human clicked is kept or moved, the rest is predicted.

Where the target layout has a point q that the face's own layout has too (q_own), the click is moved by what the two
conventions differ there, as this photograph shows it:

    clicked + l(q; target code) − l(q_own; own code)

Both landmarks are predicted on the same picture, so that the difference is seen in its perspective, and what the
network gets wrong of this face is the same in both and cancels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from infl.datasets.dataset import ABSENT
from infl.export.harmonised_face import HUMAN, PREDICTED, TRANSFERRED
from infl.layouts import Layout
from infl.model.landmarker import Landmarks

SAME = 1.5
"""Millimetres on C within which two layouts' points are one and the same: what annotators repeat to. (Layouts that
divide a jaw line into 16 and into 32 put "the same" points up to 1.1 mm apart; neighbours are 4 mm and more.)"""


def same_points(target: Layout, own: Layout) -> np.ndarray:
    """(K,) int32: for each point of `target` the index of the same point in `own`, or -1; one to one.

    Nearest first; of points that share their place, those of one name.
    """
    near = KDTree(target.queries).query_ball_tree(KDTree(own.queries), SAME)
    pairs = [(k, j) for k, found in enumerate(near) for j in found]

    def rank(pair: tuple[int, int]):
        k, j = pair
        distance = float(np.linalg.norm(target.queries[k] - own.queries[j]))
        return round(distance, 4), target.names[k] != own.names[j], k, j

    result, taken = np.full(len(target), -1, np.int32), set()
    for k, j in sorted(pairs, key=rank):
        if result[k] < 0 and j not in taken:
            result[k] = j
            taken.add(j)
    return result


@dataclass(frozen=True, eq=False)
class Transferred:
    """points: (K, 2) float32 pixels; visibility, provenance: (K,) uint8."""

    points: np.ndarray
    visibility: np.ndarray
    provenance: np.ndarray


def transfer_clicks(
    clicked: np.ndarray, seen: np.ndarray, own: Landmarks | None, target: Landmarks, turned_to_us: np.ndarray,
    pairs: np.ndarray,
) -> Transferred:  # fmt: skip
    """Move the clicks of one face to the target layout.

    clicked: (K_own, 2) pixels, NaN where nothing was clicked; seen: (K_own,) visibility of the clicks. own, target:
    the predictions of both layouts, each in its convention, on this photograph; without `own` (a convention or layout
    that is not known) everything is predicted. turned_to_us: (K,) visibility of what is predicted. pairs: (K,), see
    `same_points`.
    """
    points, visibility = target.points.copy(), turned_to_us.copy()
    provenance = np.full(len(points), PREDICTED, np.uint8)
    if own is None:
        return Transferred(points, visibility, provenance)
    k = np.flatnonzero(pairs >= 0)
    j = pairs[k]
    here = np.isfinite(clicked[j]).all(1) & (seen[j] != ABSENT)
    k, j = k[here], j[here]
    points[k] = clicked[j] + (target.points[k] - own.points[j])
    visibility[k], provenance[k] = seen[j], TRANSFERRED
    if own.convention == target.convention:
        equal = np.abs(target.queries[k] - own.queries[j]).max(1, initial=0) < 1e-3  # as layout files round
        points[k[equal]] = clicked[j[equal]]
        provenance[k[equal]] = HUMAN
    return Transferred(points, visibility, provenance)
