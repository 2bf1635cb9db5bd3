"""Triangles for the skin: vertices along the feature curves, others spread between them, Delaunay seen from the centre.

Only the left half is made; the right half is its mirror image, so that the mesh is symmetric to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull, KDTree

from infl.geometry.authoring.edge_flips import flipped
from infl.geometry.authoring.polygon import inside
from infl.geometry.authoring.skin_surface import AuthoredCurves, SkinSurface, directions

FINEST, COARSEST = 1.25, 7.0  # mm between free vertices: beside a feature curve, and at the back of the head
GRADING = 0.2  # mm of spacing per mm away from the features
JAW_SPACING = 2.6  # mm beside the jaw line, which is soft
FAIRING = (0.4, -0.42) * 3
MERGE = 0.3  # mm: feature samples closer than this are one vertex


@dataclass(frozen=True)
class SkinMesh:
    """vertices (V, 3), triangles (T, 3) counter-clockwise from outside, mirror (V,): the partner of each vertex."""

    vertices: np.ndarray
    triangles: np.ndarray
    mirror: np.ndarray
    fixed: np.ndarray


def triangulate(surface: SkinSurface, authored: AuthoredCurves) -> SkinMesh:
    """Mesh the skin, with the eyes' and the mouth's openings and the neck's end left open."""
    fixed = _feature_vertices(authored)
    openings = _openings(authored)
    free = _free_vertices(surface, authored, fixed, openings)
    points = np.vstack([fixed, free])
    is_fixed = np.arange(len(points)) < len(fixed)
    for _ in range(10):
        points = _relaxed(surface, points, is_fixed, openings, authored)
    points = _faired(points, is_fixed, openings, authored)
    return _mirrored_mesh(points, is_fixed, openings, authored)


def _feature_vertices(authored: AuthoredCurves) -> np.ndarray:
    profile = [_spread(line, authored) for line in authored.profile.values()]
    points = np.vstack([*profile, authored.neck_edge, *authored.features.values()])
    points = points[points[:, 1] >= authored.neck_edge[:, 1].min() - 1e-6]
    tree = KDTree(points)
    keep, seen = [], np.zeros(len(points), bool)
    for i in range(len(points)):
        if not seen[i]:
            keep.append(i)
            seen[tree.query_ball_point(points[i], MERGE)] = True
    points = points[keep]
    points[np.abs(points[:, 0]) < 1e-9, 0] = 0.0
    return points


def _spread(line: np.ndarray, authored: AuthoredCurves) -> np.ndarray:
    """Points of a dense polyline (n, 3) on the midline, as far apart as free vertices are there; both ends stay."""
    wanted = _wanted_spacing(line, authored)
    wanted = np.where(
        (line[:, 1] < 8) & (line[:, 1] > -86) & (line[:, 2] > 0), np.minimum(wanted, 1.5), wanted
    )
    chosen = [line[0]]
    for point, spacing in zip(line[1:-1], wanted[1:-1], strict=True):
        if min(np.linalg.norm(point - chosen[-1]), np.linalg.norm(point - line[-1])) >= spacing:
            chosen.append(point)
    return np.array([*chosen, line[-1]])


def _wanted_spacing(points: np.ndarray, authored: AuthoredCurves) -> np.ndarray:
    """How far apart (n,) vertices should be at `points` (n, 3), mm."""
    fine = np.vstack([v for k, v in authored.features.items() if k != "jaw_line"])
    to_fine = KDTree(fine).query(points)[0]
    to_jaw = KDTree(authored.features["jaw_line"]).query(points)[0]
    spacing = np.clip(FINEST + GRADING * to_fine, FINEST, COARSEST)
    return np.minimum(spacing, JAW_SPACING + GRADING * to_jaw)


def _front(points: np.ndarray) -> np.ndarray:
    """Stereographic picture (n, 2) of the directions to `points`, undistorted at the front of the face."""
    d = directions(points)
    return 100 * d[:, :2] / (1 + d[:, 2:])


def _openings(authored: AuthoredCurves) -> list[np.ndarray]:
    f = authored.features
    eye = np.vstack([f["upper_lid"], f["lower_lid"][::-1]])
    mouth = np.vstack([f["upper_lip_inner"], f["lower_lip_inner"][::-1]])
    return [_front(eye), _front(mouth)]


