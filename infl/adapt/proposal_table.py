"""A proposed layout as a table that a person can edit, and the layout that the edited table means.

    point,same_as,name,x,y,z,nearest,away_mm,confidence

- `same_as`: “layout: point”, the known point that this one is taken for; empty it and the point keeps its own place.
- `name`: only where it shall be called otherwise than that.
- `x,y,z`: its own place on C in mm, which counts where `same_as` is empty.
- `nearest`, `away_mm`, `confidence`: what was found, for reading; they are not read again.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import numpy as np

from infl.adapt.found_queries import layout_at
from infl.adapt.known_points import KnownPoint
from infl.adapt.layout_proposal import Proposal, completed
from infl.datasets.text import number, read_text
from infl.errors import FileError
from infl.layouts import Layout, LayoutPoint, layout, layout_names

COLUMNS = ("point", "same_as", "name", "x", "y", "z", "nearest", "away_mm", "confidence")


def save_table(proposal: Proposal, path: Path) -> None:
    """Write the table, whole or not at all."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for k, p in enumerate(proposal.points):
        same, name = (str(p.known), "") if p.same else ("", proposal.layout.points[k].name)
        place = [f"{value:.2f}" for value in p.query]
        table.writerow([k, same, name, *place, str(p.known), f"{p.away:.1f}", f"{p.confidence:.2f}"])
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text.getvalue(), encoding="utf-8")
    os.replace(temporary, path)


def load_table(path: Path) -> Layout:
    """The layout that a table means; raises FileError naming the line and cell that cannot be used."""
    rows = list(csv.reader(read_text(path).splitlines()))
    if not rows or not set(COLUMNS[:6]) <= set(rows[0]):
        raise FileError(
            path, f"is no table of a proposed layout: it has no columns {', '.join(COLUMNS[:6])}."
        )
    at = {name: i for i, name in enumerate(rows[0])}
    points = []
    for line, cells in enumerate(rows[1:], 2):
        if len(cells) != len(rows[0]):
            raise FileError(
                path, f"{len(cells)} cells where the first line has {len(rows[0])}.", place=f"line {line}"
            )
        row = {name: cells[i].strip() for name, i in at.items()}
        if row["point"] != str(len(points)):
            raise FileError(path, f"point {len(points)} was expected: the order is that of the set's files.",
                            place=f"line {line}, column point")  # fmt: skip
        points.append(_point(path, line, row))
    if not points:
        raise FileError(path, "has no points.")
    return completed(path.stem, points)


def _point(path: Path, line: int, row: dict[str, str]) -> LayoutPoint:
    if row["same_as"]:
        known = _known(path, line, row["same_as"]).point
        return LayoutPoint(row["name"] or known.name, known.xyz, known.triangle, known.barycentric, 0, known.group,
                           known.contour)  # fmt: skip
    place = [number(row[axis], path, f"line {line}, column {axis}") for axis in "xyz"]
    own = layout_at(np.array([place])).points[0]
    return LayoutPoint(row["name"] or f"point {row['point']}", own.xyz, own.triangle, own.barycentric, 0)


def _known(path: Path, line: int, text: str) -> KnownPoint:
    """The point that “layout: point” names."""
    place = f"line {line}, column same_as"
    of, colon, name = (part.strip() for part in text.partition(":"))
    if not colon or of not in layout_names():
        raise FileError(path, f"“{text}” is no “layout: point”.", place=place,
                        remedy=f"Layouts are {', '.join(layout_names())}.")  # fmt: skip
    wanted = layout(of)
    if name not in wanted.names:
        raise FileError(path, f"{of} has no point “{name}”.", place=place, remedy=f"See “infl layouts {of}”.")
    return KnownPoint(wanted, wanted.names.index(name))
