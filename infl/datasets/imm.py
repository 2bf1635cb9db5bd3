"""IMM's `.asf` shape files (DTU's AAM-API): one text file a picture.

After comments (#) the number of points, then a line a point: path, type, x and y as *fractions of the
picture's width and height*, the point's number, its neighbours; last the picture's name. A fraction of the
size counts from the outer edge of the first pixel, so half a pixel goes off after multiplying. Only the
picture's size is needed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from infl.datasets.folder import SetFolder
from infl.datasets.reader import FROM_CORNER, Annotation, Face, each
from infl.datasets.text import numbers, read_lines
from infl.errors import FileError
from infl.images import image_size

FORMAT = "imm_asf"
LOOKED_FOR = ".asf shape files (IMM, AAM-API)"
IMM_FRONTAL_POINTS = 73


def find(folder: SetFolder) -> list[Annotation]:
    files = folder.ending(".asf")
    if not files:
        return []

    def faces() -> Iterator[Face | FileError]:
        return each(lambda file: _face(folder, file), files)

    why = f"{len(files)} .asf shape files, the first {files[0]}"
    count = next((n for n in (_count(folder, f) for f in files) if n), None)
    name = "imm73" if count == IMM_FRONTAL_POINTS else ""
    return [Annotation(name or "asf", FORMAT, why, tuple(files), faces, name, name, origin=FROM_CORNER)]


def _count(folder: SetFolder, file: str) -> int | None:
    try:
        return len(_body(folder, file)[0])
    except FileError:
        return None


def _body(folder: SetFolder, file: str) -> tuple[list[list[float]], tuple[int, str]]:
    """(x, y) fractions of each point, and the line that names the picture (0, "" where there is none)."""
    path = folder.root / file
    lines = [(at, line) for at, line in read_lines(path) if not line.startswith("#")]
    if not lines or not lines[0][1].isdecimal():
        raise FileError(
            path, "does not begin with the number of points.", place=f"line {lines[0][0] if lines else 1}"
        )
    count = int(lines[0][1][:9])
    if count == 0 or len(lines) < count + 1:
        raise FileError(path, f"{len(lines) - 1} points where it says {count}.")
    fractions = []
    for at, line in lines[1 : count + 1]:
        words = line.split()
        if len(words) < 5:
            raise FileError(path, f"{len(words)} words where a point has at least 5.", place=f"line {at}")
        fractions.append(numbers(words[2:4], path, f"line {at}"))
    return fractions, lines[count + 1] if len(lines) > count + 1 else (0, "")


def _face(folder: SetFolder, file: str) -> Face:
    fractions, (at, name) = _body(folder, file)
    picture = (
        folder.picture_named(name, source=file, place=f"line {at}") if name else folder.picture_beside(file)
    )
    return Face(picture, np.array(fractions) * image_size(folder.picture_path(picture)), (file, ""))
