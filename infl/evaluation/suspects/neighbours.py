"""What the other clicks of a face say about one of them.

A raised brow or a jaw that the network sees a little wide puts all its points off together: such a click surprises
nobody who knows its neighbours', while a slipped one does. The set's own residuals tell how its points go together;
what is left of a click when the others are known is its conditional residual under a Gaussian with shrunken
correlations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.evaluation.suspects.usual import NORMAL

CLIPPED = 2.5
"""Standard deviations that a click counts for at most where others are judged by it: it may be wrong itself."""

SHRUNK = 0.2
"""Share by which correlations are taken back, chosen on train parts; more where there are few faces."""

MOST = 0.9

MANY = 500
"""Points of a layout; with more, each is judged alone, for all pairs would not fit in memory."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """share: (2K, 2K), what of each residual is expected for a unit of another, 0 on the diagonal; spread: (2K,),
    median absolute deviation of what is left. Both are empty where each point is judged alone."""

    share: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, whitened: np.ndarray) -> Neighbours:
        """From (N, K, 2) residuals in units of what is usual, NaN where nothing was clicked."""
        count, points, _ = whitened.shape
        if points > MANY or not count:
            return cls(np.zeros((0, 0)), np.zeros(0))
        flat = _clipped(whitened)
        together = flat.T @ flat / count
        size = np.sqrt(np.diag(together))
        size = np.where(size > 0, size, 1.0)
        few = points / (count + 2 * points)
        shrunk = (1 - min(SHRUNK + few, MOST)) * together / np.outer(size, size)
        np.fill_diagonal(shrunk, 1.0)
        precision = np.linalg.inv(shrunk) / np.outer(size, size)
        share = -precision / np.diag(precision)[:, None]
        np.fill_diagonal(share, 0.0)
        left = np.where(np.isfinite(whitened), whitened - (flat @ share.T).reshape(whitened.shape), np.nan)
        known = np.isfinite(left).any(0)
        spread = np.nanmedian(np.abs(np.where(known, left, 1.0)), 0) / NORMAL
        return cls(share, np.maximum(spread.ravel(), 1e-3))

    def left(self, whitened: np.ndarray) -> np.ndarray:
        """(N, K) length of what is left of (N, K, 2) residuals when those of the other points are known."""
        if not len(self.spread):
            return np.linalg.norm(whitened, axis=2)
        expected = (_clipped(whitened) @ self.share.T).reshape(whitened.shape)
        return np.linalg.norm((whitened - expected) / self.spread.reshape(whitened.shape[1:]), axis=2)


def _clipped(whitened: np.ndarray) -> np.ndarray:
    """(N, K, 2) → (N, 2K); 0 where nothing was clicked."""
    return np.clip(np.nan_to_num(whitened), -CLIPPED, CLIPPED).reshape(len(whitened), -1)
