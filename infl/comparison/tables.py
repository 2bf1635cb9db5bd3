"""A comparison as tables, one row for each point of each pair and one for each set."""

from __future__ import annotations

import csv
import io

import numpy as np

from infl.comparison.compare import Comparison
from infl.comparison.offsets import Witness
from infl.geometry.canonical_face import canonical_face

COLUMNS = (
    "first", "second", "point", "x_mm", "y_mm", "z_mm", "kind", "outward_mm", "outward_low", "outward_high", "up_mm",
    "up_low", "up_high", "size_mm", "size_low", "size_high", "size_percent", "p", "sure", "deformer_outward_mm",
    "deformer_up_mm", "faces_first", "faces_second",
)  # fmt: skip
"""Of the table of offsets. kind: "measured", or "deformer" where no picture was asked; low and high: 95 %;
size_percent: of the distance between the outer eye corners; empty: not known."""

ORIGIN_COLUMNS = (
    "set", "convention", "layout", "faces", "subjects", "left_out", "unreadable", "x_px", "x_low", "x_high", "x_p",
    "x_taken_off", "y_px", "y_low", "y_high", "y_p", "y_taken_off",
)  # fmt: skip


def offset_rows(comparison: Comparison) -> list[list[str | int]]:
    """The rows of the table of offsets, in the order of COLUMNS."""
    rows: list[list[str | int]] = []
    for pair in comparison.pairs:
        names = [pair.first.evidence.name, pair.second.evidence.name]
        for k, point in enumerate(pair.points):
            figures = [
                pair.offset[k, 0], pair.interval.low[k, 0], pair.interval.high[k, 0],
                pair.offset[k, 1], pair.interval.low[k, 1], pair.interval.high[k, 1],
                pair.size[k], pair.size_interval.low[k], pair.size_interval.high[k], percent(pair.size[k]),
            ]  # fmt: skip
            sure = int(pair.sure[k]) if np.isfinite(pair.size[k]) else ""
            rows.append([*names, point, *map(_number, pair.queries[k]), "measured", *map(_number, figures),
                         _number(pair.p[k], 5), sure, *map(_number, pair.learned[k]), *map(int, pair.faces[k])])  # fmt: skip
    for asked in comparison.deformer:
        for k, point in enumerate(asked.layout.points):
            out, up = asked.offset[k]
            size = float(np.hypot(out, up))
            figures = [
                _number(out),
                "",
                "",
                _number(up),
                "",
                "",
                _number(size),
                "",
                "",
                _number(percent(size)),
            ]
            rows.append([asked.first, asked.second, point.name, *map(_number, point.xyz), "deformer", *figures, "", "",
                         _number(out), _number(up), "", ""])  # fmt: skip
    return rows


def origin_row(witness: Witness) -> list[str | int]:
    evidence, origin = witness.evidence, witness.origin
    row: list[str | int] = [
        evidence.name, evidence.convention, evidence.layout.name, len(evidence), len(witness.names), evidence.left_out,
        len(evidence.unreadable),
    ]  # fmt: skip
    for axis in (0, 1):
        known = origin.fit is not None
        figures = (origin.shift[axis], origin.interval.low[axis], origin.interval.high[axis])
        row += [_number(v) if known else "" for v in figures]
        row += [_number(origin.p[axis], 5) if known else "", _number(origin.taken[axis])]
    return row


def percent(millimetres: float) -> float:
    """Of the distance between the outer eye corners of C."""
    return float(100 * millimetres / canonical_face().interocular)


def _number(value: float, digits: int = 3) -> str:
    return f"{float(value):.{digits}f}" if np.isfinite(value) else ""


def csv_text(columns: tuple[str, ...], rows: list[list[str | int]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(rows)
    return text.getvalue()
