"""How far what is known at some points of C can be believed elsewhere."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

NEAR, FAR = 24.0, 48.0
"""Millimetres from the nearest point up to which, and from which on not at all, its word counts."""


def nearness(queries: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(K,) 0…1 at the places `at` (K, 3) mm: 1 with one of the `queries` (N, 3) mm near, 0 far from all of them."""
    if not len(queries):
        return np.zeros(len(at))
    fade = np.clip((KDTree(queries).query(at)[0] - NEAR) / (FAR - NEAR), 0, 1)
    return 1 - fade * fade * (3 - 2 * fade)
