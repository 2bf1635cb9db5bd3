"""What a person corrected of the annotations: points moved, marked hidden, or taken away. Files stay as they are.

Only the corrected points are kept; the others follow the file. A corrected set is a `Dataset` like any other, so
whatever takes one – fine-tuning, exporting, measuring – takes the corrections.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from app.translation import tr
from infl.datasets.dataset import ABSENT, OCCLUDED, VISIBLE, Dataset, Sample
from infl.errors import InflError
from infl.export.harmonised_face import HUMAN

CORRECTED = "corrected"
"""The entry of `Sample.extra` with the corrected points' numbers; a harmonised file keeps it with the original."""


@dataclass(frozen=True)
class PointCorrection:
    """Where a point is in pixels of the photograph, None for “it is not there”; and whether something hides it."""

    at: tuple[float, float] | None
    occluded: bool = False


Face = Mapping[int, PointCorrection]
"""Of one face: number of the point → its correction."""


@dataclass(frozen=True)
class SetKey:
    """A data set: where it is, and which of the annotations there."""

    path: Path
    convention: str

    @classmethod
    def of(cls, dataset: Dataset) -> SetKey:
        return cls(Path(os.path.abspath(dataset.path)), dataset.convention)


@dataclass(frozen=True)
class Corrections:
    """All corrections: set → key of the sample → the face's corrected points."""

    sets: Mapping[SetKey, Mapping[str, Face]] = field(default_factory=lambda: MappingProxyType({}))

    def of_set(self, key: SetKey) -> Mapping[str, Face]:
        return self.sets.get(key, {})

    def of(self, key: SetKey, sample: str) -> Face:
        """The corrections of one face; empty where there are none."""
        return self.of_set(key).get(sample, {})

    def with_face(self, key: SetKey, sample: str, face: Face) -> Corrections:
        """The same with `face` in place of what was known of it; an empty one is forgotten."""
        faces = {name: known for name, known in self.of_set(key).items() if name != sample}
        if face:
            faces[sample] = MappingProxyType(dict(face))
        sets = {other: known for other, known in self.sets.items() if other != key}
        if faces:
            sets[key] = MappingProxyType(faces)
        return Corrections(MappingProxyType(sets))


def corrected_sample(sample: Sample, face: Face) -> Sample:
    """The sample as the person corrected it; numbers that it has no point for are left out."""
    face = {k: point for k, point in face.items() if k < len(sample.points)}
    if not face:
        return sample
    points, visibility = sample.points.copy(), sample.visibility.copy()
    provenance = None if sample.provenance is None else sample.provenance.copy()
    for k, point in face.items():
        points[k] = np.nan if point.at is None else point.at
        visibility[k] = ABSENT if point.at is None else OCCLUDED if point.occluded else VISIBLE
        if provenance is not None:
            provenance[k] = HUMAN
    for array in (points, visibility, provenance):
        if array is not None:
            array.setflags(write=False)
    extra = MappingProxyType({**sample.extra, CORRECTED: sorted(face)})
    return replace(sample, points=points, visibility=visibility, provenance=provenance, extra=extra)


def corrected(dataset: Dataset, corrections: Corrections) -> Dataset:
    """The set with what was corrected of it; the very same where nothing was."""
    faces = corrections.of_set(SetKey.of(dataset))
    if not faces:
        return dataset
    samples = (corrected_sample(s, faces[s.key]) if s.key in faces else s for s in dataset.samples)
    return replace(dataset, samples=tuple(samples))


def to_json(corrections: Corrections, path_text: Callable[[Path], str]) -> list[dict[str, Any]]:
    """Plain data: a set an entry; a point is [x, y], [x, y, "occluded"], or null where it is not there."""
    return [
        {
            "folder": path_text(key.path),
            "convention": key.convention,
            "faces": {
                name: {str(k): _point_to_json(point) for k, point in sorted(face.items())}
                for name, face in sorted(faces.items())
            },
        }
        for key, faces in sorted(corrections.sets.items(), key=lambda item: (str(item[0].path), item[0].convention))
    ]  # fmt: skip


def from_json(data: Any, path_of: Callable[[str], Path]) -> Corrections:
    """What `to_json` wrote; raises InflError naming the entry that is wrong."""
    sets = {}
    for number, entry in enumerate(data):
        try:
            key = SetKey(Path(os.path.abspath(path_of(entry["folder"]))), str(entry["convention"]))
            faces = {
                str(name): MappingProxyType({int(k): _point_of_json(point) for k, point in face.items()})
                for name, face in entry["faces"].items()
            }
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            why = tr("corrections.{number} is no list of corrected faces: {error}.")
            raise InflError(why.format(number=number, error=repr(error))) from error
        sets[key] = MappingProxyType(faces)
    return Corrections(MappingProxyType(sets))


def _point_to_json(point: PointCorrection) -> list[float | str] | None:
    if point.at is None:
        return None
    return [*point.at, "occluded"] if point.occluded else [*point.at]


def _point_of_json(point: Any) -> PointCorrection:
    if point is None:
        return PointCorrection(None)
    x, y, *more = point
    x, y = float(x), float(y)
    if more not in ([], ["occluded"]) or not np.isfinite([x, y]).all():
        raise ValueError(f"{point} is not [x, y], [x, y, “occluded”] or null")
    return PointCorrection((x, y), bool(more))