def _free_vertices(surface, authored, fixed, openings) -> np.ndarray:
    """Poisson-disc samples of the left half, denser near feature curves (Bridson-like dart throwing, fixed seed)."""
    random = np.random.default_rng(2024)
    front = random.normal(size=(60000, 3)) * [0.32, 0.45, 0.12] + [0, -0.12, 1]
    anywhere = random.normal(size=(30000, 3))
    d = np.vstack([front, anywhere])
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    d[:, 0] = np.abs(d[:, 0])
    candidates = surface.at(d)
    spacing = _wanted_spacing(candidates, authored)
    wanted = _above_neck(candidates, authored) & (candidates[:, 0] > 0.55 * spacing)
    for opening in openings:
        wanted &= ~inside(opening, _front(candidates))
    candidates, spacing = candidates[wanted], spacing[wanted]
    order = np.argsort(spacing, kind="stable")
    cell = COARSEST
    grid: dict[tuple[int, int, int], list[np.ndarray]] = {}

    def key(p):
        return tuple((p // cell).astype(int))

    for p in fixed:
        grid.setdefault(key(p), []).append(p)
    chosen = []
    shifts = [(i, j, k) for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1)]
    for i in order:
        p, r2 = candidates[i], spacing[i] ** 2
        a, b, c = key(p)
        near = [q for s in shifts for q in grid.get((a + s[0], b + s[1], c + s[2]), ())]
        if not near or (((np.array(near) - p) ** 2).sum(1)).min() > r2:
            grid.setdefault((a, b, c), []).append(p)
            chosen.append(p)
    return np.array(chosen)


def _above_neck(points: np.ndarray, authored: AuthoredCurves) -> np.ndarray:
    return points[:, 1] > authored.neck_edge[:, 1].max() + 1.5


def _half_triangles(points, openings, authored) -> np.ndarray:
    """Delaunay triangles of the left half, from the convex hull of the directions."""
    on_midline = points[:, 0] == 0.0
    both = np.vstack([points, points[~on_midline] * [-1, 1, 1]])
    hull = ConvexHull(directions(both)).simplices
    hull = np.sort(hull, 1)
    hull = hull[np.lexsort(hull.T[::-1])]
    left = hull[(both[hull][:, :, 0].mean(1) > 1e-9)]
    left = left[(left < len(points)).all(1)]
    centre = points[left].mean(1)
    edge = np.abs(points[:, 1] - authored.neck_edge[:, 1].mean()) < 1e-6
    keep = ~edge[left].all(1)
    for opening in openings:
        keep &= ~inside(opening, _front(centre))
    left = left[keep]
    d = directions(points)
    flip = (
        np.einsum(
            "ij,ij->i", np.cross(d[left[:, 1]] - d[left[:, 0]], d[left[:, 2]] - d[left[:, 0]]), d[left[:, 0]]
        )
        < 0
    )
    left[flip] = left[flip][:, ::-1]
    return left


def _relaxed(surface, points, is_fixed, openings, authored) -> np.ndarray:
    """Free vertices moved half-way to the mean of their neighbours, and back onto the skin."""
    free, mean = _neighbour_means(points, is_fixed, _half_triangles(points, openings, authored))
    moved = points.copy()
    moved[free] = surface.project(0.5 * points[free] + 0.5 * mean[free])
    return moved


def _faired(points, is_fixed, openings, authored) -> np.ndarray:
    """Free vertices smoothed a little, without shrinking (Taubin's λ|μ steps); feature vertices stay."""
    triangles = _half_triangles(points, openings, authored)
    for step in FAIRING:
        free, mean = _neighbour_means(points, is_fixed, triangles)
        points = np.where(free[:, None], points + step * (mean - points), points)
    return points


def _neighbour_means(points, is_fixed, triangles) -> tuple[np.ndarray, np.ndarray]:
    """(which vertices may move (n,), the mean of each one's neighbours (n, 3))."""
    total, count = np.zeros_like(points), np.zeros(len(points))
    for a, b in ((0, 1), (1, 2), (2, 0)):
        for i, j in ((triangles[:, a], triangles[:, b]), (triangles[:, b], triangles[:, a])):
            np.add.at(total, i, points[j])
            np.add.at(count, i, 1)
    free = ~is_fixed & (count > 0) & (points[:, 0] != 0.0)
    return free, total / np.maximum(count, 1)[:, None]


def _mirrored_mesh(points, is_fixed, openings, authored) -> SkinMesh:
    triangles = flipped(points, _half_triangles(points, openings, authored))
    used = np.unique(triangles)
    index = -np.ones(len(points), int)
    index[used] = np.arange(len(used))
    points, triangles, is_fixed = points[used], index[triangles], is_fixed[used]
    off = np.flatnonzero(points[:, 0] != 0.0)
    partner = np.arange(len(points))
    partner[off] = len(points) + np.arange(len(off))
    mirror = np.r_[partner, off]
    vertices = np.vstack([points, points[off] * [-1, 1, 1]])
    both = np.vstack([triangles, mirror[triangles][:, ::-1]])
    return SkinMesh(vertices, both, mirror, is_fixed[np.r_[np.arange(len(points)), off]])
