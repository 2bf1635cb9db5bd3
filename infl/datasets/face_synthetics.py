"""Microsoft's FaceSynthetics: `NNNNNN_ldmks.txt`, one `x y` line a point, beside the picture `NNNNNN.png`.

iBUG's order and the two pupils; the jaw is a line on the 3D face, projected, and not the visible contour.
Every point is given, also those behind the face. Pixels are taken to count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from infl.datasets.folder import SetFolder
from infl.datasets.reader import Annotation, Face, each
from infl.datasets.text import point_lines, read_lines
from infl.errors import FileError

FORMAT = "face_synthetics"
LOOKED_FOR = "NNNNNN_ldmks.txt files beside pictures (FaceSynthetics)"
POINTS = 70
_ENDING = "_ldmks.txt"


def find(folder: SetFolder) -> list[Annotation]:
    files = folder.ending(_ENDING)
    if not files:
        return []

    def faces() -> Iterator[Face | FileError]:
        return each(lambda file: _face(folder, file), files)

    why = f"{len(files)} files *{_ENDING}, the first {files[0]}"
    name = "facesynthetics70"
    return [Annotation(name, FORMAT, why, tuple(files), faces, name, name, POINTS)]


def _face(folder: SetFolder, file: str) -> Face:
    path = folder.root / file
    points = point_lines(read_lines(path), path)
    stem = PurePosixPath(file).name[: -len(_ENDING)]
    return Face(folder.picture_beside(file, stem), points, (file, ""))
