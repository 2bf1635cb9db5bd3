"""Faces of a set that no photograph is needed for: what the network would say, and what humans clicked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from infl.datasets import VISIBLE, Dataset, Sample
from infl.evaluation.suspects.looks import Looks
from infl.layouts import layout

SIZE, SIGMA, NOISE = 100.0, 3.0, 2.0
"""Pixels: the faces' size, the network's σ, and the spread of the clicks around its prediction."""


@pytest.fixture
def looks_at() -> Callable[..., Looks]:
    """looks_at(layout's name, count): upright frontal faces, clicked with Gaussian noise."""

    def make(name: str, count: int = 60) -> Looks:
        of, rng = layout(name), np.random.default_rng(count)
        flat = of.queries[:, :2] * [1, -1] * SIZE / 90
        found = np.repeat(flat[None], count, 0) + rng.uniform(100, 300, (count, 1, 2))
        clicked = (found + rng.normal(0, NOISE, found.shape)).astype(np.float32)
        visible = np.full(len(of), VISIBLE, np.uint8)
        samples = tuple(
            Sample(Path(f"{i}.png"), f"{i}.png", points, visible) for i, points in enumerate(clicked)
        )
        dataset = Dataset("made", Path(), "made", name, of, len(of), samples)
        return Looks(
            dataset, of, samples, clicked, found.astype(np.float32), np.full(found.shape[:2], SIGMA, np.float32),
            size=np.full(count, SIZE), roll=np.zeros(count), score=np.ones(count),
        )  # fmt: skip

    return make
