"""The studio's own long jobs, as `infl.progress` generators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.translation import tr
from app.values import OpenSet, Place
from infl.datasets import open_datasets
from infl.datasets.dataset import Dataset, Sample
from infl.datasets.registry import sets_inside
from infl.errors import InflError
from infl.evaluation.nme import nme, unit
from infl.progress import Job, Progress

if TYPE_CHECKING:
    from infl.model import Encoded, Landmarker


def open_folders(
    paths: Sequence[Path], pictures: Mapping[Path, Path] | None = None
) -> Job[tuple[list[Dataset], list[InflError]]]:
    """Open folders one by one; what cannot be opened is in the second list and stops nothing.

    pictures: of a set whose pictures are not beside its annotations, their folder.
    """
    opened: list[Dataset] = []
    failed: list[InflError] = []
    paths = [folder for path in paths for folder in sets_inside(path) or [path]]
    start = Progress(tr("opening"), 0, len(paths))
    for done, path in enumerate(paths, 1):
        yield Progress(start.phase, done - 1, len(paths), path.name, started=start.started)
        try:
            opened += open_datasets([path], pictures)
        except InflError as error:
            failed.append(error)
    return opened, failed


def measure_disagreement(
    landmarker: Landmarker, open_set: OpenSet, set_index: int, convention: str
) -> Job[dict[Place, float]]:
    """How far each photograph's annotation is from the prediction in the set's own convention, as NME in %.

    A photograph that cannot be read, or has nothing to compare, is left out.
    """
    dataset, layout = open_set.dataset, open_set.dataset.layout
    if layout is None:
        raise InflError(
            tr("“{name}” has no layout yet, so there is no prediction to compare with.").format(
                name=dataset.name
            )
        )
    values: dict[Place, float] = {}
    start = Progress(tr("measuring"), 0, len(dataset))
    for index, sample in enumerate(dataset.samples):
        yield Progress(start.phase, index, len(dataset), started=start.started)
        try:
            encoded = encode_sample(landmarker, sample.load_image(), open_set, sample)
        except InflError:
            continue
        size, _ = unit(sample.points, layout.eye_corners, dataset.normaliser)
        found = landmarker.query(encoded, layout, convention).points
        error = nme(found, sample.points, size) if size > 0 else np.nan
        if np.isfinite(error):
            values[Place(set_index, index)] = error
    return values


def encode_sample(landmarker: Landmarker, image: np.ndarray, open_set: OpenSet, sample: Sample) -> Encoded:
    """Encode the whole photograph; where several of its faces are annotated, the one that is meant."""
    from infl.harmonize.annotated_face import encode_annotated

    if sample.image in open_set.crowded:
        return encode_annotated(landmarker, image, open_set.dataset, sample, alone=False)
    return landmarker.encode(image)
