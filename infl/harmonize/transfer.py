"""One face in the target layout: predicted, and moved by what its clicks say.

    l(q; target code) + r(q)

r(q) is what the clicks' residuals, carried over the surface, say of q (`infl.harmonize.residuals`). Both predictions
are made on the same picture, so that the difference of the conventions is seen in its perspective, and what the network
gets wrong of this face cancels; as far as the difference is noise, that of all faces takes its place
(`infl.harmonize.apart`). A point that both layouts have and mean alike keeps the human click as it is; one that
they mean differently is "transferred"; others are "predicted", and corrected by the clicks about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.spatial import KDTree

from infl.datasets.dataset import ABSENT, OCCLUDED, VISIBLE
from infl.export.harmonised_face import HUMAN, PREDICTED, TRANSFERRED
from infl.harmonize.apart import Apart, as_predicted
from infl.harmonize.residuals import STRANGERS, Clicks, Places, Residuals, believed
from infl.layouts import Layout
from infl.model.landmarker import Encoded, Landmarks

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
    """points: (K, 2) float32 and sigma: (K,) float32 pixels; visibility, provenance: (K,) uint8."""

    points: np.ndarray
    sigma: np.ndarray
    visibility: np.ndarray
    provenance: np.ndarray


@dataclass(frozen=True, eq=False)
class Carrying:
    """How one data set's residuals reach the target layout of M points.

    residuals: of its K points. distances: (M, K) mm on C. pairs: (M,), see `same_points`. habit: (M, 2) what the target
    convention's own annotators do at these points and the deformer has not learned, units of the face's size. share:
    how much of σ is the network's error, beside their own scatter (`infl.harmonize.residuals`). scatter: (M,) of the
    target's own hands, units of the face's size; 0 where they are not known. apart: how the two conventions lie
    apart at these points.
    """

    residuals: Residuals
    distances: np.ndarray
    pairs: np.ndarray
    habit: np.ndarray
    share: float
    scatter: np.ndarray
    apart: Apart


@lru_cache(maxsize=16)
def believed_carrying(own: Layout, target: Layout) -> Carrying:
    """Before anything is learned of the set: see `infl.harmonize.residuals.believed`."""
    places = Places.of(own.queries)
    start = believed(places)
    habit, scatter = np.zeros((len(target), 2)), np.zeros(len(target))
    return Carrying(
        start,
        places.to(target.queries),
        same_points(target, own),
        habit,
        min(start.share, STRANGERS),
        scatter,
        as_predicted(len(target)),
    )


def clicks_of(clicked: np.ndarray, seen: np.ndarray, encoded: Encoded, own: Landmarks) -> Clicks:
    """The clicks (K, 2) pixels of one face, their visibility (K,), and what was predicted in their convention."""
    off = (clicked - own.points) @ upright(encoded) / encoded.face_size
    off = np.where((np.isfinite(clicked).all(1) & (seen != ABSENT))[:, None], off, np.nan)
    hidden = (seen == OCCLUDED) | ~own.visible
    return Clicks(off[None], own.sigma[None] / encoded.face_size, hidden[None])


def upright(encoded: Encoded) -> np.ndarray:
    """(2, 2) rotation that takes directions in the upright crop to the photograph."""
    turn = encoded.roi[:, :2]
    return turn / np.sqrt(abs(np.linalg.det(turn)))


def transfer_clicks(
    clicked: np.ndarray, seen: np.ndarray, encoded: Encoded, own: Landmarks | None, target: Landmarks,
    carrying: Carrying | None,
) -> Transferred:  # fmt: skip
    """Move what is predicted of one face to where its clicks say.

    clicked: (K, 2) pixels, NaN where nothing was clicked; seen: (K,) visibility of the clicks. own, target: what is
    predicted of both layouts, each in its convention, on this photograph; without `own` or `carrying` (a convention or
    layout that is not known) everything stays as predicted.
    """
    visibility = np.where(target.visible, VISIBLE, OCCLUDED).astype(np.uint8)
    provenance = np.full(len(target.points), PREDICTED, np.uint8)
    if own is None or carrying is None:
        return Transferred(target.points, target.sigma, visibility, provenance)
    size, clicks = encoded.face_size, clicks_of(clicked, seen, encoded, own)
    carried = carrying.residuals.carried(clicks, 0, target.sigma / size, carrying.distances, carrying.share)
    k = np.flatnonzero(carrying.pairs >= 0)
    j = carrying.pairs[k]
    here = np.isfinite(clicks.residual[0, j]).all(1)
    k, j = k[here], j[here]
    shift = carrying.habit + carried.shift
    theirs = carrying.scatter[k] * np.where(clicks.hidden[0, j], carrying.residuals.blind, 1.0)
    shift[k] += carried.kept(j, theirs)
    said = np.zeros_like(shift)
    said[k] = (target.points[k] - own.points[j]) @ upright(encoded) / size
    shift[k] += carrying.apart.correction(said)[k]
    points = (target.points + shift @ upright(encoded).T * size).astype(np.float32)
    sigma = (carried.sigma * size).astype(np.float32)
    visibility[k], provenance[k] = seen[j], TRANSFERRED
    if own.convention == target.convention:
        equal = np.abs(target.queries[k] - own.queries[j]).max(1, initial=0) < 1e-3  # as layout files round
        k, j = k[equal], j[equal]
        points[k], provenance[k] = clicked[j], HUMAN
        sigma[k] = carrying.residuals.scatter(clicks.hidden[0])[j] * size
    return Transferred(points, sigma, visibility, provenance)
