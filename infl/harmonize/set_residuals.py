"""Learning how each data set's annotators depart from the prediction, from some of its faces, before it is moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from infl.datasets.dataset import Dataset
from infl.errors import InflError
from infl.harmonize.annotated_face import encode_annotated
from infl.harmonize.residuals import STRANGERS, Clicks, Places, Residuals, learn_residuals
from infl.harmonize.transfer import Carrying, clicks_of, same_points
from infl.images import cv2
from infl.layouts import Layout
from infl.model.landmarker import Landmarker
from infl.progress import Job, Progress

FACES = 400
"""Of a set, evenly spread, are looked at: more change the estimates by less than sets differ."""


def carryings(
    landmarker: Landmarker, datasets: Sequence[Dataset], target: Layout, convention: str
) -> Job[list[Carrying | None]]:
    """How each set's clicks reach the target layout as `convention` means it; None where they cannot.

    What the annotators of `convention` do beyond what the deformer learned is known where one of the sets is theirs.
    """
    learned: list[Residuals | None] = []
    for dataset in datasets:
        known = dataset.layout is not None and dataset.convention in landmarker.conventions
        learned.append((yield from residuals_of(landmarker, dataset)) if known else None)
    distances = [one.places.to(target.queries) if one else np.zeros((0, 0)) for one in learned]
    habit, scatter, share = np.zeros((len(target), 2)), np.zeros(len(target)), STRANGERS
    theirs = [i for i, dataset in enumerate(datasets) if learned[i] and dataset.convention == convention]
    if theirs:
        largest = max(theirs, key=lambda i: len(datasets[i]))
        one, own = learned[largest], datasets[largest].layout
        assert one is not None and own is not None
        habit, share, pairs = one.habit_at(distances[largest]), one.share, same_points(target, own)
        scatter = np.where(pairs >= 0, one.noise[pairs], 0.0)
    return [
        Carrying(
            one,
            far,
            same_points(target, dataset.layout),
            habit,
            share if theirs else min(one.share, share),
            scatter,
        )
        if one and dataset.layout
        else None
        for one, far, dataset in zip(learned, distances, datasets, strict=True)
    ]


def residuals_of(landmarker: Landmarker, dataset: Dataset) -> Job[Residuals]:
    """The residuals of a set whose layout and convention are known; pictures that cannot be read are left out."""
    assert dataset.layout is not None
    samples = dataset.samples
    chosen = np.unique(np.linspace(0, len(samples) - 1, min(FACES, len(samples))).round().astype(int))
    faces_of = Counter(sample.image for sample in samples)
    progress = Progress("learning how the set was annotated", 0, len(chosen))
    found = []
    for done, i in enumerate(chosen, 1):
        sample = samples[i].clicked()
        try:
            image = sample.load_image()
        except (InflError, cv2.error, OSError):
            continue  # it is told when its turn comes to be harmonised
        encoded = encode_annotated(landmarker, image, dataset, sample, faces_of[sample.image] == 1)
        own = landmarker.query(encoded, dataset.layout, dataset.convention)
        found.append(clicks_of(sample.points, sample.visibility, encoded, own))
        yield Progress(progress.phase, done, len(chosen), dataset.name, started=progress.started)
    points = len(dataset.layout)
    clicks = Clicks(*(np.concatenate([np.zeros(shape, kind), *(getattr(one, name) for one in found)])
                      for name, shape, kind in (("residual", (0, points, 2), float), ("sigma", (0, points), float),
                                                ("hidden", (0, points), bool))))  # fmt: skip
    return learn_residuals(Places.of(dataset.layout.queries), clicks)
