"""MTFL's lists `training.txt` and `testing.txt`: one text line a face.

`path x1 x2 x3 x4 x5 y1 … y5 gender smile glasses pose`, the path with back-slashes. Its authors call point 1
the "left eye": the left one in the picture, which is the *subject's right*; so the order here is the
subject's right eye, left eye, nose tip, right and left mouth corner. Pixels are taken to count from 0.
Attributes as in the file: gender 1 male 2 female, smile 1 yes 2 no, glasses 1 yes 2 no,
pose 1 left profile 2 left 3 frontal 4 right 5 right profile.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from infl.datasets.folder import SetFolder
from infl.datasets.reader import Annotation, Face, each_line
from infl.datasets.text import head, is_number, numbers
from infl.errors import FileError

FORMAT = "mtfl"
LOOKED_FOR = "a .txt list with a picture, x1…x5, y1…y5 and 4 attributes a line (MTFL)"
ATTRIBUTES = ("gender", "smile", "glasses", "pose")
_NUMBERS = 10 + len(ATTRIBUTES)


def find(folder: SetFolder) -> list[Annotation]:
    files = [f for f in folder.ending(".txt") if _is_list(folder.root / f)]
    if not files:
        return []

    why = f"{', '.join(files)} with a picture, 5 points and 4 attributes a line"
    return [
        Annotation(
            "mtfl5", FORMAT, why, tuple(files), lambda: each_line(folder, files, _face), "mtfl5", "mtfl5", 5
        )
    ]


def _is_list(path: Path) -> bool:
    rows = [line.rsplit(maxsplit=_NUMBERS) for line in head(path)]
    return any(
        len(row) == _NUMBERS + 1 and not is_number(row[0]) and all(is_number(w) for w in row[1:])
        for row in rows
    )


def _face(folder: SetFolder, file: str, at: int, line: str) -> Face:
    place, path = f"line {at}", folder.root / file
    words = line.rsplit(maxsplit=_NUMBERS)  # the picture's path may hold blanks
    if len(words) != _NUMBERS + 1:
        raise FileError(path, f"{len(words)} words where a face has {_NUMBERS + 1}.", place=place)
    values = numbers(words[1:], path, place)
    points = np.array(values[:10]).reshape(2, 5).T
    extra = {name: int(v) for name, v in zip(ATTRIBUTES, values[10:], strict=True)}
    return Face(folder.picture_named(words[0], source=file, place=place), points, (file, place), extra=extra)
