"""Things before a synthetic face: a hand, a mask, a scarf, a cap, a microphone, something held up.

Each is a small mesh in the head's canonical frame (mm) that is lit and shadowed with the head.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components

from infl.geometry.camera import Camera
from infl.rendering.head import Part, head
from infl.rendering.light import Light, Shadow
from infl.rendering.rasteriser import ScreenTriangles, interpolate, rasterise
from infl.rendering.studio_light import vertex_normals

_NEARER = 0.5  # mm by which a thing must be before the head to hide it


@dataclass(frozen=True)
class Occluder:
    """vertices (n, 3) mm, canonical frame; triangles (m, 3); albedo (n, 3) linear RGB."""

    vertices: np.ndarray
    triangles: np.ndarray
    albedo: np.ndarray

    def draw(
        self, image: np.ndarray, depth: np.ndarray, camera: Camera, light: Light, shadow: Shadow
    ) -> None:
        """Paint it into linear light (F, F, 3) where it is nearer than `depth` (F, F)."""
        there = self.vertices @ camera.rotation.T + camera.translation
        screen = ScreenTriangles.of(camera.project(self.vertices), there[:, 2], self.triangles)
        raster = rasterise(screen, (len(image), len(image)))
        shown = (raster.depth < depth - _NEARER)[raster.covered]
        normals = vertex_normals(there, self.triangles)
        values = interpolate(raster, self.triangles, np.c_[normals, there, self.albedo])[shown]
        normal = values[:, :3] / (np.linalg.norm(values[:, :3], axis=1, keepdims=True) + 1e-9)
        normal *= -np.sign((normal * values[:, 3:6]).sum(1, keepdims=True))  # both sides can be seen
        lit = shadow.lit(values[:, 3:6], bias=6.0) * np.clip(normal @ light.direction, 0, 1)
        at = np.flatnonzero(raster.covered)[shown]
        bright = light.irradiance(normal) + light.key * lit[:, None]
        image.reshape(-1, 3)[at] = values[:, 6:9] * bright


def random_occluder(rng: np.random.Generator, vertices: np.ndarray, skin: np.ndarray) -> Occluder:
    """Something before the face of the head `vertices` (N, 3) mm, canonical frame; `skin` (3,) is the
    person's tone."""
    kinds: tuple[Callable[[np.random.Generator, np.ndarray, np.ndarray], Occluder], ...]
    kinds = (_hand, _hand, _mask, _scarf, _cap, _microphone, _held_up)
    return kinds[rng.integers(len(kinds))](rng, vertices, skin)


def _colour(rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(0.02, 0.75) * (0.5 + 0.5 * rng.dirichlet((2, 2, 2)) * 3)


def _joined(pieces: list[tuple[np.ndarray, np.ndarray]], albedo: np.ndarray) -> Occluder:
    starts = np.cumsum([0, *(len(points) for points, _ in pieces)])
    vertices = np.vstack([points for points, _ in pieces])
    triangles = np.vstack([faces + start for (_, faces), start in zip(pieces, starts[:-1], strict=True)])
    colours = np.broadcast_to(albedo, vertices.shape) if albedo.ndim == 1 else albedo
    return Occluder(vertices, triangles, colours)


def _ball(centre: np.ndarray, axes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An ellipsoid; axes (3, 3): its half axes as rows."""
    rows, columns = 12, 16
    polar, turn = np.meshgrid(
        np.linspace(0.01, np.pi - 0.01, rows),
        np.linspace(0, 2 * np.pi, columns, endpoint=False),
        indexing="ij",
    )
    unit = np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)], -1)
    return centre + unit.reshape(-1, 3) @ axes, _closed_grid(rows, columns)


def _rod(line: np.ndarray, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A tube round a polyline (n, 3) of `radius` (n,), its ends drawn in."""
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along, (0.3, 0.5, 0.8))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(along, side)
    turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    ring = np.cos(turn)[:, None] * side[:, None] + np.sin(turn)[:, None] * other[:, None]
    return (line[:, None] + radius[:, None, None] * ring).reshape(-1, 3), _closed_grid(len(line), 10)


def _closed_grid(rows: int, columns: int) -> np.ndarray:
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns), indexing="ij")
    a, b = (r * columns + c).ravel(), (r * columns + (c + 1) % columns).ravel()
    return np.vstack([np.c_[a, a + columns, b], np.c_[b, a + columns, b + columns]])


def _frame(rng: np.random.Generator, forward: np.ndarray) -> np.ndarray:
    """(3, 3) rows: a direction across, one upwards at random, and `forward`."""
    forward = forward / np.linalg.norm(forward)
    up = np.cross(forward, rng.normal(size=3))
    up /= np.linalg.norm(up)
    return np.stack([np.cross(up, forward), up, forward])


