"""The 3D shape of the face in a photograph: what the network says of every vertex of C, as far as it knows.

Each query is answered on its own, and what the network never learned – the scalp, the nape, the ears' folds – has wild
answers. So the displacements from C are smoothed over the mesh, the less sure the more, and where no layout has points
the nearest known skin carries the rest along.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import splu

from infl.geometry.canonical_face import canonical_face
from infl.geometry.nearness import nearness
from infl.layouts import layout, layout_names
from infl.model.landmarker import Encoded, Landmarker

STIFF = 50.0
"""Weight of smoothness against a vertex that is as sure as the surest half: a closed eye stays closed, and brows lose
their noise."""


def face_shape(landmarker: Landmarker, encoded: Encoded) -> np.ndarray:
    """(V, 3) float64 mm, canonical frame: where the vertices of C are on this person's face, in its expression."""
    face = canonical_face()
    found = landmarker.query(encoded, face.vertices)
    moves = (found.points3d - face.vertices).astype(np.float64)
    sure = np.minimum(np.median(found.sigma) / np.maximum(found.sigma, 1e-6), 1.0) ** 2 * _known()
    system = sparse.diags_array(sure) + STIFF * _bending()
    return face.vertices + splu(sparse.csc_array(system)).solve(sure[:, None] * moves)


@lru_cache(maxsize=1)
def _known() -> np.ndarray:
    """(V,) 0…1: where the shipped layouts have points, so that networks have learned of it."""
    own = [layout(name) for name in layout_names()]
    vertices = canonical_face().vertices
    queries = np.vstack([each.queries for each in own if len(each) < len(vertices)])
    return np.maximum(nearness(queries, vertices), 1e-4)


@lru_cache(maxsize=1)
def _bending() -> sparse.csc_array:
    """(V, V): the square of the mesh's graph Laplacian, normalised by the number of neighbours."""
    face = canonical_face()
    count = len(face.vertices)
    i, j = face.triangles[:, [0, 1, 2]].ravel(), face.triangles[:, [1, 2, 0]].ravel()
    links = sparse.csr_array((np.ones(len(i)), (i, j)), shape=(count, count))
    links = ((links + links.T) > 0).astype(float)
    degree = np.maximum(links.sum(1), 1.0)
    laplacian = sparse.eye_array(count) - sparse.diags_array(1 / degree) @ links
    return sparse.csc_array(laplacian.T @ laplacian)
