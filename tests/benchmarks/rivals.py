"""What must be beaten: simpler ways from one layout's points to another's, fitted on doubly annotated pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ROUNDS = 15  # of expectation and maximisation, for the points that were not annotated


def mean_shape(shapes: np.ndarray) -> np.ndarray:
    """(N, K, 2) with NaN → (K, 2): the mean after laying all on each other, of unit size about its middle."""
    mean = np.nanmedian(shapes - np.nanmean(shapes, 1, keepdims=True), 0)
    for _ in range(5):
        mean = np.nanmean([lay(shape, similarity(shape, mean)) for shape in shapes], 0)
        mean = (mean - mean.mean(0)) / np.sqrt((mean**2).sum(1).mean())
    return mean


def similarity(shape: np.ndarray, onto: np.ndarray) -> tuple[complex, complex]:
    """Factor and shift, complex, that lay (K, 2) on (K, 2), where both are finite."""
    known = np.isfinite(shape).all(1) & np.isfinite(onto).all(1)
    p, q = (points[known] @ [1, 1j] for points in (shape, onto))
    factor = np.vdot(p - p.mean(), q - q.mean()) / np.vdot(p - p.mean(), p - p.mean())
    return factor, q.mean() - factor * p.mean()


def lay(points: np.ndarray, by: tuple[complex, complex]) -> np.ndarray:
    moved = (points @ [1, 1j]) * by[0] + by[1]
    return np.stack([moved.real, moved.imag], -1)


def back(points: np.ndarray, by: tuple[complex, complex]) -> np.ndarray:
    return lay(points, (1 / by[0], -by[1] / by[0]))


@dataclass(frozen=True)
class Regression:
    """Ridge regression of M target points on K source points: the mean of a joint normal distribution, given those of
    the K that are annotated. `shrink` is added to all variances."""

    mean: np.ndarray
    joint: np.ndarray
    covariance: np.ndarray
    shrink: float

    def __call__(self, source: np.ndarray) -> np.ndarray:
        """(K, 2) pixels → (M, 2) pixels."""
        by = similarity(source, self.mean)
        flat = lay(source, by).ravel()
        own = np.isfinite(flat)
        split = len(flat)
        inner = self.covariance[:split, :split][np.ix_(own, own)] + self.shrink * np.eye(own.sum())
        gain = np.linalg.solve(inner, self.covariance[:split, split:][own]).T
        target = self.joint[split:] + gain @ (flat[own] - self.joint[:split][own])
        return back(target.reshape(-1, 2), by)


def ridge(source: np.ndarray, target: np.ndarray, shrink: float) -> Regression:
    """Fitted to (N, K, 2) and (N, M, 2) pixels, NaN where not annotated."""
    mean = mean_shape(source)
    by = [similarity(shape, mean) for shape in source]
    both = np.concatenate([np.stack([lay(s, b) for s, b in zip(part, by, strict=True)]).reshape(len(by), -1)
                           for part in (source, target)], 1)  # fmt: skip
    known = np.isfinite(both)
    whole = np.where(known, both, np.nanmean(both, 0))
    covariance = np.cov(whole.T)
    for _ in range(ROUNDS):
        middle, unsure = whole.mean(0), np.zeros_like(covariance)
        shrunk = np.cov(whole.T) + shrink * np.eye(len(middle))
        for i in np.flatnonzero(~known.all(1)):
            own, missing = known[i], ~known[i]
            gain = np.linalg.solve(shrunk[np.ix_(own, own)], shrunk[np.ix_(own, missing)]).T
            whole[i, missing] = middle[missing] + gain @ (whole[i, own] - middle[own])
            unsure[np.ix_(missing, missing)] += (
                shrunk[np.ix_(missing, missing)] - gain @ shrunk[np.ix_(own, missing)]
            )
        covariance = np.cov(whole.T) + unsure / len(whole)
    return Regression(mean, whole.mean(0), covariance, shrink)


@dataclass(frozen=True)
class MeanShift:
    """The mean way from each point of a layout to the other's, in the frame of the mean shape."""

    mean: np.ndarray
    shift: np.ndarray
    pairs: np.ndarray

    def __call__(self, source: np.ndarray) -> np.ndarray:
        by = similarity(source, self.mean)
        return back(lay(source, by)[self.pairs] + self.shift, by)


def mean_shift(source: np.ndarray, target: np.ndarray, pairs: np.ndarray) -> MeanShift:
    """Fitted to (N, K, 2) and (N, M, 2) pixels; pairs: (M,) the source point of each target point."""
    mean = mean_shape(source)
    ways = []
    for a, b in zip(source, target, strict=True):
        by = similarity(a, mean)
        ways.append(lay(b, by) - lay(a, by)[pairs])
    return MeanShift(mean, np.nanmean(ways, 0), pairs)
