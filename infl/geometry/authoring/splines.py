"""Polylines in space: smooth curves through authored points, and places on them by fraction of their length."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

MIRROR = np.array([-1.0, 1.0, 1.0])


def mirrored(points: np.ndarray) -> np.ndarray:
    """The same points on the other side of the face; any (..., 3)."""
    return np.asarray(points, float) * MIRROR


def length(polyline: np.ndarray) -> float:
    """Length in the units of `polyline` (n, 3)."""
    return float(np.linalg.norm(np.diff(polyline, axis=0), axis=1).sum())


def at(polyline: np.ndarray, fraction) -> np.ndarray:
    """The points at the given fractions (scalar or (m,)) of the arc length of `polyline` (n, 3); (m, 3) or (3,)."""
    polyline = np.asarray(polyline, float)
    arc = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(polyline, axis=0), axis=1))]
    wanted = np.asarray(fraction, float) * arc[-1]
    return np.stack([np.interp(wanted, arc, polyline[:, axis]) for axis in range(3)], -1)


def at_height(polyline: np.ndarray, y: float) -> np.ndarray:
    """The first point of `polyline` (n, 3), walked from its start, whose height is `y`; (3,).

    Raises ValueError when the polyline never crosses that height.
    """
    above = np.asarray(polyline)[:, 1] - y
    crossings = np.flatnonzero(above[:-1] * above[1:] <= 0)
    if not len(crossings):
        raise ValueError(f"the curve does not reach y = {y}")
    i = crossings[0]
    t = above[i] / (above[i] - above[i + 1]) if above[i] != above[i + 1] else 0.0
    return polyline[i] + t * (polyline[i + 1] - polyline[i])


def smooth_curve(points, samples: int, closed: bool = False) -> np.ndarray:
    """A centripetal cubic spline through `points` (n, 3), sampled evenly by arc length; (samples, 3)."""
    knots = np.asarray(points, float)
    if closed:
        knots = np.vstack([knots, knots[:1]])
    step = np.maximum(np.linalg.norm(np.diff(knots, axis=0), axis=1) ** 0.5, 1e-6)
    parameter = np.r_[0.0, np.cumsum(step)]
    spline = CubicSpline(parameter, knots, bc_type="periodic" if closed else "natural")
    fine = spline(np.linspace(0, parameter[-1], 60 * len(knots)))
    result = at(fine, np.linspace(0, 1, samples + (1 if closed else 0)))
    return result[:-1] if closed else result
