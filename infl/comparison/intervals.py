"""Intervals and tests from bootstrap resamples, honest with few subjects too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.95
FINEST = 0.02
"""Pixels, or mm on C: what files round to. A difference is never taken to be known better than that."""


@dataclass(frozen=True, eq=False)
class Interval:
    """low, high: of one shape; LEVEL of the intervals hold the truth."""

    low: np.ndarray
    high: np.ndarray

    @property
    def half(self) -> np.ndarray:
        """Half its width."""
        return (self.high - self.low) / 2


def draws(
    ours: np.ndarray, theirs: np.ndarray, resamples: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """How often each subject is drawn for two sets: (S,) str names each → (R, S) each.

    Subjects of both sets are drawn for both at once, so that what is theirs cancels; the three kinds of subjects – of
    the one, the other, both – keep their numbers.
    """
    in_both, first, second = np.intersect1d(ours, theirs, return_indices=True)
    together = _multinomial(len(in_both), resamples, rng)
    result = []
    for names, shared in ((ours, first), (theirs, second)):
        counts = np.empty((resamples, len(names)))
        alone = np.setdiff1d(np.arange(len(names)), shared)
        counts[:, alone] = _multinomial(len(alone), resamples, rng)
        counts[:, shared] = together
        result.append(counts)
    return result[0], result[1]


def inflation(n: np.ndarray | int) -> np.ndarray:
    """What to stretch bootstrap deviations by so that percentiles cover as Student's t does with n subjects.

    Hesterberg, "What teachers should know about the bootstrap", Am. Stat. 69, 2015: "expanded percentile interval". ∞
    below 2 subjects.
    """
    n = np.asarray(n, float)
    enough = np.maximum(n, 2.0)
    stretch = stats.t.isf((1 - LEVEL) / 2, enough - 1) / stats.norm.isf((1 - LEVEL) / 2)
    return np.where(n < 2, np.inf, stretch * np.sqrt(enough / (enough - 1)))


def interval_of(estimate: np.ndarray, drawn: np.ndarray, stretch: np.ndarray) -> Interval:
    """Percentile interval of `estimate` (…) from `drawn` (R, …), whose deviations are stretched by (…) or a number."""
    low, high = np.quantile(drawn - estimate, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return Interval(estimate + low * stretch, estimate + high * stretch)


def p_value(estimate: np.ndarray, drawn: np.ndarray, n: int) -> np.ndarray:
    """(…) two-sided, of no difference, from the resamples' standard deviation and Student's t with n subjects."""
    if n < 2:
        return np.ones_like(estimate)
    deviation = drawn.std(0) * np.sqrt(n / (n - 1))
    return 2 * stats.t.sf(np.abs(estimate) / np.hypot(deviation, FINEST), n - 1)


def hotelling(estimate: np.ndarray, covariance: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    """(K,) p-values of "no displacement" for (K, 2) estimates with (K, 2, 2) covariances; freedom: (K,) degrees."""
    square = np.einsum("ka,ka->k", estimate, np.linalg.solve(covariance, estimate[..., None])[..., 0])
    freedom = np.maximum(freedom, 1.0 + 1e-6)
    return stats.f.sf(square * (freedom - 1) / (2 * freedom), 2, freedom - 1)


def ellipse_radius(freedom: np.ndarray) -> np.ndarray:
    """(K,) by which the axes of the covariance's ellipse grow so that LEVEL of them hold the truth."""
    freedom = np.maximum(freedom, 1.0 + 1e-6)
    return np.sqrt(2 * freedom / (freedom - 1) * stats.f.isf(1 - LEVEL, 2, freedom - 1))


def benjamini_hochberg(p: np.ndarray, rate: float = 1 - LEVEL) -> np.ndarray:
    """(K,) bool: which are called different so that on the mean at most `rate` of the calls are wrong.

    Benjamini and Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc. B 57, 1995. NaN is never called.
    """
    called = np.zeros(len(p), bool)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known])]
    passed = np.flatnonzero(p[order] <= rate * np.arange(1, len(order) + 1) / max(len(order), 1))
    if passed.size:
        called[order[: passed[-1] + 1]] = True
    return called


def _multinomial(n: int, resamples: int, rng: np.random.Generator) -> np.ndarray:
    return rng.multinomial(n, np.full(n, 1 / n), resamples).astype(float) if n else np.zeros((resamples, 0))
