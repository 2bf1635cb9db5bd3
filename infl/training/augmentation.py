"""What a face may look like: another place, size, turn, light, blur, noise, and things in front of it.

Every function draws from the generator it is given, so that a batch is a pure function of seed and step.
"""

from __future__ import annotations

import numpy as np

from infl.geometry.transforms import chain, invert, similarity
from infl.images import cv2
from infl.model.config import CROP_HALF_WIDTH
from infl.model.photo import GRAY, cut
from infl.training.faces import Face

FACE_HEIGHT = 190.0  # mm from the hairline to under the chin

JITTER_SHIFT = 0.055  # of the crop's half width: how far the first pass's pose misses, one standard deviation
JITTER_SCALE = 0.06
JITTER_ANGLE = 5.0  # degrees


def mirror_of(face: Face) -> np.ndarray:
    """(2, 3) map that mirrors the face's picture."""
    return np.array([[-1.0, 0, face.picture.shape[1] - 1], [0, 1, 0]])


def roll_of(head: np.ndarray) -> float:
    """Angle in the picture (x towards y) by which the head's up direction leans."""
    return float(np.arctan2(head[0, 1], head[1, 1]))


def place_in_photo(
    rng: np.random.Generator, face: Face, size: int, smallest: float, largest: float, rotation: float
) -> np.ndarray:
    """(2, 3) map from the face's picture to a photograph of `size` pixels in which the face is
    `smallest` … `largest` of its height, anywhere, turned up to `rotation` degrees; now and then the border cuts it."""
    height = np.exp(rng.uniform(np.log(smallest), np.log(largest)))
    scale = height * size / FACE_HEIGHT / face.scale
    angle = np.radians(np.clip(rng.normal(0, rotation / 2.2), -rotation, rotation))
    margin = min(0.5, (0.42 if rng.random() < 0.75 else 0.22) * height)
    centre = rng.uniform(margin, 1 - margin, 2) * size
    turn = similarity(scale, angle, np.zeros(2))
    turn[:, 2] = centre - turn[:, :2] @ face.centre
    return turn


def place_in_crop(rng: np.random.Generator, face: Face, size: int) -> np.ndarray:
    """(2, 3) map from the face's picture to a standard crop of `size` pixels, as inexact as a first pass is."""
    half = size / 2
    scale = half / (CROP_HALF_WIDTH * face.scale) * np.exp(rng.normal(0, JITTER_SCALE))
    angle = -roll_of(face.head) + np.radians(rng.normal(0, JITTER_ANGLE))
    centre = (size - 1) / 2 + rng.normal(0, JITTER_SHIFT, 2) * half
    turn = similarity(scale, angle, np.zeros(2))
    turn[:, 2] = centre - turn[:, :2] @ face.centre
    return turn


def place_beside(rng: np.random.Generator, face: Face, size: int) -> np.ndarray:
    """(2, 3) map like `place_in_crop`'s to a crop that misses the face: beside it, much too near, or too far."""
    place = place_in_crop(rng, face, size)
    middle = np.full(2, (size - 1) / 2)
    grow, shift = 1.0, np.zeros(2)
    kind = rng.random()
    if kind < 0.5:
        angle = rng.uniform(0, 2 * np.pi)
        shift = rng.uniform(0.9, 1.8) * size / 2 * np.array([np.cos(angle), np.sin(angle)])
    elif kind < 0.75:
        grow = float(np.exp(rng.uniform(np.log(2.5), np.log(5))))
        shift = rng.normal(0, 0.3, 2) * size
    else:
        grow = float(np.exp(-rng.uniform(np.log(2.8), np.log(6))))
        shift = rng.normal(0, 0.2, 2) * size
    away = similarity(grow, 0.0, middle - grow * middle + shift)
    return chain(away, place)


def without_face(rng: np.random.Generator, size: int, other: Face) -> np.ndarray:
    """(size, size, 3) uint8: a scene that shows no face, of drawn patches or of a photograph's corners."""
    scene = np.array(_background(rng, size, other))
    if rng.random() < 0.5:  # a second one over a part of it
        more = _background(rng, size, other)
        mask = np.zeros((size, size), np.float32)
        centre = tuple(int(v) for v in rng.integers(0, size, 2))
        axes = tuple(int(v) for v in rng.uniform(0.15, 0.5, 2) * size)
        cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
        mask = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.5, 4)))[..., None]
        scene = (scene * (1 - mask) + more * mask).astype(np.uint8)
    return scene


