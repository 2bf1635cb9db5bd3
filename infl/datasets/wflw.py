"""WFLW's lists: one text line a face, `list_98pt_rect_attr*.txt`.

196 coordinates (x0 y0 … x97 y97), the face's box (x_min y_min x_max y_max), six attributes of 0 or 1 (pose,
expression, illumination, make-up, occlusion, blur) and the picture's path below `WFLW_images`. The points
come from an interpolating tool with sub-pixel positions and count from 0. Nothing says which points are
hidden.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from infl.datasets.folder import SetFolder
from infl.datasets.reader import Annotation, Face, each_line
from infl.datasets.text import head, is_number, numbers
from infl.errors import FileError

FORMAT = "wflw"
LOOKED_FOR = "a .txt list with 196 coordinates, a box, 6 attributes and a picture a line (WFLW)"
POINTS = 98
ATTRIBUTES = ("pose", "expression", "illumination", "make_up", "occlusion", "blur")
_NUMBERS = 2 * POINTS + 4 + len(ATTRIBUTES)


def find(folder: SetFolder) -> list[Annotation]:
    files = [f for f in folder.ending(".txt") if _is_list(folder.root / f)]
    if not files:
        return []

    why = f"{', '.join(files)} with {POINTS} points, a box and {len(ATTRIBUTES)} attributes a line"
    return [
        Annotation(
            "wflw98",
            FORMAT,
            why,
            tuple(files),
            lambda: each_line(folder, files, _face),
            "wflw98",
            "wflw98",
            POINTS,
        )
    ]


def _is_list(path: Path) -> bool:
    rows = [line.split(maxsplit=_NUMBERS) for line in head(path)]
    return any(len(row) == _NUMBERS + 1 and all(is_number(w) for w in row[:-1]) for row in rows)


def _face(folder: SetFolder, file: str, at: int, line: str) -> Face:
    place, path = f"line {at}", folder.root / file
    words = line.split(maxsplit=_NUMBERS)  # the picture's path may hold blanks
    if len(words) != _NUMBERS + 1:
        raise FileError(path, f"{len(words)} words where a face has {_NUMBERS + 1}.", place=place)
    values = numbers(words[:_NUMBERS], path, place)
    extra = {"box": tuple(values[2 * POINTS : 2 * POINTS + 4])}
    extra |= {name: bool(v) for name, v in zip(ATTRIBUTES, values[2 * POINTS + 4 :], strict=True)}
    points = np.array(values[: 2 * POINTS]).reshape(POINTS, 2)
    return Face(folder.picture_named(words[-1], source=file, place=place), points, (file, place), extra=extra)
