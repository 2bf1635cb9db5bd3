"""How the head of a synthetic person is seen: turned, framed, from how far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.geometry.camera import Camera
from infl.geometry.rotations import FRONTAL, head_rotation

_FACE_HEIGHT = 195.0  # mm, chin to hairline


@dataclass(frozen=True)
class Pose:
    """How the head is seen: degrees; `size`: the face's height over the picture's; `shift`: of its middle, in
    pictures; `lens`: focal length over the picture's side; `torso`: how much of the turn the shoulders
    follow.
    """

    yaw: float
    pitch: float
    roll: float
    size: float
    shift: tuple[float, float]
    lens: float
    torso: float

    def camera(self, picture: int) -> Camera:
        """The camera of a picture of `picture` × `picture` pixels."""
        rotation = FRONTAL @ head_rotation(self.yaw, self.pitch, self.roll)
        focal = self.lens * picture
        distance = focal * _FACE_HEIGHT / (self.size * picture)
        middle = np.array([*(np.array(self.shift) * picture / focal * distance), distance])
        translation = middle - rotation @ np.array([0.0, -20.0, -20.0])
        return Camera(rotation, translation, focal, np.full(2, (picture - 1) / 2))

    def shoulders(self) -> np.ndarray:
        """(3, 3): the shoulders' turn against the head."""
        follow = head_rotation(self.torso * self.yaw, 0.35 * self.torso * self.pitch, 0.25 * self.roll)
        return head_rotation(self.yaw, self.pitch, self.roll).T @ follow


def random_pose(rng: np.random.Generator) -> Pose:
    """Mostly towards the camera, up to full profile; from a close phone to a long lens."""
    yaw = rng.normal(0, 28) if rng.random() < 0.6 else rng.uniform(-90, 90)
    pitch = rng.normal(0, 12) if rng.random() < 0.75 else rng.uniform(-45, 45)
    return Pose(
        yaw=float(np.clip(yaw, -90, 90)),
        pitch=float(np.clip(pitch, -45, 45)),
        roll=float(np.clip(rng.normal(0, 14), -45, 45)),
        size=rng.uniform(0.42, 0.72),
        shift=(rng.normal(0, 0.035), rng.normal(0, 0.035)),
        lens=float(np.exp(rng.uniform(np.log(1.0), np.log(5.0)))),
        torso=rng.uniform(0.15, 0.8) * (1.0 if abs(yaw) < 45 else 0.8),
    )
