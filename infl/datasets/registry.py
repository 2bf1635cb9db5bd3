"""Opens a folder of annotated pictures: asks every reader what it finds, and says why.

`open_dataset` is all that most callers need. The readers are asked in the order of `READERS`; an annotation
file belongs to the first that claims it, and the generic CSV comes last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from infl.datasets import (
    aflw,
    aflw2000,
    coco_keypoints,
    face_synthetics,
    ibug_pts,
    imglab,
    imm,
    ljson,
    mtfl,
    point_csv,
    scut,
    webmorph,
    wflw,
)
from infl.datasets.dataset import ABSENT, VISIBLE, Dataset, Sample
from infl.datasets.folder import HEADER, SPLITS, SetFolder
from infl.datasets.header import Header, read_header
from infl.datasets.reader import PIXEL_ORIGINS, Annotation, Face, Reader
from infl.errors import FileError
from infl.layouts import Layout, layout_names, load_layout
from infl.layouts import layout as known_layout

READERS: tuple[Reader, ...] = (
    scut, ibug_pts, wflw, mtfl, aflw2000, aflw, webmorph, imm, face_synthetics, imglab,
    ljson, coco_keypoints, point_csv,
)  # fmt: skip

LAYOUT_OF_COUNT = {
    19: "aflw19", 20: "bioid20", 29: "cofw29", 51: "ibug51", 68: "ibug68", 98: "wflw98", 106: "lapa106",
    194: "helen194",
}  # fmt: skip
"""What a number of points almost always means in the field, where nothing in the files says more."""


@dataclass(frozen=True)
class Opened:
    """A folder whose annotations were found but not read."""

    folder: SetFolder
    header: Header
    annotations: tuple[Annotation, ...]


def find_annotations(folder: str | Path) -> tuple[Annotation, ...]:
    """Every annotation of a folder with the reason (`why`) it was taken for that; raises FileError where
    none is.
    """
    return _look(Path(folder)).annotations


def open_dataset(
    folder: str | Path,
    annotation: str | None = None,
    *,
    convention: str | None = None,
    layout: str | Path | Layout | None = None,
) -> Dataset:
    """Open a folder in whatever format it is; pictures are not decoded.

    folder: the set's root, or one annotation file in it. annotation: which one, where the folder has several:
    its name ("aflw2000", "aflw2000_re68", "aflw21"), file or format; the first otherwise. convention, layout:
    instead of what the folder itself says.

    Raises FileError when nothing is found, or `annotation` is not there; single files that cannot be read are
    in `Dataset.problems`.
    """
    path = Path(folder)
    if path.is_file():
        opened = _look(path.parent)
        chosen = [a for a in opened.annotations if path.name in a.sources]
        if not chosen:
            raise FileError(path, "is no annotation file that is understood.", remedy=_looked_for())
        return _read(opened, chosen[0], convention, layout)
    opened = _look(path)
    wanted = annotation or opened.header.annotations
    return _read(opened, _choose(opened, wanted) if wanted else opened.annotations[0], convention, layout)


def open_datasets(paths: Iterable[str | Path]) -> list[Dataset]:
    """Open several folders (or annotation files), each with every annotation that it carries.

    A folder that is no set itself but holds folders with a `splits.csv` or `dataset.json` stands for all of
    these.
    """
    opened = []
    for path in map(Path, paths):
        if path.is_file():
            opened.append(open_dataset(path))
            continue
        for folder in sets_inside(path) or [path]:
            look = _look(folder)
            if look.header.annotations:
                opened.append(_read(look, _choose(look, look.header.annotations)))
            else:
                opened += _read_all(look)
    return opened


def _read_all(opened: Opened) -> list[Dataset]:
    """Every annotation of a folder; one that cannot be read at all becomes a problem of the first that
    can.
    """
    datasets, failed = [], []
    for annotation in opened.annotations:
        try:
            datasets.append(_read(opened, annotation))
        except FileError as error:
            failed.append(error)
    if not datasets:
        raise failed[0]
    datasets[0] = replace(datasets[0], problems=(*datasets[0].problems, *failed))
    return datasets


def sets_inside(folder: Path) -> list[Path]:
    """The sets directly in `folder` when it is not one itself: its folders with a splits.csv or
    dataset.json.
    """
    marks = (SPLITS, HEADER)
    if not folder.is_dir() or any((folder / mark).is_file() for mark in marks):
        return []
    return sorted(f for f in folder.iterdir() if any((f / mark).is_file() for mark in marks))


def _look(root: Path) -> Opened:
    if not root.is_dir():
        raise FileError(root, "is no folder.", remedy="Check the path.")
    if inside := sets_inside(root):
        names = ", ".join(f.name for f in inside[:12])
        raise FileError(root, f"holds {len(inside)} sets.", remedy=f"Open one of them: {names}.")
    folder = SetFolder(root)
    header = read_header(root / HEADER) if HEADER in folder.files else Header(format="infl-dataset")
    found: list[Annotation] = []
    rest = folder
    for reader in READERS:
        claimed = reader.find(rest)
        found += claimed
        rest = rest.without(source for annotation in claimed for source in annotation.sources)
    if not found:
        what = f"{len(folder.pictures)} pictures" if folder.pictures else "no pictures"
        raise FileError(root, f"holds {what} and no annotation that is understood.", remedy=_looked_for())
    return Opened(folder, header, tuple(found))


def _looked_for() -> str:
    return "Looked for: " + "; ".join(reader.LOOKED_FOR for reader in READERS) + "."


def _choose(opened: Opened, wanted: str) -> Annotation:
    for annotation in opened.annotations:
        if wanted in (annotation.name, annotation.format, *annotation.sources):
            return annotation
    names = ", ".join(annotation.name for annotation in opened.annotations)
    raise FileError(opened.folder.root, f"has no annotation “{wanted}”.", remedy=f"It has: {names}.")


def _read(
    opened: Opened,
    annotation: Annotation,
    convention: str | None = None,
    layout: str | Path | Layout | None = None,
) -> Dataset:
    folder, header = opened.folder, opened.header
    faces: list[Face] = []
    problems: list[FileError] = list(folder.splits.problems)
    for face in annotation.faces():
        if isinstance(face, FileError):
            problems.append(face)
        else:
            faces.append(face)
    counts = Counter(len(face.points) for face in faces)
    count = annotation.point_count or (counts.most_common(1)[0][0] if counts else 0)
    name = _name(opened, annotation)
    chosen = _layout(opened, annotation, count, layout)
    order = _order(annotation.point_names, chosen)
    origin = annotation.origin if header.pixel_origin is None else PIXEL_ORIGINS[float(header.pixel_origin)]
    samples, seen = [], Counter()
    for face in faces:
        if len(face.points) != count:
            reason = f"{len(face.points)} points where the set has {count}."
            problems.append(FileError(folder.root / face.source[0], reason, place=face.source[1]))
            continue
        seen[face.picture] += 1
        key = face.picture if seen[face.picture] == 1 else f"{face.picture}#{seen[face.picture]}"
        samples.append(_sample(folder, face, key, origin.offset, order))
    unlisted = folder.splits.unlisted({face.picture for face in faces})
    if unlisted:
        reason = f"says nothing of {len(unlisted)} annotated pictures, for example {min(unlisted)}."
        problems.append(FileError(folder.root / SPLITS, reason))
    if not samples:
        more = f" The first of {len(problems)} problems: {problems[0]}" if problems else ""
        raise FileError(folder.root, f"holds no face that can be read ({annotation.why}).{more}")
    family = LAYOUT_OF_COUNT.get(count, "") if annotation.count_tells else ""
    return Dataset(
        name=name, root=folder.root, format=annotation.format,
        convention=convention or header.convention or annotation.convention or family or name,
        layout=chosen, point_count=count, samples=tuple(samples), pixel_origin=origin.text,
        normaliser=header.normaliser or annotation.normaliser, problems=tuple(problems),
    )  # fmt: skip


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
    points.setflags(write=False)
    visibility.setflags(write=False)
    split, subject = folder.splits.of(face.picture)
    return Sample(
        image=folder.root / face.picture, key=key, points=points, visibility=visibility,
        split=face.split or split, subject=face.subject or subject, extra=MappingProxyType(dict(face.extra)),
    )  # fmt: skip
