"""dlib's imglab XML: `<dataset><images><image file=…><box …><part name=… x=… y=…/>…`, any number of faces a
picture.

Parts are ordered by their numbers (00 … 67), or by name where they are no numbers; a part that a box lacks is
absent. Boxes without parts, and those marked `ignore`, are no annotated faces. `extra["box"]` is (left, top,
width, height). dlib counts pixels from 0. Documents that declare entities are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import numpy as np

from infl.datasets.folder import SetFolder
from infl.datasets.reader import Annotation, Face
from infl.datasets.text import number, read_bytes
from infl.errors import FileError

FORMAT = "imglab"
LOOKED_FOR = "imglab .xml files with parts (dlib)"


@dataclass
class _Box:
    """A <box> element while its file is read: where it stands and what is in it."""

    picture: str
    line: int
    attributes: Mapping[str, str]
    parts: dict[str, tuple[float, float]] = field(default_factory=dict)


def find(folder: SetFolder) -> list[Annotation]:
    files = [f for f in folder.ending(".xml") if _has_parts(folder.root / f)]
    if not files:
        return []
    why = f"{', '.join(files)}: imglab documents with parts"
    return [Annotation("imglab", FORMAT, why, tuple(files), lambda: _faces(folder, files), count_tells=True)]


def _has_parts(path: Path) -> bool:
    try:
        data = read_bytes(path)
    except FileError:
        return False
    return b"<dataset" in data and b"<part" in data


def _faces(folder: SetFolder, files: list[str]) -> Iterator[Face | FileError]:
    boxes: list[tuple[str, _Box]] = []
    for file in files:
        document = _Document(folder.root / file)
        boxes += [(file, box) for box in document.boxes]
        yield from document.problems
    names = sorted({name for _, box in boxes for name in box.parts}, key=_by_number)
    at = {name: k for k, name in enumerate(names)}
    for file, box in boxes:
        place = f"line {box.line}"
        try:
            picture = folder.picture_named(box.picture, source=file, place=place)
            frame = [box.attributes.get(side, "") for side in ("left", "top", "width", "height")]
            extra = {"box": tuple(number(v, folder.root / file, place) for v in frame)} if all(frame) else {}
        except FileError as error:
            yield error
            continue
        points = np.full((len(names), 2), np.nan)
        for name, xy in box.parts.items():
            points[at[name]] = xy
        yield Face(picture, points, (file, place), extra=extra)


def _by_number(name: str) -> tuple[int, int, str]:
    return (0, int(name), name) if name.isdecimal() and len(name) < 10 else (1, 0, name)


class _Document:
    """The annotated boxes of one file; what is wrong in it goes to `problems` and the rest is kept."""

    def __init__(self, path: Path):
        self.path = path
        self.boxes: list[_Box] = []
        self.problems: list[FileError] = []
        self._picture = ""
        self._box: _Box | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._entity
        try:
            self._parser.Parse(read_bytes(path), True)
        except expat.ExpatError as error:
            reason = f"is no well-formed XML: {expat.errors.messages[error.code]}."
            self.problems.append(FileError(path, reason, place=f"line {error.lineno}"))
        except FileError as error:
            self.problems.append(error)

    @property
    def _place(self) -> str:
        return f"line {self._parser.CurrentLineNumber}"

    def _entity(self, *_) -> None:
        raise FileError(
            self.path, "declares entities, which no imglab file needs; it is not read.", place=self._place
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "image":
            self._picture = attributes.get("file", "")
        elif tag == "box":
            self._box = _Box(self._picture, self._parser.CurrentLineNumber, attributes)
        elif tag == "part" and self._box is not None:
            try:
                name = attributes["name"]
                xy = tuple(number(attributes[axis], self.path, self._place) for axis in "xy")
            except KeyError as missing:
                self.problems.append(FileError(self.path, f"a part has no {missing}.", place=self._place))
            except FileError as error:
                self.problems.append(error)
            else:
                self._box.parts[name] = (xy[0], xy[1])

    def _end(self, tag: str) -> None:
        if tag == "box" and self._box is not None:
            if self._box.parts and self._box.attributes.get("ignore", "0") in ("0", "false"):
                self.boxes.append(self._box)
            self._box = None
