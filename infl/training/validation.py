"""A quick look at the val parts while training; `infl evaluate` is the full measurement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from infl.datasets.dataset import Dataset, Sample
from infl.evaluation.calibration import SigmaCalibration, fit_sigma
from infl.evaluation.nme import nme, unit
from infl.layouts import Layout
from infl.model.landmarker import Landmarker
from infl.model.network import InfiniteLandmarks

CALIBRATING = 60
"""Faces of each set, evenly spaced, to which σ is fitted."""


def validate(
    network: InfiniteLandmarks, datasets: Sequence[Dataset], faces: int, device: str
) -> dict[str, float]:
    """Mean NME (%) of at most `faces` evenly spaced val samples of each set, whole photographs, by convention."""
    landmarker = Landmarker(network, {}, device)
    errors: dict[str, list[float]] = {}
    for dataset, layout, sample in _held_out(landmarker, datasets, faces):
        found = landmarker.query(landmarker.encode(sample.load_image()), layout, dataset.convention)
        size, _ = unit(sample.points, layout.eye_corners, dataset.normaliser)
        errors.setdefault(dataset.convention, []).append(nme(found.points, sample.clicked().points, size))
    return {name: round(float(np.mean(each)), 3) for name, each in errors.items()}


def calibrate(
    network: InfiniteLandmarks, datasets: Sequence[Dataset], device: str
) -> SigmaCalibration | None:
    """What σ, in units of the face's size, has to become to be one standard deviation on the val parts of the sets.

    None where no val part has a convention that the network knows.
    """
    landmarker = Landmarker(network, {}, device)
    sigma, error = [], []
    for dataset, layout, sample in _held_out(landmarker, datasets, CALIBRATING):
        encoded = landmarker.encode(sample.load_image())
        found = landmarker.query(encoded, layout, dataset.convention)
        sigma.append(found.sigma / encoded.face_size)
        error.append(np.linalg.norm(found.points - sample.clicked().points, axis=1) / encoded.face_size)
    if not sigma:
        return None
    together = np.concatenate(sigma)
    varied = bool(np.log(together).std() > 1e-3)  # an untrained network claims the same everywhere
    return fit_sigma(together, np.concatenate(error), power=varied)


def _held_out(
    landmarker: Landmarker, datasets: Sequence[Dataset], faces: int
) -> Iterator[tuple[Dataset, Layout, Sample]]:
    """At most `faces` evenly spaced val samples of each set whose convention the landmarker knows, with a clicked point
    each."""
    for dataset in datasets:
        samples = [s for s in dataset.split("val").samples if np.isfinite(s.clicked().points).any()]
        if not samples or dataset.convention not in landmarker.conventions:
            continue
        layout = dataset.layout or landmarker.learned_layout(dataset.convention)
        for i in np.unique(np.linspace(0, len(samples) - 1, faces).astype(int)):
            yield dataset, layout, samples[i]
