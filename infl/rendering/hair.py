"""Hair as strands: grown from the scalp, combed, falling, kept out of the skull; beards and lashes alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.geometry.camera import Camera
from infl.images import cv2
from infl.rendering.light import Light, Shadow

_SUBPIXEL_BITS = 3
_DEPTHS, _SHADES = 9, 10  # bins: strands are drawn far to near, and those of like brightness together


@dataclass(frozen=True)
class HairStyle:
    """How hair grows. length: mm; comb: "sides", "back", "forward" or "down"; parting: mm to the subject's
    left.

    recession: mm by which the hairline stands higher; lift: how far roots stand up; weight: how soon
    strands fall; curl: mm; beard: mm, 0 for none; count: strands.
    """

    length: float
    comb: str
    parting: float
    recession: float
    lift: float
    weight: float
    curl: float
    beard: float
    count: int


def random_hair(rng: np.random.Generator, masculine: bool) -> HairStyle:
    """From shaved to long."""
    kinds = ("bald", "buzz", "short", "medium", "long")
    share = (0.09, 0.17, 0.52, 0.17, 0.05) if masculine else (0.01, 0.03, 0.16, 0.32, 0.48)
    kind = rng.choice(kinds, p=share)
    low, high = {"bald": (0, 0), "buzz": (3, 9), "short": (18, 55), "medium": (60, 130), "long": (150, 330)}[
        kind
    ]
    combs = ("sides", "back", "forward", "down") if kind in ("short", "buzz") else ("sides", "back", "down")
    recession = rng.uniform(0, 26) if masculine and rng.random() < 0.35 else rng.uniform(-7, 6)
    return HairStyle(
        length=rng.uniform(low, high), comb=str(rng.choice(combs)), parting=rng.normal(0, 24),
        recession=recession, lift=rng.uniform(0.15, 0.8),
        weight=rng.uniform(0.14, 0.34) if high > 60 else rng.uniform(0.04, 0.16),
        curl=rng.uniform(2, 7) if rng.random() < 0.25 else rng.uniform(0, 1.2),
        beard=float(rng.choice((2.0, 6.0, 16.0))) * rng.uniform(0.7, 1.3) if masculine and rng.random() <
        0.22 else 0.0, count=int(rng.integers(3600, 5200)),
    )  # fmt: skip


def scatter(
    rng: np.random.Generator, vertices: np.ndarray, triangles: np.ndarray, density: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """`count` random places (points (n, 3), unit normals (n, 3)) on triangles, by area times `density`
    (T,)."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    facing = np.cross(b - a, c - a)
    area = np.linalg.norm(facing, axis=1)
    share = area * density
    if share.sum() <= 0:
        return np.zeros((0, 3)), np.zeros((0, 3))
    chosen = rng.choice(len(triangles), count, p=share / share.sum())
    u, v = rng.random((2, count, 1))
    flip = u + v > 1
    u, v = np.where(flip, 1 - u, u), np.where(flip, 1 - v, v)
    points = a[chosen] + u * (b - a)[chosen] + v * (c - a)[chosen]
    return points, facing[chosen] / area[chosen, None]


@dataclass(frozen=True)
class Skull:
    """An ellipsoid that hair lies on: centre (3,), radii (3,), mm."""

    centre: np.ndarray
    radii: np.ndarray

    @classmethod
    def around(cls, points: np.ndarray) -> Skull:
        """A little larger than scalp points (n, 3)."""
        top, back, side = points[:, 1].max(), points[:, 2].min(), np.abs(points[:, 0]).max()
        centre = np.array([0.0, top - 96.0, back + 94.0])
        return cls(centre, np.array([side + 2.0, 98.0, 96.0]))

    def keep_out(self, points: np.ndarray) -> np.ndarray:
        """points (n, 3) with those inside pushed to the surface."""
        away = (points - self.centre) / self.radii
        distance = np.linalg.norm(away, axis=1, keepdims=True)
        return np.where(distance < 1, self.centre + away / np.maximum(distance, 1e-6) * self.radii, points)


def grow_hair(
    rng: np.random.Generator, style: HairStyle, roots: np.ndarray, normals: np.ndarray, skull: Skull
) -> tuple[np.ndarray, np.ndarray]:
    """Strands (S, n, 3), mm in the head's frame, and the skin's normals (S, 3) where they grow."""
    count = len(roots)
    aside = np.sign(roots[:, 0] - style.parting)
    if style.comb == "back":
        comb = np.stack([0.15 * aside, np.full(count, 0.1), np.full(count, -1.0)], 1)
    elif style.comb == "forward":
        comb = np.stack([0.25 * aside, np.full(count, -0.1), np.full(count, 0.8)], 1)
    elif style.comb == "down":
        comb = np.stack([0.5 * np.sign(roots[:, 0]), np.full(count, -0.7), np.full(count, -0.35)], 1)
    else:
        comb = np.stack([aside, np.full(count, -0.1), np.full(count, -0.45)], 1)
    comb -= normals * (comb * normals).sum(1, keepdims=True)
    lift = style.lift * min(1.0, 45.0 / style.length)
    direction = _unit(
        _unit(comb) + lift * normals + rng.normal(0, 0.14 if style.length < 60 else 0.07, (count, 3))
    )
    segments = 5 if style.length < 60 else 9
    step = style.length * rng.uniform(0.65, 1.1, (count, 1)) / segments
    point = roots + 0.5 * normals
    strands = [point]
    side = _unit(np.cross(normals, direction))
    phase = _locks(rng, roots, 2 * np.pi)[:, None]  # neighbours wave together
    pull = np.array([0.0, -style.weight, 0.0]) * (step / 8)
    for k in range(segments):
        direction = _unit(direction + pull * (k + 1) ** 0.5)
        point = skull.keep_out(point + direction * step)
        wave = style.curl * np.sin(phase + (k + 1) * step / 7.0)
        strands.append(point + wave * side)
    strands = np.stack(strands, 1)
    keep = ~_before_face(strands)
    return strands[keep], normals[keep]


