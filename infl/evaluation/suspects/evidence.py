"""How unlikely a click is, in powers of ten: the unit in which all findings of all sets are ranked.

d (`usual`) of right clicks has a heavier tail than a Gaussian's: that of an isotropic Student distribution in the
picture, P(d > r) = (1 + r²/νs²)^(−ν/2), holds for very different sets with one ν (`TAIL`), and a set's median gives s.
Evidence is −log₁₀ P: 3 means that one right click in a thousand is as far out of line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TAIL = 7.0
"""ν, chosen on train parts and the demo sets, where it is at most as heavy as what is seen up to one in 10,000."""


@dataclass(frozen=True)
class Evidence:
    """square: νs² of a set."""

    square: float

    @classmethod
    def of(cls, distances: np.ndarray) -> Evidence:
        """From (N, K) d of a whole set, NaN where nothing was clicked."""
        median = float(np.nanmedian(distances))
        return cls(median**2 / (2 ** (2 / TAIL) - 1))

    def __call__(self, distances: np.ndarray) -> np.ndarray:
        """−log₁₀ P(d > distances), of any shape; 0 where there is no click."""
        return TAIL / 2 * np.log10(1 + np.nan_to_num(distances) ** 2 / self.square)
