"""The two directions in which a point of C is displaced: outwards and up, along the skin."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from infl.geometry.canonical_face import canonical_face

MIDLINE = 1.0
"""mm from the plane x = 0 within which a point belongs to neither side."""


AROUND = 8.0
"""mm, standard deviation of the surroundings whose mean orientation counts: rims of lips and nostrils turn anywhere."""


def outward_and_up(queries: np.ndarray, in_the_picture: np.ndarray) -> np.ndarray:
    """(K, 3, 2) unit vectors at `queries` (K, 3) mm: outwards and up.

    Outwards is away from the middle; on the midline, to the subject's left. Both lie in C's tangent plane there, where
    "outwards" leads along the skin: on the side of the head, backwards. Points marked in_the_picture (K,) bool, the
    visible outline's, have x and y of C: an outline is no place on the skin.
    """
    queries = np.asarray(queries, np.float64)
    face = canonical_face()
    vertices = face.vertices.astype(np.float64)
    tree = KDTree(vertices)
    places = KDTree(vertices[tree.query(queries)[1]])
    near = places.sparse_distance_matrix(tree, 3 * AROUND, output_type="coo_matrix").tocsr()
    near.data = np.exp(-0.5 * (near.data / AROUND) ** 2)
    normal = near @ face.normals.astype(np.float64)
    normal[np.abs(queries[:, 0]) < MIDLINE, 0] = 0.0  # so that the two sides stay mirror images there
    normal[in_the_picture] = 0.0, 0.0, 1.0
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    up = np.array([0.0, 1.0, 0.0]) - normal[:, 1:2] * normal
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
    side = np.where(queries[:, 0] < -MIDLINE, -1.0, 1.0)
    return np.stack([side[:, None] * np.cross(up, normal), up], -1)


def sides(queries: np.ndarray, mirror: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((K,) bool which points have a partner on the other side or lie on the midline, (K,) bool the midline's)."""
    partner = queries[mirror] * [-1.0, 1.0, 1.0]
    paired = np.linalg.norm(partner - queries, axis=1) < 2 * MIDLINE
    return paired, paired & (np.abs(queries[:, 0]) < MIDLINE)
