"""A quick look at the val parts while training; `infl evaluate` is the full measurement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infl.datasets.dataset import Dataset
from infl.evaluation.nme import nme, unit
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
        if not samples or dataset.convention not in landmarker.conventions:
            continue
        layout = dataset.layout or landmarker.learned_layout(dataset.convention)
        chosen = [samples[i] for i in np.unique(np.linspace(0, len(samples) - 1, faces).astype(int))]
        errors = []
        for sample in chosen:
            found = landmarker.query(landmarker.encode(sample.load_image()), layout, dataset.convention)
            size, _ = unit(sample.points, layout.eye_corners, dataset.normaliser)
            errors.append(nme(found.points, sample.points, size))
        result[dataset.convention] = round(float(np.mean(errors)), 3)
    return result
