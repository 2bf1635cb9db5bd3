"""A film made of the demo's pictures: the same face, wandering a little from frame to frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from infl.images import cv2, read_image
from infl.model import Landmarker
from infl.model.checkpoint import load_checkpoint
from infl.resources import resource

FRAMES, SIZE, FPS = 24, (320, 320), 12.0


def film(path: Path, codec: str, frames: int = FRAMES) -> Path:
    """A video of `frames` frames."""
    pictures = sorted(resource("demo", "demo_field29").rglob("*.jpg"))
    face = cv2.resize(read_image(pictures[0]), SIZE)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), FPS, SIZE)
    assert writer.isOpened(), codec
    for i in range(frames):
        move = np.array([[1, 0, 0.8 * i], [0, 1, 0.4 * i]], float)
        moved = cv2.warpAffine(face, move, SIZE, borderMode=cv2.BORDER_REFLECT)
        writer.write(cv2.cvtColor(moved, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


@pytest.fixture(scope="session")
def make_film():
    return film


@pytest.fixture(scope="session")
def video(tmp_path_factory) -> Path:
    return film(tmp_path_factory.mktemp("film") / "walk.avi", "MJPG")


@pytest.fixture(scope="session")
def landmarker() -> Landmarker:
    return Landmarker(*load_checkpoint())
