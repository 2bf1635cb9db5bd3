"""The pinhole camera through which the canonical face is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.geometry.rotations import FRONTAL, euler_degrees


@dataclass(frozen=True)
class Camera:
    """pixel = focal_length · (X/Z, Y/Z) + principal_point with (X, Y, Z) = rotation @ canonical + translation.

    rotation: (3, 3); translation: (3,) millimetres; focal_length: pixels; principal_point: (2,) pixels.
    The camera frame has x right, y down, z forward; an upright frontal face has rotation diag(1, -1, -1).
    """

    rotation: np.ndarray
    translation: np.ndarray
    focal_length: float
    principal_point: np.ndarray

    def project(self, points: np.ndarray) -> np.ndarray:
        """(K, 3) millimetres in the canonical frame → (K, 2) pixels."""
        seen = np.asarray(points, np.float64) @ self.rotation.T + self.translation
        return self.focal_length * seen[:, :2] / seen[:, 2:] + self.principal_point

    @property
    def head(self) -> np.ndarray:
        """(3, 3) head rotation: the identity for a frontal upright face."""
        return FRONTAL.T @ self.rotation

    @property
    def euler_degrees(self) -> tuple[float, float, float]:
        """(yaw, pitch, roll): yaw > 0 to the subject's left, pitch > 0 up, roll > 0 clockwise in the picture."""
        return euler_degrees(self.head)


def euler_in_photo(camera: Camera, roi: np.ndarray) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees in the photograph of a head seen through `camera` in the crop that `roi` cuts."""
    turn = -np.arctan2(roi[1, 0], roi[0, 0])  # y points down in the picture and up on C
    c, s = np.cos(turn), np.sin(turn)
    return euler_degrees(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ camera.head)
