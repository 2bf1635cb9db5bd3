"""SCUT-FBP5500's binary `.pts` files: a little-endian int32 count (86), then x0 y0 x1 y1 … as float32.

They lie in `facial landmark`, the pictures in `Images`; the stems agree. Pixels are taken to count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from infl.datasets.folder import SetFolder
from infl.datasets.reader import Annotation, Face, each
from infl.datasets.text import first_line, read_bytes
from infl.errors import FileError

FORMAT = "scut_pts"
LOOKED_FOR = "binary .pts files with an int32 count and float32 points (SCUT-FBP5500)"
POINTS = 86


def find(folder: SetFolder) -> list[Annotation]:
    files = folder.ending(".pts")
    if not any(_is_binary(folder.root / f) for f in files):
        return []
    # Damaged ones too, so that they are reported; what begins like iBUG's text is another reader's.
    files = [f for f in files if not first_line(folder.root / f).lower().startswith("version")]

    def faces() -> Iterator[Face | FileError]:
        return each(lambda file: _face(folder, file), files)

    why = f"{len(files)} binary .pts files of {POINTS} points, the first {files[0]}"
    return [Annotation("scut86", FORMAT, why, tuple(files), faces, "scut86", "scut86", POINTS)]


def _is_binary(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == POINTS.to_bytes(4, "little")
    except OSError:
        return False


def _face(folder: SetFolder, file: str) -> Face:
    path = folder.root / file
    data = read_bytes(path)
    if len(data) != 4 + 8 * POINTS:
        raise FileError(path, f"{len(data)} bytes where {POINTS} points take {4 + 8 * POINTS}.")
    if (count := int.from_bytes(data[:4], "little")) != POINTS:
        raise FileError(path, f"says {count} points where there are {POINTS}.", place="byte 0")
    points = np.frombuffer(data, "<f4", offset=4).reshape(POINTS, 2)
    bad = np.flatnonzero(~np.isfinite(points).all(1))
    if bad.size:
        raise FileError(path, "is no finite number.", place=f"point {bad[0]}")
    return Face(folder.picture_beside(file), points, (file, ""))
