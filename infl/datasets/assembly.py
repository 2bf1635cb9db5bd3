"""Makes a `Dataset` of what a reader found: splits, pixel origin, order of the points, layout, problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from infl.datasets.dataset import ABSENT, VISIBLE, Dataset, Sample
from infl.datasets.folder import HEADER, SPLITS, SetFolder
from infl.datasets.header import Header
from infl.datasets.reader import PIXEL_ORIGINS, Annotation, Face
from infl.errors import FileError
from infl.layouts import Layout, layout_names, load_layout
from infl.layouts import layout as known_layout

LAYOUT_OF_COUNT = {
    19: "aflw19", 20: "bioid20", 29: "cofw29", 51: "ibug51", 68: "ibug68", 98: "wflw98", 106: "lapa106",
    194: "helen194",
}  # fmt: skip
"""What a number of points almost always means in the field, where nothing in the files says more."""


FARTHEST = 1e6
"""Pixels: a coordinate beyond this is a damaged number."""


@dataclass(frozen=True)
class Opened:
    """A folder whose annotations were found but not read."""

    folder: SetFolder
    header: Header
    annotations: tuple[Annotation, ...]


def assemble(
    opened: Opened,
    annotation: Annotation,
    convention: str | None = None,
    layout: str | Path | Layout | None = None,
) -> Dataset:
    """Read one annotation of an opened folder.

    Faces that do not fit the set go to `Dataset.problems` with the reader's own; raises FileError when no face is
    left, or when the layout does not have as many points as the files.
    """
    file, pictures = None, opened.folder.pictures_in
    if annotation.root is not None:
        file = opened.folder.root / annotation.sources[0]
        header = Header(format="infl-dataset", name=Path(annotation.sources[0]).stem)
        opened = Opened(SetFolder(annotation.root, ()), header, (annotation,))
    faces: list[Face] = []
    problems: list[FileError] = list(opened.folder.splits.problems)
    for face in annotation.faces():
        if isinstance(face, FileError):
            problems.append(face)
        else:
            faces.append(face)
    if not faces:
        raise _none_left(opened, annotation, problems)
    counts = Counter(len(face.points) for face in faces)
    count = annotation.point_count or counts.most_common(1)[0][0]
    header, name = opened.header, _name(opened, annotation)
    chosen = _layout(opened, annotation, count, layout)
    origin = annotation.origin if header.pixel_origin is None else PIXEL_ORIGINS[float(header.pixel_origin)]
    samples, unfit = _samples(
        opened.folder, faces, count, origin.offset, _order(annotation.point_names, chosen)
    )
    problems += unfit
    if not samples:
        raise _none_left(opened, annotation, problems)
    chosen_convention, convention_why = _convention(opened, annotation, count, convention or "", name)
    return Dataset(
        name=name,
        root=opened.folder.root,
        format=annotation.format,
        convention=chosen_convention,
        layout=chosen,
        point_count=count,
        samples=tuple(samples),
        pixel_origin=origin.text,
        normaliser=header.normaliser or annotation.normaliser,
        problems=tuple(problems),
        file=file,
        pictures=pictures,
        why=annotation.why,
        convention_why=convention_why,
    )


def _none_left(opened: Opened, annotation: Annotation, problems: list[FileError]) -> FileError:
    more = f" The first of {len(problems)} problems: {problems[0]}" if problems else ""
    return FileError(opened.folder.root, f"holds no face that can be read ({annotation.why}).{more}")


def _convention(
    opened: Opened, annotation: Annotation, count: int, wanted: str, name: str
) -> tuple[str, str]:
    """The set's convention, and why it is thought to be that."""
    family = LAYOUT_OF_COUNT.get(count, "") if annotation.count_tells else ""
    for convention, why in (
        (wanted, "as asked for"),
        (opened.header.convention, f"{HEADER} says so"),
        (annotation.convention, "the format is this convention's own"),
        (family, f"a file of this kind with {count} points almost always is"),
    ):
        if convention:
            return convention, why
    return name, "nothing says more, so it is a convention of its own, named like the set"


