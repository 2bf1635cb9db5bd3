"""Larger scenes with one held-out face somewhere in them: small, turned, or cut off by the border; and without any.

Published pictures are cut loosely around their face. Here they are pasted, with soft seams, into backgrounds that the
program draws, among things as sharp as they are, so that size, place and angle of the face are known and spread as they
are in the world. A scene is a function of the sample's key and a number alone: all who are compared see the same ones.

“The face” is the part that iBUG's 68 points span, brows to chin, whatever else a set annotates (hairline, ears,
neck): its annotated points, the box around them, and that box's height.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from infl.datasets.dataset import Sample
from infl.errors import InflError
from infl.geometry.transforms import chain, invert, move, similarity
from infl.images import cv2
from infl.layouts import Layout, layout
from infl.model.photo import cut
from infl.rendering.backgrounds import background, fractal

WIDTH, HEIGHT = 640, 480
TURN = 45.0
"""Degrees: the most by which a picture is turned, either way."""
CUT_OFF = "cut off"
HEIGHTS = {
    "1/12 – 1/8": (1 / 12, 1 / 8),
    "1/8 – 1/4": (1 / 8, 1 / 4),
    "1/4 – 1/2": (1 / 4, 1 / 2),
    "over 1/2": (1 / 2, 0.8),
    CUT_OFF: (1 / 4, 3 / 4),
}
"""Height of the face before it is turned, over the scene's; all but the last lie wholly in the scene."""
OUTSIDE = (0.05, 0.25)
"""Of the extent of a face that is cut off, across the border: how much lies outside."""
MARGIN = 3.0  # px between a whole face and the border
THINGS = 25  # in focus, of every scene at most
SKIN = np.array([0.85, 0.65, 0.55])  # grey levels over 255 of three things in ten: colour alone is no face
NOISE = 2.0  # grey levels, over seam and background alike
_BESIDE_IBUG = 8.0  # mm by which a point of the face may lie outside the box of iBUG's
_LEAST = 48  # px: the shorter side of a picture without a face


@dataclass(frozen=True, eq=False)
class Scene:
    """image: (HEIGHT, WIDTH, 3) uint8 RGB. points: (K, 2) px, NaN where not annotated. inside: (K,) bool, the
    annotated points of the face that the scene shows. unit: px, √(w·h) of the face's box before it was turned. size:
    one of HEIGHTS. height: of the face over the scene's. turned: degrees, clockwise in the picture."""

    key: str
    image: np.ndarray
    points: np.ndarray
    inside: np.ndarray
    unit: float
    size: str
    height: float
    turned: float


def face_points(points: np.ndarray, of: Layout) -> np.ndarray:
    """(K,) bool: which of the annotated points (K, 2) of a layout are the face's; see the module's text."""
    low, high = layout("ibug68").queries.min(0) - _BESIDE_IBUG, layout("ibug68").queries.max(0) + _BESIDE_IBUG
    return ((of.queries >= low) & (of.queries <= high)).all(1) & np.isfinite(points).all(1)


def scene_of(sample: Sample, of: Layout, number: int = 0) -> Scene:
    """The scene `number` of a sample with points of the layout `of`.

    Raises InflError when fewer than three of its points are the face's, FileError when the picture cannot be read.
    """
    rng, picture = _generator(sample.key, number), sample.load_image()
    scene = _backdrop(rng)
    on_face = face_points(sample.points, of)
    box = _box(sample.points, on_face, sample.key)
    size = str(rng.choice(list(HEIGHTS)))
    low, high = HEIGHTS[size]
    height = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    turned = float(rng.uniform(-TURN, TURN))
    to_scene = _placed(
        rng, sample.points[on_face], height * HEIGHT / np.ptp(box[:, 1]), turned, size == CUT_OFF
    )
    scale = float(np.hypot(*to_scene[:, 0]))
    scene = _paste(rng, scene, picture, to_scene, box)
    points = move(to_scene, sample.points)
    shown = ((points >= 0) & (points <= [WIDTH - 1, HEIGHT - 1])).all(1)
    return Scene(
        key=sample.key,
        image=_noisy(rng, scene),
        points=points,
        inside=on_face & shown,
        unit=float(np.sqrt(np.ptp(box, axis=0).prod())) * scale,
        size=size,
        height=float(np.ptp(box[:, 1])) * scale / HEIGHT,
        turned=turned,
    )


def empty_scene(key: str, number: int = 0) -> np.ndarray:
    """(HEIGHT, WIDTH, 3) uint8 RGB: the background of that scene with nothing pasted."""
    rng = _generator(key, number)
    return _noisy(rng, _backdrop(rng))


def decoy_scene(part: np.ndarray, key: str, number: int = 0) -> np.ndarray:
    """(HEIGHT, WIDTH, 3) uint8 RGB: a part of a photograph without a face (see `beside_the_face`), pasted as faces
    are, so that who only looks for seams gives himself away."""
    rng = _generator(key, number)
    scene = _backdrop(rng)
    height, width = part.shape[:2]
    box = np.array([[0, 0], [width, height]]) - 0.5
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
    scale = rng.uniform(0.2, 0.9) * HEIGHT / height
    to_scene = _placed(rng, corners, scale, float(rng.uniform(-TURN, TURN)), cut_off=False)
    return _noisy(rng, _paste(rng, scene, part, to_scene, box))