def grow_short(
    rng: np.random.Generator, roots: np.ndarray, normals: np.ndarray, length: float, fall: np.ndarray
) -> np.ndarray:
    """(S, 5, 3) mm: beard hairs and the like, that leave the skin and bend along `fall` (3,)."""
    direction = _unit(0.45 * normals + fall + rng.normal(0, 0.22, roots.shape))
    step = length * rng.uniform(0.5, 1.1, (len(roots), 1)) / 4
    return np.stack([roots + direction * step * k + 0.06 * fall * step * k * k for k in range(5)], 1)


def draw_strands(
    image: np.ndarray,
    depth: np.ndarray,
    strands: np.ndarray,
    normals: np.ndarray,
    colour: np.ndarray,
    width: float,
    camera: Camera,
    light: Light,
    shadow: Shadow,
    rng: np.random.Generator,
    sheen: float = 0.22,
) -> None:
    """Draw strands (S, n, 3), canonical frame, into linear light (H, W, 3) where nothing of `depth` (H, W)
    is before.

    normals: (S, 3) of the skin at the roots; width: mm; camera: of the image. Lit as cylinders (Kajiya and
    Kay 1989).
    """
    if not len(strands):
        return
    size = len(image)
    there = strands.reshape(-1, 3) @ camera.rotation.T + camera.translation
    pixels = there[:, :2] / there[:, 2:] * camera.focal_length + camera.principal_point
    there, pixels = there.reshape(strands.shape), pixels.reshape(*strands.shape[:2], 2)
    tangent = _unit(np.diff(there, axis=1))
    middle = (there[:, :-1] + there[:, 1:]) / 2
    along = tangent @ light.direction
    across = np.sqrt(np.clip(1 - along**2, 0, 1))
    outward = np.clip(0.45 + 0.55 * ((normals @ camera.rotation.T) @ light.direction), 0.08, 1)[:, None]
    lit = shadow.lit(middle.reshape(-1, 3), bias=14.0).reshape(along.shape)
    root_dark = np.linspace(0.45, 1.0, along.shape[1])[None]
    key, ambient = float(light.key.mean()), float(light.ambient[0].mean())
    own = np.exp(0.16 * _locks(rng, strands[:, 0], 1.0) + rng.normal(0, 0.13, len(strands)))[:, None]
    diffuse = own * root_dark * (0.75 * ambient + 0.8 * key * across * outward * (0.25 + 0.75 * lit))
    gleam = sheen * key * across**24 * outward * lit
    at = (pixels[:, :-1] + pixels[:, 1:]) / 2
    column, row = np.clip(np.nan_to_num(np.round(at)), -1e6, 1e6).astype(np.int64).transpose(2, 0, 1)
    inside = (column >= 0) & (column < size) & (row >= 0) & (row < size)
    behind = depth[np.clip(row, 0, size - 1), np.clip(column, 0, size - 1)]
    shown = np.flatnonzero((inside & (middle[..., 2] < behind + 1.5)).ravel())
    if not len(shown):
        return
    brightness = (diffuse + 2 * gleam).ravel()[shown]
    distance = middle[..., 2].ravel()[shown]
    ends = np.stack([pixels[:, :-1], pixels[:, 1:]], 2).reshape(-1, 2, 2)[shown]
    ends = np.round(ends * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    thickness = max(1, round(width * camera.focal_length / float(np.median(distance))))
    low, high = np.percentile(brightness, (2, 98))
    shade = np.clip((brightness - low) / max(high - low, 1e-6) * _SHADES, 0, _SHADES - 1).astype(int)
    order = np.argsort(-distance, kind="stable")
    for part in np.array_split(order, _DEPTHS):
        for level in rng.permutation(np.unique(shade[part])):
            chosen = part[shade[part] == level]
            value = float(brightness[chosen].mean())
            dye = colour * value + 0.35 * max(value - float(np.median(brightness)), 0) * np.sqrt(colour) * 0.4
            cv2.polylines(
                image, list(ends[chosen]), False, dye.tolist(), thickness, cv2.LINE_8, _SUBPIXEL_BITS
            )


def _locks(rng: np.random.Generator, roots: np.ndarray, spread: float) -> np.ndarray:
    """(S,) noise of about unit size times `spread` that neighbouring roots (S, 3) share: hair hangs in
    locks."""
    waves = rng.normal(0, 1 / 7.0, (10, 3))
    return spread * np.sin(roots @ waves.T + rng.uniform(0, 2 * np.pi, 10)).sum(1) / 5**0.5


def _before_face(strands: np.ndarray) -> np.ndarray:
    """(S,) bool: which strands (S, n, 3) hang before eyes, nose, mouth or cheeks."""
    x, y, z = strands[:, 2:].transpose(2, 0, 1)
    return ((np.abs(x) < 60 + 0.06 * y) & (y < 36) & (z > -22)).any(1)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
