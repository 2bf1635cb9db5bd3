"""Which points lie inside a polygon."""

from __future__ import annotations

import numpy as np


def inside(polygon: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(n,) bool: which of `points` (n, 2) lie within the `polygon` (m, 2): odd crossings to the right."""
    x, y = np.asarray(points, float).T
    odd = np.zeros(len(x), bool)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        spans = (ay > y) != (by > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = ax + (y - ay) * (bx - ax) / (by - ay)
        odd ^= spans & (x < crossing)
    return odd
