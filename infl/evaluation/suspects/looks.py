"""What the network sees where humans clicked: for every face of a set its prediction beside the annotation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from infl.datasets.dataset import Dataset, Sample
from infl.errors import InflError
from infl.harmonize.annotated_face import encode_annotated
from infl.images import cv2
from infl.layouts import Layout
from infl.model.landmarker import Encoded, Landmarker
from infl.model.network import CANONICAL
from infl.progress import Job, Progress

SURE = 0.5
"""Score from which a face counts as one."""

ARRAYS = ("clicked", "found", "sigma", "size", "roll", "score")
"""Of `Looks`: one entry a face."""

LEAST_POINTS = 3
"""Faces with fewer clicks say too little about each other to be judged."""


@dataclass(frozen=True, eq=False)
class Looks:
    """N faces of a set that could be looked at, with K points each.

    samples: N. clicked: (N, K, 2) px, NaN where nothing was clicked. found: (N, K, 2) px, where the set's convention
    has the points on the face that the annotation means. sigma: (N, K) px. size: (N,) px, the face's size. roll: (N,)
    radians by which the head leans in the photograph, clockwise. score: (N,) 0…1 of that face. problems: pictures that
    could not be read.
    """

    dataset: Dataset
    layout: Layout
    samples: tuple[Sample, ...]
    clicked: np.ndarray
    found: np.ndarray
    sigma: np.ndarray
    size: np.ndarray
    roll: np.ndarray
    score: np.ndarray
    problems: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def away(self) -> np.ndarray:
        """(N,) distance between the middle of a face's clicks and that of their prediction, in units of its size."""
        return np.linalg.norm(np.nanmean(self.clicked - self.found, axis=1), axis=1) / self.size

    def only(self, face: int) -> Looks:
        """The same with one face."""
        arrays = {name: getattr(self, name)[face : face + 1] for name in ARRAYS}
        return replace(self, samples=(self.samples[face],), **arrays)


def look_at(landmarker: Landmarker, dataset: Dataset) -> Job[Looks]:
    """Look at every face of a set; nothing but the arrays of `Looks` is kept of a photograph.

    A convention that the network does not know is asked as the canonical one: what all faces of the set have in
    common is no error of one of them. Raises InflError where nobody said what the set's points mean.
    """
    layout = dataset.layout
    if layout is None:
        raise InflError(f"{dataset.name}: nobody said what its {dataset.point_count} points mean.")
    faces_of = Counter(sample.image for sample in dataset.samples)
    rows, start = _Rows(), Progress(dataset.name, 0, len(dataset))
    path, image = None, np.zeros((0, 0, 3), np.uint8)
    for done, sample in enumerate(dataset.samples, 1):
        if np.isfinite(sample.points).all(1).sum() >= LEAST_POINTS:
            try:
                if sample.image != path:
                    image, path = sample.load_image(), sample.image
                encoded = meant_face(landmarker, image, dataset, sample, faces_of[sample.image] == 1)
                rows.add(landmarker, dataset, layout, sample, encoded)
            except (InflError, cv2.error, OSError) as error:
                path = None
                rows.problems.append(str(error))
        yield replace(start, done=done, metrics={"problems": len(rows.problems)})
    return rows.looks(dataset, layout)


def meant_face(
    landmarker: Landmarker, image: np.ndarray, dataset: Dataset, sample: Sample, alone: bool
) -> Encoded:
    """The face of a photograph (H, W, 3) that an annotation should lie on.

    That at the annotation; but where there is none and the photograph holds just one annotated face (`alone`), the one
    that the photograph shows: beside an annotation that lies on the wall the network still guesses a face.
    """
    at_annotation = encode_annotated(landmarker, image, dataset, sample, alone)
    if at_annotation.score >= SURE or not alone:
        return at_annotation
    whole = landmarker.encode(image)
    return whole if whole.score >= SURE else at_annotation


def convention_of(landmarker: Landmarker, dataset: Dataset) -> str:
    """The convention in which a set's points are asked."""
    return dataset.convention if dataset.convention in landmarker.conventions else CANONICAL


def looks_of(
    landmarker: Landmarker, dataset: Dataset, layout: Layout, faces: Sequence[tuple[Sample, Encoded]]
) -> Looks:
    """Faces that are encoded already."""
    rows = _Rows()
    for sample, encoded in faces:
        rows.add(landmarker, dataset, layout, sample, encoded)
    return rows.looks(dataset, layout)


@dataclass
class _Rows:
    """One entry a face, as they come."""

    samples: list[Sample] = field(default_factory=list)
    found: list[np.ndarray] = field(default_factory=list)
    sigma: list[np.ndarray] = field(default_factory=list)
    of_face: list[tuple[float, float, float]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(
        self, landmarker: Landmarker, dataset: Dataset, layout: Layout, sample: Sample, encoded: Encoded
    ) -> None:
        found = landmarker.query(encoded, layout, convention_of(landmarker, dataset))
        self.samples.append(sample)
        self.found.append(found.points)
        self.sigma.append(found.sigma)
        self.of_face.append((encoded.face_size, np.radians(encoded.euler_degrees[2]), encoded.score))

    def looks(self, dataset: Dataset, layout: Layout) -> Looks:
        count, k = len(self.samples), len(layout)
        size, roll, score = np.array(self.of_face, np.float64).reshape(count, 3).T
        return Looks(
            dataset, layout, tuple(self.samples),
            clicked=np.array([s.points for s in self.samples], np.float32).reshape(count, k, 2),
            found=np.array(self.found, np.float32).reshape(count, k, 2),
            sigma=np.array(self.sigma, np.float32).reshape(count, k),
            size=size, roll=roll, score=score, problems=tuple(self.problems),
        )  # fmt: skip
