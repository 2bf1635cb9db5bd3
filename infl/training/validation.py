"""A quick look at the val parts while training; `infl evaluate` is the full measurement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infl.datasets.dataset import Dataset
from infl.model.landmarker import Landmarker
from infl.model.network import InfiniteLandmarks


def validate(
    network: InfiniteLandmarks, datasets: Sequence[Dataset], faces: int, device: str
) -> dict[str, float]:
    """Mean NME (%) of at most `faces` evenly spaced val samples of each set, whole photographs, by convention."""
    landmarker = Landmarker(network, {}, device)
    result = {}
    for dataset in datasets:
        samples = dataset.split("val").samples
        if not samples or dataset.layout is None or dataset.convention not in landmarker.conventions:
            continue
        chosen = [samples[i] for i in np.unique(np.linspace(0, len(samples) - 1, faces).astype(int))]
        errors = []
        for sample in chosen:
            found = landmarker.query(
                landmarker.encode(sample.load_image()), dataset.layout, dataset.convention
            )
            errors.append(100 * nme(found.points, sample.points, dataset))
        result[dataset.convention] = round(float(np.mean(errors)), 3)
    return result


def nme(points: np.ndarray, truth: np.ndarray, dataset: Dataset) -> float:
    """Mean distance over the annotated points, over the set's normaliser (DESIGN 8)."""
    known = np.isfinite(truth).all(1)
    corners = dataset.layout.eye_corners if dataset.layout else None
    if dataset.normaliser == "eyes" and corners and known[list(corners)].all():
        unit = np.linalg.norm(truth[corners[0]] - truth[corners[1]])
    else:
        unit = np.sqrt(np.prod(np.ptp(truth[known], axis=0)))
    return float(np.linalg.norm(points[known] - truth[known], axis=1).mean() / max(unit, 1e-6))
