"""Encoding the face that an annotation means, in photographs that may hold several."""

from __future__ import annotations

import numpy as np

from infl.datasets.dataset import Dataset, Sample
from infl.geometry.transforms import similarity
from infl.model.config import CROP_HALF_WIDTH
from infl.model.landmarker import Encoded, Landmarker
from infl.model.network import CANONICAL
from infl.training.augmentation import roll_of
from infl.training.rigid_fit import rigid_fit

ELSEWHERE = 0.3
"""Of the annotated points' box: a prediction farther off (median over the points) is another face, or none."""

HERE = 0.1
"""Of that box: a prediction nearer than that is of the annotated face for sure."""

BOX = 0.65
"""Half the width of a face's standard crop, of its points' box, where nobody said what the points mean."""


def encode_annotated(
    landmarker: Landmarker, image: np.ndarray, dataset: Dataset, sample: Sample, alone: bool
) -> Encoded:
    """Encode the face of `sample` in its photograph (H, W, 3).

    The whole photograph is looked at, as everywhere, where the face is `alone` and found where it was annotated;
    otherwise the place that the annotation tells, and the better of the two is kept.
    """
    known = np.isfinite(sample.points[:, 0])
    if known.sum() < 2:
        return landmarker.encode(image)
    looks = []
    if alone:
        looks = [landmarker.encode(image)]
        if distance_to(landmarker, looks[0], dataset, sample, known) <= HERE:
            return looks[0]
    looks.append(landmarker.encode_at(image, _crop(dataset, sample, known)))
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


def _crop(dataset: Dataset, sample: Sample, known: np.ndarray) -> np.ndarray:
    """(2, 3) from normalised coordinates of the annotated face's standard crop to the photograph's pixels."""
    if dataset.layout is not None:
        fit = rigid_fit(dataset.layout.queries, dataset.layout.contour, sample.points[None])
        if np.isfinite(fit.scale[0]) and fit.scale[0] > 0:
            return similarity(CROP_HALF_WIDTH * fit.scale[0], roll_of(fit.head[0]), fit.centre[0])
    low, high = sample.points[known].min(0), sample.points[known].max(0)
    return similarity(BOX * float((high - low).max()), 0.0, (low + high) / 2)
