"""Backgrounds behind synthetic people: walls, windows, foliage-like clutter and points of light, out of
focus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infl.images import cv2

KINDS = ("studio", "room", "clutter", "cloud")


def background(rng: np.random.Generator, size: int, kinds: Sequence[str] = KINDS) -> np.ndarray:
    """(size, size, 3) float32 linear light, about 0…1; of one of `kinds`."""
    kind = str(rng.choice(kinds))
    picture = {"studio": _studio, "room": _room, "clutter": _clutter, "cloud": _cloud}[kind](rng, size)
    if kind != "studio" and rng.random() < 0.35:
        picture = _with_lights(rng, picture)
    blur = rng.choice((0.004, 0.008, 0.015, 0.03)) * size * (2.0 if kind == "clutter" else 1.0)
    picture = cv2.GaussianBlur(picture, (0, 0), float(blur))
    grey = picture.mean(2, keepdims=True)
    picture = grey + (picture - grey) * rng.uniform(0.3, 1.0)
    return np.clip(picture * rng.uniform(0.35, 1.0), 0, 1).astype(np.float32)


def fractal(rng: np.random.Generator, size: int, slope: float) -> np.ndarray:
    """(size, size) noise of zero mean and unit spread whose amplitude falls as 1/frequency**slope; it
    tiles."""
    squared = np.fft.rfftfreq(size)[None] ** 2 + np.fft.fftfreq(size)[:, None] ** 2
    squared[0, 0] = 1.0
    spectrum = squared ** (-slope / 2) * np.exp(2j * np.pi * rng.random(squared.shape))
    spectrum[0, 0] = 0.0
    noise = np.fft.irfft2(spectrum, s=(size, size))
    return (noise / max(float(noise.std()), 1e-9)).astype(np.float32)


def _colour(rng: np.random.Generator) -> np.ndarray:
    hue = rng.dirichlet((3, 3, 3)) * 3
    return (rng.uniform(0.08, 0.9) * (0.6 + 0.4 * hue)).astype(np.float32)


def _studio(rng: np.random.Generator, size: int) -> np.ndarray:
    y, x = np.mgrid[:size, :size].astype(np.float32) / size - 0.5
    centre = rng.normal(0, 0.25, 2)
    glow = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / rng.uniform(0.1, 0.5))
    return _colour(rng) * (rng.uniform(0.25, 0.7) + rng.uniform(0.2, 0.6) * glow[..., None])


def _room(rng: np.random.Generator, size: int) -> np.ndarray:
    """A wall with upright and level things before it: shelves, frames, a window."""
    picture = np.empty((size, size, 3), np.float32)
    picture[:] = _colour(rng)
    picture *= np.linspace(rng.uniform(0.7, 1.2), rng.uniform(0.7, 1.2), size, dtype=np.float32)[
        None, :, None
    ]
    lean = rng.normal(0, 0.03)
    for _ in range(rng.integers(4, 16)):
        x, y = rng.uniform(-0.2, 1.0, 2) * size
        w, h = rng.uniform(0.05, 0.55, 2) * size
        corners = np.array([(x, y), (x + w, y + lean * w), (x + w - lean * h, y + h), (x - lean * h, y + h)])
        cv2.fillPoly(picture, [corners.astype(np.int32)], _colour(rng).tolist(), cv2.LINE_AA)
    if rng.random() < 0.4:
        x, y = (rng.uniform(-0.1, 0.8, 2) * size).astype(int)
        w, h = (rng.uniform(0.2, 0.5, 2) * size).astype(int)
        light = (rng.uniform(0.9, 1.3) * np.array((0.95, 0.98, 1.0))).tolist()
        cv2.rectangle(picture, (x, y), (x + w, y + h), light, -1)
        cv2.rectangle(picture, (x, y), (x + w, y + h), _colour(rng).tolist(), max(size // 60, 1))
    return picture * (1 + 0.05 * fractal(rng, size, 1.2)[..., None])


def _clutter(rng: np.random.Generator, size: int) -> np.ndarray:
    """Many small blots of related colours: leaves, a crowd, a street."""
    base = np.array([_colour(rng) for _ in range(4)])
    picture = np.empty((size, size, 3), np.float32)
    picture[:] = base[0]
    for _ in range(rng.integers(60, 220)):
        x, y = (rng.random(2) * size).astype(int).tolist()
        axes = np.maximum(rng.uniform(0.01, 0.1, 2) * size, 1).astype(int).tolist()
        colour = base[rng.integers(4)] * rng.uniform(0.4, 1.5)
        cv2.ellipse(
            picture, (x, y), axes, float(rng.uniform(0, 180)), 0, 360, colour.tolist(), -1, cv2.LINE_AA
        )
    return picture


def _cloud(rng: np.random.Generator, size: int) -> np.ndarray:
    shared = fractal(rng, size, rng.uniform(1.0, 2.2))[..., None]
    own = np.stack([fractal(rng, size, rng.uniform(1.2, 2.2)) for _ in range(3)], -1)
    return _colour(rng) * (1 + rng.uniform(0.15, 0.5) * (0.8 * shared + 0.35 * own))


def _with_lights(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    size = len(picture)
    discs = np.zeros_like(picture)
    for _ in range(rng.integers(3, 25)):
        x, y = (rng.random(2) * size).astype(int).tolist()
        radius = max(int(rng.uniform(0.01, 0.05) * size), 1)
        cv2.circle(discs, (x, y), radius, (_colour(rng) * rng.uniform(0.5, 1.5)).tolist(), -1, cv2.LINE_AA)
    return picture + discs * rng.uniform(0.3, 0.8)
