"""How far heads are turned, from annotated points alone: no photograph and no network is looked at.

An affine camera is fitted between the points' places on C and where they were clicked. Its first row is the picture's
x axis in the head's frame; the yaw is how far that leaves the head's own.
"""

from __future__ import annotations

import numpy as np

from infl.layouts import Layout

FEWEST = 5
"""Points below which a face's yaw is not told."""
FLATTEST = 4.0
"""Millimetres of depth (the least of the three axes' standard deviations) below which points tell nothing of it."""


def annotated_yaw(layout: Layout, points: np.ndarray) -> np.ndarray:
    """(N,) degrees, > 0 to the subject's left: heads of N faces whose (N, K, 2) px are the layout's; NaN where unknown.

    Outline points are left out: they slide along the face as it turns. About 10° accurate, enough to sort by.
    """
    fixed = ~layout.contour
    queries, points = layout.queries[fixed].astype(np.float64), points[:, fixed].astype(np.float64)
    known = np.isfinite(points).all(2)
    yaw = np.full(len(points), np.nan)
    patterns, of = np.unique(known, axis=0, return_inverse=True)
    for number, there in enumerate(patterns):
        if there.sum() < FEWEST:
            continue
        at = queries[there]
        centred = at - at.mean(0)
        if np.linalg.svd(centred, compute_uv=False)[-1] / np.sqrt(len(at)) < FLATTEST:
            continue
        faces = np.flatnonzero(of.reshape(-1) == number)
        seen = points[faces][:, there]
        seen = seen - seen.mean(1, keepdims=True)
        rows = np.einsum("dk,nkc->ncd", np.linalg.pinv(centred), seen)
        yaw[faces] = _yaw(rows)
    return yaw


def _yaw(rows: np.ndarray) -> np.ndarray:
    """(N,) degrees from the two rows of N affine cameras (N, 2, 3), made a rotation's: unit length, at right angles."""
    right, down = rows[:, 0], rows[:, 1]
    right, down = (v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12) for v in (right, down))
    middle, across = right + down, right - down
    middle, across = (
        v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12) for v in (middle, across)
    )
    right = (middle + across) / np.sqrt(2)
    return np.degrees(np.arcsin(np.clip(right[:, 2], -1, 1)))  # as `Camera.euler_degrees` has it
