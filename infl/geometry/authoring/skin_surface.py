"""The smooth skin through the authored curves: a distance from one centre, as a thin-plate spline over directions.

Every point of a head can be seen from a place inside it, so the skin is one function on the unit sphere: in direction
d it lies at CENTRE + r(d)·d. The spline passes (all but) exactly through the authored curves and bends as little as
it can between them; it has no seams and no poles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.spatial import KDTree

from infl.geometry.authoring import curves
from infl.geometry.authoring.splines import length, mirrored, smooth_curve

CENTRE = np.array([0.0, -30.0, -64.0])
SCALE = 100.0  # directions are scaled to about millimetres, so that the spline's numbers are well conditioned
SPACING = 5.0  # mm between samples of the curves that only shape the skin
SMOOTHING = 0.15


@dataclass(frozen=True)
class AuthoredCurves:
    """The left half's curves as polylines: (n, 3) float64 each, mm. `features` are followed by mesh edges."""

    features: dict[str, np.ndarray]
    shape: dict[str, np.ndarray]
    profile: dict[str, np.ndarray]
    neck_edge: np.ndarray


def authored_curves() -> AuthoredCurves:
    """Draw all curves of `curves` as splines."""
    features = {name: smooth_curve(knots, samples) for name, (samples, knots) in curves.FEATURES.items()}
    shape = {name: smooth_curve(k, _samples(k, SPACING)) for name, k in curves.SHAPE.items()}
    profile = {
        "profile_upper": smooth_curve(curves.PROFILE_UPPER, 420),
        "profile_lower": smooth_curve(curves.PROFILE_LOWER, 280),
        "profile_back": smooth_curve(curves.PROFILE_BACK, 200),
    }
    for line in profile.values():
        line[:, 0] = 0.0
    neck = smooth_curve(curves.NECK_EDGE, 24)
    neck[[0, -1], 0] = 0.0
    return AuthoredCurves(features, shape, profile, neck)


def _samples(knots: curves.Knots, spacing: float) -> int:
    return max(4, int(np.ceil(length(np.asarray(knots, float)) / spacing)))


def directions(points: np.ndarray) -> np.ndarray:
    """Unit vectors (n, 3) from CENTRE to `points` (n, 3)."""
    offset = points - CENTRE
    return offset / np.linalg.norm(offset, axis=1, keepdims=True)


class SkinSurface:
    """The skin as a function of direction; symmetric by construction."""

    def __init__(self, authored: AuthoredCurves):
        half = [*authored.features.values(), *authored.shape.values(), authored.neck_edge]
        profile = [line[::5] for line in authored.profile.values()]
        points = np.vstack([*profile, *half, *map(mirrored, half)])
        where = directions(points) * SCALE
        keep = _thinned(where, 0.25)
        radius = np.linalg.norm(points[keep] - CENTRE, axis=1)
        self._radius = RBFInterpolator(
            where[keep], radius, kernel="thin_plate_spline", smoothing=SMOOTHING, degree=1
        )

    def at(self, direction: np.ndarray) -> np.ndarray:
        """The points (n, 3) of the skin in the unit directions (n, 3)."""
        d = np.asarray(direction, float)
        radius = (self._radius(d * SCALE) + self._radius(d * SCALE * [-1, 1, 1])) / 2
        return CENTRE + radius[:, None] * d

    def project(self, points: np.ndarray) -> np.ndarray:
        """`points` (n, 3) moved along their rays from the centre onto the skin."""
        return self.at(directions(np.asarray(points, float)))


def _thinned(points: np.ndarray, distance: float) -> np.ndarray:
    """Indices of `points` such that no two are closer than `distance`, earlier ones kept."""
    tree = KDTree(points)
    seen = np.zeros(len(points), bool)
    keep = []
    for i in range(len(points)):
        if not seen[i]:
            keep.append(i)
            seen[tree.query_ball_point(points[i], distance)] = True
    return np.array(keep)
