"""Mean displacements of points over many faces, which a few bad faces do not spoil, and their bootstrap.

Each face f says of point k: r = J d + b + noise. r is in pixels; d, in mm along two axes on C, is the same for all
faces; and b, which is estimated only where asked for, is a shift in pixels of the photograph, the same for all faces
and points. d and b are Huber's estimates, by iteratively reweighted least squares; each point's noise is scaled by the
median of its residuals.

The bootstrap draws subjects, not faces, and repeats no fit: one Newton step on the drawn subjects' sums gives each
resample's estimate, the same to first order, and without the too narrow intervals that come of keeping the robust
weights (Salibián-Barrera and Zamar, "Bootstrapping robust estimates of regression", Ann. Statist. 30, 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CUT = 2.0
"""Residuals longer than CUT standard deviations pull no harder than these; 97 % efficient where nothing is bad."""

ITERATIONS = 20
PRIOR = 20.0
"""mm: displacements are far smaller, so this changes nothing, but it keeps a direction that no face tells at 0."""

RAYLEIGH = 1.1774
"""Median length of a 2D vector whose coordinates are standard normal."""


@dataclass(frozen=True, eq=False)
class Witnesses:
    """What F faces of S subjects say of K points.

    residual: (F, K, 2) pixels, NaN where nothing is said. jacobian: (F, K, 2, 2) pixels a mm along two axes. sigma:
    (F, K) pixels. subject: (F,) int, 0 … `subjects` − 1. group: (K,) int, 0 … G − 1; points of one group share one d.
    """

    residual: np.ndarray
    jacobian: np.ndarray
    sigma: np.ndarray
    subject: np.ndarray
    subjects: int
    group: np.ndarray


@dataclass(frozen=True, eq=False)
class RobustFit:
    """displacement: (G, 2) mm, NaN where no face tells. shift: (2,) pixels, 0 where it was not asked for.

    For each of S subjects, summed over its faces: score and information of d, (S, G, 2) and (S, G, 2, 2); of b, (S, 2)
    and (S, 2, 2); and of both, `cross` (S, G, 2, 2). subjects: (G,) how many tell of each group.
    """

    displacement: np.ndarray
    shift: np.ndarray
    subjects: np.ndarray
    score: np.ndarray
    information: np.ndarray
    cross: np.ndarray
    shift_score: np.ndarray
    shift_information: np.ndarray

    def resampled_shift(self, counts: np.ndarray) -> np.ndarray:
        """(R, S) how often each subject was drawn → (R, 2) pixels."""
        score, information, cross = self._drawn(counts)
        shift_information = _total(counts, self.shift_information)
        return self.shift + _step(
            score, information, cross, _total(counts, self.shift_score), shift_information
        )

    def resampled(self, counts: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """(R, S) how often each subject was drawn, (R, 2) pixels by which b is another → (R, G, 2) mm."""
        score, information, cross = self._drawn(counts)
        score = score - np.einsum("rgab,rb->rga", cross, moved)
        return self.displacement + _solved(information, score)

    def _drawn(self, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        score, information, cross = (_total(counts, s) for s in (self.score, self.information, self.cross))
        return score - np.nan_to_num(self.displacement) / PRIOR**2, information + np.eye(2) / PRIOR**2, cross


def robust_fit(told: Witnesses, with_shift: bool) -> RobustFit:
    """Fit d of each group, and b with `with_shift`."""
    known = np.isfinite(told.residual.sum(2))
    groups, group = int(told.group.max()) + 1, told.group
    r = np.where(known[..., None], told.residual, 0.0) / told.sigma[..., None]
    j = told.jacobian * (known / told.sigma)[..., None, None]
    a = known / told.sigma
    d, b = np.zeros((groups, 2)), np.zeros(2)
    for _ in range(ITERATIONS):
        left = r - np.einsum("fkia,ka->fki", j, d[group]) - a[..., None] * b
        length = np.linalg.norm(left, axis=2)
        noise = _noise(length, known)
        weight = huber_weights(length / noise) / noise**2
        score = _grouped(np.einsum("fk,fkia,fki->ka", weight, j, left, optimize=True), group, groups)
        score -= d / PRIOR**2
        information = _grouped(np.einsum("fk,fkia,fkib->kab", weight, j, j, optimize=True), group, groups)
        information += np.eye(2) / PRIOR**2
        if with_shift:
            cross = _grouped(np.einsum("fk,fkba->kab", weight * a, j, optimize=True), group, groups)
            shift_score = np.einsum("fk,fki->i", weight * a, left)
            shift_information = np.eye(2) * (weight * a * a).sum()
            step = _step(
                score[None], information[None], cross[None], shift_score[None], shift_information[None]
            )[0]
            b = b + step
            score = score - cross @ step
        d = d + _solved(information, score)
    left = r - np.einsum("fkia,ka->fki", j, d[group]) - a[..., None] * b
    noise = _noise(np.linalg.norm(left, axis=2), known)
    return _summed(told, known, d, b, left / noise[:, None], j / noise[:, None, None], a / noise)


def _summed(
    told: Witnesses, known: np.ndarray, d: np.ndarray, b: np.ndarray, left: np.ndarray, j: np.ndarray, a: np.ndarray
) -> RobustFit:  # fmt: skip
    """The fit with its sums over each subject; residuals, Jacobians and 1/σ are in units of the noise."""
    length = np.linalg.norm(left, axis=2)
    pull = huber_weights(length)[..., None] * left
    curvature = _curvature(left, length)
    group, groups, subjects = told.group, len(d), told.subjects

    def by_subject(values: np.ndarray) -> np.ndarray:
        total = np.zeros((subjects, *values.shape[1:]))
        np.add.at(total, told.subject, values)
        return total

    def both(values: np.ndarray) -> np.ndarray:
        return np.moveaxis(_grouped(np.moveaxis(by_subject(values), 1, 0), group, groups), 0, 1)

    curved = np.einsum("fkij,fkjb->fkib", curvature, j)
    tells = (both(known.astype(float)) > 0).astype(int)
    d = np.where(tells.sum(0)[:, None] > 0, d, np.nan)
    return RobustFit(
        displacement=d,
        shift=b,
        subjects=tells.sum(0),
        score=both(np.einsum("fkia,fki->fka", j, pull)),
        information=both(np.einsum("fkia,fkib->fkab", j, curved)),
        cross=both(np.einsum("fkib,fk->fkbi", curved, a)),
        shift_score=by_subject(np.einsum("fk,fki->fi", a, pull)),
        shift_information=by_subject(np.einsum("fk,fkij->fij", a * a, curvature)),
    )


def huber_weights(length: np.ndarray) -> np.ndarray:
    """Weights of residuals whose lengths are given in standard deviations."""
    return np.minimum(1.0, CUT / np.maximum(length, 1e-9))


def _curvature(left: np.ndarray, length: np.ndarray) -> np.ndarray:
    """(F, K, 2, 2) second derivative of Huber's loss: only across its direction does a long residual still tell."""
    weight = huber_weights(length)
    direction = left / np.maximum(length, 1e-9)[..., None]
    along = np.where(length > CUT, weight, 0.0)
    return weight[..., None, None] * np.eye(2) - along[..., None, None] * (
        direction[..., :, None] * direction[..., None, :]
    )


