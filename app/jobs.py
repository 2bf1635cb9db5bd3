"""The studio's own long jobs, as `infl.progress` generators."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.state import OpenSet, Place
from infl.datasets import open_datasets
from infl.datasets.dataset import Dataset
from infl.errors import InflError
from infl.progress import Job, Progress

if TYPE_CHECKING:
    from infl.model import Landmarker


def open_folders(paths: Sequence[Path]) -> Job[tuple[list[Dataset], list[InflError]]]:
    """Open folders one by one; what cannot be opened is in the second list and stops nothing."""
    opened: list[Dataset] = []
    failed: list[InflError] = []
    start = Progress("opening", 0, len(paths))
    for done, path in enumerate(paths, 1):
        yield Progress(start.phase, done - 1, len(paths), path.name, started=start.started)
        try:
            opened += open_datasets([path])
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
        raise InflError(f"“{dataset.name}” has no layout yet, so there is no prediction to compare with.")
    values: dict[Place, float] = {}
    start = Progress("measuring", 0, len(dataset))
    for index, sample in enumerate(dataset.samples):
        yield Progress(start.phase, index, len(dataset), started=start.started)
        try:
            found = landmarker.query(landmarker.encode(sample.load_image()), layout, convention).points
        except InflError:
            continue
        size = _normaliser(dataset, sample.points, found)
        distance = np.linalg.norm(found - sample.points, axis=1)
        if size > 0 and np.isfinite(distance).any():
            values[Place(set_index, index)] = 100 * float(np.nanmean(distance)) / size
    return values


def _normaliser(dataset: Dataset, human: np.ndarray, found: np.ndarray) -> float:
    """Pixels that errors are divided by: the annotated eye corners, else the predicted ones, else the box."""
    corners = dataset.layout.eye_corners if dataset.layout is not None else None
    if dataset.normaliser == "eyes" and corners:
        for points in (human, found):
            distance = float(np.linalg.norm(points[corners[0]] - points[corners[1]]))
            if np.isfinite(distance) and distance > 0:
                return distance
    seen = human[np.isfinite(human).all(1)]
    return float(np.sqrt(np.prod(seen.max(0) - seen.min(0)))) if len(seen) > 1 else 0.0
