"""A head cut by a sagittal plane: one side of the plane stays, with the line along which it was cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse as sparse

ON_THE_CUT = 0.5
"""mm beyond the plane within which a point still belongs to what stays: the midline's points lie on it."""


@dataclass(frozen=True)
class Section:
    """What stays of a head cut at x = `at` mm of the canonical frame: the subject's left or right side."""

    stays: Literal["left", "right"]
    at: float = 0.0

    def distance(self, points: np.ndarray) -> np.ndarray:
        """(K, 3) mm on C → (K,) mm from the plane, > 0 on the side that stays."""
        x = np.asarray(points, np.float64)[:, 0] - self.at
        return x if self.stays == "left" else -x

    def keeps(self, points: np.ndarray) -> np.ndarray:
        """(K,) bool."""
        return self.distance(points) >= -ON_THE_CUT


@dataclass(frozen=True, eq=False)
class Cut:
    """A mesh of V vertices and T triangles after a section.

    weights: (V′, V) sparse, what each new vertex has of the old ones, for any value that a vertex has; triangles:
    (T′, 3) int; parents: (T′,) the old triangle that each is of; line: (S, 2) new vertices, the cut's segments.
    """

    weights: sparse.csr_array
    triangles: np.ndarray
    parents: np.ndarray
    line: np.ndarray


def cut(distance: np.ndarray, triangles: np.ndarray) -> Cut:
    """Cut a mesh where the (V,) `distance` of its vertices passes through 0; what is positive stays.

    Triangles that cross are split; the new corners lie on the plane, and neighbours share them.
    """
    distance = np.where(np.abs(distance) < 1e-6, 1e-6, distance)  # no corner exactly on the plane
    inside = (distance > 0)[triangles]
    count = inside.sum(1)
    whole = np.flatnonzero(count == 3)
    crossing = np.flatnonzero((count == 1) | (count == 2))
    # Turned so that the corner that is alone on its side comes first.
    alone = np.where(count[crossing] == 1, inside[crossing].argmax(1), (~inside[crossing]).argmax(1))
    corners = triangles[crossing[:, None], (alone[:, None] + np.arange(3)) % 3]
    edges = np.sort(np.stack([corners[:, [0, 1]], corners[:, [0, 2]]], 1), -1)
    unique, number = np.unique(edges.reshape(-1, 2), axis=0, return_inverse=True)
    low, high = distance[unique[:, 0]], distance[unique[:, 1]]
    share = low / (low - high)
    new = len(distance) + number.reshape(-1, 2)
    tip = count[crossing] == 1
    one, two = new[:, 0], new[:, 1]
    pieces = [
        (triangles[whole], whole),
        (np.stack([corners[:, 0], one, two], 1)[tip], crossing[tip]),
        (np.stack([one, corners[:, 1], corners[:, 2]], 1)[~tip], crossing[~tip]),
        (np.stack([one, corners[:, 2], two], 1)[~tip], crossing[~tip]),
    ]
    weights = sparse.vstack(
        [sparse.eye_array(len(distance), format="csr"), _mixed(unique, share, len(distance))]
    )
    used, compact = np.unique(
        np.concatenate([p[0].ravel() for p in pieces] + [new.ravel()]), return_inverse=True
    )
    drawn = sum(p[0].size for p in pieces)
    return Cut(
        weights=sparse.csr_array(sparse.csr_array(weights)[used]),
        triangles=compact[:drawn].reshape(-1, 3),
        parents=np.concatenate([p[1] for p in pieces]),
        line=compact[drawn:].reshape(-1, 2),
    )


def _mixed(edges: np.ndarray, share: np.ndarray, count: int) -> sparse.csr_array:
    """(E, count): the point at `share` (E,) of the way along each edge (E, 2)."""
    rows = np.repeat(np.arange(len(edges)), 2)
    values = np.stack([1 - share, share], 1).ravel()
    return sparse.csr_array((values, (rows, edges.ravel())), shape=(len(edges), count))