def _samples(
    folder: SetFolder, faces: list[Face], count: int, offset: float, order: np.ndarray | None
) -> tuple[list[Sample], list[FileError]]:
    """The faces as samples with keys and splits, and why some cannot be."""
    samples: list[Sample] = []
    problems: list[FileError] = []
    seen: Counter[str] = Counter()
    for face in faces:
        if reason := _unfit(face, count):
            problems.append(FileError(folder.root / face.source[0], reason, place=face.source[1]))
            continue
        seen[face.picture] += 1
        key = face.picture if seen[face.picture] == 1 else f"{face.picture}#{seen[face.picture]}"
        samples.append(_sample(folder, face, face.key or key, offset, order))
    if unlisted := folder.splits.unlisted({face.picture for face in faces}):
        reason = f"says nothing of {len(unlisted)} annotated pictures, for example {min(unlisted)}."
        problems.append(FileError(folder.root / SPLITS, reason))
    return samples, problems


def _unfit(face: Face, count: int) -> str:
    """Why a face cannot be a sample of a set with `count` points; "" when it can."""
    if len(face.points) != count:
        return f"{len(face.points)} points where the set has {count}."
    far = np.flatnonzero((np.abs(face.points) > FARTHEST).any(1))
    if far.size:
        return f"point {far[0]} lies at {face.points[far[0]].tolist()}, outside any picture."
    return ""


def _name(opened: Opened, annotation: Annotation) -> str:
    """The folder's name; with the annotation's where the folder has several and it is not the first."""
    name = opened.header.name or opened.folder.root.resolve().name
    if annotation is opened.annotations[0] or opened.header.annotations:
        return name
    return annotation.name if annotation.name.startswith(name) else f"{name}_{annotation.name}"


def _layout(
    opened: Opened, annotation: Annotation, count: int, wanted: str | Path | Layout | None
) -> Layout | None:
    """The layout asked for, or what the header, the annotation, the convention or at last the number of
    points say.
    """
    root = opened.folder.root
    if isinstance(wanted, Layout):
        return _fitting(wanted, count, root)
    if wanted is not None:
        return _fitting(known_layout(wanted), count, root)
    if isinstance(annotation.layout, Layout):
        return annotation.layout
    said = opened.header.layout
    if said.endswith(".json"):
        return _fitting(load_layout(root / said), count, root)
    names = layout_names()
    if said and said not in names:
        raise FileError(
            root / HEADER,
            f"there is no layout “{said}”.",
            place="layout",
            remedy=f"Known: {', '.join(names)}.",
        )
    if said:
        return _fitting(known_layout(said), count, root)
    for guess in (annotation.layout, annotation.convention, annotation.name, LAYOUT_OF_COUNT.get(count, "")):
        if guess in names and len(known_layout(guess)) == count:
            return known_layout(guess)
    return None


def _fitting(layout: Layout, count: int, root: Path) -> Layout:
    if len(layout) != count:
        raise FileError(root, f"has {count} points a face, but the layout {layout.name} has {len(layout)}.")
    return layout


def _order(names: tuple[str, ...], layout: Layout | None) -> np.ndarray | None:
    """Where to find each point of the layout when the file names its points in another order."""
    if layout is None or not names or sorted(names) != sorted(layout.names) or len(set(names)) != len(names):
        return None
    return np.array([names.index(name) for name in layout.names])


def _sample(folder: SetFolder, face: Face, key: str, offset: float, order: np.ndarray | None) -> Sample:
    points = (np.asarray(face.points, np.float64) - offset).astype(np.float32)
    visibility = face.visibility
    if visibility is None:
        visibility = np.where(np.isnan(points).any(1), ABSENT, VISIBLE).astype(np.uint8)
    if order is not None:
        points, visibility = points[order], visibility[order]
    for array in (points, visibility, face.provenance, face.sigma):
        if array is not None:
            array.setflags(write=False)
    split, subject = folder.splits.of(face.picture)
    return Sample(
        image=folder.picture_path(face.picture), key=key, points=points, visibility=visibility,
        split=face.split or split, subject=face.subject or subject, extra=MappingProxyType(dict(face.extra)),
        provenance=face.provenance, sigma=face.sigma, origins=face.origins,
    )  # fmt: skip
