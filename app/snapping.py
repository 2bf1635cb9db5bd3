"""Places that a point put by hand means, when it is put near them: points of known layouts, curves, vertices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy.spatial import KDTree

from infl.geometry.canonical_face import canonical_face
from infl.layouts import Layout


def caught(place: np.ndarray, layouts: Sequence[Layout], reach: float) -> np.ndarray | None:
    """(3,) mm: within `reach` mm of `place` the nearest point of `layouts`, else of a curve, else a vertex; or None."""
    points = [layout.queries for layout in layouts if len(layout)]
    trees = [KDTree(np.vstack(points))] if points else []
    for tree in (*trees, _curves(), _vertices()):
        distance, index = tree.query(place)
        if distance <= reach:
            return np.asarray(tree.data[int(index)])
    return None


@lru_cache(maxsize=1)
def _curves() -> KDTree:
    return KDTree(np.vstack(list(canonical_face().curves.values())))


@lru_cache(maxsize=1)
def _vertices() -> KDTree:
    return KDTree(canonical_face().vertices)
