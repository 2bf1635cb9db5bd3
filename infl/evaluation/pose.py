"""How far head poses are apart."""

from __future__ import annotations

import numpy as np

from infl.geometry.camera import Camera
from infl.geometry.rotations import FRONTAL
from infl.model.config import HEAD_CENTRE


def geodesic_degrees(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(…, 3, 3) rotations → (…,) degrees of the rotation from one to the other, 0…180."""
    apart = np.linalg.norm(np.asarray(a) - b, axis=(-2, -1)) / np.sqrt(8)  # the sine of half the angle
    return 2 * np.degrees(np.arcsin(np.clip(apart, 0, 1)))


def head_as_seen(camera: Camera) -> np.ndarray:
    """(3, 3) head rotation along the ray to the head: what a crop round the head shows, wherever in the picture it is.

    `Encoded.euler_degrees` tells the same; `Camera.head` tells it along the camera's axis.
    """
    z = camera.rotation @ np.array(HEAD_CENTRE) + camera.translation
    z = z / np.linalg.norm(z)
    x = np.cross([0.0, 1.0, 0.0], z)
    x /= np.linalg.norm(x)
    return FRONTAL.T @ np.stack([x, np.cross(z, x), z]) @ camera.rotation
