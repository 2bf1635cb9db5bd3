"""What each surface of a person reflects: skin, eyes, teeth, the inside of the mouth, cloth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.images import cv2
from infl.rendering.head import Head
from infl.rendering.light import Light
from infl.rendering.rasteriser import Raster
from infl.rendering.skin import LEFT_MOST, TEXEL, TOP

_SKIN_WRAP = np.array(
    (0.30, 0.14, 0.08), np.float32
)  # light scattered under the skin reaches round edges: red most


@dataclass(frozen=True)
class EyeLook:
    """iris: (3,) linear RGB; pupil: radius in mm; fibres: strength of the iris' pattern; seed of that
    pattern."""

    iris: np.ndarray
    pupil: float
    fibres: float
    phase: float


@dataclass(frozen=True)
class ClothLook:
    """colour, second: (3,) linear RGB; stripe: mm, 0 for plain; neckline: its height in mm; v_neck: how
    deep, mm."""

    colour: np.ndarray
    second: np.ndarray
    stripe: float
    neckline: float
    v_neck: float


@dataclass(frozen=True)
class Seen:
    """The N covered pixels of a raster: values interpolated over the head, all float32.

    normal (camera's frame, unit), position (camera's frame, mm), rest (canonical frame at rest, mm),
    openness, part.
    """

    normal: np.ndarray
    position: np.ndarray
    rest: np.ndarray
    openness: np.ndarray
    plane: np.ndarray
    scalp: np.ndarray
    part: np.ndarray

    def at(self, index: np.ndarray) -> Seen:
        """Some of the pixels."""
        return Seen(**{name: values[index] for name, values in vars(self).items()})


def seen(raster: Raster, head: Head, camera_vertices: np.ndarray, normals: np.ndarray) -> Seen:
    """Interpolate what shading needs; camera_vertices, normals: (N, 3) of the posed head in the camera's
    frame."""
    covered = raster.covered
    ids = raster.triangle[covered]
    weights = raster.barycentric[covered]
    corners = head.triangles[ids]
    scalp = np.maximum(head.scalp, -99.0)
    table = np.c_[normals, camera_vertices, head.vertices, head.openness, head.plane, scalp].astype(
        np.float32
    )
    values = table[corners[:, 0]] * weights[:, :1]
    values += table[corners[:, 1]] * weights[:, 1:2]
    values += table[corners[:, 2]] * weights[:, 2:]
    normal = values[:, :3]
    normal /= np.sqrt((normal * normal).sum(1, keepdims=True)) + 1e-9
    towards = (normal * values[:, 3:6]).sum(1) > 0  # the sheet seen from inside
    normal[towards] *= -1
    return Seen(
        normal,
        values[:, 3:6],
        values[:, 6:9],
        values[:, 9],
        values[:, 10:12],
        values[:, 12],
        head.triangle_part[ids],
    )


def skin_colour(
    pixels: Seen, sheet: np.ndarray, scalp: np.ndarray, hair: np.ndarray, hair_cover: float
) -> tuple[np.ndarray, np.ndarray]:
    """(N, 3) albedo and (N,) gloss from the painted sheet (H, W, 4); hair dyes the scalp ((N,) mm above its
    edge)."""
    painted = sampled(sheet, pixels.plane)
    albedo, gloss = painted[:, :3], painted[:, 3]
    roots = hair_cover * np.clip(scalp / 9.0 + 0.25, 0, 1)[:, None]
    return albedo * (1 - roots) + roots * (0.8 * hair.astype(np.float32)), gloss * (1 - 0.7 * roots[:, 0])


def sampled(sheet: np.ndarray, plane: np.ndarray) -> np.ndarray:
    """(N, C) or (N,) of a painted sheet (H, W, C) or (H, W) at N places (N, 2) mm on the unrolled face."""
    column = ((plane[:, 0] - LEFT_MOST) / TEXEL).astype(np.float32)
    row = ((TOP - plane[:, 1]) / TEXEL).astype(np.float32)
    count, width = len(column), 16384  # remap's limit is 32,767 a row
    padding = -count % width
    maps = [np.pad(axis, (0, padding)).reshape(-1, width) for axis in (column, row)]
    out = cv2.remap(sheet, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out.reshape(-1, *sheet.shape[2:])[:count]


def eye_colour(pixels: Seen, head: Head, looks: EyeLook) -> np.ndarray:
    """(N, 3) albedo of eyeball pixels from where they lie on the eyeball at rest."""
    side = (pixels.rest[:, 0] > 0).astype(int)
    away = pixels.rest - head.eye_centres[side].astype(np.float32)
    radius = np.hypot(away[:, 0], away[:, 1])
    angle = np.arctan2(away[:, 1], away[:, 0])
    sclera = np.array((0.62, 0.585, 0.56), np.float32) * (1 - 0.14 * np.clip((radius - 6) / 6, 0, 1))[:, None]
    sclera[:, 1:] *= 1 - 0.10 * np.clip((radius - 7) / 5, 0, 1)[:, None]
    fibre = 1 + looks.fibres * np.sin(angle * 31 + looks.phase + 2.5 * np.sin(angle * 9)) * np.clip(
        (radius - 2) / 2, 0, 1
    )
    ring = 1 - 0.65 * np.clip((radius - 4.6) / 1.2, 0, 1)
    iris = looks.iris.astype(np.float32) * (fibre * ring)[:, None]
    iris *= (1.25 - 0.35 * np.clip((radius - looks.pupil) / 2.5, 0, 1))[:, None]
    in_iris = np.clip((6.1 - radius) / 0.45, 0, 1)[:, None]
    out = sclera * (1 - in_iris) + iris * in_iris
    return out * np.clip((radius - looks.pupil) / 0.3, 0.02, 1)[:, None]


def cloth_colour(pixels: Seen, cloth: ClothLook, skin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, 3) albedo of torso pixels, and (N,) bool where it is cloth and not the neck's skin."""
    x, y, z = pixels.rest.T
    edge = cloth.neckline + 0.10 * np.abs(x) + np.where(z < -95, 10.0, 0.0)
    edge = edge - cloth.v_neck * np.clip(1 - np.abs(x) / 60, 0, 1) * (z > -60)
    covered = y < edge
    fabric = np.where(
        (cloth.stripe > 0) & (np.sin(y / max(cloth.stripe, 1e-3) * np.pi) > 0.2)[:, None],
        cloth.second,
        cloth.colour,
    ).astype(np.float32)
    hem = np.clip(1 - np.abs(y - edge + 3) / 3, 0, 1)[:, None]
    fabric = fabric * (1 - 0.35 * hem)
    return np.where(covered[:, None], fabric, skin), covered


