"""Places that a point put by hand means, when it is put near them: points of known layouts, curves, vertices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy.spatial import KDTree

from infl.geometry.canonical_face import canonical_face
from infl.layouts import Layout

REACH = 3.0
"""mm on the face within which a place is meant."""


def snapped(place: np.ndarray, layouts: Sequence[Layout]) -> np.ndarray:
    """(3,) mm: the nearest point of `layouts` within REACH of `place`, else of a curve, else a vertex, else itself."""
    points = [layout.queries for layout in layouts if len(layout)]
    trees = [KDTree(np.vstack(points))] if points else []
    for tree in (*trees, _curves(), _vertices()):
        distance, index = tree.query(place)
        if distance <= REACH:
            return np.asarray(tree.data[int(index)])
    return place


@lru_cache(maxsize=1)
def _curves() -> KDTree:
    return KDTree(np.vstack(list(canonical_face().curves.values())))


@lru_cache(maxsize=1)
def _vertices() -> KDTree:
    return KDTree(canonical_face().vertices)
