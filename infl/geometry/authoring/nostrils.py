"""The nostrils: hollows pressed into the underside of the nose."""

from __future__ import annotations

import numpy as np

CENTRE = np.array([8.3, -46.9, 34.6])
ALONG = np.array([0.52, -0.2, -0.83])  # the long axis: from the tip outwards to the wing
HALF_LENGTH, HALF_WIDTH = 5.6, 3.1  # mm
INTO = np.array([0.5, 4.8, -0.8])  # how the deepest point moves, mm
REACH = 4.5  # mm: skin farther from the plane of the nostril is not touched


def press_nostrils(vertices: np.ndarray) -> np.ndarray:
    """`vertices` (n, 3) with a smooth hollow on both sides of the nose's base."""
    side = np.where(vertices[:, :1] < 0, -1.0, 1.0) * [1, 0, 0] + [0, 1, 1]
    offset = vertices * side - CENTRE
    axis = ALONG / np.linalg.norm(ALONG)
    inwards = INTO / np.linalg.norm(INTO)
    across = np.cross(axis, inwards)
    across /= np.linalg.norm(across)
    r2 = (offset @ axis / HALF_LENGTH) ** 2 + (offset @ across / HALF_WIDTH) ** 2
    near = (r2 < 1) & (np.abs(offset @ inwards) < REACH) & (offset[:, 2] < 6)
    depth = np.where(near, (1 - np.minimum(r2, 1)) ** 1.5, 0.0)
    return vertices + depth[:, None] * INTO * side
