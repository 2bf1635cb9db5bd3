"""The whole canonical face put together: skin, lid margins, mouth, eyeballs and ears, with regions, curves and UVs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from infl.geometry.authoring import curves, ears, openings
from infl.geometry.authoring.nostrils import press_nostrils
from infl.geometry.authoring.regions import MIDLINE, skin_regions
from infl.geometry.authoring.skin_mesh import SkinMesh, triangulate
from infl.geometry.authoring.skin_surface import AuthoredCurves, SkinSurface, authored_curves, directions
from infl.geometry.authoring.splines import MIRROR, mirrored, smooth_curve
from infl.geometry.canonical_face import CanonicalFace

CURVE_SAMPLES = 160


class _Parts:
    """Vertices, triangles, mirror partners and region names, grown part by part."""

    def __init__(self, skin: SkinMesh, names: np.ndarray):
        self.vertices, self.triangles, self.mirror = [skin.vertices], [skin.triangles], [skin.mirror]
        self.names = [names]
        self.islands = [np.zeros(len(skin.vertices), int)]
        self.count = len(skin.vertices)

    def add_pair(self, vertices, triangles, names, island: int):
        """A part of the left side and its mirror image; `triangles` may use ids below `self.count` (the skin's)."""
        n, first = len(vertices), self.count
        old = np.concatenate(self.mirror)
        partner = np.r_[old, first + n + np.arange(n)]
        self.vertices += [vertices, mirrored(vertices)]
        self.mirror += [first + n + np.arange(n), first + np.arange(n)]
        self.triangles += [triangles, partner[triangles][:, ::-1]]
        left = np.array([f"left_{name}" for name in names])
        right = np.array([f"right_{name}" for name in names])
        self.names += [left, right]
        self.islands += [np.full(n, island), np.full(n, island + 1)]
        self.count += 2 * n

    def add_middle(self, vertices, triangles, mirror, names):
        """A part that is its own mirror image; `mirror` (n,) counts within the part."""
        self.vertices.append(vertices)
        self.mirror.append(self.count + mirror)
        self.triangles.append(triangles)
        self.names.append(names)
        self.islands.append(np.zeros(len(vertices), int))
        self.count += len(vertices)


def build_canonical_face() -> CanonicalFace:
    """Make C from the authored curves; takes some ten seconds, and gives the same arrays every time."""
    authored = authored_curves()
    surface = SkinSurface(authored)
    skin = triangulate(surface, authored)
    skin = replace(skin, vertices=press_nostrils(skin.vertices))
    parts = _Parts(skin, _skin_names(skin, authored))
    _close_openings(parts, skin)
    vertices, triangles, names = openings.eyeball()
    kinds = np.empty(len(triangles), dtype="<U8")
    for name, ids in names.items():
        kinds[ids] = name
    parts.add_pair(vertices, triangles + parts.count, kinds, island=1)
    vertices, triangles = ears.left_ear()
    parts.add_pair(vertices, triangles + parts.count, np.full(len(triangles), "ear"), island=3)
    return _finished(parts, authored, surface)


def _skin_names(skin: SkinMesh, authored: AuthoredCurves) -> np.ndarray:
    centres = skin.vertices[skin.triangles].mean(1)
    side = np.where(centres[:, 0] > 0, "left_", "right_")
    plain = skin_regions(
        centres * np.c_[np.sign(centres[:, :1]), np.ones((len(centres), 2))], authored.features
    )
    return np.array([n if n in MIDLINE else s + n for n, s in zip(plain, side, strict=True)])


def _close_openings(parts: _Parts, skin: SkinMesh) -> None:
    for loop in openings.boundary_loops(skin.triangles):
        rim = skin.vertices[loop]
        x, y = rim[:, 0].mean(), rim[:, 1].mean()
        if y > -20 and x > 0:
            rings = openings.lid_margin(rim)
            vertices, triangles = openings.extrude(loop, rings, parts.count)
            parts.add_pair(vertices, triangles, np.full(len(triangles), "lid_margin"), island=0)
        elif -100 < y < -20:
            rings = openings.lip_roll(rim)
            vertices, triangles = openings.extrude(loop, rings, parts.count)
            where = {int(v): i for i, v in enumerate(loop)}
            ring_mirror = np.array([where[int(skin.mirror[v])] for v in loop])
            mirror = np.concatenate([k * len(loop) + ring_mirror for k in range(len(rings))])
            partner = np.r_[np.concatenate(parts.mirror), parts.count + mirror]
            both = np.vstack([skin.vertices, np.zeros((parts.count - len(skin.vertices), 3)), vertices])
            half = triangles[both[triangles][:, :, 0].mean(1) > 0]
            triangles = np.vstack([half, partner[half][:, ::-1]])
            parts.add_middle(vertices, triangles, mirror, np.full(len(triangles), "inner_mouth"))


def _finished(parts: _Parts, authored: AuthoredCurves, surface: SkinSurface) -> CanonicalFace:
    vertices = np.round(np.vstack(parts.vertices), 3).astype(np.float32)
    vertices[vertices == 0] = 0.0  # no negative zeros
    mirror = np.concatenate(parts.mirror).astype(np.int32)
    left = vertices[:, 0] >= 0
    vertices[mirror[left]] = vertices[left] * MIRROR.astype(
        np.float32
    )  # rings across the midline, to the last bit
    vertices[mirror == np.arange(len(mirror)), 0] = 0.0
    names = np.concatenate([n.astype("<U24") for n in parts.names])
    outer_corner = authored.features["upper_lid"][-1]
    return CanonicalFace(
        vertices=vertices,
        triangles=np.vstack(parts.triangles).astype(np.int32),
        uv=_uv(vertices, np.concatenate(parts.islands)),
        regions={str(n): np.flatnonzero(names == n).astype(np.int32) for n in np.unique(names)},
        curves=_named_curves(authored, surface),
        interocular=round(2 * float(outer_corner[0]), 3),
        mirror_vertices=mirror,
    )


def _uv(vertices: np.ndarray, islands: np.ndarray) -> np.ndarray:
    """(V, 2) in 0…1: the head as seen from its centre, unrolled around the front; eyes and ears in the corners."""
    d = directions(vertices.astype(float))
    angle = np.arccos(np.clip(d[:, 2], -1, 1)) / np.pi
    across = d[:, :2] / np.maximum(np.linalg.norm(d[:, :2], axis=1, keepdims=True), 1e-9)
    uv = 0.5 + 0.5 * angle[:, None] * across
    eye, ear = np.array(curves.EYE_CENTRE), np.array([0.0, -22.0, -76.0])
    for island in (1, 2):
        mine = islands == island
        sign = 1 if island == 1 else -1
        flat = (vertices[mine] * [sign, 1, 1] - eye)[:, :2] / curves.EYE_RADIUS
        uv[mine] = [0.5 + sign * 0.43, 0.07] + flat * [sign * 0.065, 0.065]
    for island in (3, 4):
        mine = islands == island
        sign = 1 if island == 3 else -1
        flat = (vertices[mine] - ear)[:, [2, 1]] / 34.0
        uv[mine] = [0.5 + sign * 0.435, 0.935] + flat * [-sign * 0.06, 0.06]
    return np.clip(uv, 0, 1).astype(np.float32)


def _named_curves(authored: AuthoredCurves, surface: SkinSurface) -> dict[str, np.ndarray]:
    """All feature curves, left_ and right_, those on the midline once, and the lines drawn on the skin."""
    named = {}
    halves = {name: smooth_curve(knots, CURVE_SAMPLES) for name, (_, knots) in curves.FEATURES.items()}
    for name, knots in curves.DRAWN.items():
        halves[name] = surface.project(smooth_curve(knots, CURVE_SAMPLES))
    halves["ear_outline"], halves["ear_front"] = ears.ear_outline(), ears.ear_front()
    for name, line in halves.items():
        named[f"left_{name}"], named[f"right_{name}"] = line, mirrored(line)
    named |= {name: line for name, line in authored.profile.items()}
    return {name: np.round(line, 3).astype(np.float32) for name, line in named.items()}
