"""A handful of drawn faces: C's own points in some poses, dots on noise. Enough to train, not to learn from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import infl
from infl.datasets.dataset import VISIBLE, Dataset, Sample
from infl.geometry.camera import Camera
from infl.geometry.rotations import FRONTAL, head_rotation
from infl.images import write_image

COUNT = 6


def drawn_faces(folder: Path, layout_name: str, convention: str) -> Dataset:
    """`COUNT` pictures of 120 × 150 pixels, two of them val, written as PNG."""
    rng = np.random.default_rng(5)
    layout = infl.layout(layout_name)
    samples = []
    for i in range(COUNT):
        rotation = FRONTAL @ head_rotation(*rng.uniform(-25, 25, 3))
        camera = Camera(rotation, np.array([0, 0, 700.0]), 350.0, np.array([60.0, 75.0]))
        points = camera.project(layout.queries)
        picture = rng.integers(60, 120, (150, 120, 3)).astype(np.uint8)
        for x, y in np.round(points).astype(int):
            picture[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2] = 255
        path = folder / f"{convention}{i}.png"
        write_image(path, picture)
        samples.append(Sample(path, path.name, points.astype(np.float32), np.full(len(points), VISIBLE, np.uint8),
                              "val" if i >= COUNT - 2 else "train"))  # fmt: skip
    return Dataset(convention, folder, "drawn", convention, layout, len(layout), tuple(samples))


@pytest.fixture
def datasets(tmp_path: Path) -> list[Dataset]:
    """Two conventions: 68 points, and 29 of which one is absent in every picture."""
    first, second = drawn_faces(tmp_path, "ibug68", "ours"), drawn_faces(tmp_path, "cofw29", "theirs")
    samples = []
    for sample in second.samples:
        points = sample.points.copy()
        points[3] = np.nan
        samples.append(replace(sample, points=points))
    return [first, replace(second, samples=tuple(samples))]
