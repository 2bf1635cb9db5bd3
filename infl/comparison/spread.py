"""Where several conventions disagree: how far each puts a place of C from where they put it on the mean.

What the deformer says of a convention is learned near that convention's own points and a guess elsewhere, so every
convention counts at a place as far as it has points near it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from infl.geometry.nearness import nearness
from infl.layouts import Layout
from infl.model.landmarker import Landmarker


@dataclass(frozen=True, eq=False)
class Spread:
    """C conventions at K places: vectors (C, K, 3) mm of each from their weighted mean; weights (C, K) 0…1."""

    conventions: tuple[str, ...]
    vectors: np.ndarray
    weights: np.ndarray

    @property
    def rms(self) -> np.ndarray:
        """(K,) mm: the root of the weighted mean square of the conventions' distances from their mean."""
        square = (self.weights * (self.vectors**2).sum(-1)).sum(0)
        return np.sqrt(square / np.maximum(self.weights.sum(0), 1e-9))

    @property
    def evidence(self) -> np.ndarray:
        """(K,) 0…1: whether at least two conventions have points near, without which there is nothing to disagree."""
        return np.sort(self.weights, 0)[-2]


def spread_of(landmarker: Landmarker, layouts: Mapping[str, Layout], at: np.ndarray) -> Spread:
    """How far the conventions, each with the layout of its points, are spread at the places `at` (K, 3) mm.

    Takes two conventions or more that `landmarker` knows.
    """
    vectors = np.stack([landmarker.offsets(name, at=at) for name in layouts])
    weights = np.stack([nearness(own.queries, at) for own in layouts.values()])
    mean = (weights[..., None] * vectors).sum(0) / np.maximum(weights.sum(0), 1e-9)[:, None]
    return Spread(tuple(layouts), vectors - mean, weights)
