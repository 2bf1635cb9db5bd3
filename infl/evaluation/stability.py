"""How much predictions tremble on a face that moves smoothly.

Still photographs are moved by known small similarity transforms along a smooth path (30 frames; no point of the
face's box moves more than 2 % of the face's size a frame) and get sensor noise of 3 grey levels. Jitter is the root
mean square length of the second difference of the predictions, mapped back by the known motion, in per cent of the
distance between the eye corners. The path and the noise depend on the photograph alone, so that all who are
compared see the same frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from infl.datasets.dataset import Dataset, Sample
from infl.errors import InflError
from infl.evaluation.held_out import largest_faces
from infl.evaluation.nme import box_size, unit
from infl.geometry.transforms import chain, invert, move, similarity
from infl.images import cv2
from infl.progress import Job, Progress

FRAMES = 30
LARGEST_STEP = 0.02
"""Of the face's size, a frame: how far the fastest corner of the face's box goes."""
NOISE = 3.0
"""Grey levels: standard deviation of the sensor noise."""

Predict = Callable[[np.ndarray], np.ndarray | None]
"""(H, W, 3) uint8 RGB → (K, 2) pixels, or None where no face was found."""


@dataclass(frozen=True)
class Stability:
    """jitter: sample key → per cent of the eyes' distance. lost: frames without a face, of all `frames`."""

    jitter: dict[str, float]
    lost: int
    frames: int

    @property
    def mean(self) -> float:
        """Mean jitter over the photographs, %; NaN where none could be measured."""
        return float(np.mean(list(self.jitter.values()))) if self.jitter else float("nan")


def measure_stability(
    predict: Predict, dataset: Dataset, *, split: str | None = "val", photographs: int = 20
) -> Job[Stability]:
    """Jitter of `predict` on evenly spaced photographs of a set.

    Raises InflError when the set has no sample in that part.
    """
    samples = [s for s in largest_faces(dataset.samples)[0] if split is None or s.split == split]
    if not samples:
        raise InflError(f"{dataset.name}: no sample of the part “{split}”.")
    chosen = [samples[i] for i in np.unique(np.linspace(0, len(samples) - 1, photographs).astype(int))]
    start, jitters, lost = Progress("stability", 0, len(chosen)), {}, 0
    corners = dataset.layout.eye_corners if dataset.layout else None
    for done, sample in enumerate(chosen, 1):
        track = follow(predict, sample, seed=done)
        lost += int(np.isnan(track).any((1, 2)).sum())
        trembling = jitter(track, unit(sample.points, corners, dataset.normaliser)[0])
        if np.isfinite(trembling):
            jitters[sample.key] = trembling
        yield Progress("stability", done, len(chosen), sample.key, started=start.started)
    return Stability(jitters, lost, FRAMES * len(chosen))


def follow(predict: Predict, sample: Sample, seed: int) -> np.ndarray:
    """(FRAMES, K, 2) predictions on the moved photograph in pixels of the still one; NaN in frames without a face."""
    image = sample.load_image()
    height, width = image.shape[:2]
    rng = np.random.default_rng(seed)
    known = sample.points[np.isfinite(sample.points).all(1)]
    centre = (known.min(0) + known.max(0)) / 2
    found: list[np.ndarray | None] = []
    for motion in smooth_path(centre, box_size(sample.points), rng):
        frame = cv2.warpAffine(
            image, motion, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        noisy = frame + rng.normal(0, NOISE, frame.shape)
        points = predict(np.clip(np.round(noisy), 0, 255).astype(np.uint8))
        found.append(None if points is None else move(invert(motion), points))
    count = next((len(points) for points in found if points is not None), len(sample.points))
    return np.array([np.full((count, 2), np.nan) if points is None else points for points in found])


def smooth_path(centre: np.ndarray, size: float, rng: np.random.Generator) -> list[np.ndarray]:
    """FRAMES similarities (2, 3), still → frame in pixels, that start at rest around `centre`.

    Shift, angle and log scale are each a sum of two slow sines; together they are as large as LARGEST_STEP of `size`
    pixels allows.
    """
    time = np.linspace(0, 2 * np.pi, FRAMES)
    waves = [
        rng.normal() * np.sin(time + phase)
        + 0.5 * rng.normal() * np.sin(2 * time + rng.uniform(0, 2 * np.pi))
        for phase in rng.uniform(0, 2 * np.pi, 4)
    ]
    shift_x, shift_y, angle, growth = (
        (w - w[0]) * part for w, part in zip(waves, (1, 1, 0.5, 0.5), strict=True)
    )
    corners = centre + size / 2 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])

    def path(amount: float) -> list[np.ndarray]:
        home, away = (
            np.array([[1, 0, centre[0]], [0, 1, centre[1]]]),
            np.array([[1, 0, -centre[0]], [0, 1, -centre[1]]]),
        )
        return [
            chain(home, similarity(np.exp(amount * g), amount * a, amount * size * np.array([x, y])), away)
            for x, y, a, g in zip(shift_x, shift_y, angle, growth, strict=True)
        ]

    amount = 1e-3
    for _ in range(6):  # displacements are nearly proportional to the amount, so this settles at once
        at = np.array([move(motion, corners) for motion in path(amount)])
        amount *= LARGEST_STEP * size / np.linalg.norm(np.diff(at, axis=0), axis=2).max()
    return path(amount)


def jitter(track: np.ndarray, size: float) -> float:
    """Root mean square length of the second difference of (T, K, 2) pixels over time, in per cent of `size` pixels.

    Frames that are NaN are left out with the differences they take part in; NaN when none is left.
    """
    second = track[2:] - 2 * track[1:-1] + track[:-2]
    squares = (second**2).sum(-1)
    squares = squares[np.isfinite(squares)]
    return float(100 * np.sqrt(squares.mean()) / size) if squares.size and size > 0 else float("nan")