def _noise(length: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(K,) standard deviation of a point's residuals, in units of their sigma."""
    told = known.any(axis=0)
    noise = np.ones(known.shape[1])
    noise[told] = np.nanmedian(np.where(known, length, np.nan)[:, told], axis=0) / RAYLEIGH
    return np.maximum(noise, 1e-3)


def _step(
    score: np.ndarray, information: np.ndarray, cross: np.ndarray, shift_score: np.ndarray,
    shift_information: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """(R, 2) Newton's step of b with every d going along (Schur complement)."""
    gone = np.linalg.solve(information, np.concatenate([cross, score[..., None]], -1))
    across = np.swapaxes(cross, -1, -2)
    remains = shift_information - np.einsum("rgab,rgbc->rac", across, gone[..., :2])
    pull = shift_score - np.einsum("rgab,rgb->ra", across, gone[..., 2])
    return _solved(remains + 1e-6 * np.eye(2), pull)


def _solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.linalg.solve(matrix, right[..., None])[..., 0]


def _total(counts: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """(R, S) times (S, …) → (R, …)."""
    return (counts @ sums.reshape(len(sums), -1)).reshape(len(counts), *sums.shape[1:])


def _grouped(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """(K, …) → (G, …): sums over the points of each group."""
    total = np.zeros((groups, *values.shape[1:]))
    np.add.at(total, group, values)
    return total
