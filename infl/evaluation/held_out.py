"""How well a landmarker finds the points of data sets that it was not trained on.

The whole photograph goes in, with no box; of several annotated faces in one photograph the largest is meant. Each
set is asked as its own convention means the points ("with deformer") and as the canonical one does ("without").
Samples that the checkpoint's card lists as training data are refused. Of a harmonised set only the points that a human
clicked are measured: on those that were predicted a network would be compared with itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from infl.datasets.dataset import Dataset, Sample
from infl.errors import FileError, InflError
from infl.evaluation.nme import box_size, nme, unit
from infl.evaluation.report import Report, Row
from infl.export.harmonised_face import PREDICTED
from infl.layouts import Layout
from infl.model import CANONICAL, Encoded, Landmarker
from infl.progress import Job, Progress


def evaluate(
    landmarker: Landmarker,
    datasets: Sequence[Dataset],
    *,
    split: str | None = "val",
    deformer: bool | None = None,
    nearest: bool = False,
) -> Job[Report]:
    """Measure NME, failure rate and AUC₈ of each data set; see the module's docstring for the protocol.

    split: which part of each set ("val", "train", …); None for all of it. deformer: True for the sets' own
    conventions only, False for the canonical one only, None for both. A convention that the landmarker does not
    know has no row "with deformer", and a note says so. nearest: of all faces that are found in a photograph the one
    nearest to the annotation is measured, instead of the one that `encode` gives.

    Raises InflError when a sample was trained on, when a set has no layout, or when there is nothing to measure.
    """
    parts = [_Part.of(landmarker, dataset, split, deformer, nearest) for dataset in datasets]
    total = sum(len(part.samples) for part in parts)
    if not total:
        known = sorted({sample.split or "(none)" for dataset in datasets for sample in dataset.samples})
        raise InflError(
            f"There is nothing to measure: no sample of the part “{split}”, but of {', '.join(known)}."
        )
    start, done = Progress("evaluating", 0, total), 0
    for part in parts:
        for sample in part.samples:
            part.measure(landmarker, sample)
            done += 1
            yield Progress("evaluating", done, total, part.dataset.name, part.running(), start.started)
    rows = tuple(row for part in parts for row in part.rows(split or ""))
    notes = tuple(note for part in parts for note in part.notes)
    meant = (
        "of all found faces the one nearest to the annotation" if nearest else "the face that encode gives"
    )
    return Report(rows, {k: v for k, v in landmarker.card.items() if k != "training_keys"}, notes, meant)


def refuse_trained(card: Mapping[str, Any], dataset: Dataset, samples: Sequence[Sample]) -> None:
    """Raise InflError when one of `samples` shows a picture that the card lists as training data of its convention, or
    that it lists of a set from which a harmonised one has it. A picture that `dataset` holds several times, from
    several sets, has been trained on when one of them has.
    """
    listed = {name: {_picture(key) for key in keys} for name, keys in card.get("training_keys", {}).items()}
    trained = {
        sample.image
        for sample in (*dataset.samples, *samples)
        for convention, key in ((dataset.convention, sample.key), *sample.origins)
        if _picture(key) in listed.get(convention, ())
    }
    seen = [sample.key for sample in samples if sample.image in trained]
    if seen:
        raise InflError(
            f"{dataset.name}: this checkpoint was trained on {len(seen)} of these {len(samples)} samples, for example "
            f"{seen[0]}. Figures on them would mean nothing; measure on held-out samples (--split val)."
        )


def _picture(key: str) -> str:
    """The picture of a sample's key, without the number of the face in it."""
    return re.sub(r"#\d+$", "", key)


def largest_faces(samples: Sequence[Sample]) -> tuple[tuple[Sample, ...], int]:
    """(one sample for each photograph, that with the largest box; how many photographs have several)."""
    of: dict[Path, list[Sample]] = defaultdict(list)
    for sample in samples:
        of[sample.image].append(sample)
    chosen = tuple(max(faces, key=lambda s: box_size(s.points)) for faces in of.values())
    return chosen, sum(len(faces) > 1 for faces in of.values())


