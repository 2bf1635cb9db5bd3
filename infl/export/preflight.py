"""What will be missing from a file, said before it is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from infl.datasets.dataset import ABSENT, OCCLUDED, Dataset
from infl.export.entries import CLICKED, Options, Plan
from infl.export.formats import FileFormat
from infl.export.harmonised_face import PREDICTED


@dataclass(frozen=True)
class Preflight:
    """faces: of the set; written: of these. notes: what is missing or changed, one sentence each."""

    faces: int
    written: int
    notes: tuple[str, ...]


def preflight(dataset: Dataset, into: FileFormat, out: Path, options: Options) -> Preflight:
    """Look at what would be written and say what of the set would not be."""
    planned = into.plan(dataset, out, options.points)
    return Preflight(len(dataset), len(planned.entries), tuple(_notes(dataset, into, options, planned)))


def _notes(dataset: Dataset, into: FileFormat, options: Options, planned: Plan) -> list[str]:
    notes = [f"{count:,} faces are left out: they {reason}." for reason, count in planned.left_out.items()]
    if dataset.problems:
        notes.append(
            f"{len(dataset.problems):,} faces or files of the set could not be read and are not in it."
        )
    absent = sum(int((entry.visibility == ABSENT).sum()) for entry in planned.entries)
    if absent:
        notes.append(f"{absent:,} of {len(planned.entries) * dataset.point_count:,} points are absent.")
    if options.points == CLICKED:
        dropped = sum(
            int((s.provenance == PREDICTED).sum()) for s in dataset.samples if s.provenance is not None
        )
        notes += [f"{dropped:,} points that were only predicted are absent."] if dropped else []
    if planned.occluded:
        notes.append(f"{planned.occluded:,} points are hidden by something, which the format cannot say.")
    elif into.name == "coco" and (alone := _all_hidden(planned)):
        notes.append(
            f"{alone:,} faces have hidden points only; many readers, infl's too, take those for visible."
        )
    notes += _lost(dataset, into)
    if planned.renamed:
        notes.append(
            f"{planned.renamed:,} faces share a picture, or its name, with another: their files have names of their "
            "own, and need a copy of the picture under that name."
        )
    origin = into.origin.offset if options.origin is None else options.origin
    if origin != into.origin.offset and into.suffix:
        notes.append(
            f'Pixels count from {origin:g}: infl needs "pixel_origin": {origin:g} in a dataset.json beside it.'
        )
    notes.append(f"The pictures stay where they are; their names are relative to {planned.base}.")
    return notes


def _lost(dataset: Dataset, into: FileFormat) -> list[str]:
    """What the set says that the format has no place for."""
    lost = []
    if any(s.sigma is not None for s in dataset.samples):
        lost += ["σ", "where each point is from (human, transferred, predicted)", "3D points and cameras"]
    if not into.keeps.splits:
        said = Counter(name for s in dataset.samples for name in ("split", "subject") if getattr(s, name))
        lost += [{"split": "train and val parts", "subject": "subjects"}[name] for name in said]
    if not into.keeps.convention:
        lost.append("the convention")
    return [f"The format has no place for {_listed(lost)}."] if lost else []


def _all_hidden(planned: Plan) -> int:
    return sum(bool(np.isin(entry.visibility, (ABSENT, OCCLUDED)).all()) for entry in planned.entries)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
