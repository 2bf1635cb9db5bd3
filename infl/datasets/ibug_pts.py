"""iBUG's `.pts` text files (300-W, Helen, LFPW, AFW, 300-VW, BioID, menpo): one file a face.

    version: 1
    n_points: 68
    {
    63.635 78.228
    …
    }

The files come from MATLAB and count pixels from 1. A second face of a picture `name.jpg` is `name_1.pts` only
in sets that also carry the picture twice, so each file goes with the picture of its own stem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from infl.datasets.folder import SetFolder
from infl.datasets.reader import FROM_ONE, Annotation, Face, each
from infl.datasets.text import first_line, head, numbers, read_lines
from infl.errors import FileError

FORMAT = "ibug_pts"
LOOKED_FOR = ".pts text files that begin with “version:” (iBUG, menpo)"


def find(folder: SetFolder) -> list[Annotation]:
    files = folder.ending(".pts")  # all of them, so that a damaged one is reported
    if not any(first_line(folder.root / f).lower().startswith("version") for f in files):
        return []

    def faces() -> Iterator[Face | FileError]:
        return each(lambda file: _face(folder, file), files)

    why = f"{len(files)} .pts text files, the first {files[0]}"
    return [
        Annotation(_name(folder, files), FORMAT, why, tuple(files), faces, origin=FROM_ONE, count_tells=True)
    ]


def _name(folder: SetFolder, files: list[str]) -> str:
    """How the annotation is called: "ibug68" where the first file that says how many points it has has iBUG's 68."""
    said = (
        line for file in files for line in head(folder.root / file) if line.lower().startswith("n_points")
    )
    return "ibug68" if next(said, "").endswith("68") else "pts"


def _face(folder: SetFolder, file: str) -> Face:
    points = read_pts(folder.root / file)
    return Face(folder.picture_beside(file), points, (file, ""))


def read_pts(path: Path) -> np.ndarray:
    """(K, 2) float64 of one `.pts` file, as it counts (from 1); raises FileError naming the line."""
    lines = read_lines(path)
    count, body, opened = None, [], False
    for at, line in lines:
        place = f"line {at}"
        if not opened:
            if line == "{":
                opened = True
            elif match := re.fullmatch(r"n_points\s*:\s*(\d{1,6})", line, re.IGNORECASE):
                count = int(match.group(1))
            elif not line.lower().startswith("version"):
                raise FileError(
                    path, f"“{line[:40]}” is neither “version”, “n_points” nor “{{”.", place=place
                )
        elif line == "}":
            break
        else:
            words = line.split()
            if len(words) != 2:
                raise FileError(path, f"{len(words)} numbers where a point has 2.", place=place)
            body.append(numbers(words, path, place))
    else:
        raise FileError(
            path, "the list of points is not closed with “}”.", place=f"line {lines[-1][0] if lines else 1}"
        )
    if count is not None and len(body) != count:
        raise FileError(path, f"{len(body)} points where “n_points” says {count}.")
    if not body:
        raise FileError(path, "holds no points.")
    return np.array(body, np.float64)