def beside_the_face(sample: Sample, of: Layout) -> np.ndarray | None:
    """(h, w, 3) uint8 RGB: the largest part of the photograph clear of head and hair; None where none is large."""
    picture = sample.load_image()
    low, high = _box(sample.points, face_points(sample.points, of), sample.key)
    w, h = high - low
    left, right = int(low[0] - 0.4 * w), int(high[0] + 0.4 * w)
    top, bottom = int(low[1] - 0.7 * h), int(high[1] + 0.15 * h)
    parts = (
        picture[:, : max(left, 0)],
        picture[:, max(right, 0) :],
        picture[: max(top, 0)],
        picture[max(bottom, 0) :],
    )
    largest = max(parts, key=lambda part: min(part.shape[:2]))
    return np.ascontiguousarray(largest) if min(largest.shape[:2]) >= _LEAST else None


def _generator(key: str, number: int) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(key.encode()), number])


def _backdrop(rng: np.random.Generator) -> np.ndarray:
    """(HEIGHT, WIDTH, 3) float32 grey levels: out of focus, and before that things in focus, as the face will be."""
    scene = background(rng, WIDTH)[:HEIGHT] ** np.float32(1 / 2.2)
    grain = fractal(rng, WIDTH, rng.uniform(0.6, 1.6))[:HEIGHT, :, None]
    for _ in range(rng.integers(THINGS + 1)):
        _add_thing(rng, scene, grain)
    return 255 * np.clip(scene, 0, 1)


def _add_thing(rng: np.random.Generator, scene: np.ndarray, grain: np.ndarray) -> None:
    """Paint an ellipse or a rectangle with the grain (HEIGHT, WIDTH, 1) of some surface into the scene, 0…1."""
    (x, y), reach = (rng.random(2) * [WIDTH, HEIGHT]).tolist(), rng.uniform(0.03, 0.2) * HEIGHT
    box = ((x, y), (rng.uniform(0.5, 1.5, 2) * reach).tolist(), float(rng.uniform(0, 180)))
    corners = cv2.boxPoints(box)
    shape = np.zeros((HEIGHT, WIDTH), np.uint8)
    if rng.random() < 0.5:
        cv2.ellipse(shape, box, 255, -1, cv2.LINE_AA)
    else:
        cv2.fillConvexPoly(shape, corners.astype(np.int32), 255, cv2.LINE_AA)
    colour = SKIN if rng.random() < 0.3 else rng.uniform(0.05, 0.95, 3)
    bright, rough = rng.uniform(0.5, 1.1), rng.uniform(0.02, 0.15)
    (left, top), (right, bottom) = (
        np.clip(corners.min(0), 2, None).astype(int) - 2,
        corners.max(0).astype(int) + 3,
    )
    part = np.s_[top : max(bottom, 0), left : max(right, 0)]
    thing = (bright * colour + rough * grain[part]).astype(np.float32)
    scene[part] += shape[part][..., None] / np.float32(255) * (thing - scene[part])


def _box(points: np.ndarray, on_face: np.ndarray, key: str) -> np.ndarray:
    """(2, 2) px: lowest and highest x, y of the face."""
    if on_face.sum() < 3:
        raise InflError(f"{key}: only {on_face.sum()} annotated points lie between brows and chin.")
    return np.stack([points[on_face].min(0), points[on_face].max(0)]).astype(np.float64)


def _placed(
    rng: np.random.Generator, face: np.ndarray, scale: float, turned: float, cut_off: bool
) -> np.ndarray:
    """(2, 3) px of the photograph → px of the scene, for the face's points (K, 2)."""
    limits = np.array([WIDTH - 1.0, HEIGHT - 1.0])
    turn = similarity(scale, np.radians(turned), np.zeros(2))
    at = move(turn, face)
    fits = min(1.0, float(((limits - 2 * MARGIN) / np.ptp(at, axis=0)).min()))
    turn, at = turn * fits, at * fits
    low, high = at.min(0), at.max(0)
    room = np.maximum(limits - 2 * MARGIN - (high - low), 0)
    shift = MARGIN - low + room * rng.random(2)
    if cut_off:
        axis, far = int(rng.integers(2)), bool(rng.integers(2))
        out = rng.uniform(*OUTSIDE) * (high - low)[axis]
        shift[axis] = limits[axis] - high[axis] + out if far else -low[axis] - out
    return chain(np.array([[1, 0, shift[0]], [0, 1, shift[1]]]), turn)


def _paste(
    rng: np.random.Generator, scene: np.ndarray, picture: np.ndarray, to_scene: np.ndarray, box: np.ndarray
) -> np.ndarray:
    """The picture over the scene: as a whole, or an oval of it round head and shoulders; fading out at its end."""
    height, width = picture.shape[:2]
    to_picture = invert(to_scene)
    size = float(np.sqrt(np.ptp(box, axis=0).prod()))
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    at = move(to_picture, np.stack([x, y], -1).reshape(-1, 2)).reshape(HEIGHT, WIDTH, 2)
    to_border = np.minimum(at, [width - 1, height - 1] - at).min(-1)
    share = to_border / (rng.uniform(0.04, 0.15) * size)
    if rng.random() < 0.5:
        away = (at - box.mean(0) + [0, 0.1 * size]) / (size * rng.uniform(1.0, 1.4) * np.array([0.85, 1.0]))
        share = np.minimum(share, (1 - np.hypot(*np.moveaxis(away, -1, 0))) / 0.25)
    share = np.clip(share, 0, 1)[..., None]
    share = share * share * (3 - 2 * share)
    pasted = cut(picture, to_picture, WIDTH)[:HEIGHT]
    return scene + share * (pasted - scene)


def _noisy(rng: np.random.Generator, scene: np.ndarray) -> np.ndarray:
    return np.clip(np.round(scene + rng.normal(0, NOISE, scene.shape)), 0, 255).astype(np.uint8)
