"""The annotated faces of a data set, each looked at once: what is fitted afterwards only asks for points."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from infl.datasets.dataset import Dataset, Sample
from infl.errors import FileError, InflError
from infl.evaluation.held_out import largest_faces
from infl.harmonize.annotated_face import ELSEWHERE, distance_to, encode_annotated
from infl.model.config import FACE_SIZE
from infl.model.landmarker import Encoded, Landmarker
from infl.progress import Job, Progress

FEWEST = 8
"""Faces below which nothing is fitted."""


@dataclass(frozen=True, eq=False)
class SeenFace:
    """An encoded face with its annotation, points (K, 2) pixels of the photograph, NaN where absent."""

    key: str
    encoded: Encoded
    points: np.ndarray

    @property
    def millimetres(self) -> float:
        """Millimetres on the face that one pixel of the photograph is."""
        return FACE_SIZE / self.encoded.face_size


@dataclass(frozen=True)
class Seen:
    """faces that were found; missed: how many were looked at and not found; unread: those that could not be read."""

    faces: tuple[SeenFace, ...]
    missed: int
    unread: tuple[str, ...]


def see_faces(landmarker: Landmarker, dataset: Dataset, pictures: int) -> Job[Seen]:
    """Encode at most `pictures` faces of the train part of `dataset` (or of what has no part), evenly chosen, the
    largest face of each photograph.

    Raises InflError where there are fewer than FEWEST, where points coincide, or where most faces are not found.
    """
    samples = [s for s in largest_faces(dataset.samples)[0] if s.split in ("train", "") and _spread(s)]
    _enough(dataset, samples)
    chosen = [samples[i] for i in np.unique(np.linspace(0, len(samples) - 1, pictures).round().astype(int))]
    faces_of = Counter(sample.image for sample in dataset.samples)
    progress = Progress("looking at faces", 0, len(chosen))
    faces, unread = [], []
    for done, sample in enumerate(chosen, 1):
        try:
            image = sample.load_image()
        except FileError as error:
            unread.append(str(error))
        else:
            encoded = encode_annotated(landmarker, image, dataset, sample, faces_of[sample.image] == 1)
            known = np.isfinite(sample.points[:, 0])
            if distance_to(landmarker, encoded, dataset, sample, known) <= ELSEWHERE:
                faces.append(SeenFace(sample.key, encoded, sample.points))
        yield Progress(progress.phase, done, len(chosen), dataset.name, started=progress.started)
    missed = len(chosen) - len(faces) - len(unread)
    if len(faces) < max(FEWEST, (len(chosen) - len(unread)) / 2):
        reason = f" {len(unread)} pictures could not be read, the first: {unread[0]}" if unread else ""
        raise InflError(
            f"{dataset.name}: of {len(chosen)} annotated faces only {len(faces)} were found where the annotation says; "
            f"are the points in pixels of these pictures, and in the order of the layout?{reason}"
        )
    return Seen(tuple(faces), missed, tuple(unread))


def _spread(sample: Sample) -> bool:
    """Whether at least two points are annotated in different places."""
    known = sample.points[np.isfinite(sample.points).all(1)]
    return len(known) > 1 and bool(np.ptp(known, axis=0).max() > 1)


def _enough(dataset: Dataset, samples: list[Sample]) -> None:
    """Raise InflError, in words, where a set has not enough faces to fit anything."""
    if len(samples) >= FEWEST:
        return
    there = [s for s in dataset.samples if s.split in ("train", "")]
    if len(there) >= FEWEST:
        raise InflError(
            f"{dataset.name}: in {len(there) - len(samples)} of {len(there)} pictures all annotated points coincide "
            "or none is annotated; are the coordinates pixels?"
        )
    parts = ", ".join(sorted({s.split for s in dataset.samples if s.split not in ("train", "")}))
    raise InflError(
        f"{dataset.name}: {len(samples)} annotated pictures to learn from are too few; at least {FEWEST} are needed, "
        "and 20 or more are better." + (f" (The parts {parts} are kept for measuring.)" if parts else "")
    )