def _place_on_face(rng: np.random.Generator, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A random place on the front of the face, and outwards there."""
    rest = head().vertices
    front = (head().part == Part.SKIN) & (rest[:, 2] > -45) & (rest[:, 1] > -125) & (rest[:, 1] < 70)
    at = vertices[rng.choice(np.flatnonzero(front))]
    outwards = at - np.array([0.0, -40.0, -70.0])
    return at, outwards / np.linalg.norm(outwards)


def _hand(rng: np.random.Generator, vertices: np.ndarray, skin: np.ndarray) -> Occluder:
    """A palm with fingers that lie on the face; it comes from below or the side."""
    at, outwards = _place_on_face(rng, vertices)
    frame = _frame(rng, outwards)
    if frame[1, 1] < -0.2:
        frame[:2] *= -1  # fingers seldom point down
    across, up, out = frame
    palm = at + out * 16
    spread = rng.uniform(0.0, 0.25)
    pieces = [_ball(palm, np.stack([42 * across, 46 * up, 15 * out]))]
    for k, length in enumerate((62, 74, 78, 68)):
        lean = (k - 1.5) * spread
        towards = up * np.cos(lean) + across * np.sin(lean)
        t = np.linspace(0, 1, 9)[:, None]
        curl = rng.uniform(-18, 6) * t**2 * out
        root = palm + across * (k - 1.5) * 20 + up * 34
        thick = np.r_[9.5, np.full(7, 9.0), 3.5] * rng.uniform(0.9, 1.05)
        pieces.append(_rod(root + t * length * towards + curl, thick))
    thumb = palm + across * 34 + np.linspace(0, 1, 7)[:, None] * (across * 34 + up * 40)
    pieces.append(_rod(thumb, np.r_[12.0, np.full(5, 10.5), 4.0]))
    wrist = palm - up * np.linspace(20, 260, 8)[:, None] + out * np.linspace(0, 60, 8)[:, None]
    pieces.append(_rod(wrist, np.linspace(27, 36, 8)))
    colour = skin * rng.uniform(0.8, 1.15) * (1.08, 0.95, 0.93)
    return _joined(pieces, colour)


def _microphone(rng: np.random.Generator, vertices: np.ndarray, skin: np.ndarray) -> Occluder:
    """A ball on a rod before the mouth."""
    lips = np.unique(np.asarray(head().face.triangles)[head().face.regions["lower_lip"]])
    mouth = vertices[lips].mean(0)
    towards = np.array([rng.normal(0, 0.6), rng.uniform(-1.2, -0.3), rng.uniform(0.4, 1.0)])
    towards /= np.linalg.norm(towards)
    radius = rng.uniform(14, 30)
    ball = mouth + towards * (radius + rng.uniform(4, 30)) + rng.normal(0, 6, 3)
    rod = ball + towards * np.linspace(radius * 0.7, 260, 6)[:, None]
    pieces = [_ball(ball, radius * np.eye(3)), _rod(rod, np.linspace(0.6, 0.5, 6) * radius)]
    return _joined(pieces, _colour(rng) * rng.uniform(0.1, 0.8))


def _held_up(rng: np.random.Generator, vertices: np.ndarray, skin: np.ndarray) -> Occluder:
    """A card, a telephone, a cup: a box before some of the face."""
    at, outwards = _place_on_face(rng, vertices)
    frame = _frame(rng, outwards + rng.normal(0, 0.3, 3))
    half = np.array([rng.uniform(18, 55), rng.uniform(25, 75), rng.uniform(2, 14)])
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float) * half
    quads = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    centre = at + outwards * (half[2] + rng.uniform(8, 40)) + rng.normal(0, 15, 3)
    sides = [(corners[list(quad)] @ frame + centre, np.array([(0, 1, 2), (0, 2, 3)])) for quad in quads]
    return _joined(sides, _colour(rng))


def _mask(rng: np.random.Generator, vertices: np.ndarray, skin: np.ndarray) -> Occluder:
    """Over nose, mouth and chin."""
    x, y, z = head().vertices.T
    top = np.interp(np.abs(x), (0, 20, 75), (-22 - rng.uniform(0, 8), -32, -46))
    on = (y < top) & (y > -136 + 0.2 * np.abs(x)) & (z > rng.uniform(-62, -30))
    return _draped(
        vertices,
        on,
        rng.uniform(2.5, 5),
        25,
        _colour(rng) if rng.random() < 0.5 else np.array((0.45, 0.6, 0.7)),
    )


def _scarf(rng: np.random.Generator, vertices: np.ndarray, skin: np.ndarray) -> Occluder:
    """Round the neck, up to the chin or the mouth."""
    y = head().vertices[:, 1]
    on = y < rng.uniform(-112, -62) + 0.35 * np.clip(-head().vertices[:, 2] - 20, 0, 60)
    scarf = _draped(vertices, on, rng.uniform(9, 16), 35, _colour(rng))
    folds = 1 + 0.25 * np.sin(
        scarf.vertices @ rng.normal(0, 0.18, 3) + scarf.vertices[:, 1] * rng.uniform(0.1, 0.5)
    )
    return Occluder(scarf.vertices, scarf.triangles, scarf.albedo * folds[:, None])


def _cap(rng: np.random.Generator, vertices: np.ndarray, skin: np.ndarray) -> Occluder:
    """A cap or a hat's crown; most have a peak."""
    _, y, z = head().vertices.T
    brim = rng.uniform(38, 62)
    on = (y > brim + 0.18 * np.clip(z, -160, 20) * rng.uniform(-0.2, 1)) & (head().part == Part.SKIN)
    colour = _colour(rng)
    crown = _draped(vertices, on, rng.uniform(7, 14), 15, colour)
    if rng.random() < 0.35:
        return crown
    edge = crown.vertices[(np.abs(crown.vertices[:, 1] - brim) < 8) & (crown.vertices[:, 2] > -10)]
    front, height = (edge[:, 2].max(), edge[:, 1].mean()) if len(edge) else (20.0, brim)
    across, out = np.meshgrid(np.linspace(-1, 1, 15), np.linspace(0, 1, 6))
    reach = rng.uniform(45, 75) * np.sqrt(np.clip(1 - across**2, 0, 1))
    peak = np.stack(
        [
            66 * across,
            height - 14 * across**2 - rng.uniform(0, 25) * out,
            front - 45 * across**2 + out * reach,
        ],
        -1,
    ).reshape(-1, 3)
    r, c = np.meshgrid(np.arange(5), np.arange(14), indexing="ij")
    a = (r * 15 + c).ravel()
    grid = np.vstack([np.c_[a, a + 15, a + 1], np.c_[a + 1, a + 15, a + 16]])
    return _joined([(crown.vertices, crown.triangles), (peak, grid)], colour)


def _draped(vertices: np.ndarray, on: np.ndarray, off: float, rounds: int, colour: np.ndarray) -> Occluder:
    """Cloth over the head's skin where `on` (N,): `off` mm away, hollows bridged by smoothing."""
    whole = head()
    kept = whole.triangles[np.isin(whole.triangle_part, (Part.SKIN, Part.TORSO)) & on[whole.triangles].all(1)]
    inside = np.unique(
        np.concatenate([whole.face.regions[n] for n in ("inner_mouth", "left_nostril", "right_nostril")])
    )
    dropped = {tuple(row) for row in np.asarray(whole.face.triangles)[inside].tolist()}
    kept = np.array([row for row in kept.tolist() if tuple(row) not in dropped], int).reshape(-1, 3)
    ids, triangles = np.unique(kept, return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    if not len(ids):
        return Occluder(np.zeros((0, 3)), np.zeros((0, 3), int), np.zeros((0, 3)))
    points, normals = vertices[ids], vertex_normals(vertices, whole.triangles)[ids]
    for rim in _holes(triangles):
        if points[rim[:, 0], 2].min() < 0 or np.abs(points[rim[:, 0], 0].mean()) > 10:
            continue  # only cloth over the mouth is closed: a scarf stays open below
        fan = np.c_[rim, np.full(len(rim), len(points))]
        points = np.vstack([points, points[rim[:, 0]].mean(0)])
        normals = np.vstack([normals, normals[rim[:, 0]].mean(0)])
        triangles = np.vstack([triangles, fan])
    i, j = triangles[:, [0, 1, 2, 1, 2, 0]].ravel(), triangles[:, [1, 2, 0, 0, 1, 2]].ravel()
    links = sparse.csr_array((np.ones(len(i)), (i, j)), shape=(len(points), len(points)))
    links = sparse.csr_array(links.multiply(1 / np.asarray(links.sum(1)).reshape(-1, 1)))
    cloth = points
    for _ in range(rounds):
        cloth = links @ cloth
        sunk = ((points - cloth) * normals).sum(1)
        cloth = cloth + np.clip(sunk, 0, None)[:, None] * normals
        normals = links @ normals
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return Occluder(cloth + off * normals, triangles, np.tile(colour, (len(points), 1)))


def _holes(triangles: np.ndarray) -> list[np.ndarray]:
    """Rims (n, 2), as directed edges, of the openings of a sheet: all its borders but the longest."""
    edges = np.vstack([triangles[:, [1, 0]], triangles[:, [2, 1]], triangles[:, [0, 2]]])
    count = int(triangles.max()) + 1
    rim = edges[~np.isin(edges @ (count, 1), edges @ (1, count))]
    if not len(rim):
        return []
    links = sparse.csr_array((np.ones(len(rim)), (rim[:, 0], rim[:, 1])), shape=(count, count))
    loop = connected_components(links, directed=False)[1][rim[:, 0]]
    names, sizes = np.unique(loop, return_counts=True)
    return [rim[loop == name] for name in names[np.argsort(-sizes)][1:]]
