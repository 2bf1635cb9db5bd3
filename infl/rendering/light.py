"""Light on synthetic people: ambient light as spherical harmonics and one key light with a shadow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.rendering.rasteriser import ScreenTriangles, rasterise

_SHADOW_SIZE = 224
_SHADOW_REACH = 330.0  # mm from side to side


@dataclass(frozen=True)
class Light:
    """ambient: (9, 3) spherical-harmonic irradiance (order 2), RGB; key: (3,) RGB; direction: (3,) towards
    the key.

    All in the camera's frame (x right, y down, z forward).
    """

    ambient: np.ndarray
    key: np.ndarray
    direction: np.ndarray

    def irradiance(self, normals: np.ndarray) -> np.ndarray:
        """(N, 3) ambient irradiance on surfaces of unit normals (N, 3)."""
        x, y, z = normals.T
        basis = np.stack([np.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], 1)
        return np.maximum(basis @ self.ambient, 0.02)


def random_light(rng: np.random.Generator) -> Light:
    """Overcast to hard sun, from any side in front, of any common tint."""
    level = rng.uniform(0.25, 0.85)
    warmth = rng.normal(0, 0.08)
    tint = np.array([1 + warmth, 1.0, 1 - warmth])
    ambient = np.zeros((9, 3))
    ambient[0] = level * tint
    ambient[1:4] = level * (rng.normal(0, 0.22, (3, 1)) * tint + rng.normal(0, 0.03, (3, 3)))
    ambient[1] -= 0.16 * level  # the sky is brighter than the ground (y points down) …
    ambient[2] -= 0.14 * level  # … and rooms are lit from the camera's side more often than from behind
    ambient[4:] = rng.normal(0, 0.06 * level, (5, 1)) * tint
    azimuth, height = rng.normal(0, 0.8), rng.uniform(-0.1, 1.15)
    direction = np.array(
        [np.sin(azimuth) * np.cos(height), -np.sin(height), -np.cos(azimuth) * np.cos(height)]
    )
    key = rng.uniform(0.0, 1.1) * (2 - tint) ** 1.5 * (1 + rng.normal(0, 0.05, 3))
    return Light(ambient.astype(np.float32), key.astype(np.float32), direction)


class Shadow:
    """What the key light does not reach: a depth map from the light, looked up softly."""

    def __init__(
        self, direction: np.ndarray, vertices: np.ndarray, triangles: np.ndarray, centre: np.ndarray
    ):
        """vertices (N, 3) in the camera's frame, mm; `centre` (3,) is the middle of what matters."""
        forward = -direction
        side = np.cross((0.0, 1.0, 0.0) if abs(forward[1]) < 0.95 else (1.0, 0.0, 0.0), forward)
        side /= np.linalg.norm(side)
        self.frame = np.stack([side, np.cross(forward, side), forward])
        self.centre = centre
        self.scale = _SHADOW_SIZE / _SHADOW_REACH
        turned = (vertices - centre) @ self.frame.T
        points = turned[:, :2] * self.scale + _SHADOW_SIZE / 2
        screen = ScreenTriangles.of(points, turned[:, 2], triangles, perspective=False)
        depth = rasterise(screen, (_SHADOW_SIZE, _SHADOW_SIZE)).depth
        self.depth = np.where(np.isfinite(depth), depth, 1e6).astype(np.float32)

    def lit(self, positions: np.ndarray, softness: float = 1.3, bias: float = 3.0) -> np.ndarray:
        """(N,) 0…1 share of the key light that reaches surface points (N, 3); a 3 × 3 neighbourhood is
        averaged."""
        turned = ((positions - self.centre) @ self.frame.T).astype(np.float32)
        column = turned[:, 0] * self.scale + _SHADOW_SIZE / 2
        row = turned[:, 1] * self.scale + _SHADOW_SIZE / 2
        share = np.zeros(len(positions), np.float32)
        for dy in (-softness, 0.0, softness):
            for dx in (-softness, 0.0, softness):
                nearest = _look_up(self.depth, column + dx, row + dy)
                share += turned[:, 2] < nearest + bias
        return share / 9


def _look_up(table: np.ndarray, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Nearest entries of a square table."""
    last = len(table) - 1
    return table[np.clip(row, 0, last).astype(np.int32), np.clip(column, 0, last).astype(np.int32)]
