"""What a demo set's pictures say, seen once, and rules planted in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from infl.comparison import Evidence, gather
from infl.comparison.axes import outward_and_up
from infl.datasets import open_dataset
from infl.model import load_landmarker
from infl.progress import run
from infl.resources import resource


@pytest.fixture(scope="session")
def landmarker():
    return load_landmarker()


@pytest.fixture(scope="session")
def field(landmarker) -> Evidence:
    """45 of the 60 faces of demo_field29, which are of 15 subjects."""
    return run(gather(landmarker, open_dataset(resource("demo", "demo_field29")), pictures=45))


@pytest.fixture(scope="session")
def halves(field) -> list[tuple[Evidence, Evidence]]:
    """The same set split by subjects in 12 ways."""
    names = np.unique(field.clusters)
    pairs = []
    for seed in range(12):
        chosen = np.isin(field.clusters, np.random.default_rng(seed).permutation(names)[: len(names) // 2])
        pairs.append((field.where(chosen), field.where(~chosen)))
    return pairs


@pytest.fixture(scope="session")
def planted() -> Callable[[Evidence, dict[str, tuple[float, float]]], Evidence]:
    """planted(evidence, {point: (outwards, up) mm}): as if the annotators had followed another rule there."""

    def plant(evidence: Evidence, rule: dict[str, tuple[float, float]]) -> Evidence:
        residual = evidence.residual.copy()
        axes = outward_and_up(evidence.layout.queries, evidence.layout.contour)
        for name, moved in rule.items():
            k = evidence.layout.names.index(name)
            residual[:, k] += evidence.jacobian[:, k] @ (axes[k] @ moved)
        return replace(evidence, residual=residual)

    return plant
