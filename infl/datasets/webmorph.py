"""WebMorph/Psychomorph templates `.tem` (Face Research Lab, 3DSK): one text file a picture.

The number of points, one `x y` line a point, then the lines that join them (not read). "Left" in the authors'
names means left in the picture, which is the subject's right; the order of the points is theirs. Pixels are
taken to count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from infl.datasets.folder import SetFolder
from infl.datasets.reader import Annotation, Face, each
from infl.datasets.text import first_line, point_lines, read_lines
from infl.errors import FileError

FORMAT = "webmorph_tem"
LOOKED_FOR = ".tem templates (WebMorph)"
FRL_POINTS = 189


def find(folder: SetFolder) -> list[Annotation]:
    files = folder.ending(".tem")
    counts = [line for f in files if (line := first_line(folder.root / f)).isdecimal()]
    if not counts:
        return []

    def faces() -> Iterator[Face | FileError]:
        return each(lambda file: _face(folder, file), files)

    count = int(counts[0][:9])
    name = "webmorph189" if count == FRL_POINTS else ""
    why = f"{len(files)} .tem templates of {count} points, the first {files[0]}"
    return [Annotation(name or "tem", FORMAT, why, tuple(files), faces, name, name)]


def _face(folder: SetFolder, file: str) -> Face:
    path = folder.root / file
    lines = read_lines(path)
    if not lines or not lines[0][1].isdecimal():
        raise FileError(path, "does not begin with the number of points.", place="line 1")
    count = int(lines[0][1][:9])
    if len(lines) < count + 1:
        raise FileError(
            path, f"ends after {len(lines) - 1} points where it says {count}.", place=f"line {lines[-1][0]}"
        )
    points = point_lines(lines[1 : count + 1], path)
    return Face(folder.picture_beside(file), points, (file, ""))
