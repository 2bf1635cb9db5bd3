"""Skin painted on the unrolled face: tone, blush, lips, brows, freckles, stubble, make-up."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from infl.geometry.canonical_face import CanonicalFace
from infl.images import cv2
from infl.rendering.backgrounds import fractal
from infl.rendering.head import unrolled

TEXEL = 0.6  # mm
LEFT_MOST, RIGHT_MOST, TOP, BOTTOM = -165.0, 165.0, 115.0, -155.0  # mm on the unrolled cylinder
_SUBPIXEL_BITS = 4
_TONES = np.array([
    (0.76, 0.56, 0.47), (0.67, 0.46, 0.365), (0.56, 0.36, 0.265), (0.44, 0.27, 0.185),
    (0.31, 0.18, 0.12), (0.19, 0.105, 0.068), (0.105, 0.06, 0.042),
])  # fmt: skip
"""Linear RGB albedo from the lightest skin to the darkest."""
_HAIR = np.array([
    (0.012, 0.010, 0.009), (0.03, 0.02, 0.014), (0.065, 0.036, 0.02), (0.13, 0.075, 0.035),
    (0.30, 0.19, 0.09), (0.45, 0.32, 0.17), (0.22, 0.075, 0.025), (0.30, 0.29, 0.28), (0.55, 0.54, 0.53),
])  # fmt: skip
_HAIR_SHARE = np.array((0.24, 0.22, 0.18, 0.12, 0.08, 0.04, 0.04, 0.05, 0.03))


@dataclass(frozen=True)
class Complexion:
    """What colours a person; all shares 0…1, colours linear RGB."""

    darkness: float
    tone: np.ndarray
    hair: np.ndarray
    lips: np.ndarray
    lip_cover: float
    blush: float
    freckles: int
    moles: int
    stubble: float
    brow_hairs: int
    brow_thickness: float
    brow_length: float
    eye_shadow: float
    eye_shadow_colour: np.ndarray
    eye_rings: float
    blotches: float
    seed: int = field(default=0)


def random_complexion(rng: np.random.Generator, masculine: bool) -> Complexion:
    """Any skin, with the make-up or the beard shadow that goes with it."""
    darkness = float(rng.beta(1.1, 1.6))
    at = darkness * (len(_TONES) - 1)
    tone = np.array([np.interp(at, np.arange(len(_TONES)), _TONES[:, k]) for k in range(3)])
    tone *= rng.uniform(0.92, 1.08) * (1 + rng.normal(0, 0.03, 3))
    share = _HAIR_SHARE.copy()
    if darkness > 0.45:
        share[3:7] *= 0.08
    hair = _HAIR[rng.choice(len(_HAIR), p=share / share.sum())] * rng.uniform(0.75, 1.3)
    lips = tone * np.array((0.86, 0.56, 0.58)) * rng.uniform(0.85, 1.1)
    cover = rng.uniform(0.55, 0.9)
    made_up = not masculine and rng.random() < 0.45
    if made_up:
        lips = np.array((rng.uniform(0.28, 0.6), rng.uniform(0.03, 0.2), rng.uniform(0.05, 0.24)))
        cover = rng.uniform(0.6, 0.95)
    return Complexion(
        darkness, tone, hair, lips, cover,
        blush=rng.uniform(0.02, 0.16),
        freckles=int(rng.integers(80, 420)) if darkness < 0.4 and rng.random() < 0.22 else 0,
        moles=int(rng.poisson(3)),
        stubble=rng.uniform(0.1, 0.75) if masculine and rng.random() < 0.65 else 0.0,
        brow_hairs=int(rng.integers(170, 520) if masculine else rng.integers(110, 380)),
        brow_thickness=rng.uniform(0.75, 1.15) if masculine else rng.uniform(0.45, 0.95),
        brow_length=rng.uniform(6.0, 10.5),
        eye_shadow=rng.uniform(0.15, 0.6) if made_up else 0.0,
        eye_shadow_colour=tone * rng.uniform(0.15, 0.8, 3),
        eye_rings=rng.uniform(0.0, 0.22), blotches=rng.uniform(0.02, 0.07),
        seed=int(rng.integers(2**31)),
    )  # fmt: skip


def darkness_of(tone: np.ndarray) -> float:
    """0…1: how dark a skin of that tone (3,) is, the inverse of what `random_complexion` does."""
    light = _TONES.mean(1)
    return float(np.interp(tone.mean(), light[::-1], np.linspace(1, 0, len(light))))


class Canvas:
    """A sheet of texels over the unrolled face, and pens that draw on it in millimetres."""

    def __init__(self, face: CanonicalFace):
        self.face = face
        self.width = int((RIGHT_MOST - LEFT_MOST) / TEXEL)
        self.height = int((TOP - BOTTOM) / TEXEL)
        x, y = np.meshgrid(np.arange(self.width), np.arange(self.height))
        self.x = (LEFT_MOST + x * TEXEL).astype(np.float32)
        self.y = (TOP - y * TEXEL).astype(np.float32)

    def texels(self, plane: np.ndarray) -> np.ndarray:
        """(N, 2) mm on the unrolled cylinder → (N, 2) texels (column, row)."""
        return np.c_[(plane[:, 0] - LEFT_MOST) / TEXEL, (TOP - plane[:, 1]) / TEXEL]

    def curve(self, name: str) -> np.ndarray:
        """(n, 2) texels of a named curve of the face."""
        return self.texels(unrolled(np.asarray(self.face.curves[name], np.float64)))

    def filled(self, outline: np.ndarray, soft: float) -> np.ndarray:
        """(H, W) 0…1 inside a closed outline (n, 2) texels, its edge softened by `soft` mm."""
        mask = np.zeros((self.height, self.width), np.uint8)
        cv2.fillPoly(mask, [_fixed(outline)], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
        return cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), soft / TEXEL)

    def spot(self, x: float, y: float, rx: float, ry: float) -> np.ndarray:
        """(H, W) 0…1: a soft spot and its mirror image, mm."""
        across = (np.abs(self.x) - abs(x)) / rx
        return np.exp(-0.5 * (across * across + ((self.y - y) / ry) ** 2))

    def noise(self, rng: np.random.Generator, slope: float, scale: int = 1) -> np.ndarray:
        """(H, W) fractal noise, of features `scale` times coarser than the texels."""
        size = 256
        tile = fractal(rng, size, slope)
        repeat = (self.height // (size * scale) + 1, self.width // (size * scale) + 1)
        full = np.tile(tile, repeat)
        return cv2.resize(full, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)[
            : self.height, : self.width
        ]


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(points * (1 << _SUBPIXEL_BITS)).astype(np.int32)


def paint_skin(face: CanonicalFace, look: Complexion) -> np.ndarray:
    """(H, W, 4) float32: linear albedo and, last, how glossy the skin is (1 ordinary)."""
    rng = np.random.default_rng(look.seed)
    canvas = canvas_of(face)
    albedo = np.empty((canvas.height, canvas.width, 3), np.float32)
    albedo[:] = look.tone
    gloss = np.ones((canvas.height, canvas.width), np.float32)
    albedo *= _mottled(canvas, rng, look)
    _warm(canvas, albedo, look)
    for side in ("left", "right"):
        _paint_eye_surround(canvas, albedo, side, look)
    _paint_lips(canvas, rng, albedo, gloss, look)
    _paint_dots(canvas, rng, albedo, look)
    if look.stubble:
        _paint_stubble(canvas, rng, albedo, look)
    for side in ("left", "right"):
        _paint_brow(canvas, rng, albedo, side, look)
    gloss *= 1 + 0.35 * canvas.spot(0, 45, 40, 22) + 0.6 * canvas.spot(0, -34, 9, 9)
    gloss *= np.clip(1 + 0.25 * canvas.noise(rng, 0.6), 0.2, 2)
    return np.dstack([np.clip(albedo, 0.004, 1), gloss])


_canvases: dict[int, Canvas] = {}


def canvas_of(face: CanonicalFace) -> Canvas:
    """The canvas of a face, made once."""
    if id(face) not in _canvases:
        _canvases[id(face)] = Canvas(face)
    return _canvases[id(face)]


def _mottled(canvas: Canvas, rng: np.random.Generator, look: Complexion) -> np.ndarray:
    """(H, W, 3) factor: unevenness of light and dark, of red, and pores."""
    value = 1 + look.blotches * 0.6 * canvas.noise(rng, 1.7, 2) + 0.022 * canvas.noise(rng, 0.5)
    red = look.blotches * canvas.noise(rng, 1.5, 2)
    return np.dstack([value * (1 + 0.25 * red), value * (1 - 0.6 * red), value * (1 - 0.5 * red)]).astype(
        np.float32
    )


def _warm(canvas: Canvas, albedo: np.ndarray, look: Complexion) -> None:
    """Blood near the surface: cheeks, nose, chin, ears; cooler about the eyes."""
    blood = (
        canvas.spot(52, -26, 16, 14) + 0.9 * canvas.spot(0, -37, 13, 9) + 0.4 * canvas.spot(0, -105, 16, 9)
    )
    blood += 0.6 * (np.abs(canvas.x) > 118)
    albedo *= 1 + look.blush * blood[..., None] * np.array((0.35, -1.0, -0.8), np.float32)


def _paint_eye_surround(canvas: Canvas, albedo: np.ndarray, side: str, look: Complexion) -> None:
    upper, lower = canvas.curve(f"{side}_upper_lid"), canvas.curve(f"{side}_lower_lid")
    opening = np.vstack([upper, lower[::-1]])
    around = canvas.filled(_grown(opening, 5.0 / TEXEL), 3.0)
    rings = canvas.filled(_grown(opening, 4.0 / TEXEL) + np.array([0, 5.0 / TEXEL]), 3.0)
    shade = 1 - look.eye_rings * (0.7 * around + rings)
    albedo *= shade[..., None] ** np.array((0.8, 1.1, 1.0), np.float32)
    if look.eye_shadow:
        crease = canvas.curve(f"{side}_lid_crease")
        lid = canvas.filled(np.vstack([upper, crease[::-1]]), 1.8)[..., None] * np.float32(look.eye_shadow)
        albedo *= 1 - lid
        albedo += lid * look.eye_shadow_colour.astype(np.float32)
    line = np.zeros((canvas.height, canvas.width), np.uint8)
    thick = 2 if look.eye_shadow else 1
    cv2.polylines(line, [_fixed(upper)], False, 255, thick, cv2.LINE_AA, _SUBPIXEL_BITS)
    lashes = cv2.GaussianBlur(line.astype(np.float32) / 255, (0, 0), 0.8)[..., None]
    albedo *= 1 - (0.95 if look.eye_shadow else 0.7) * np.clip(lashes * 1.3, 0, 1)


def _grown(outline: np.ndarray, by: float) -> np.ndarray:
    """A closed outline (n, 2) pushed away from its middle."""
    away = outline - outline.mean(0)
    return outline + away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6) * by


def _mouth(canvas: Canvas, name: str) -> np.ndarray:
    """(n, 2) texels of a lip curve from the right corner over the middle to the left."""
    right, left = canvas.curve(f"right_{name}"), canvas.curve(f"left_{name}")
    return (
        np.vstack([right[::-1], left])
        if abs(right[0, 0] - left[0, 0]) < 3
        else np.vstack([right, left[::-1]])
    )


def _paint_lips(
    canvas: Canvas, rng: np.random.Generator, albedo: np.ndarray, gloss: np.ndarray, look: Complexion
) -> None:
    outline = np.vstack([_mouth(canvas, "upper_lip_border"), _mouth(canvas, "lower_lip_border")[::-1]])
    lips = canvas.filled(outline, 0.9) * np.float32(look.lip_cover)
    lines = np.repeat(rng.normal(0, 1, (1, canvas.width)), canvas.height, 0).astype(np.float32)
    lines = cv2.GaussianBlur(lines, (0, 0), 1.0)
    colour = look.lips.astype(np.float32) * (1 + 0.12 * lines[..., None])
    albedo *= 1 - lips[..., None]
    albedo += lips[..., None] * colour
    gloss += lips * 1.6


def _paint_dots(canvas: Canvas, rng: np.random.Generator, albedo: np.ndarray, look: Complexion) -> None:
    layer = np.zeros((canvas.height, canvas.width), np.uint8)
    for _ in range(look.freckles):
        x, y = rng.normal(0, 38), rng.normal(-16, 16)
        _dot(canvas, layer, x, y, rng.uniform(0.35, 0.95), int(rng.uniform(40, 130)))
    for _ in range(look.moles):
        _dot(
            canvas,
            layer,
            rng.uniform(-90, 90),
            rng.uniform(-105, 60),
            rng.uniform(0.6, 1.8),
            int(rng.uniform(90, 220)),
        )
    dots = cv2.GaussianBlur(layer.astype(np.float32) / 255, (0, 0), 0.7)[..., None]
    albedo *= 1 - dots * np.array((0.55, 0.75, 0.85), np.float32)


def _dot(canvas: Canvas, layer: np.ndarray, x: float, y: float, radius: float, value: int) -> None:
    at = _fixed(canvas.texels(np.array([(x, y)])))[0]
    size = int(max(radius / TEXEL, 0.7) * (1 << _SUBPIXEL_BITS))
    cv2.circle(layer, (int(at[0]), int(at[1])), size, value, -1, cv2.LINE_AA, _SUBPIXEL_BITS)


def beard_area(canvas: Canvas) -> np.ndarray:
    """(H, W) 0…1 where a beard grows: moustache, chin, jaw, sideburns."""
    x, y = np.abs(canvas.x), canvas.y
    upper_edge = np.interp(x, (0, 26, 40, 62, 90, 108), (-54, -56, -74, -66, -40, -6))
    lower_edge = np.interp(x, (0, 40, 80, 110), (-132, -126, -104, -70))
    beard = _step((upper_edge - y) / 5) * _step((y - lower_edge) / 8) * _step((112 - x) / 4)
    bare = np.exp(-0.5 * ((x - 12) / 8) ** 2 - 0.5 * ((y + 90) / 4) ** 2)  # beside the soul patch
    philtrum = np.exp(-0.5 * (x / 3.5) ** 2 - 0.5 * ((y + 57) / 5) ** 2)
    lips = canvas.filled(
        np.vstack([_mouth(canvas, "upper_lip_border"), _mouth(canvas, "lower_lip_border")[::-1]]), 1.5
    )
    return (beard * (1 - 0.6 * bare) * (1 - 0.5 * philtrum) * (1 - np.clip(2 * lips, 0, 1))).astype(
        np.float32
    )


def _step(value: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(value)


def _paint_stubble(canvas: Canvas, rng: np.random.Generator, albedo: np.ndarray, look: Complexion) -> None:
    grain = rng.random((canvas.height, canvas.width), np.float32)
    grain = cv2.GaussianBlur((grain > 0.80).astype(np.float32), (0, 0), 0.6)
    cover = beard_area(canvas) * look.stubble * np.clip(0.30 + 1.6 * grain, 0, 1)
    albedo *= 1 - cover[..., None]
    albedo += cover[..., None] * (0.75 * look.hair + 0.12 * look.tone).astype(np.float32)


def _paint_brow(
    canvas: Canvas, rng: np.random.Generator, albedo: np.ndarray, side: str, look: Complexion
) -> None:
    """Single hairs between the brow's edges: upright near the nose, lying outwards further on."""
    upper, lower = canvas.curve(f"{side}_brow_upper_edge"), canvas.curve(f"{side}_brow_lower_edge")
    outwards = 1.0 if side == "left" else -1.0
    layer = np.zeros((canvas.height, canvas.width), np.uint8)
    along = np.linspace(0, 1, len(upper))
    low = np.stack([np.interp(along, np.linspace(0, 1, len(lower)), lower[:, k]) for k in range(2)], 1)
    for _ in range(look.brow_hairs):
        t = float(rng.beta(1.2, 1.25))
        across = 0.5 + (rng.uniform(0.02, 0.98) - 0.5) * look.brow_thickness
        across = across if rng.random() < 0.94 else rng.uniform(-0.2, 1.15)
        a = np.array([np.interp(t, along, low[:, k]) for k in range(2)])
        b = np.array([np.interp(t, along, upper[:, k]) for k in range(2)])
        root = a + across * (b - a)
        rise = np.interp(t, (0, 0.15, 0.5, 1), (1.25, 0.75, 0.3, -0.25)) - 0.8 * (across - 0.5)
        rise += rng.normal(0, 0.18)
        length = (
            look.brow_length
            / TEXEL
            * rng.uniform(0.55, 1.0)
            * np.interp(t, (0, 0.2, 0.8, 1), (0.7, 1, 0.9, 0.6))
        )
        direction = np.array([outwards * np.cos(rise), -np.sin(rise)])
        bend = np.array([0.0, 0.22 * length])
        hair = np.array([root, root + 0.5 * length * direction, root + length * direction + 0.35 * bend])
        cv2.polylines(layer, [_fixed(hair)], False, int(rng.uniform(90, 215)), 1, cv2.LINE_AA, _SUBPIXEL_BITS)
    hairs = layer.astype(np.float32) / 255
    shade = cv2.GaussianBlur(hairs, (0, 0), 3.0)
    cover = np.clip(0.62 * hairs + 0.55 * shade, 0, 0.93)[..., None]
    albedo *= 1 - cover
    albedo += cover * (0.8 * look.hair).astype(np.float32)
