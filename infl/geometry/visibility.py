"""Which points of the canonical face nothing of the head hides, seen through a camera.

From each point a ray goes to the camera; the point is hidden when the ray meets C on its way. That covers skin that is
turned away (the near side of the head is before it) and one part of the face before another (the nose, the brow).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.spatial import KDTree

from infl.geometry.camera import Camera
from infl.geometry.canonical_face import canonical_face

IN_FRONT = 2.0
"""Millimetres by which something must be nearer than a point to hide it: faces differ from C, and the pose is off by
some degrees. 2 was the best of 1 to 5 on rendered people, through the true camera and through the
network's."""

POINTS_AT_ONCE = 8192
NEAREST = 1.0  # mm from the camera; nothing is nearer


def visible_points(camera: Camera, queries: np.ndarray, contour: np.ndarray | None = None) -> np.ndarray:
    """(K,) bool: whether the places of C at `queries` (K, 3) mm, canonical frame, are seen through `camera`.

    A query off the surface is seen where the skin next to it is. Points marked in `contour` (K,) bool slide along the
    visible outline, so they are always seen. C itself is what hides, not this person's face: what a network predicts of
    its shape makes the answer worse, and a point's answer does not depend on what else is asked. Hands, hair and
    glasses are not looked for, nor the picture's border.
    """
    places = _on_the_skin(np.asarray(queries, np.float64).reshape(-1, 3))
    chunks = range(0, len(places), POINTS_AT_ONCE)
    hidden = [_hidden(camera, places[start : start + POINTS_AT_ONCE]) for start in chunks]
    seen = ~np.concatenate([np.zeros(0, bool), *hidden])
    return seen if contour is None else seen | contour


def _on_the_skin(points: np.ndarray) -> np.ndarray:
    """(K, 3) moved along the normal of the nearest vertex into its tangent plane."""
    face = canonical_face()
    nearest = _vertex_tree().query(points)[1]
    normals = face.normals[nearest].astype(np.float64)
    above = np.einsum("kd,kd->k", points - face.vertices[nearest], normals)
    return points - above[:, None] * normals


@lru_cache(maxsize=1)
def _vertex_tree() -> KDTree:
    return KDTree(canonical_face().vertices)


@lru_cache(maxsize=1)
def _corners() -> np.ndarray:
    """(3, T) vertex ids."""
    return np.ascontiguousarray(canonical_face().triangles.T, np.int64)


def _hidden(camera: Camera, points: np.ndarray) -> np.ndarray:
    """(K,) bool: which rays from `points` (K, 3) to the camera meet a triangle more than IN_FRONT nearer.

    On the screen a triangle spans few of the points in x; only these pairs are tested.
    """
    x, y, z = _on_screen(camera, canonical_face().vertices)
    px, py, pz = _on_screen(camera, points)
    order = np.argsort(px)
    rank = np.searchsorted(px[order], x)[_corners()]
    first, last = rank.min(0), rank.max(0)
    triangle = np.flatnonzero(last > first)
    corner, first, count = _corners()[:, triangle], first[triangle], (last - first)[triangle]
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    point = order[np.repeat(first, count) + step]
    height = y[corner]
    beside = (py[point] < np.repeat(height.min(0), count)) | (py[point] > np.repeat(height.max(0), count))
    point, corner = point[~beside], np.repeat(corner, count, 1)[:, ~beside]
    u, v = x[corner] - px[point], y[corner] - py[point]
    # Screen barycentrics times twice the area: below 0 where the triangle faces the camera, as y points down.
    weights = u[[1, 2, 0]] * v[[2, 0, 1]] - v[[1, 2, 0]] * u[[2, 0, 1]]
    total = weights.sum(0)
    met = np.flatnonzero((weights <= 0).all(0) & (total < 0))
    nearness = (weights[:, met] / z[corner[:, met]]).sum(0) / total[met]
    hidden = np.zeros(len(points), bool)
    hidden[point[met][1 / nearness < pz[point[met]] - IN_FRONT]] = True
    return hidden


def _on_screen(camera: Camera, points: np.ndarray) -> np.ndarray:
    """(3, N): X/Z, Y/Z and the depth Z, mm."""
    x, y, z = camera.rotation @ points.T + camera.translation[:, None]
    z = np.maximum(z, NEAREST)
    return np.stack([x / z, y / z, z])
