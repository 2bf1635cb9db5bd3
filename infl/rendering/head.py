"""The canonical face made whole for pictures: mouth, teeth and shoulders, and what light can reach where.

The first vertices and triangles are the canonical face's own, in its order: a place on C (triangle,
barycentric) is the same place on the head. Everything is in the canonical frame, millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from infl.geometry.canonical_face import CanonicalFace, canonical_face
from infl.rendering.rasteriser import ScreenTriangles, points_visible, rasterise
from infl.rendering.studio_light import vertex_normals

EYEBALL = ("pupil", "iris", "sclera")
UNROLL_AXIS_Z, UNROLL_RADIUS = -50.0, 80.0  # mm; the skin is painted on a cylinder about the y axis


class Part(IntEnum):
    """What a triangle of the head belongs to."""

    SKIN = 0
    EYE = 1
    MOUTH = 2
    TEETH_UPPER = 3
    TEETH_LOWER = 4
    TORSO = 5


@dataclass(frozen=True)
class Head:
    """The head at rest.

    vertices: (N, 3) float64 mm. triangles: (M, 3). part: (N,) of `Part` by vertex; triangle_part: (M,) by
    triangle. plane: (N, 2) mm on the cylinder on which skin is painted (0 at the midline, x to the
    subject's left, y up). openness: (N,) 0…1, the share of the sky that a vertex sees. scalp: (N,) mm above
    the hairline, −inf off the skin. eye_centres: (2, 3) mm of the subject's right and left eye;
    eye_vertices: their vertex ids.
    """

    face: CanonicalFace
    vertices: np.ndarray
    triangles: np.ndarray
    part: np.ndarray
    triangle_part: np.ndarray
    plane: np.ndarray
    openness: np.ndarray
    scalp: np.ndarray
    eye_centres: np.ndarray
    eye_vertices: tuple[np.ndarray, np.ndarray]
    eye_radius: float


@lru_cache(maxsize=1)
def head() -> Head:
    """The head around the canonical face, built once a process (about a second)."""
    face = canonical_face()
    vertices = np.asarray(face.vertices, np.float64)
    triangles = np.asarray(face.triangles, np.int64)
    part = np.full(len(vertices), Part.SKIN, np.int64)
    eyes = [
        np.unique(triangles[np.concatenate([face.regions[f"{side}_{name}"] for name in EYEBALL])])
        for side in ("right", "left")
    ]
    for eye in eyes:
        part[eye] = Part.EYE
    spheres = [
        _sphere_through(vertices[triangles[face.regions[f"{side}_sclera"]]].reshape(-1, 3))
        for side in ("right", "left")
    ]
    pieces = (
        (Part.MOUTH, _mouth_cavity()),
        (Part.TEETH_UPPER, _teeth(top=-64.5, bottom=-75.0, front=28.3)),
        (Part.TEETH_LOWER, _teeth(top=-73.9, bottom=-82.5, front=26.6)),
        (Part.TORSO, _torso()),
    )
    points, faces, parts = [vertices], [triangles], [part]
    for kind, (more, grid) in pieces:
        faces.append(grid + sum(len(p) for p in points))
        points.append(more)
        parts.append(np.full(len(more), kind, np.int64))
    vertices, triangles, part = np.vstack(points), np.vstack(faces), np.concatenate(parts)
    openness = _openness(vertices, triangles)
    for side in ("right", "left"):  # dents in the mesh, holes in a nose
        openness[np.unique(triangles[face.regions[f"{side}_nostril"]])] *= 0.5
    return Head(
        face=face, vertices=vertices, triangles=triangles, part=part, triangle_part=part[triangles[:, 0]],
        plane=unrolled(vertices), openness=openness,
        scalp=_above_hairline(face, vertices, part),
        eye_centres=np.array([centre for centre, _ in spheres]), eye_vertices=(eyes[0], eyes[1]),
        eye_radius=float(np.mean([radius for _, radius in spheres])),
    )  # fmt: skip


def unrolled(points: np.ndarray) -> np.ndarray:
    """(N, 3) → (N, 2) mm on the unrolled cylinder: arc to the subject's left, height."""
    azimuth = np.arctan2(points[:, 0], points[:, 2] - UNROLL_AXIS_Z)
    return np.c_[azimuth * UNROLL_RADIUS, points[:, 1]]


def _above_hairline(face: CanonicalFace, vertices: np.ndarray, part: np.ndarray) -> np.ndarray:
    """(N,) mm of height above the hairline: the canonical face's own in front, carried on round ear and
    nape."""
    front = np.asarray(face.curves["left_hairline"], np.float64)
    axis = -60.0
    angle = np.degrees(np.arctan2(front[:, 0], front[:, 2] - axis))
    order = np.argsort(angle)
    behind = ((95.0, 9.0), (112.0, 9.0), (121.0, -28.0), (132.0, -62.0), (150.0, -90.0), (180.0, -98.0))
    side = ((max(angle.max() + 3, 88.0), -16.0), *behind)
    knots = np.vstack([np.c_[angle, front[:, 1]][order], side])
    azimuth = np.degrees(np.arctan2(np.abs(vertices[:, 0]), vertices[:, 2] - axis))
    height = vertices[:, 1] - np.interp(azimuth, knots[:, 0], knots[:, 1])
    for name, triangles in face.regions.items():
        if "ear" in name.split("_"):
            height[np.unique(np.asarray(face.triangles)[triangles])] = -np.inf
    height[part != Part.SKIN] = -np.inf
    return height


def _sphere_through(points: np.ndarray) -> tuple[np.ndarray, float]:
    """(centre, radius) of the least-squares sphere."""
    solution = np.linalg.lstsq(np.c_[2 * points, np.ones(len(points))], (points**2).sum(1), rcond=None)[0]
    return solution[:3], float(np.sqrt(solution[3] + solution[:3] @ solution[:3]))


def _grid(rows: int, columns: int, closed: bool = False) -> np.ndarray:
    """Triangles of a grid of rows × columns vertices; `closed` joins the last column to the first."""
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    a, b = (r * columns + c).ravel(), (r * columns + (c + 1) % columns).ravel()
    return np.vstack([np.c_[a, a + columns, b], np.c_[b, a + columns, b + columns]])


def _mouth_cavity() -> tuple[np.ndarray, np.ndarray]:
    """A dark bowl behind the lips."""
    u, v = np.meshgrid(np.linspace(-1, 1, 13), np.linspace(-1, 1, 9), indexing="xy")
    depth = 17 - 36 * (1 - 0.7 * u**2) * (1 - 0.6 * v**2)
    return np.stack([29 * u, -74 + 20 * v, depth], -1).reshape(-1, 3), _grid(9, 13)


def _teeth(top: float, bottom: float, front: float) -> tuple[np.ndarray, np.ndarray]:
    """One row of teeth as a curved strip; `front` is the z of its middle."""
    x, v = np.meshgrid(np.linspace(-22.5, 22.5, 41), np.linspace(0, 1, 4), indexing="xy")
    z = front - x**2 / 34 - 1.2 * v * (1 - v)
    return np.stack([x, top + (bottom - top) * v, z], -1).reshape(-1, 3), _grid(4, 41)


def _torso() -> tuple[np.ndarray, np.ndarray]:
    """The foot of the neck and the shoulders, lofted from ellipses."""
    #      y     half width  front z   back z
    rows = np.array([
        (-148.0, 44.0, -52.0, -130.0),
        (-164.0, 56.0, -42.0, -145.0),
        (-170.0, 63.0, -36.0, -150.0),
        (-179.0, 74.0, -32.0, -154.0),
        (-188.0, 100.0, -27.0, -158.0),
        (-198.0, 134.0, -21.0, -164.0),
        (-212.0, 168.0, -14.0, -170.0),
        (-234.0, 192.0, -6.0, -176.0),
        (-276.0, 206.0, 8.0, -182.0),
        (-340.0, 212.0, 20.0, -186.0),
        (-460.0, 214.0, 30.0, -190.0),
    ])  # fmt: skip
    dense = np.linspace(0, len(rows) - 1, 40)
    y, half, front, back = (np.interp(dense, np.arange(len(rows)), rows[:, i]) for i in range(4))
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    x = half[:, None] * np.sin(turn)
    z = (front + back)[:, None] / 2 + (front - back)[:, None] / 2 * np.cos(turn)
    points = np.stack([x, np.broadcast_to(y[:, None], x.shape), z], -1)
    return points.reshape(-1, 3), _grid(len(dense), len(turn), closed=True)


def _openness(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N,) share of the sky that each vertex sees: z-buffers from 48 directions, weighted by the cosine."""
    normals = vertex_normals(vertices, triangles)
    count, size, scale = 48, 220, 220 / 440.0
    k = np.arange(count) + 0.5
    height, turn = 1 - 2 * k / count, np.pi * (1 + 5**0.5) * k
    flat = np.sqrt(1 - height**2)
    seen, total = np.zeros(len(vertices)), np.full(len(vertices), 1e-9)
    for direction in np.stack([flat * np.cos(turn), height, flat * np.sin(turn)], 1):
        side = np.cross(direction, (0.0, 0.0, 1.0) if abs(direction[2]) < 0.9 else (0.0, 1.0, 0.0))
        side /= np.linalg.norm(side)
        view = np.stack([side, np.cross(direction, side), -direction])
        turned = (vertices - [0, -60, -60]) @ view.T
        points = turned[:, :2] * scale + size / 2
        screen = ScreenTriangles.of(points, turned[:, 2], triangles, perspective=False)
        buffer = rasterise(screen, (size, size)).triangle
        weight = np.clip(normals @ direction, 0, None)
        total += weight
        seen += weight * points_visible(screen, buffer, points, turned[:, 2], tolerance=2.5)
    # Where the neck is stuck into the shoulders there is no crease.
    return np.clip(seen / total, np.clip((-148.0 - vertices[:, 1]) / 12.0, 0, 0.7), 1)
