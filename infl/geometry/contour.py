"""Where the points of a visible outline lie on C: they have no fixed place there, they slide with the turn of the head.

Annotators of iBUG or WFLW put the jaw's points on the outline of the face *in the picture*. When the head turns, the
far cheek's outline is skin that lay further in front, while the near side keeps to the jaw line. Each such query has a
path on C, from its own place towards the front in the plane that its outward direction spans with the z axis; it
lies where that path reaches furthest outwards in the picture (Zhu et al., "High-fidelity pose and expression
normalization", CVPR 2015, call it landmark marching). A soft maximum keeps it continuous, and a frontal head leaves
every point in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from infl.geometry.canonical_face import canonical_face
from infl.layouts import Layout

AXIS = np.array([0.0, -40.0])
"""x and y (mm) of the axis from which outward directions count: the middle of the face's outline."""

STEPS = np.radians(np.linspace(0.0, 75.0, 16))
"""Angles of a path's places, seen from the axis at the depth of its first: 0 is the point itself."""

SOFTNESS = 1.5
"""mm of outwardness that halve a place's weight, about."""

SKIN = ("cheek", "jaw", "temple")  # with left and right
MIDDLE = ("chin", "forehead", "upper_lip", "lower_lip", "philtrum", "throat")


@dataclass(frozen=True)
class Slides:
    """index: (S,) the points that slide. outward: (S, 2) unit vectors in x and y. paths: (S, M, 3) mm on C."""

    index: np.ndarray
    outward: np.ndarray
    paths: np.ndarray

    def shifts(self, heads: np.ndarray) -> np.ndarray:
        """(B, 3, 3) head rotations → (B, S, 3) mm by which the points slide; 0 for a frontal head."""
        return np.einsum("bsm,smd->bsd", self.weights(heads), self.paths)

    def weights(self, heads: np.ndarray) -> np.ndarray:
        """(B, 3, 3) head rotations → (B, S, M): what each place of a path adds to the point's own; sums are 0."""
        heads = np.concatenate([np.asarray(heads, float), np.eye(3)[None]])
        angle = np.arctan2(
            heads[:, 0, 1], heads[:, 1, 1]
        )  # the head's lean in the picture: no slide comes of it
        c, s, zero = np.cos(angle), np.sin(angle), np.zeros_like(angle)
        upright = np.stack([c, -s, zero, s, c, zero], 1).reshape(-1, 2, 3) @ heads
        seen = np.einsum("bcd,smd->bsmc", upright, self.paths)
        reach = np.einsum("bsmc,sc->bsm", seen, self.outward) / SOFTNESS
        weight = np.exp(reach - reach.max(2, keepdims=True))
        weight /= weight.sum(2, keepdims=True)
        return weight[:-1] - weight[-1]


def slid(layout: Layout, heads: np.ndarray) -> np.ndarray:
    """(B, 3, 3) head rotations → (B, K, 3) float32 mm: the layout's queries, outline points where the outline is."""
    queries = np.repeat(layout.queries[None], len(heads), 0)
    if layout.contour.any():
        slides = slides_of(layout)
        queries[:, slides.index] += slides.shifts(heads).astype(np.float32)
    return queries


@lru_cache(maxsize=32)
def slides_of(layout: Layout) -> Slides:
    """The paths of a layout's outline points."""
    index = np.flatnonzero(layout.contour)
    places = layout.queries[index].astype(float)
    outward = places[:, :2] - AXIS
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    paths = np.repeat(places[:, None], len(STEPS), 1)
    corners = _skin()
    for row, (place, direction) in enumerate(zip(places, outward, strict=True)):
        origin = np.array([*AXIS, place[2]])
        rays = np.stack([np.cos(STEPS) * direction[0], np.cos(STEPS) * direction[1], np.sin(STEPS)], 1)
        reach = _outermost(origin, rays[1:], corners)
        hit = np.isfinite(reach)
        paths[row, 1:][hit] = origin + reach[hit, None] * rays[1:][hit]
    return Slides(index, outward, paths)


@lru_cache(maxsize=1)
def _skin() -> np.ndarray:
    """(T, 3, 3) mm: corners of the triangles of C on which outlines lie."""
    face = canonical_face()
    names = [*MIDDLE, *(f"{side}_{name}" for side in ("left", "right") for name in SKIN)]
    return face.vertices[face.triangles[np.concatenate([face.regions[name] for name in names])]].astype(float)


def _outermost(origin: np.ndarray, rays: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(R,) distance along each of (R, 3) rays to the last triangle of (T, 3, 3) that it meets, −inf for none.

    Möller and Trumbore, "Fast, minimum storage ray/triangle intersection", 1997.
    """
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    cross = np.cross(rays[:, None], second[None])
    det = np.einsum("rtc,tc->rt", cross, first)
    det = np.where(np.abs(det) < 1e-9, np.inf, det)
    away = origin - corners[:, 0]
    u = np.einsum("rtc,tc->rt", cross, away) / det
    side = np.cross(away, first)
    v = rays @ side.T / det
    distance = np.einsum("tc,tc->t", second, side)[None] / det
    met = (u >= 0) & (v >= 0) & (u + v <= 1) & (distance > 0)
    return np.where(met, distance, -np.inf).max(1)
