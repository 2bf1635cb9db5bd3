"""What lies behind the skin's openings: lid margins down to the eyeballs, these, and lips rolled into the mouth."""

from __future__ import annotations

import numpy as np

from infl.geometry.authoring.curves import EYE_CENTRE, EYE_RADIUS, IRIS_RADIUS

PUPIL_RADIUS = 1.9
CORNEA_RADIUS, CORNEA_HEIGHT = 6.6, 1.1
CARUNCLE_X = 22.2  # mm: nearer to the nose than this the lids no longer touch the eyeball


def boundary_loops(triangles: np.ndarray) -> list[np.ndarray]:
    """The closed chains of vertices along the edges that have a triangle on one side only."""
    edges = {(int(a), int(b)) for t in triangles for a, b in ((t[0], t[1]), (t[1], t[2]), (t[2], t[0]))}
    after = {a: b for a, b in sorted(edges) if (b, a) not in edges}
    loops = []
    while after:
        start = min(after)
        loop = [start]
        while (step := after.pop(loop[-1])) != start:
            loop.append(step)
        loops.append(np.array(loop))
    return loops


def lid_margin(rim: np.ndarray) -> list[np.ndarray]:
    """Rings (n, 3) from the left eye's lid border `rim` (n, 3) inwards to the eyeball.

    Near the nose the lids leave the eyeball; there the margin becomes the caruncle, a web from the inner corner.
    """
    centre = np.array(EYE_CENTRE)
    x = rim[:, 0]
    beyond = np.maximum(CARUNCLE_X - x, 0.0)
    touch = rim.copy()
    touch[:, 0] += beyond * 0.98
    touch[:, 1] += beyond * 0.42
    offset = touch - centre
    offset[:, 2] = np.maximum(offset[:, 2], 1.0)
    on_ball = centre + offset / np.linalg.norm(offset, axis=1, keepdims=True) * (EYE_RADIUS + 0.05)
    inner = centre + (on_ball - centre) * [0.97, 0.9, 0.97]
    inner[:, 2] -= 0.8
    return [rim * 0.35 + on_ball * 0.65 + [0, 0, 0.15], on_ball, inner]


def lip_roll(rim: np.ndarray) -> list[np.ndarray]:
    """Rings (n, 3) from the inner lip border `rim` (n, 3) back into the mouth, the lips touching behind the border."""
    middle = (rim[:, 1].max() + rim[:, 1].min()) / 2
    contact = rim.copy()
    contact[:, 1] = middle + 0.15 * (rim[:, 1] - middle)
    contact[:, 2] -= 2.2
    behind = rim * [0.9, 1, 1]
    behind[:, 1] = middle + 6 * (rim[:, 1] - middle)
    behind[:, 2] -= 9
    return [contact, behind]


def extrude(loop: np.ndarray, rings: list[np.ndarray], first: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and triangles that continue the mesh from boundary `loop` through `rings`; new ids start at `first`."""
    n = len(loop)
    after = np.roll(np.arange(n), -1)
    outer, triangles = loop, []
    for ring_number in range(len(rings)):
        inner = first + ring_number * n + np.arange(n)
        triangles += [np.c_[outer[after], outer, inner], np.c_[outer[after], inner, inner[after]]]
        outer = inner
    return np.vstack(rings), np.vstack(triangles)


def eyeball() -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """The left eyeball's front: vertices, triangles, and triangle ids of pupil, iris and sclera."""
    spokes = 32
    radii = [0.7, PUPIL_RADIUS, 3.2, 4.6, IRIS_RADIUS, 7.0, 8.2, 9.4, 10.5, 11.4, 11.95, EYE_RADIUS]
    angle = np.arange(spokes) / spokes * 2 * np.pi
    rows = [np.zeros((1, 2))] + [r * np.c_[np.cos(angle), np.sin(angle)] for r in radii]
    flat = np.vstack(rows)
    flat[np.abs(flat) < 1e-12] = 0.0
    r = np.linalg.norm(flat, axis=1)
    z = np.sqrt(np.maximum(EYE_RADIUS**2 - r**2, 0.0))
    z += CORNEA_HEIGHT * np.clip(1 - (r / CORNEA_RADIUS) ** 2, 0, 1) ** 1.5
    vertices = np.c_[flat, z] + EYE_CENTRE
    i = np.arange(spokes)
    j = (i + 1) % spokes
    triangles = [np.c_[np.zeros(spokes, int), 1 + i, 1 + j]]
    for ring in range(len(radii) - 1):
        a, b = 1 + ring * spokes, 1 + (ring + 1) * spokes
        triangles += [np.c_[a + i, b + i, b + j], np.c_[a + i, b + j, a + j]]
    triangles = np.vstack(triangles)
    middle = np.linalg.norm(flat[triangles].mean(1), axis=1)
    parts = {
        "pupil": np.flatnonzero(middle < PUPIL_RADIUS),
        "iris": np.flatnonzero((middle >= PUPIL_RADIUS) & (middle < IRIS_RADIUS)),
        "sclera": np.flatnonzero(middle >= IRIS_RADIUS),
    }
    return vertices, triangles, parts
