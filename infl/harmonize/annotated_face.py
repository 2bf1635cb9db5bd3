"""Encoding the face that an annotation means, in photographs that may hold several."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from infl.datasets.dataset import Dataset, Sample
from infl.geometry.transforms import chain
from infl.model.config import CROP_HALF_WIDTH
from infl.model.landmarker import Encoded, Landmarker
from infl.model.network import CANONICAL
from infl.training.rigid_fit import rigid_fit

ELSEWHERE = 0.3
"""Of the annotated points' box: a prediction farther off (median over the points) is another face, or none."""

SURROUNDINGS = 1.9 * CROP_HALF_WIDTH
"""Millimetres around the annotated face that are looked at when it must be told from others."""


def encode_annotated(
    landmarker: Landmarker, image: np.ndarray, dataset: Dataset, sample: Sample, alone: bool
) -> Encoded:
    """Encode the face of `sample` in its photograph (H, W, 3).

    The whole photograph is looked at, as everywhere, where the face is `alone` and found where it was annotated;
    otherwise its surroundings, which the annotation tells, and the better of the two is kept.
    """
    known = np.isfinite(sample.points[:, 0])
    if known.sum() < 2:
        return landmarker.encode(image)
    looks = []
    if alone:
        looks = [landmarker.encode(image)]
        if distance_to(landmarker, looks[0], dataset, sample, known) <= ELSEWHERE:
            return looks[0]
    looks.append(_encode_part(landmarker, image, *_square(dataset, sample, known)))
    return min(looks, key=lambda look: distance_to(landmarker, look, dataset, sample, known))


def distance_to(
    landmarker: Landmarker, encoded: Encoded, dataset: Dataset, sample: Sample, known: np.ndarray
) -> float:
    """Median distance between the prediction and the `known` (K,) points of an annotation, over their box; above
    ELSEWHERE it is another face. 0 where the points' meaning is not known."""
    if dataset.layout is None:
        return 0.0
    convention = dataset.convention if dataset.convention in landmarker.conventions else CANONICAL
    found = landmarker.query(encoded, dataset.layout.queries[known], convention).points
    box = np.ptp(sample.points[known], axis=0).max()
    return float(np.median(np.linalg.norm(found - sample.points[known], axis=1)) / max(box, 1e-6))


def _square(dataset: Dataset, sample: Sample, known: np.ndarray) -> tuple[np.ndarray, float]:
    """Centre (2,) and half width of the square around an annotated face, pixels."""
    points = sample.points[known]
    if dataset.layout is not None:
        fit = rigid_fit(dataset.layout.queries, dataset.layout.contour, sample.points[None])
        if np.isfinite(fit.scale[0]) and fit.scale[0] > 0:
            return fit.centre[0], float(fit.scale[0]) * SURROUNDINGS
    low, high = points.min(0), points.max(0)
    return (low + high) / 2, float((high - low).max())


def _encode_part(landmarker: Landmarker, image: np.ndarray, centre: np.ndarray, half: float) -> Encoded:
    """Encode the part of a photograph in a square, and say of it what holds for the whole photograph."""
    height, width = image.shape[:2]
    low = np.clip(np.floor(centre - half).astype(int), 0, [width - 1, height - 1])
    high = np.clip(np.ceil(centre + half).astype(int) + 1, low + 1, [width, height])
    encoded = landmarker.encode(np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]]))
    shift = np.array([[1.0, 0.0, low[0]], [0.0, 1.0, low[1]]])
    return replace(encoded, roi=chain(shift, encoded.roi), image_size=(width, height))
