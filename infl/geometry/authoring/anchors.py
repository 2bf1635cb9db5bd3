"""The places on the left half of C that conventions name: where two of them name the same place, they share it here."""

from __future__ import annotations

import numpy as np

from infl.geometry.authoring import splines
from infl.geometry.authoring.curves import EYE_CENTRE, IRIS_RADIUS
from infl.geometry.canonical_face import CanonicalFace

BROW_LINE = 0.72  # iBUG's brow line runs in the upper half of the brow: 0 lower edge, 1 upper edge


class Anchors:
    """Curves of the left half, and named points on them ((3,) mm each), for a given mesh."""

    def __init__(self, face: CanonicalFace):
        self.face = face
        curve = {
            n.removeprefix("left_"): c.astype(float)
            for n, c in face.curves.items()
            if not n.startswith("right_")
        }
        self.curve = curve
        upper, lower = curve["upper_lid"], curve["lower_lid"]
        self.inner_eye, self.outer_eye = upper[0], upper[-1]
        self.upper_lid, self.lower_lid = upper, lower
        self.pupil = np.add(EYE_CENTRE, [0, 0, 13.2])
        self.brow_upper, self.brow_lower = curve["brow_upper_edge"], curve["brow_lower_edge"]
        self.brow_line = BROW_LINE * self.brow_upper + (1 - BROW_LINE) * self.brow_lower
        self.brow_inner, self.brow_outer = self.brow_line[0], self.brow_line[-1]
        profile = curve["profile_upper"]
        self.nose_tip = splines.at_height(profile, -38.4)
        self.subnasale = splines.at_height(profile, -49.2)
        self.nose_wing = curve["ala_upper"][int(np.argmax(curve["ala_upper"][:, 0]))]
        self.nose_wing_base = np.array([14.9, -47.4, 27.4])
        self.nostril = self.front(9.6, -44)
        self.nose_base_middle = np.array([7.6, -48.4, 31.6])
        self.lip_upper, self.lip_lower = curve["upper_lip_border"], curve["lower_lip_border"]
        self.inner_upper, self.inner_lower = curve["upper_lip_inner"], curve["lower_lip_inner"]
        self.mouth_corner, self.inner_mouth_corner = self.lip_upper[-1], self.inner_upper[-1]
        self.cupid_peak = self.lip_upper[int(np.argmax(self.lip_upper[:, 1]))]
        self.jaw = curve["jaw_line"]
        self.chin = self.jaw[0]
        self.ear_outline, self.ear_front = curve["ear_outline"], curve["ear_front"]
        self.ear_lobe = self.ear_outline[int(np.argmin(self.ear_outline[:, 1]))]

    def brow(self, fractions, height: float = BROW_LINE) -> np.ndarray:
        """Points along the brow, inner to outer end by fraction of its length in the frontal view."""
        return seen(height * self.brow_upper + (1 - height) * self.brow_lower, fractions)

    def ridge(self, y: float) -> np.ndarray:
        """The point of the profile at height `y`, searched from the forehead down (above the mouth)."""
        return splines.at_height(self.curve["profile_upper"], y)

    def iris(self, degrees: float) -> np.ndarray:
        """The iris border at an angle: 0 towards the temple, 90 upwards."""
        a = np.radians(degrees)
        return np.add(EYE_CENTRE, [IRIS_RADIUS * np.cos(a), IRIS_RADIUS * np.sin(a), 10.7])

    def front(self, x: float, y: float) -> np.ndarray:
        """The skin straight behind (x, y) of the frontal view."""
        corners = self.face.vertices[self.face.triangles].astype(float)
        a, u, v = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        det = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        det = np.where(np.abs(det) < 1e-12, np.inf, det)
        wx, wy = x - a[:, 0], y - a[:, 1]
        s, t = (wx * v[:, 1] - wy * v[:, 0]) / det, (u[:, 0] * wy - u[:, 1] * wx) / det
        hit = (s >= -1e-6) & (t >= -1e-6) & (s + t <= 1 + 1e-6)
        depth = np.where(hit, a[:, 2] + s * u[:, 2] + t * v[:, 2], -np.inf)
        if not hit.any():
            raise ValueError(f"no skin behind ({x}, {y})")
        return np.array([x, y, depth.max()])


def seen(polyline: np.ndarray, fractions) -> np.ndarray:
    """Points at fractions of the polyline's length as the frontal view shows it: how annotators space points."""
    flat = np.asarray(polyline, float) * [1, 1, 0]
    arc = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(flat, axis=0), axis=1))]
    wanted = np.asarray(fractions, float) * arc[-1]
    return np.stack([np.interp(wanted, arc, polyline[:, axis]) for axis in range(3)], -1)


def at_x(polyline: np.ndarray, *xs: float) -> np.ndarray:
    """The points (m, 3) of a polyline whose x grows along it at the given x's."""
    return np.stack([np.interp(xs, polyline[:, 0], polyline[:, axis]) for axis in range(3)], -1)


def middle(polyline: np.ndarray) -> np.ndarray:
    """The point of a half curve on the midline: its first, with x = 0."""
    return np.asarray(polyline[0]) * [0, 1, 1]