def draw(rng: np.random.Generator, face: Face, to_target: np.ndarray, size: int, other: Face) -> np.ndarray:
    """The face's picture through `to_target` on some background, (size, size, 3) uint8; `other` lends its corners."""
    from_target = invert(to_target)
    picture = cut(face.picture, from_target, size)
    outside = cv2.warpAffine(
        np.full(face.picture.shape[:2], 255, np.uint8), from_target, (size, size),
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
    ) == 0  # fmt: skip
    if outside.any():
        back = _background(rng, size, other)
        soft = outside.astype(np.float32)
        if rng.random() < 0.6:  # a soft seam, so that S does not learn to look for hard ones
            soft = np.maximum(soft, cv2.GaussianBlur(soft, (0, 0), float(rng.uniform(1, 4))))
        picture = (picture * (1 - soft[..., None]) + back * soft[..., None]).astype(np.uint8)
    return picture


def _background(rng: np.random.Generator, size: int, other: Face) -> np.ndarray:
    kind = rng.random()
    if kind < 0.3:
        return np.full((size, size, 3), GRAY, np.uint8)
    if kind < 0.45:
        return np.broadcast_to(rng.integers(0, 256, 3).astype(np.uint8), (size, size, 3))
    if kind < 0.6:
        coarse = rng.integers(0, 256, (*rng.integers(2, 9, 2), 3)).astype(np.uint8)
        return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    # A corner of another photograph: textures of the world, seldom with a face in them.
    height, width = other.picture.shape[:2]
    h, w = max(height * 3 // 10, 8), max(width * 3 // 10, 8)
    top, left = rng.choice([0, height - h]), rng.choice([0, width - w])
    return cv2.resize(
        other.picture[top : top + h, left : left + w], (size, size), interpolation=cv2.INTER_LINEAR
    )


def disturb(rng: np.random.Generator, picture: np.ndarray, other: Face) -> np.ndarray:
    """Occlusion, light, colour, blur, compression and noise on (size, size, 3) uint8."""
    size = len(picture)
    if rng.random() < 0.3:
        picture = _occlude(rng, picture.copy(), other)
    x = picture.astype(np.float32)
    if rng.random() < 0.7:
        x = (x - 128) * rng.uniform(0.6, 1.4) + 128 + rng.uniform(-35, 35)
    if rng.random() < 0.4:
        x = x * rng.uniform(0.75, 1.25, 3).astype(np.float32)
    if rng.random() < 0.15:
        x = np.repeat(x.mean(2, keepdims=True), 3, 2)
    if rng.random() < 0.25:
        x = 255 * (np.clip(x, 0, 255) / 255) ** np.float32(np.exp(rng.uniform(-0.7, 0.7)))
    if rng.random() < 0.25:
        x = cv2.GaussianBlur(x, (0, 0), float(rng.uniform(0.3, 2.0)))
    if rng.random() < 0.2:
        small = int(size * rng.uniform(0.35, 0.9))
        x = cv2.resize(cv2.resize(x, (small, small), interpolation=cv2.INTER_AREA), (size, size))
    if rng.random() < 0.35:
        x = x + rng.normal(0, rng.uniform(1, 14), x.shape).astype(np.float32)
    picture = np.clip(x, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
        decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
        assert decoded is not None
        picture = decoded
    return picture


def _occlude(rng: np.random.Generator, picture: np.ndarray, other: Face) -> np.ndarray:
    """Put one to three patches of a colour, noise or another photograph over the picture."""
    size = len(picture)
    for _ in range(rng.integers(1, 4)):
        mask = np.zeros((size, size), np.uint8)
        centre = tuple(int(v) for v in rng.integers(0, size, 2))
        axes = tuple(int(v) for v in rng.uniform(0.04, 0.2, 2) * size + 1)
        if rng.random() < 0.5:
            cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
        else:
            box = cv2.boxPoints((centre, (2 * axes[0], 2 * axes[1]), float(rng.uniform(0, 180))))
            cv2.fillPoly(mask, [box.astype(np.int32)], 1)
        kind = rng.random()
        if kind < 0.4:
            patch = np.broadcast_to(rng.integers(0, 256, 3).astype(np.uint8), picture.shape)
        elif kind < 0.6:
            patch = rng.integers(0, 256, picture.shape).astype(np.uint8)
        else:
            patch = cv2.resize(other.picture, (size, size), interpolation=cv2.INTER_LINEAR)
        picture[mask > 0] = patch[mask > 0]
    return picture
