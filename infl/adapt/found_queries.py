"""Where on C the points of an unknown layout lie: where the network finds what the annotators clicked.

First all of C is asked, roughly, and every annotated point compared with every place over many faces; then the best
place of each is refined on the surface. (A guess from the mean shape, `infl.training.rough_queries`, only tells which
face of a photograph is meant: starting from it ends in another place now and then.)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy.spatial import KDTree

from infl.adapt.linearised import linearise
from infl.adapt.seen_faces import SeenFace
from infl.geometry.canonical_face import canonical_face
from infl.geometry.surface import closest_points
from infl.layouts import Layout, LayoutPoint
from infl.model.landmarker import Landmarker

APART = 4.0
"""mm between the places of C that are asked first."""
FACING = -0.2
"""z of the normals of these places: nobody annotates the back of a head."""
FAR = 20.0
"""mm: a distance that says no more than that this is the wrong place."""
ROUNDS = 4
LONGEST = 3.0
"""mm that a query moves in one round."""
NEAR = 0.5
"""mm: residuals below it count by their square."""
HELD = 0.1
"""How strongly a query is held in its place along directions that the faces say nothing of, of their mean weight."""


@lru_cache(maxsize=1)
def places_of_face() -> np.ndarray:
    """(P, 3) float32 mm: vertices of C, about APART from each other, that may be annotated."""
    face = canonical_face()
    vertices = face.vertices[face.normals[:, 2] > FACING]
    near = KDTree(vertices).query_ball_point(vertices, APART)
    taken, chosen = np.zeros(len(vertices), bool), []
    for i, neighbours in enumerate(near):
        if not taken[i]:
            chosen.append(i)
            taken[neighbours] = True
    return vertices[chosen]


def distances(face: SeenFace, found: np.ndarray) -> np.ndarray:
    """(K, M) mm, at most FAR, from each annotated point to each of (M, 2) pixels; NaN where not annotated."""
    apart = np.linalg.norm(face.points[:, None] - found[None], axis=2) * face.millimetres
    return np.minimum(apart, FAR).astype(np.float32)


def refine(landmarker: Landmarker, faces: Sequence[SeenFace], queries: np.ndarray) -> np.ndarray:
    """(K, 3) mm on C → (K, 3) float32 mm: moved along the surface to where they explain the annotations best."""
    for _ in range(ROUNDS):
        layout = layout_at(queries)
        seen = linearise(landmarker, faces, layout, np.zeros((len(queries), 3)))
        distance = np.linalg.norm(seen.residual, axis=2)
        weight = seen.trust / np.maximum(distance, NEAR)
        tangent = _tangents(queries)
        slope = np.einsum("nkab,kbt->nkat", seen.jacobian, tangent)
        normal = np.einsum("nk,nkas,nkat->kst", weight, slope, slope)
        normal += (HELD * weight.sum(0)[:, None, None] + 1e-9) * np.eye(2)
        pull = np.einsum("nk,nkat,nka->kt", weight, slope, seen.residual)
        step = np.einsum("kbt,kt->kb", tangent, np.linalg.solve(normal, pull[..., None])[..., 0])
        length = np.linalg.norm(step, axis=1, keepdims=True)
        step *= np.minimum(1, LONGEST / np.maximum(length, 1e-9))
        queries = closest_points(canonical_face(), queries + step)[2].astype(np.float32)
        if np.median(length) < 0.1:
            break
    return queries


def layout_at(queries: np.ndarray, name: str = "unknown") -> Layout:
    """A layout of nameless points at (K, 3) mm, moved to the nearest places on C."""
    triangle, barycentric, xyz = closest_points(canonical_face(), queries)
    points = tuple(
        LayoutPoint(f"point {k}", tuple(xyz[k].tolist()), int(triangle[k]), tuple(barycentric[k].tolist()), k)
        for k in range(len(xyz))
    )
    return Layout(name, name, points)


def _tangents(queries: np.ndarray) -> np.ndarray:
    """(K, 3, 2): two unit vectors along C at each of (K, 3) mm."""
    face = canonical_face()
    normals = face.normals[KDTree(face.vertices).query(queries)[1]].astype(float)
    other = np.where(np.abs(normals[:, :1]) < 0.7, [[1.0, 0, 0]], [[0, 1.0, 0]])
    first = np.cross(normals, other)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return np.stack([first, np.cross(normals, first)], 2)
