"""Skin of synthetic people off photographs: faces seen from in front, unrolled as C is.

Pores, lips, brows and all that a painter forgets come from people who exist; whose head it is laid on, what the face
does, and how it is turned and lit do not. Each densely annotated frontal photograph of the sets' “train” parts becomes
a sheet like the painted one (see `skin`): thin plate splines between its points and their places on C say where in
the photograph each texel lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.interpolate import LinearNDInterpolator, RBFInterpolator
from scipy.spatial import KDTree

from infl.datasets import Dataset
from infl.geometry.surface import closest_points
from infl.images import cv2, read_image
from infl.rendering.head import Part, head
from infl.rendering.skin import LEFT_MOST, TEXEL, TOP, Complexion, canvas_of, darkness_of
from infl.rendering.studio_light import vertex_normals

ENOUGH_POINTS = 100  # of a photograph's on the front of the skin
FRONT = -60.0  # mm: what lies further back on C is seen too aslant to say where anything is
LIKE_C = 7.0  # mm that a frontal photograph's points lie beside C's on the mean, at most: turned heads are left out
ONE, TWO = (
    1.5,
    2.0,
)  # mm: points nearer on C, and further in the photograph, are of an open mouth, where teeth are
ABOUT = (
    8.0  # mm over which C's normal is averaged: eyes, nostrils and lips are seen as the face around them is
)
FACING = (0.35, 0.65)  # its z at which a texel is not and is wholly taken from the photograph
BELOW_HAIR = (2.0, 12.0)  # mm below C's hairline, likewise,
ABOVE_NECK, BEFORE_EARS = (-124.0, -112.0), (-60.0, -45.0)  # and its y and z, mm
COARSE = 4  # texels from one that is looked up to the next; others lie between
SOFT = 0.05  # of the splines: annotators are not exact, and they must not fold
KEPT = 128  # sheets that a process keeps


@dataclass(frozen=True, eq=False)
class SkinPhoto:
    """A frontal photograph of a face, its name (set and key), and points of the skin's front: (K, 2) px and (K, 3) mm
    on C."""

    path: Path
    name: str
    points: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class SkinSheet:
    """albedo: (H, W, 3) float32 linear light. cover: (H, W) float32, 0…1, how much of it is the photograph's.
    tone: (3,) its median."""

    albedo: np.ndarray
    cover: np.ndarray
    tone: np.ndarray


def skin_photos(datasets: Sequence[Dataset]) -> tuple[SkinPhoto, ...]:
    """Those of the sets' “train” parts that can lend their skin: many points, frontal, mouth closed."""
    photos = []
    for dataset in datasets:
        if dataset.layout is None or len(dataset.layout) < ENOUGH_POINTS:
            continue
        triangle, _, places = closest_points(head().face, dataset.layout.queries)
        front = (head().triangle_part[triangle] == Part.SKIN) & (places[:, 2] > FRONT)
        for sample in dataset.samples:
            there = front & np.isfinite(sample.points).all(1)
            if sample.split in ("train", "") and there.sum() >= ENOUGH_POINTS:
                photo = SkinPhoto(
                    sample.image, f"{dataset.name}/{sample.key}", sample.points[there], places[there]
                )
                if _frontal_and_closed(photo):
                    photos.append(photo)
    return tuple(photos)


def _frontal_and_closed(photo: SkinPhoto) -> bool:
    flat = photo.places[:, 0] - 1j * photo.places[:, 1]
    seen = photo.points[:, 0] + 1j * photo.points[:, 1]
    flat, seen = flat - flat.mean(), seen - seen.mean()
    turn = np.vdot(flat, seen) / np.vdot(flat, flat)
    near = KDTree(photo.places[:, :2]).query_pairs(ONE, output_type="ndarray")
    apart = np.abs(np.diff(seen[near])) / abs(turn)
    return bool(np.abs(seen / turn - flat).mean() <= LIKE_C and (apart <= TWO).all())


