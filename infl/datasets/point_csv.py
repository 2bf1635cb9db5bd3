"""Points in a CSV table with a header line: the format for everything that has no reader of its own.

    image,split,subject,x0,y0,x1,y1,…        numbered points, or
    image,nose_tip_x,nose_tip_y,…            named points (an empty cell = not annotated)

Column names are matched whatever their case. `image` (or file, filename, path) is the picture's path relative
to the table or the set's root. Optional: `split`, `subject`; `v0`… or `nose_tip_v` (0 absent, 1 hidden,
2 visible); `convention` and `layout` (the same in all rows). Other columns are kept in `extra`. Pixels count
from 0; `dataset.json` can say otherwise.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from infl.datasets.dataset import ABSENT, VISIBLE
from infl.datasets.folder import SPLITS, SetFolder
from infl.datasets.reader import Annotation, Face, each
from infl.datasets.text import first_line, is_number, number, read_text
from infl.errors import FileError

FORMAT = "csv"
LOOKED_FOR = "a .csv table with the columns image, x0, y0, x1, y1, … or image, NAME_x, NAME_y, …"
IMAGE_COLUMNS = ("image", "file", "filename", "file_name", "image_path", "path")


@dataclass(frozen=True)
class Columns:
    """Which cell of a row is what. points: (name, x cell, y cell, visibility cell or None) in the set's
    order.
    """

    image: int
    points: tuple[tuple[str, int, int, int | None], ...]
    others: tuple[tuple[str, int], ...]
    count: int

    def names(self) -> tuple[str, ...]:
        """The points' names, () where they are only numbered."""
        names = tuple(name for name, *_ in self.points)
        return () if all(name.isdigit() for name in names) else names


@dataclass(frozen=True)
class Meaning:
    """What a table's points are: the annotation's name, its convention and layout ("" = unknown) and
    normaliser.
    """

    name: str
    convention: str = ""
    layout: str = ""
    normaliser: str = "eyes"


def columns_of(header: str) -> Columns | None:
    """What the header line of a table says, None when it is no table of points."""
    row = next(csv.reader([header]), [])
    at = {name.strip().lower(): i for i, name in reversed(list(enumerate(row)))}
    image = next((at[name] for name in IMAGE_COLUMNS if name in at), None)
    pairs = _numbered(at) or _named(row, at)
    if image is None or not pairs:
        return None
    used = {image, *(i for pair in pairs for i in pair[1:] if i is not None)}
    others = tuple((name.strip().lower(), i) for i, name in enumerate(row) if i not in used and name.strip())
    return Columns(image, pairs, others, len(row))


def _numbered(at: dict[str, int]) -> tuple:
    ids = sorted(int(name[1:]) for name in at if re.fullmatch(r"x\d{1,5}", name) and "y" + name[1:] in at)
    return tuple((str(i), at[f"x{i}"], at[f"y{i}"], at.get(f"v{i}")) for i in ids)


def _named(row: list[str], at: dict[str, int]) -> tuple:
    found = []
    for cell in row:
        name = cell.strip()
        key = name.lower()
        if key.endswith("_x") and key[:-1] + "y" in at:
            found.append((name[:-2], at[key], at[key[:-1] + "y"], at.get(key[:-1] + "v")))
    return tuple(found)


def find(folder: SetFolder) -> list[Annotation]:
    found = []
    for file in folder.ending(".csv"):
        columns = columns_of(first_line(folder.root / file))
        if columns is not None and PurePosixPath(file).name != SPLITS:
            found.append(table(folder, file, columns))
    return found


def table(
    folder: SetFolder, file: str, columns: Columns, meaning: Meaning | None = None, format_name: str = FORMAT
) -> Annotation:
    """The table `file` as an annotation; what it means is read from its columns where `meaning` is not
    given.
    """
    if meaning is None:
        said = _said(folder, file, columns)
        meaning = Meaning(PurePosixPath(file).stem, said.get("convention", ""), said.get("layout", ""))
    why = f"{file}, a table with a picture and {len(columns.points)} points a row"
    return Annotation(
        name=meaning.name,
        format=format_name,
        why=why,
        sources=(file,),
        faces=lambda: _faces(folder, file, columns),
        convention=meaning.convention,
        layout=meaning.layout,
        point_count=len(columns.points),
        point_names=columns.names(),
        normaliser=meaning.normaliser,
    )


def _said(folder: SetFolder, file: str, columns: Columns) -> dict[str, str]:
    """What the table's first row says of its convention and layout."""
    wanted = [(name, i) for name, i in columns.others if name in ("convention", "layout")]
    if not wanted:
        return {}
    try:
        row = next(iter(_rows(folder, file)), (0, []))[1]
    except FileError:
        return {}
    return {name: row[i].strip() for name, i in wanted if i < len(row)}


def _rows(folder: SetFolder, file: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of the rows below the header."""
    path = folder.root / file
    reader = csv.reader(read_text(path).splitlines(), strict=True)
    try:
        next(reader, None)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise FileError(
            path, f"is no well-formed table: {error}.", place=f"line {reader.line_num}"
        ) from error


def _faces(folder: SetFolder, file: str, columns: Columns) -> Iterator[Face | FileError]:
    try:
        yield from each(lambda row: _face(folder, file, columns, *row), _rows(folder, file))
    except FileError as error:
        yield error


def _face(folder: SetFolder, file: str, columns: Columns, line: int, cells: list[str]) -> Face:
    path, place = folder.root / file, f"line {line}"
    if len(cells) != columns.count:
        raise FileError(path, f"{len(cells)} cells where the first line has {columns.count}.", place=place)
    picture = folder.picture_named(cells[columns.image], source=file, place=place)
    points = np.full((len(columns.points), 2), np.nan)
    visibility = np.zeros(len(columns.points), np.uint8)
    for k, (name, x, y, v) in enumerate(columns.points):
        where = f"{place}, point {name}"
        pair = (cells[x].strip(), cells[y].strip())
        absent = [cell == "" or cell.lower() == "nan" for cell in pair]
        seen = _visibility(cells[v], path, where) if v is not None else VISIBLE
        if any(absent) != all(absent):
            raise FileError(path, "has only one of its two coordinates.", place=where)
        if seen != ABSENT and not absent[0]:
            points[k] = number(pair[0], path, where), number(pair[1], path, where)
            visibility[k] = seen
    others = {name: cells[i].strip() for name, i in columns.others}
    split, subject = others.pop("split", ""), others.pop("subject", "")
    extra = {
        name: float(cell) if is_number(cell) else cell
        for name, cell in others.items()
        if cell and name not in ("convention", "layout")
    }
    return Face(picture, points, (file, place), visibility, split, subject, extra)


def _visibility(cell: str, path, where: str) -> int:
    if cell.strip() in ("0", "1", "2"):
        return int(cell)
    if not cell.strip():
        return ABSENT
    raise FileError(path, f"visibility “{cell[:20]}” is none of 0, 1, 2.", place=where)
