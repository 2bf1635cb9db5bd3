"""Photographs behind synthetic people: those that were annotated, with the annotated faces taken out.

A background that held a face without labels would teach the network to miss faces. On C every point of the face
lies within a known distance of the annotated point nearest to it, and pictures only shorten distances. Discs of
these distances round the annotated points therefore cover the face; what they cover is filled from its surround.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree
from scipy.spatial.distance import pdist

from infl.datasets import Dataset
from infl.errors import FileError
from infl.geometry.canonical_face import canonical_face
from infl.images import cv2, image_size, read_image

FACE = (
    "forehead", "left_brow", "right_brow", "left_upper_lid", "right_upper_lid", "left_lower_lid",
    "right_lower_lid", "nose_bridge", "nose_tip", "left_nose_side", "right_nose_side", "left_ala", "right_ala",
    "philtrum", "upper_lip", "lower_lip", "chin", "left_cheek", "right_cheek", "left_jaw", "right_jaw",
)  # fmt: skip
"""Regions of C that a filled picture must not show."""
_FEW_MM = 12.0  # people and annotators differ from C
_MOST_FACE = 0.7  # of a picture: where more is taken out, nothing is left to look at
_LARGE = 640  # px of the shorter side
_SHORTENED = 0.9  # quantile of image over C distances between points: these are seen the most squarely


@dataclass(frozen=True, eq=False)
class BackgroundPhoto:
    """A picture with what hides its faces: `discs` (n, 3) of x, y, radius in pixels; `name`: set and file."""

    path: Path
    name: str
    discs: np.ndarray

    def mask(self, shape: tuple[int, int]) -> np.ndarray:
        """(H, W) bool: where its faces are."""
        out = np.zeros(shape, np.uint8)
        for x, y, radius in np.round(self.discs).astype(int).tolist():
            cv2.circle(out, (x, y), max(radius, 1), 1, -1)
        return out > 0

    def filled(self) -> tuple[np.ndarray, np.ndarray]:
        """((H, W, 3) uint8 RGB without faces, (H, W) bool mask of what was filled); large pictures are shrunk."""
        picture = read_image(self.path)
        mask = self.mask(picture.shape[:2])
        shrink = _LARGE / min(mask.shape)
        if shrink < 1:
            picture = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
            mask = cv2.resize(mask.astype(np.uint8), picture.shape[1::-1], interpolation=cv2.INTER_AREA) > 0
            mask = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        return _filled(picture, mask), mask


def photo_backgrounds(datasets: Sequence[Dataset]) -> tuple[BackgroundPhoto, ...]:
    """The pictures of the sets' “train” parts of which enough is left without their faces.

    A picture with a face of another part is left out, so is one of a set whose layout nobody described.
    """
    faces: dict[Path, list[np.ndarray]] = {}
    names: dict[Path, str] = {}
    held_out: set[Path] = set()
    for dataset in datasets:
        reach: dict[bytes, np.ndarray] = {}
        for sample in dataset.samples:
            if sample.split not in ("train", "") or dataset.layout is None:
                held_out.add(sample.image)
                continue
            discs = _discs(np.asarray(sample.points, float), dataset.layout.queries.astype(float), reach)
            names[sample.image] = f"{dataset.name}/{sample.key.split('#')[0]}"
            if discs is None:
                held_out.add(sample.image)
            else:
                faces.setdefault(sample.image, []).append(discs)
    photos = [
        BackgroundPhoto(path, names[path], np.vstack(discs))
        for path, discs in sorted(faces.items())
        if path not in held_out
    ]
    return tuple(photo for photo in photos if _face_share(photo) <= _MOST_FACE)


def _face_share(photo: BackgroundPhoto) -> float:
    """0…1 of a picture that its faces take; 1 where it cannot be read."""
    try:
        width, height = image_size(photo.path)
    except FileError:
        return 1.0
    return float(photo.mask((height, width)).mean())


def photo_scene(rng: np.random.Generator, photos: Sequence[BackgroundPhoto], size: int) -> np.ndarray:
    """(size, size, 3) float32 linear light: a part of one of `photos`.

    The faces taken out come near the middle, where the rendered head hides most of what was filled.
    """
    picture, mask = photos[int(rng.integers(len(photos)))].filled()
    height, width = mask.shape
    side = rng.uniform(0.7, 1.1) * min(height, width)
    middle = np.argwhere(mask).mean(0)[::-1] if mask.any() else np.array([width, height]) / 2
    middle = middle + rng.normal(0, 0.1 * side, 2)
    zoom, turn = size / side, -1.0 if rng.random() < 0.5 else 1.0
    to_scene = np.array(
        [[turn * zoom, 0, size / 2 - turn * zoom * middle[0]], [0, zoom, size / 2 - zoom * middle[1]]]
    )
    how = cv2.INTER_LINEAR if zoom > 1 else cv2.INTER_AREA
    scene = cv2.warpAffine(picture, to_scene, (size, size), flags=how, borderMode=cv2.BORDER_REFLECT_101)
    return (scene.astype(np.float32) / 255) ** 2.2 * np.float32(rng.uniform(0.5, 1.4))


def _discs(points: np.ndarray, queries: np.ndarray, known: dict[bytes, np.ndarray]) -> np.ndarray | None:
    """(n, 3) discs in pixels that cover the face of points (K, 2), NaN where absent; None with fewer than 3."""
    there = np.isfinite(points).all(1)
    if there.sum() < 3:
        return None
    if there.tobytes() not in known:
        known[there.tobytes()] = _reach(queries[there])
    apart = pdist(queries[there])
    far = apart > 0.4 * apart.max()
    scale = np.quantile(pdist(points[there])[far] / apart[far], _SHORTENED)
    return np.c_[points[there], known[there.tobytes()] * scale]


def _reach(queries: np.ndarray) -> np.ndarray:
    """(K,) mm on C from each of `queries` (K, 3) to the farthest point of the face that is nearest to it, and a
    little more."""
    face = canonical_face()
    ids = np.unique(face.triangles[np.concatenate([face.regions[name] for name in FACE])])
    distance, nearest = KDTree(queries).query(face.vertices[ids])
    reach = np.zeros(len(queries))
    np.maximum.at(reach, nearest, distance)
    return reach + _FEW_MM


def _filled(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """`picture` with its masked part filled from the surround, smoothly: means over ever wider surrounds."""
    out = picture.astype(np.float32)
    known = np.where(mask, 0.0, 1.0).astype(np.float32)
    levels = [np.dstack([out * known[..., None], known])]
    while min(levels[-1].shape[:2]) > 2:
        height, width = levels[-1].shape[:2]
        half = (width // 2, height // 2)
        levels.append(np.asarray(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA), np.float32))
    mean = levels[-1].sum((0, 1))
    fill = np.tile(mean[:3] / max(float(mean[3]), 1e-6), (*levels[-1].shape[:2], 1)).astype(np.float32)
    for level in reversed(levels):
        wide = cv2.resize(fill, level.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        fill = level[..., :3] + (1 - np.clip(level[..., 3:], 0, 1)) * wide
    return np.clip(fill + 0.5, 0, 255).astype(np.uint8)
