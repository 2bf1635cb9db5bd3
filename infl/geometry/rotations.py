"""Head rotations: the continuous 6-D form for networks, and yaw, pitch, roll for people.

A head rotation H lives in the canonical frame (x subject's left, y up, z out of the face) and is the identity
for a frontal upright face. The camera frame has x right, y down, z forward, so R = FRONTAL @ H.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

FRONTAL = np.diag([1.0, -1.0, -1.0])
"""The rotation from the canonical to the camera frame of a frontal upright face."""


def rotation_from_6d(columns: Tensor) -> Tensor:
    """(..., 6) → (..., 3, 3) rotation whose first two columns are the orthonormalised input.

    Zhou et al., "On the Continuity of Rotation Representations in Neural Networks", CVPR 2019, eq. 15.
    """
    first = torch.nn.functional.normalize(columns[..., :3], dim=-1)
    second = columns[..., 3:] - (first * columns[..., 3:]).sum(-1, keepdim=True) * first
    second = torch.nn.functional.normalize(second, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], -1)


def head_rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """(3, 3) head rotation from degrees.

    yaw > 0 turns the face to the subject's left, pitch > 0 up, roll > 0 clockwise in the picture;
    H = Rx(-pitch) Ry(yaw) Rz(-roll), the order of 300W-LP's fitted poses.
    """
    x, y, z = np.radians([-pitch, yaw, -roll])
    rx = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    ry = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    rz = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    return rx @ ry @ rz


def euler_degrees(head: np.ndarray) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees of a (3, 3) head rotation; the inverse of `head_rotation` for |yaw| < 90."""
    yaw = np.arcsin(np.clip(head[0, 2], -1, 1))
    x = np.arctan2(-head[1, 2], head[2, 2])
    z = np.arctan2(-head[0, 1], head[0, 0])
    return float(np.degrees(yaw)), float(np.degrees(-x)), float(np.degrees(-z))
