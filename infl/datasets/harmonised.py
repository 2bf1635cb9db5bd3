"""Harmonised sets (`infl.export.hdf5`), which are data sets again.

    all.h5              every point, predicted ones too
    all.h5, "clicked"   only what a human clicked, kept or moved; predicted points are absent

The file says everything of itself: layout, convention (its target's), splits, subjects, and where its pictures are
relative to it. A face's key is its own set's name and its key there, whatever sets were harmonised with it;
`Sample.provenance`, `sigma` and `origins` say what each point is worth and where the face comes from. Errors are
divided by the distance of the layout's eye corners where it has them, else by the points' box.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from infl.datasets.dataset import ABSENT, VISIBLE
from infl.datasets.folder import SetFolder
from infl.datasets.reader import FROM_ZERO, Annotation, Face
from infl.errors import FileError
from infl.export.harmonised_face import PREDICTED, PROVENANCE

if TYPE_CHECKING:
    from infl.export.hdf5 import HarmonisedSet

FORMAT = "infl_harmonised"
LOOKED_FOR = "a harmonised set (.h5)"
SUFFIXES = (".h5", ".hdf5")
CLICKED = "clicked"
SIGNATURE = b"\x89HDF\r\n\x1a\n"


def find(folder: SetFolder) -> list[Annotation]:
    return [found for file in folder.ending(*SUFFIXES) if (found := _found(folder.root / file, file))]


def of_file(path: Path, pictures: Path | None = None) -> tuple[Annotation, ...]:
    """Of one file: everything, and only the clicked points. `pictures` is where its pictures' folder is now.

    Raises FileError when it is none, or its pictures' folder is gone.
    """
    from infl.export.hdf5 import open_harmonised  # h5py and pandas cost a second that no other format needs

    opened = open_harmonised(path, pictures)
    if not opened.root.is_dir():
        raise FileError(
            path,
            f"its pictures were in the folder {opened.root}, which is not there.",
            remedy="Put the file and its pictures back where they were, as seen from each other.",
        )
    why = f"{path.name}, a harmonised set of {len(opened)} faces"
    return (
        _annotation(opened, path.stem, why, lambda: _faces(opened, clicked=False)),
        _annotation(opened, CLICKED, f"{why}, its clicked points", lambda: _faces(opened, clicked=True)),
    )


def _found(path: Path, file: str) -> Annotation | None:
    """The file as an annotation of the folder that it lies in, None for other HDF5 files."""
    from infl.export.hdf5 import is_harmonised

    try:
        with path.open("rb") as start:
            if start.read(len(SIGNATURE)) != SIGNATURE or not is_harmonised(path):
                return None
        return replace(of_file(path)[0], sources=(file,))
    except OSError:
        return None
    except FileError as error:
        broken = error
    return Annotation(path.stem, FORMAT, f"{file}, a harmonised set", (file,), lambda: iter((broken,)))


def _annotation(
    opened: HarmonisedSet, name: str, why: str, faces: Callable[[], Iterator[Face | FileError]]
) -> Annotation:
    return Annotation(
        name=name,
        format=FORMAT,
        why=why,
        sources=(opened.path.name,),
        faces=faces,
        convention=opened.convention,
        layout=opened.layout,
        point_count=len(opened.layout),
        origin=FROM_ZERO,
        normaliser="eyes" if opened.layout.eye_corners else "box",
        root=opened.root,
    )


def _faces(opened: HarmonisedSet, clicked: bool) -> Iterator[Face | FileError]:
    """Every face of the file whose picture is there, with all of its points or the clicked ones."""
    try:
        table, origins = opened.table(), opened.origins()
        points, visibility, provenance, sigma = (
            opened.array(name) for name in ("points", "visibility", "provenance", "sigma")
        )
    except FileError as error:
        yield error
        return
    there: dict[str, bool] = {}
    for row, said in enumerate(table.to_dict("records")):
        place, picture = f"face {row}", str(said["image"])
        if picture not in there:
            there[picture] = _is_file(opened.root / picture)
        if not there[picture]:
            remedy = "Put it back, or write the set again."
            yield FileError(opened.path, f"the picture {picture} is missing.", place=place, remedy=remedy)
            continue
        if visibility[row].max(initial=0) > VISIBLE or provenance[row].max(initial=0) >= len(PROVENANCE):
            yield FileError(opened.path, "has a visibility or provenance that there is not.", place=place)
            continue
        absent = (visibility[row] == ABSENT) | ~np.isfinite(points[row]).all(1)
        if clicked:
            absent |= provenance[row] == PREDICTED
        yield Face(
            picture=picture,
            points=np.where(absent[:, None], np.float32(np.nan), points[row]),
            source=(str(opened.path.absolute()), place),
            visibility=np.where(absent, np.uint8(ABSENT), visibility[row]),
            split=str(said["split"]),
            subject=str(said["subject"]),
            extra={"dataset": str(said["dataset"])},
            key=f"{said['dataset']}/{said['key']}",
            provenance=provenance[row].copy(),
            sigma=sigma[row].copy(),
            origins=((str(said["convention"]), str(said["key"])), *origins[row]),
        )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except ValueError:  # a name that no file can have
        return False
