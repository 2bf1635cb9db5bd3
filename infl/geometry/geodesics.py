"""Distances along the surface of C, so that the two lips, or the two lids, are far from each other across their gap.

Shortest paths along the edges of the mesh and across each pair of neighbouring triangles, unfolded into a plane
(Lanthier, Maheshwari, Sack, "Approximating weighted shortest paths on polyhedral surfaces", 1997, in its simplest
form): a few per cent longer than the exact geodesic. Eyeballs are pieces of their own in the lids' opening: a path may
begin or end on one, by a step to the nearest skin, but never lead across it from lid to lid.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from infl.geometry.canonical_face import canonical_face
from infl.geometry.surface import closest_points

NECK = 12.0
"""mm: ears and eyeballs are joined to skin that is nearer than this to their border."""

FAR = 150.0
"""mm: farther points are at an infinite distance, which saves most of the time."""

EYEBALLS = ("left_sclera", "right_sclera")


def surface_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(A, 3) and (B, 3) mm, points on or near C → (A, B) mm along the surface; inf beyond FAR."""
    if len(first) > len(second):
        return surface_distances(second, first).T
    at, along = _entries(first), _entries(second)
    starts, where = np.unique(at[0], return_inverse=True)
    # One start a call: scipy holds Python's lock in it, and with many of them a window would stand still for seconds.
    lengths = np.stack(
        [
            np.minimum(*(dijkstra(graph, indices=start, limit=FAR) for graph in _both_ways()))
            for start in starts
        ]
    )
    lengths = lengths[where.reshape(at[0].shape)]
    result = np.full((len(first), len(second)), np.inf)
    for i in range(3):
        for j in range(3):
            path = at[1][:, i, None] + lengths[:, i][:, along[0][:, j]] + along[1][None, :, j]
            result = np.minimum(result, path)
    straight = np.linalg.norm(first[:, None] - second[None], axis=2)
    together = at[2][:, None] == along[2][None]
    return np.where(together, straight, np.maximum(result, straight))


def _entries(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """((K, 3) corners of the nearest triangles, (K, 3) mm to each, (K,) those triangles)."""
    face = canonical_face()
    triangle, _, nearest = closest_points(face, points)
    corners = face.triangles[triangle]
    return corners, np.linalg.norm(face.vertices[corners] - nearest[:, None], axis=2), triangle


@lru_cache(maxsize=1)
def _both_ways() -> tuple[csr_matrix, csr_matrix]:
    """The graph, and the same with every step turned round."""
    return surface_graph(), surface_graph().T.tocsr()


@lru_cache(maxsize=1)
def surface_graph() -> csr_matrix:
    """(V, V) lengths of the steps from vertex to vertex."""
    face = canonical_face()
    corners, vertices = face.triangles.astype(int), face.vertices.astype(float)
    sides = np.vstack(
        [corners[:, [1, 2, 0]], corners[:, [2, 0, 1]], corners]
    )  # from, to, and the opposite corner
    ends = np.sort(sides[:, :2], axis=1)
    order = np.lexsort(ends.T)
    shared = np.flatnonzero((ends[order][1:] == ends[order][:-1]).all(1))
    one, other = sides[order[shared]], sides[order[shared + 1]]
    start = np.concatenate([sides[:, 0], one[:, 2]])
    end = np.concatenate([sides[:, 1], other[:, 2]])
    length = np.concatenate(
        [np.linalg.norm(vertices[sides[:, 0]] - vertices[sides[:, 1]], axis=1),
         _unfolded(vertices[one[:, 0]], vertices[one[:, 1]], vertices[one[:, 2]], vertices[other[:, 2]])]
    )  # fmt: skip
    steps = [(start, end, length), (end, start, length), *_necks(vertices, corners)]
    rows, columns, lengths = (np.concatenate(parts) for parts in zip(*steps, strict=True))
    order = np.lexsort((lengths, columns, rows))
    pairs = np.stack([rows, columns], 1)[order]
    first = np.concatenate([[True], (pairs[1:] != pairs[:-1]).any(1)])  # the shortest of several
    return csr_matrix((lengths[order][first], pairs[first].T), shape=(len(vertices), len(vertices)))


def _unfolded(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """(E,) mm from c to d when the triangles abc and abd, (E, 3) each, are turned about ab into one plane."""
    axis = (b - a) / np.linalg.norm(b - a, axis=1, keepdims=True)
    along = ((d - c) * axis).sum(1)
    across = np.linalg.norm([np.cross(tip - a, axis) for tip in (c, d)], axis=2).sum(0)
    return np.hypot(along, across)


def _necks(vertices: np.ndarray, corners: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Steps between the pieces of the mesh: to and from ears, but only away from eyeballs."""
    count = len(vertices)
    edges = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]]])
    joined = csr_matrix((np.ones(len(edges)), edges.T), shape=(count, count))
    _, piece = connected_components(joined, directed=False)
    skin = np.flatnonzero(piece == np.bincount(piece).argmax())
    others = np.setdiff1d(np.arange(count), skin)
    length, nearest = (np.asarray(found) for found in KDTree(vertices[skin]).query(vertices[others]))
    near = length < NECK
    others, nearest, length = others[near], skin[nearest[near]], length[near]
    face = canonical_face()
    eyeballs = piece[face.triangles[[face.regions[name][0] for name in EYEBALLS], 0]]
    back = ~np.isin(piece[others], eyeballs)
    return [(others, nearest, length), (nearest[back], others[back], length[back])]
