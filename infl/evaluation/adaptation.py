"""Points of somebody else's detector, brought to a set's own points before they are compared.

Two detectors of “the same” points follow different rules, and whoever was trained on a set's own rules would win by
these alone. So other detectors also get the chance to learn the set's rules from its train part, all of their
points taken together, by a linear map.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.errors import InflError

STRENGTHS = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Of the ridge, among which cross-validation chooses; 1 weighs as much as one coordinate varies on the mean."""
FOLDS = 5


@dataclass(frozen=True)
class Adaptation:
    """A linear map from M found points to K wanted ones, in the frame of a mean shape.

    reference: (M, 2), the mean of the found points, centred, of size 1 (root of the summed squares). wanted: (K, 2),
    the mean of the wanted points in that frame. weights: (2M, 2K). strength: of the ridge.
    """

    reference: np.ndarray
    wanted: np.ndarray
    weights: np.ndarray
    strength: float

    def apply(self, found: np.ndarray) -> np.ndarray:
        """(M, 2) pixels as the detector says → (K, 2) pixels as the set's annotators would."""
        turn, shift = _alignment(_complex(found), _complex(self.reference))
        aligned = turn * _complex(found) + shift
        away = _pairs(aligned) - self.reference
        mapped = self.wanted + (away.reshape(-1) @ self.weights).reshape(-1, 2)
        return _pairs((_complex(mapped) - shift) / turn)


def fit_adaptation(found: np.ndarray, wanted: np.ndarray) -> Adaptation:
    """Fit on N faces: found (N, M, 2) pixels and wanted (N, K, 2) pixels, of which faces with NaN are left out.

    Each face is moved by the similarity that lays its found points best onto their mean shape. There every wanted
    coordinate is a ridge regression on all found coordinates; the ridge is that of STRENGTHS which leaves the
    least mean distance in FOLDS-fold cross-validation.

    Raises InflError with fewer than FOLDS faces.
    """
    whole = np.isfinite(found).all((1, 2)) & np.isfinite(wanted).all((1, 2))
    if whole.sum() < FOLDS:
        raise InflError(f"An adaptation needs at least {FOLDS} faces with all points, not {whole.sum()}.")
    theirs, ours = _complex(found[whole]), _complex(wanted[whole])
    reference = _mean_shape(theirs)
    turns, shifts = _alignment(theirs, reference)
    x = _pairs(turns[:, None] * theirs + shifts[:, None] - reference).reshape(len(theirs), -1)
    y = _pairs(turns[:, None] * ours + shifts[:, None]).reshape(len(ours), -1)
    fold = np.arange(len(x)) % FOLDS
    left_over = np.zeros(len(STRENGTHS))
    for k in range(FOLDS):
        middle = y[fold != k].mean(0)
        for i, weights in enumerate(_ridge(x[fold != k], y[fold != k] - middle)):
            away = y[fold == k] - middle - x[fold == k] @ weights
            left_over[i] += np.linalg.norm(away.reshape(-1, 2), axis=1).sum()
    best = int(left_over.argmin())
    middle = y.mean(0)
    return Adaptation(_pairs(reference), middle.reshape(-1, 2), _ridge(x, y - middle)[best], STRENGTHS[best])


def nearest_points(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(K,) which of M found points lies nearest to each wanted one on the mean of N faces.

    found: (N, M, 2) pixels; wanted: (N, K, 2) pixels, NaN where not annotated. Distances count in units of each
    face's spread.
    """
    spread = np.nanstd(wanted, axis=1).mean(1)[:, None]
    nearest = []
    for k in range(wanted.shape[1]):
        far = np.linalg.norm(found - wanted[:, k, None], axis=2) / spread
        nearest.append(int(np.nanmean(far, axis=0).argmin()))
    return np.array(nearest)


def _ridge(x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """Weights for each of STRENGTHS."""
    left, size, right = np.linalg.svd(x, full_matrices=False)
    seen, one = left.T @ y, (x**2).sum() / x.shape[1]
    return [right.T @ ((size / (size**2 + strength * one))[:, None] * seen) for strength in STRENGTHS]


def _complex(points: np.ndarray) -> np.ndarray:
    """(…, 2) → (…,): a similarity is then a product and a sum."""
    return points[..., 0] + 1j * points[..., 1]


def _pairs(numbers: np.ndarray) -> np.ndarray:
    return np.stack([np.real(numbers), np.imag(numbers)], -1)


def _alignment(shapes: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(turn, shift) of each of (…, M) shapes such that turn · shape + shift is nearest to the centred `reference`."""
    middle = shapes.mean(-1, keepdims=True)
    centred = shapes - middle
    turn = (reference * centred.conj()).sum(-1) / (np.abs(centred) ** 2).sum(-1)
    return turn, -turn * middle[..., 0]


def _mean_shape(shapes: np.ndarray) -> np.ndarray:
    """(M,) centred mean of (N, M) shapes up to similarities, of size 1, as the first face lies."""
    reference = shapes[0]
    for _ in range(5):
        reference = reference - reference.mean()
        reference = reference / np.linalg.norm(reference)
        turns, shifts = _alignment(shapes, reference)
        reference = (turns[:, None] * shapes + shifts[:, None]).mean(0)
    reference = reference - reference.mean()
    return reference / np.linalg.norm(reference)
