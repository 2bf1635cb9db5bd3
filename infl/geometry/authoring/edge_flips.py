"""Better triangles for a surface in space: edges flipped until each quadrilateral has its better diagonal.

Where the skin runs almost along the rays from the head's centre (under the brow, the nose, the chin), triangles that
are well shaped seen from that centre are not so in space.
"""

from __future__ import annotations

import numpy as np

SLACK = 1e-6  # radians


def flipped(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Triangles (T, 3) on `points` (V, 3) with the angles opposite each inner edge summing to at most π.

    An edge is kept where flipping would fold the surface. The border stays. Orientation is kept.
    """
    faces = [tuple(map(int, t)) for t in triangles]
    of_edge = {edge: t for t, face in enumerate(faces) for edge in _edges(face)}
    waiting = [edge for edge in sorted(of_edge) if edge[0] < edge[1] and edge[::-1] in of_edge]
    queued = set(waiting)
    while waiting:
        edge = waiting.pop()
        queued.discard(edge)
        a, b = edge
        if (a, b) not in of_edge or (b, a) not in of_edge:
            continue
        first, second = of_edge[a, b], of_edge[b, a]
        c, d = _opposite(faces[first], a, b), _opposite(faces[second], a, b)
        if (c, d) in of_edge or (d, c) in of_edge or not _should_flip(points, a, b, c, d):
            continue
        for face in (faces[first], faces[second]):
            for old in _edges(face):
                del of_edge[old]
        faces[first], faces[second] = (a, d, c), (d, b, c)
        for t in (first, second):
            of_edge.update({new: t for new in _edges(faces[t])})
        for u, v in ((a, c), (c, b), (b, d), (d, a)):
            side = (min(u, v), max(u, v))
            if side not in queued and side in of_edge and side[::-1] in of_edge:
                queued.add(side)
                waiting.append(side)
    return np.array(faces, int)


def _edges(face: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    return (face[0], face[1]), (face[1], face[2]), (face[2], face[0])


def _opposite(face: tuple[int, ...], a: int, b: int) -> int:
    return next(v for v in face if v not in (a, b))


def _should_flip(points: np.ndarray, a: int, b: int, c: int, d: int) -> bool:
    """Whether edge ab between triangles abc and bad is worse than cd, and cd folds nothing."""
    pa, pb, pc, pd = points[[a, b, c, d]]
    if _angle(pc, pa, pb) + _angle(pd, pa, pb) <= np.pi + SLACK:
        return False
    before = np.cross(pb - pa, pc - pa) + np.cross(pa - pb, pd - pb)
    one, two = np.cross(pd - pa, pc - pa), np.cross(pb - pd, pc - pd)
    return bool(one @ before > 0 and two @ before > 0 and one @ two > 0)


def _angle(at: np.ndarray, p: np.ndarray, q: np.ndarray) -> float:
    u, v = p - at, q - at
    return float(np.arctan2(np.linalg.norm(np.cross(u, v)), u @ v))