def nearest_face(landmarker: Landmarker, image: np.ndarray, annotated: np.ndarray) -> Encoded:
    """Of all faces of a photograph the one whose middle is nearest to that of the (K, 2) annotated points,
    what `encode` gives where none is found."""
    faces = landmarker.encode_all(image) or [landmarker.encode(image)]
    middle = np.nanmean(annotated, 0)
    return min(faces, key=lambda face: float(np.linalg.norm(face.centre - middle)))


@dataclass
class _Part:
    """One set while it is measured: what is asked of it, and the errors so far by convention and sample key."""

    dataset: Dataset
    layout: Layout
    samples: tuple[Sample, ...]
    several: int
    errors: dict[str, dict[str, float]]
    notes: list[str]
    nearest: bool
    skipped: dict[str, str] = field(default_factory=dict)
    by_box: int = 0

    @classmethod
    def of(
        cls,
        landmarker: Landmarker,
        dataset: Dataset,
        split: str | None,
        deformer: bool | None,
        nearest: bool,
    ) -> _Part:
        if dataset.layout is None:
            raise InflError(
                f"{dataset.name}: nobody said what its {dataset.point_count} points mean; give it a layout."
            )
        samples, several = largest_faces(dataset.samples)
        samples = tuple(s for s in samples if split is None or s.split == split)
        refuse_trained(landmarker.card, dataset, samples)
        notes = [] if samples else [f"{dataset.name}: no sample of the part “{split}”."]
        if predicted := sum(
            int((s.provenance == PREDICTED).sum()) for s in samples if s.provenance is not None
        ):
            notes.append(f"{dataset.name}: {predicted} points that were predicted are not measured.")
        asked = [] if deformer is False else [dataset.convention]
        if deformer is not True:
            asked.append(CANONICAL)
        for unknown in set(asked) - set(landmarker.conventions):
            asked.remove(unknown)
            notes.append(
                f"{dataset.name}: this checkpoint knows no convention “{unknown}”; asked without deformer only."
            )
        return cls(dataset, dataset.layout, samples, several, {name: {} for name in asked}, notes, nearest)

    def measure(self, landmarker: Landmarker, sample: Sample) -> None:
        """Add one sample's errors, or the reason why it has none."""
        size, how = unit(sample.points, self.layout.eye_corners, self.dataset.normaliser)
        if size < 1:
            self.skipped[sample.key] = "its annotated points have no extent"
            return
        try:
            image = sample.load_image()
        except FileError as error:
            self.skipped[sample.key] = str(error)
            return
        clicked = sample.clicked().points
        if not np.isfinite(clicked).any():
            self.skipped[sample.key] = "no human clicked a point of it"
            return
        self.by_box += how != self.dataset.normaliser
        encoded = nearest_face(landmarker, image, sample.points) if self.nearest else landmarker.encode(image)
        for convention, errors in self.errors.items():
            found = landmarker.query(encoded, self.layout, convention)
            errors[sample.key] = nme(found.points, clicked, size)

    def running(self) -> dict[str, float]:
        """Mean NME so far, by convention."""
        return {name: float(np.mean(list(errors.values()))) for name, errors in self.errors.items() if errors}

    def rows(self, split: str) -> Iterator[Row]:
        normaliser = self.dataset.normaliser + (f", {self.by_box} by box" if self.by_box else "")
        for convention, errors in self.errors.items():
            if errors:
                yield Row(
                    dataset=self.dataset.name,
                    convention=convention,
                    split=split,
                    deformer=convention != CANONICAL,
                    normaliser=normaliser,
                    points=self.dataset.point_count,
                    errors=errors,
                    several=self.several,
                    skipped=self.skipped,
                )
