"""Which points of a layout are each other's mirror images, found from where they lie."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

MIRROR = np.array([-1.0, 1.0, 1.0])
ALIKE = 5.0
"""mm on C within which a point's mirror image is another point."""


def mirror_partners(queries: np.ndarray) -> np.ndarray:
    """(K, 3) mm → (K,) index of each point's partner, itself on the midline and where it has none: only pairs that
    choose each other within ALIKE count."""
    distance, nearest = KDTree(queries).query(queries * MIRROR)
    nearest, own = np.asarray(nearest), np.arange(len(queries))
    return np.where((nearest[nearest] == own) & (distance < ALIKE), nearest, own)


def made_symmetric(queries: np.ndarray, partner: np.ndarray) -> np.ndarray:
    """(K, 3) mm: pairs at the mean of one and the other's image, points of the midline on it; those alone stay."""
    paired = partner != np.arange(len(queries))
    middle = ~paired & (np.abs(queries[:, 0]) < ALIKE / 2)
    mean = (queries + queries[partner] * MIRROR) / 2
    return np.where((paired | middle)[:, None], mean, queries)