def lit_skin(
    pixels: Seen, albedo: np.ndarray, gloss: np.ndarray, light: Light, lit: np.ndarray, shine: float
) -> np.ndarray:
    """(N, 3) linear light from skin: wrapped diffuse that reddens at the terminator, two highlights, a
    bright rim."""
    normal = pixels.normal
    facing = (normal @ light.direction).astype(np.float32)
    wrap = _SKIN_WRAP
    reach = np.clip((facing[:, None] + wrap) / (1 + wrap), 0, None) * (lit[:, None] * (1 - wrap) + wrap)
    ambient = light.irradiance(normal)
    openness = pixels.openness[:, None] ** np.array((0.75, 1.0, 1.1), np.float32)
    out = albedo * (ambient * openness + light.key * reach)
    view = _unit(-pixels.position)
    half = _unit(view + light.direction.astype(np.float32))
    glance = np.clip((normal * half).sum(1), 0, 1)
    highlight = (0.6 * glance**14 + 1.1 * glance**48) * lit * (facing > 0) * gloss * shine
    rim = 0.05 * (1 - np.clip((normal * view).sum(1), 0, 1)) ** 4 * pixels.openness
    return out + highlight[:, None] * light.key + rim[:, None] * ambient


def lit_eye(pixels: Seen, albedo: np.ndarray, light: Light, lit: np.ndarray, shade: np.ndarray) -> np.ndarray:
    """(N, 3) from eyeballs: wet, with the key light's and a window's reflection; `shade` (N,) by lids and
    lashes."""
    normal = pixels.normal
    facing = np.clip(normal @ light.direction * 0.85 + 0.15, 0, 1).astype(np.float32)
    out = albedo * (light.irradiance(normal) + light.key * (facing * lit)[:, None]) * shade[:, None]
    view = _unit(-pixels.position)
    mirror = 2 * (normal * view).sum(1, keepdims=True) * normal - view
    key = np.clip(mirror @ light.direction.astype(np.float32), 0, 1) ** 90
    window = np.clip(mirror @ _unit(np.array([[-0.35, -0.55, -0.75]], np.float32))[0], 0, 1) ** 160
    return out + (1.6 * key * lit)[:, None] * light.key + (0.7 * window * shade)[:, None] * light.ambient[0]


def lit_matt(
    pixels: Seen, albedo: np.ndarray, light: Light, lit: np.ndarray, shade: np.ndarray
) -> np.ndarray:
    """(N, 3) from cloth, teeth and the inside of the mouth."""
    facing = np.clip(pixels.normal @ light.direction, 0, 1).astype(np.float32)
    return albedo * (light.irradiance(pixels.normal) + light.key * (facing * lit)[:, None]) * shade[:, None]


def mouth_shade(pixels: Seen, lips: np.ndarray) -> np.ndarray:
    """(N,) how dark it is inside the mouth: by the depth (mm) behind the lips' mean z in the camera's
    frame, `lips`."""
    behind = pixels.position[:, 2] - lips[2]
    return np.clip(0.95 - behind / 42.0, 0.10, 0.85).astype(np.float32)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / (np.sqrt((vectors * vectors).sum(-1, keepdims=True)) + 1e-9)