def toned(rng: np.random.Generator, look: Complexion, photo: SkinPhoto) -> Complexion:
    """`look` with a tone between its own and the photograph's: one skin becomes many."""
    own, share = np.log(skin_sheet(photo).tone), rng.uniform(0, 0.7)
    tone = np.exp(share * own + (1 - share) * np.log(look.tone))
    return replace(look, tone=tone, darkness=darkness_of(tone))


def laid_over(painted: np.ndarray, photo: SkinPhoto, tone: np.ndarray) -> np.ndarray:
    """The painted sheet (H, W, 4) with the photograph's skin, of tone (3,), where that was seen; less glossy there,
    because highlights are in the photograph."""
    sheet = skin_sheet(photo)
    cover = sheet.cover[..., None]
    there = np.dstack([sheet.albedo * (tone / sheet.tone).astype(np.float32), 0.6 * painted[..., 3]])
    return painted * (1 - cover) + np.clip(there, 0.004, 1) * cover


@lru_cache(maxsize=KEPT)
def skin_sheet(photo: SkinPhoto) -> SkinSheet:
    """The photograph's skin on the unrolled face."""
    canvas, front = canvas_of(head().face), _front()
    splines = RBFInterpolator(photo.places[:, :2], photo.points, kernel="thin_plate_spline", smoothing=SOFT)
    there = front.reachable
    pixels = np.zeros((*there.shape, 2), np.float32)
    pixels[there] = splines(front.places[there][:, :2])
    size = (canvas.width, canvas.height)
    at = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    picture = (read_image(photo.path).astype(np.float32) / 255) ** np.float32(2.2)
    albedo = cv2.remap(picture, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.resize(front.cover, size, interpolation=cv2.INTER_LINEAR)
    return SkinSheet(albedo, cover, np.median(albedo[cover > 0.9], 0))


@dataclass(frozen=True, eq=False)
class _Front:
    """C's skin at every COARSE-th texel: places (h, w, 3) mm, reachable (h, w) bool where there is any, and cover
    (h, w) float32, how much of it a frontal photograph shows."""

    places: np.ndarray
    reachable: np.ndarray
    cover: np.ndarray


@lru_cache(maxsize=1)
def _front() -> _Front:
    whole = head()
    canvas = canvas_of(whole.face)
    ids = np.flatnonzero((whole.part == Part.SKIN) & (whole.vertices[:, 2] > FRONT - 30))
    normal = vertex_normals(whole.vertices, whole.triangles)[ids]
    scalp = np.maximum(whole.scalp[ids], -99.0)
    table = np.c_[whole.vertices[ids], normal[:, 2], scalp]
    height, width = canvas.height // COARSE, canvas.width // COARSE
    column, row = np.meshgrid(np.arange(width), np.arange(height))
    x = (
        LEFT_MOST + ((column + 0.5) * COARSE - 0.5) * TEXEL
    )  # as cv2.resize lays a coarse grid under a fine one
    y = TOP - ((row + 0.5) * COARSE - 0.5) * TEXEL
    values = LinearNDInterpolator(whole.plane[ids], table)(x, y)
    reachable = np.isfinite(values).all(-1)
    values = np.where(reachable[..., None], values, 0.0)
    facing = cv2.GaussianBlur(values[..., 3].astype(np.float32), (0, 0), ABOUT / TEXEL / COARSE)
    cover = _between(facing, FACING) * _between(-values[..., 4], BELOW_HAIR)
    cover *= _between(values[..., 1], ABOVE_NECK) * _between(values[..., 2], BEFORE_EARS) * reachable
    return _Front(values[..., :3], reachable, cv2.GaussianBlur(cover.astype(np.float32), (0, 0), 1.5))


def _between(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """0 … 1, smoothly, as the values go from the one limit to the other."""
    t = np.clip((values - limits[0]) / (limits[1] - limits[0]), 0, 1)
    return t * t * (3 - 2 * t)
