"""The inverse query: from a pixel of a photograph to the point of the canonical face that is seen there.

Every vertex of C is asked once; where they fall in the photograph is C's surface as this face wears it. A pixel lies in
the nearest of its triangles that faces the camera, and the triangle's barycentric weights there lead back to C.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from infl.geometry.canonical_face import canonical_face
from infl.model.landmarker import Encoded, Landmarker
from infl.model.network import CANONICAL

LOOKS, CLOSE = 4, 0.05
"""How often a pixel is aimed at, at most, and the pixels by which it may be missed."""
ON_THE_EDGE = -1e-6
"""Weights from which on a pixel counts as inside a triangle: none falls between two neighbours."""


@dataclass(frozen=True, eq=False)
class SurfacePoint:
    """A point of C: xyz (3,) mm, and where that is on its mesh: `triangle` with `barycentric` (3,) weights."""

    xyz: np.ndarray
    triangle: int
    barycentric: np.ndarray

    @property
    def region(self) -> str:
        """The name of C's region there, "" for none."""
        return str(canonical_face().region_of_triangle[self.triangle])


@dataclass(frozen=True, eq=False)
class SeenSurface:
    """C in one photograph. points: (V, 2) pixels of the photograph; depth: (V,) mm from the camera; of every vertex."""

    points: np.ndarray
    depth: np.ndarray
    convention: str

    def at(self, x: float, y: float) -> SurfacePoint | None:
        """The point of C that is seen at a pixel, as the annotators of `convention` mean it; None beside the face."""
        triangles, origin, inverse = self._facing
        st = np.einsum("tij,tj->ti", inverse, np.array([x, y]) - origin)
        weights = np.column_stack([1 - st.sum(1), st])
        inside = np.flatnonzero((weights >= ON_THE_EDGE).all(1))
        if not inside.size:
            return None
        face = canonical_face()
        depth = (weights[inside] * self.depth[face.triangles[triangles[inside]]]).sum(1)
        best = inside[int(depth.argmin())]
        barycentric = np.clip(weights[best], 0, None)
        barycentric /= barycentric.sum()
        triangle = int(triangles[best])
        corners = face.vertices[face.triangles[triangle]].astype(np.float64)
        return SurfacePoint(barycentric @ corners, triangle, barycentric)

    @cached_property
    def _facing(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of triangles that face the camera: ids (T,), first corner (T, 2), the inverse of the two edges (T, 2, 2)."""
        corners = self.points[canonical_face().triangles].astype(np.float64)
        edges = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], 2)
        # C's triangles are counter-clockwise seen from outside, clockwise where y points down.
        facing = np.flatnonzero(np.linalg.det(edges) < -1e-9)
        return facing, corners[facing, 0], np.linalg.inv(edges[facing])


def seen_surface(landmarker: Landmarker, encoded: Encoded, convention: str = CANONICAL) -> SeenSurface:
    """Where every vertex of C falls in an encoded photograph; takes a few hundred times as long as a query."""
    found = landmarker.query(encoded, canonical_face().vertices, convention)
    camera = encoded.camera
    depth = found.points3d @ camera.rotation[2] + camera.translation[2]
    return SeenSurface(found.points, depth, convention)


def inverse_query(
    landmarker: Landmarker, encoded: Encoded, surface: SeenSurface, x: float, y: float
) -> SurfacePoint | None:
    """The point of C whose prediction falls on a pixel of the photograph; None beside the face.

    Between the vertices the network bends a little; by what the answer misses the pixel, the next look is aimed off.
    """
    wanted = aim = np.array([x, y], np.float64)
    best, least = None, np.inf
    for _ in range(LOOKS):
        point = surface.at(*aim)
        if point is None:
            break
        miss = wanted - landmarker.query(encoded, point.xyz[None], surface.convention).points[0]
        distance = float(np.linalg.norm(miss))
        if distance < least:
            best, least = point, distance
        if distance < CLOSE:
            break
        aim = aim + miss
    return best
