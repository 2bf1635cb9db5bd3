"""Points in even steps on C: along lines on the surface, along its named curves, and over its named regions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from infl.errors import InflError
from infl.geometry.canonical_face import canonical_face
from infl.geometry.geodesics import surface_graph
from infl.geometry.surface import closest_points

STEP = 4.0
"""mm between the points of a line while it is pulled straight."""
FEWEST, MOST = 8, 40
PULLS = 30
"""Times that a line is pulled straight: afterwards it is within 1 % of its final length."""


def surface_line(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(n, 3) mm: the line on the surface from `start` to `end` (3,) mm, both on or near C, about as short as can be.

    The shortest path over the mesh is pulled straight: points move to the middle of their neighbours and back to the
    surface (curve shortening). Raises InflError where no path over the skin joins the two.
    """
    face = canonical_face()
    ends = closest_points(face, np.stack([start, end]))[2]
    tree = KDTree(face.vertices)
    a, b = np.asarray(tree.query(ends)[1]).tolist()
    length, before = dijkstra(surface_graph(), indices=a, return_predecessors=True)[:2]
    if not np.isfinite(length[b]):
        raise InflError(
            "No line on the surface joins these two places: they are on separate parts of the face."
        )
    path = [b]
    while path[-1] != a:
        path.append(int(before[path[-1]]))
    corners = np.vstack([ends[:1], face.vertices[path[::-1]][1:-1], ends[1:]])
    line = _resampled(corners, int(np.clip(round(length[b] / STEP), FEWEST, MOST)))
    for _ in range(PULLS):
        line[1:-1] = closest_points(face, 0.5 * (line[:-2] + line[2:]))[2]
    return line


def line_through(places: np.ndarray) -> np.ndarray:
    """(n, 3) mm: the line on the surface through `places` (P, 3) mm, P ≥ 2, one after the other."""
    pieces = [surface_line(one, other) for one, other in pairwise(places)]
    return np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])


def evenly_along(line: np.ndarray, count: int) -> np.ndarray:
    """(count, 3) mm on C: at equal arc length along `line` (n, 3), from its first to its last point; a single one in
    its middle."""
    if count == 1:
        return closest_points(canonical_face(), _resampled(line, 3)[1:2])[2]
    return closest_points(canonical_face(), _resampled(line, count))[2]


def curve(name: str) -> np.ndarray:
    """(n, 3) mm: a named curve of C, like “left_upper_lid”; raises InflError for one that C has not."""
    curves = canonical_face().curves
    if name not in curves:
        raise InflError(f"The canonical face has no curve “{name}”. It has: {', '.join(sorted(curves))}.")
    return curves[name].astype(np.float64)


def evenly_over(region: str, count: int) -> np.ndarray:
    """(count, 3) mm: places spread over a named region of C, like “left_cheek”, the first in its middle.

    Each next one is the farthest from all before (Gonzalez, 1985). Raises InflError for a region that C has not, or
    that has fewer vertices.
    """
    face = canonical_face()
    if region not in face.regions:
        raise InflError(
            f"The canonical face has no region “{region}”. It has: {', '.join(sorted(face.regions))}."
        )
    places = face.vertices[np.unique(face.triangles[face.regions[region]])].astype(np.float64)
    if count > len(places):
        raise InflError(f"The region “{region}” is too small for {count} points: {len(places)} at most.")
    chosen = [int(np.linalg.norm(places - places.mean(0), axis=1).argmin())]
    nearest = np.linalg.norm(places - places[chosen[0]], axis=1)
    while len(chosen) < count:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(places - places[chosen[-1]], axis=1))
    return places[chosen]


def _resampled(line: np.ndarray, count: int) -> np.ndarray:
    """(count, 3) at equal arc length along the polyline `line` (n, 3)."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(at, along, line[:, axis]) for axis in range(3)], 1)
