"""Places on the mesh of C: from points in space to triangles with barycentric weights, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.spatial import KDTree

from infl.geometry.canonical_face import CanonicalFace

TOGETHER = 128
"""Points whose pairs with the triangles near them are looked at in one go."""


def points_at(face: CanonicalFace, triangle: np.ndarray, barycentric: np.ndarray) -> np.ndarray:
    """(K, 3) mm: the points in triangles `triangle` (K,) with weights `barycentric` (K, 3)."""
    corners = face.vertices[face.triangles[np.asarray(triangle, int)]].astype(np.float64)
    return np.einsum("kc,kcd->kd", np.asarray(barycentric, float), corners)


def closest_points(
    face: CanonicalFace, xyz: np.ndarray, regions: Sequence[str] | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The points of the mesh (or of the named `regions` only) nearest to `xyz` (K, 3).

    Returns triangle (K,) int, barycentric (K, 3) float64 and the points themselves (K, 3), mm. Exact: triangles are
    left out only when their bounding sphere is farther than the nearest vertex.
    """
    xyz = np.asarray(xyz, float).reshape(-1, 3)
    index = _index(face, None if regions is None else tuple(regions))
    triangle = np.empty(len(xyz), int)
    barycentric = np.empty((len(xyz), 3))
    for start in range(0, len(xyz), TOGETHER):
        some = slice(start, start + TOGETHER)
        triangle[some], barycentric[some] = _closest(index, xyz[some])
    return triangle, barycentric, points_at(face, triangle, barycentric)


@dataclass(frozen=True)
class _Index:
    """Triangles (n,) by their corners (n, 3, 3), with the spheres around them."""

    ids: np.ndarray
    corners: np.ndarray
    vertices: KDTree
    centres: KDTree
    radii: np.ndarray


@lru_cache(maxsize=8)
def _index(face: CanonicalFace, regions: tuple[str, ...] | None) -> _Index:
    if regions is None:
        ids = np.arange(len(face.triangles))
    else:
        ids = np.sort(np.concatenate([face.regions[name] for name in regions]))
    corners = face.vertices[face.triangles[ids]].astype(np.float64)
    centres = corners.mean(1)
    radii = np.linalg.norm(corners - centres[:, None], axis=2).max(1)
    return _Index(ids, corners, KDTree(corners.reshape(-1, 3)), KDTree(centres), radii)


def _closest(index: _Index, xyz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangle (K,) and barycentric (K, 3) of the nearest points, from all pairs of a point and a triangle near it."""
    upper = index.vertices.query(xyz)[0] + 1e-9
    near = index.centres.query_ball_point(xyz, upper + index.radii.max(), return_sorted=True)
    owner = np.repeat(np.arange(len(xyz)), [len(each) for each in near])
    pair = np.concatenate([np.asarray(each, int) for each in near])
    reach = np.linalg.norm(index.centres.data[pair] - xyz[owner], axis=1) - index.radii[pair]
    owner, pair = owner[reach <= upper[owner]], pair[reach <= upper[owner]]
    corners = index.corners[pair]
    weights = _closest_in_triangles(xyz[owner], corners)
    distance = np.linalg.norm(np.einsum("nc,ncd->nd", weights, corners) - xyz[owner], axis=1)
    order = np.lexsort((pair, distance, owner))  # of equally near triangles the first one
    best = order[np.searchsorted(owner[order], np.arange(len(xyz)))]
    return index.ids[pair[best]], weights[best]


def _closest_in_triangles(point: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Barycentric weights (n, 3) of the point of each triangle (n, 3, 3) nearest to its `point` (n, 3)."""
    origin, u, v = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    w = point - origin
    uu, uv, vv = (u * u).sum(1), (u * v).sum(1), (v * v).sum(1)
    uw, vw = (u * w).sum(1), (v * w).sum(1)
    det = np.maximum(uu * vv - uv * uv, 1e-18)
    s, t = (vv * uw - uv * vw) / det, (uu * vw - uv * uw) / det
    inside = (s >= 0) & (t >= 0) & (s + t <= 1)
    candidates = [np.stack([1 - s - t, s, t], 1)]
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        start, along = corners[:, a], corners[:, b] - corners[:, a]
        f = np.clip(((point - start) * along).sum(1) / np.maximum((along**2).sum(1), 1e-18), 0, 1)
        weights = np.zeros((len(corners), 3))
        weights[:, a], weights[:, b], weights[:, c] = 1 - f, f, 0
        candidates.append(weights)
    all_weights = np.stack(candidates)
    places = np.einsum("anc,ncd->and", all_weights, corners)
    distance = np.linalg.norm(places - point, axis=2)
    distance[0, ~inside] = np.inf
    return all_weights[np.argmin(distance, 0), np.arange(len(corners))]
