"""2D affine maps as (2, 3) matrices [A | t] that act on column points: x ↦ A x + t.

The network counts in normalised coordinates, where -1 and 1 are the outer borders of the first and the last
pixel of a square picture; everything outside counts in pixels from the centre of the top-left one.
"""

from __future__ import annotations

import numpy as np
from torch import Tensor


def apply(transform: Tensor, points: Tensor) -> Tensor:
    """(B, 2, 3), (B, K, 2) → (B, K, 2)."""
    return points @ transform[:, :, :2].transpose(1, 2) + transform[:, None, :, 2]


def scale_of(transform: Tensor) -> Tensor:
    """(B, 2, 3) → (B,): how much longer lengths become, the geometric mean over directions."""
    a, b, c, d = (transform[:, i, j] for i in (0, 1) for j in (0, 1))
    return (a * d - b * c).abs().clamp_min(1e-12).sqrt()


def similarity(scale: float, angle: float, shift: np.ndarray) -> np.ndarray:
    """(2, 3) of a scaling, a rotation by `angle` radians (x towards y) and a shift."""
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[c, -s, shift[0]], [s, c, shift[1]]])


def chain(first: np.ndarray, *others: np.ndarray) -> np.ndarray:
    """(2, 3) float64 map that applies the last of the given ones first, like a product of matrices."""
    turn, shift = np.asarray(first[:, :2], float), first[:, 2]
    for other in others:
        shift = turn @ other[:, 2] + shift
        turn = turn @ other[:, :2]
    return np.column_stack([turn, shift])


def invert(transform: np.ndarray) -> np.ndarray:
    """(2, 3) inverse map."""
    back = np.linalg.inv(transform[:, :2])
    return np.column_stack([back, -back @ transform[:, 2]])


def move(transform: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(2, 3), (K, 2) → (K, 2) in numpy."""
    return np.asarray(points) @ transform[:, :2].T + transform[:, 2]


def pixels_from_normalised(size: int) -> np.ndarray:
    """(2, 3) map from normalised coordinates of a square of `size` pixels to its pixel coordinates."""
    return np.array([[size / 2, 0, (size - 1) / 2], [0, size / 2, (size - 1) / 2]])
