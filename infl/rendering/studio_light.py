"""How the canonical face is lit on screen: clay under a key, a fill and a rim light that stay with the
camera.

Because the lights do not move against the camera, what a direction of the surface reflects is a function of
its normal in the camera's frame alone, and a picture of a ball (a "matcap") holds all of it: shading is a
table look-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse

if TYPE_CHECKING:
    from infl.geometry.canonical_face import CanonicalFace

_BALL = 256  # side of the tables in pixels
_TONE_STEPS = 1280  # of the tone curve, per unit of light
_light = np.arange(int(1.6 * _TONE_STEPS) + 1) / _TONE_STEPS
_TONE = np.clip(_light * (1 + 0.12 * _light) / (1 + 0.28 * _light), 0, 1).astype(np.float32)


@dataclass(frozen=True)
class Light:
    """A lamp that stays with the camera."""

    direction: tuple[float, float, float]  # towards the light; x right, y up, z to the viewer
    colour: tuple[float, float, float]
    wrap: float  # how far light reaches round the terminator: a large, soft source
    shine: float


LIGHTS = (
    Light((-0.50, 0.62, 0.62), (1.00, 0.965, 0.92), 0.30, 0.16),  # key
    Light((0.75, 0.10, 0.65), (0.30, 0.325, 0.36), 0.55, 0.03),  # fill
    Light((0.55, 0.35, -0.76), (0.55, 0.60, 0.68), 0.12, 0.0),  # rim
)
SKY, GROUND = np.array([0.20, 0.21, 0.225]), np.array([0.115, 0.10, 0.09])
_CLAY = np.array([0.80, 0.725, 0.66])
_EYE = {"sclera": (0.92, 0.91, 0.89), "iris": (0.60, 0.56, 0.53), "pupil": (0.30, 0.28, 0.27)}


@lru_cache(maxsize=1)
def _ball() -> tuple[np.ndarray, np.ndarray]:
    """(B, B, 3) irradiance and (B, B) highlight of a unit ball, indexed by the normal's (y, x) in −1…1."""
    axis = np.linspace(-1, 1, _BALL)
    x, y = np.meshgrid(axis, axis)
    inside = np.hypot(x, y)
    shrink = np.where(inside > 1, 1 / np.maximum(inside, 1), 1)
    x, y = x * shrink, y * shrink
    normal = np.stack([x, y, np.sqrt(np.maximum(1 - x * x - y * y, 0))], -1)
    light = GROUND + (SKY - GROUND) * (normal[..., 1:2] + 1) / 2
    gloss = np.zeros(x.shape)
    for source in LIGHTS:
        direction = np.array(source.direction) / np.linalg.norm(source.direction)
        lambert = np.clip((normal @ direction + source.wrap) / (1 + source.wrap), 0, 1)
        light = light + (lambert**1.25)[..., None] * np.array(source.colour)
        half = direction + np.array([0.0, 0.0, 1.0])
        half /= max(float(np.linalg.norm(half)), 1e-6)
        gloss += source.shine * np.clip(normal @ half, 0, 1) ** 22
    return light.astype(np.float32), gloss.astype(np.float32)


@dataclass(frozen=True)
class Clay:
    """The clay's (V, 3) albedo, 0…1, and how it answers light."""

    albedo: np.ndarray

    @classmethod
    def of(cls, face: CanonicalFace) -> Clay:
        """Clay everywhere, lighter eyeballs with a shade for iris and pupil where the face names them."""
        albedo = np.tile(_CLAY, (len(face.vertices), 1))
        for name, colour in _EYE.items():
            for side in ("left", "right"):
                ids = face.regions.get(f"{side}_{name}", np.zeros(0, int))
                albedo[np.unique(np.asarray(face.triangles)[ids])] = colour
        return cls(albedo)

    def shade(
        self, normals: np.ndarray, crease: np.ndarray, albedo: np.ndarray, cover: np.ndarray
    ) -> np.ndarray:
        """(N, 3) colours 0…255.

        normals (N, 3) in the camera's frame (y down, z forward), any length; crease (N,) 1 on open skin,
        towards 0 in folds; albedo (N, 3) 0…1; cover (N,) 0…1, how much of the albedo is a chart's colour,
        which is shaded less so that it can be read against its scale.
        """
        light, gloss = _ball()
        x, y, z = np.ascontiguousarray(normals.T, np.float32)
        # The inside of the sheet (z away from the viewer) is lit as the side that is seen, only darker.
        scale = np.copysign((_BALL - 1) / 2, -z) / (np.sqrt(x * x + y * y + z * z) + 1e-9)
        column = (x * scale + _BALL / 2).astype(np.int32)
        row = (y * -scale + _BALL / 2).astype(np.int32)
        index = row * _BALL + column
        dark = np.where(z > 0, np.float32(0.45), np.float32(1)) * crease.astype(np.float32)
        colour = light.reshape(-1, 3).take(index, 0)
        colour *= dark[:, None]
        shine = gloss.ravel().take(index) * dark
        if cover.any():
            calm = 0.65 * cover.astype(np.float32)[:, None]
            colour += (1 - colour) * calm
            shine *= 1 - 0.8 * cover
        colour *= albedo
        colour += shine[:, None]
        return 255.0 * _TONE.take((np.clip(colour, 0, 1.6) * _TONE_STEPS).astype(np.int32))


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(V, 3) float64 unit normals, weighted by the triangles' areas."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    normals = np.stack(
        [sum(np.bincount(triangles[:, i], face[:, k], len(vertices)) for i in range(3)) for k in range(3)], 1
    )
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def creases(vertices: np.ndarray, triangles: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """(V,) 0.25…1.08: how open the surface is, darker in folds, from how far smoothing lifts a vertex
    outwards.

    A cheap stand-in for ambient occlusion at two scales (about 3 and 9 mm).
    """
    mean = _neighbour_mean(triangles, len(vertices))
    smooth, open_ = vertices, np.ones(len(vertices))
    for rounds, reach in ((6, 1.1), (40, 4.0)):
        for _ in range(rounds):
            smooth = 0.5 * smooth + 0.5 * (mean @ smooth)
        depth = ((smooth - vertices) * normals).sum(1)
        open_ = open_ - 0.42 * np.tanh(depth / reach)
    return np.clip(mean @ open_, 0.25, 1.08)


def _neighbour_mean(triangles: np.ndarray, count: int) -> sparse.csr_array:
    """(V, V): the mean of a vertex's neighbours."""
    i = triangles[:, [0, 1, 2, 1, 2, 0]].ravel()
    j = triangles[:, [1, 2, 0, 0, 1, 2]].ravel()
    links = sparse.csr_array((np.ones(len(i)), (i, j)), shape=(count, count))
    links.data[:] = 1.0
    degree = np.maximum(np.asarray(links.sum(1)).ravel(), 1)
    return sparse.csr_array(links.multiply((1 / degree)[:, None]))
