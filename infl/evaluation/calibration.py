"""Whether σ says how wrong a landmark is, and the correction where it does not.

σ is one standard deviation an axis of an isotropic Gaussian in the picture. With r the distance between landmark and
annotation, r²/(2σ²) is then 1 on the mean, r is within σ for 39.3 % of the points and within 2σ for 86.5 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from infl.errors import InflError

WITHIN_ONE, WITHIN_TWO = float(1 - np.exp(-0.5)), float(1 - np.exp(-2.0))
"""What a right σ gives."""
TRIMMED = 0.05
"""Share of the points, those farthest in units of σ, that the fit leaves out: wrong clicks and wrong people."""
ROUNDS = 50
POWERS = (0.0, 3.0)
"""Between which the power is looked for."""


@dataclass(frozen=True)
class Band:
    """Points of about the same σ. sigma: its root mean square; error: √(mean r² / 2), what σ should be; median:
    σ that the median r asks for, r̃ / √(2 ln 2), which wrong clicks do not move. All in the unit of the input."""

    sigma: float
    error: float
    median: float
    points: int


@dataclass(frozen=True)
class Calibration:
    """mean_square: mean r²/(2σ²). within_one, within_two: 0…1 of the points. rank_correlation: Spearman's, between
    σ and r; NaN where σ is the same everywhere. bands: the tenths of the points by σ, the surest first."""

    points: int
    mean_square: float
    within_one: float
    within_two: float
    rank_correlation: float
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class SigmaCalibration:
    """σ' = scale · σ**power, in the unit in which it was fitted: a power other than 1 holds in no other."""

    scale: float
    power: float = 1.0

    def apply(self, sigma: np.ndarray) -> np.ndarray:
        """σ of any shape → corrected σ of that shape."""
        return self.scale * np.asarray(sigma, np.float64) ** self.power


def measure_calibration(sigma: np.ndarray, error: np.ndarray, bands: int = 10) -> Calibration:
    """How σ and the distances r of the same points go together; arrays of any equal shape, in any one unit.

    Points whose σ or r is not finite are left out. Raises InflError when fewer than `bands` are left, or a σ is
    not above 0.
    """
    sigma, error = _pairs(sigma, error, at_least=bands)
    ratio = error / sigma
    order = np.argsort(sigma, kind="stable")
    constant = sigma.min() == sigma.max() or error.min() == error.max()
    return Calibration(
        points=len(sigma),
        mean_square=float((ratio**2).mean() / 2),
        within_one=float((ratio <= 1).mean()),
        within_two=float((ratio <= 2).mean()),
        rank_correlation=float("nan") if constant else _rank_correlation(sigma, error),
        bands=tuple(_band(sigma[part], error[part]) for part in np.array_split(order, bands)),
    )


def fit_sigma(
    sigma: np.ndarray, error: np.ndarray, *, power: bool = False, trimmed: float = TRIMMED
) -> SigmaCalibration:
    """The scale, and with `power` the power too, under which the distances r are the likeliest.

    sigma, error: arrays of one shape and unit (the face's size, say); what is not finite is left out. The share
    `trimmed` of the points that lie farthest in units of the corrected σ has no say; the scale allows for the
    tail that a Gaussian would have lost by this, so that clean data give the same scale with and without.

    Raises InflError for no points, for σ not above 0, and for a power where σ is the same everywhere.
    """
    sigma, error = _pairs(sigma, error, at_least=1)
    log_sigma, square = np.log(sigma), error**2
    if power and np.ptp(log_sigma) < 1e-6:
        raise InflError("No power can be fitted: σ is the same everywhere.")
    count = max(round(len(sigma) * (1 - trimmed)), 1)
    exponent, kept = 1.0, np.zeros(0, int)
    for _ in range(ROUNDS):
        nearest = np.argsort(square * np.exp(-2 * exponent * log_sigma), kind="stable")[:count]
        if np.array_equal(np.sort(nearest), kept):
            break
        kept = np.sort(nearest)
        if power:
            exponent = _likeliest_power(log_sigma[kept], square[kept])
    variance = (square[kept] * np.exp(-2 * exponent * log_sigma[kept])).mean() / 2
    left_out = 1 - count / len(sigma)
    missing = 1 + left_out * np.log(left_out) / (1 - left_out) if left_out > 0 else 1.0
    return SigmaCalibration(float(np.sqrt(variance / missing)), exponent)


def _likeliest_power(log_sigma: np.ndarray, square: np.ndarray) -> float:
    """The power of largest Gaussian likelihood, each with its own best scale (a convex problem)."""
    centred = log_sigma - log_sigma.mean()

    def too_large(power: float) -> bool:
        """Whether σ**power grows faster with σ than the distances do."""
        return float((square * np.exp(-2 * power * centred) * centred).sum()) < 0

    least, most = POWERS
    for _ in range(40):
        middle = (least + most) / 2
        least, most = (least, middle) if too_large(middle) else (middle, most)
    return (least + most) / 2


def _rank_correlation(sigma: np.ndarray, error: np.ndarray) -> float:
    return float(np.corrcoef(rankdata(sigma), rankdata(error))[0, 1])


def _band(sigma: np.ndarray, error: np.ndarray) -> Band:
    return Band(
        sigma=float(np.sqrt((sigma**2).mean())),
        error=float(np.sqrt((error**2).mean() / 2)),
        median=float(np.median(error) / np.sqrt(2 * np.log(2))),
        points=len(sigma),
    )


def _pairs(sigma: np.ndarray, error: np.ndarray, at_least: int) -> tuple[np.ndarray, np.ndarray]:
    """Both flat, in float64, only where both are finite."""
    sigma, error = np.asarray(sigma, np.float64).ravel(), np.asarray(error, np.float64).ravel()
    if sigma.shape != error.shape:
        raise InflError(f"There are {sigma.size} σ for {error.size} distances; each point needs both.")
    there = np.isfinite(sigma) & np.isfinite(error)
    sigma, error = sigma[there], error[there]
    if len(sigma) < at_least:
        raise InflError(
            f"Calibration needs at least {at_least} points with a σ and a distance, not {len(sigma)}."
        )
    if (sigma <= 0).any():
        raise InflError("A σ of 0 or less says nothing; each has to be above 0.")
    return sigma, error
