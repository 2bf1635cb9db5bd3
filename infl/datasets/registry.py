"""Opens a folder of annotated pictures: asks every reader what it finds, and says why.

`open_dataset` is all that most callers need. The readers are asked in the order of `READERS`; an annotation
file belongs to the first that claims it; the generic CSV comes after the special formats, and what was made of
other sets (`harmonised`) last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from infl.datasets import (
    aflw,
    aflw2000,
    coco_keypoints,
    face_synthetics,
    harmonised,
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
from infl.datasets.assembly import Opened, assemble
from infl.datasets.dataset import Dataset
from infl.datasets.folder import HEADER, SPLITS, SetFolder
from infl.datasets.header import Header, read_header
from infl.datasets.reader import Annotation, Reader
from infl.errors import FileError
from infl.layouts import Layout

READERS: tuple[Reader, ...] = (
    scut, ibug_pts, wflw, mtfl, aflw2000, aflw, webmorph, imm, face_synthetics, imglab,
    ljson, coco_keypoints, point_csv, harmonised,
)  # fmt: skip


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
    pictures: str | Path | None = None,
) -> Dataset:
    """Open a folder in whatever format it is; pictures are not decoded.

    folder: the set's root, or one annotation file in it, or a harmonised set (.h5). annotation: which one, where
    there are several: its name ("aflw2000", "aflw2000_re68", "aflw21"; of a harmonised set "clicked", without
    the points that were only predicted), file or format; the first otherwise. convention, layout: instead of what
    the folder itself says. pictures: the folder where its pictures are, if not (all) beside the annotations.

    Raises FileError when nothing is found, or `annotation` is not there; single files that cannot be read are
    in `Dataset.problems`.
    """
    path, pictures = Path(folder), _picture_folder(pictures)
    if path.suffix.lower() in harmonised.SUFFIXES and not path.is_dir():
        annotations = harmonised.of_file(path, pictures)
        opened = Opened(SetFolder(path.parent, (), pictures), Header(format="infl-dataset"), annotations)
        return assemble(opened, _choose(opened, annotation or path.name), convention, layout)
    if path.is_file():
        opened = _look(path.parent, pictures, of_sets=True)
        chosen = [a for a in opened.annotations if path.name in a.sources]
        if not chosen:
            raise FileError(path, "is no annotation file that is understood.", remedy=_looked_for())
        return assemble(opened, chosen[0], convention, layout)
    opened = _look(path, pictures)
    wanted = annotation or opened.header.annotations
    return assemble(opened, _choose(opened, wanted) if wanted else opened.annotations[0], convention, layout)


def open_datasets(
    paths: Iterable[str | Path], pictures: Mapping[Path, str | Path] | None = None
) -> list[Dataset]:
    """Open several folders (or annotation files), each with every annotation that it carries.

    A folder that is no set itself but holds folders with a `splits.csv` or `dataset.json` stands for all of
    these. pictures: of a set whose pictures are (partly) elsewhere, where.
    """
    where = dict(pictures or {})
    opened = []
    for path in map(Path, paths):
        if path.is_file():
            opened.append(open_dataset(path, pictures=where.get(path)))
            continue
        for folder in sets_inside(path) or [path]:
            look = _look(folder, _picture_folder(where.get(folder)))
            if look.header.annotations:
                opened.append(assemble(look, _choose(look, look.header.annotations)))
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
            datasets.append(assemble(opened, annotation))
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


def _picture_folder(folder: str | Path | None) -> Path | None:
    if folder is not None and not Path(folder).is_dir():
        raise FileError(
            folder, "is no folder, so no pictures are in it.", remedy="Choose the pictures' folder."
        )
    return None if folder is None else Path(folder)


def _look(root: Path, pictures: Path | None = None, *, of_sets: bool = False) -> Opened:
    """of_sets: the folder may hold whole sets, because one file in it is meant."""
    if not root.is_dir():
        raise FileError(root, "is no folder.", remedy="Check the path.")
    if not of_sets and (inside := sets_inside(root)):
        names = ", ".join(f.name for f in inside[:12])
        raise FileError(root, f"holds {len(inside)} sets.", remedy=f"Open one of them: {names}.")
    folder = SetFolder(root, pictures_in=pictures)
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
