"""The table `image,split,subject,convention,layout,x0,y0,x1,y1,…`, which `infl.datasets.point_csv` reads.

An empty cell is an absent point. Where points are hidden there are columns v0, v1, … too (0 absent, 1 hidden, 2 seen).
`layout` is there where it is one that comes with infl.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from infl.datasets.dataset import ABSENT, OCCLUDED, Dataset
from infl.export.entries import Entry
from infl.layouts import layout, layout_names


def shipped_layout(dataset: Dataset) -> str:
    """The name of the set's layout, "" where it is not one that comes with infl."""
    own = dataset.layout
    return own.name if own is not None and own.name in layout_names() and layout(own.name) == own else ""


def write(
    entries: Sequence[Entry], dataset: Dataset, out: Path, origin: int, problem: Callable[[str], None]
) -> Iterator[int]:
    """Write the file; yields how many faces are done."""
    with_visibility = any((entry.visibility == OCCLUDED).any() for entry in entries)
    said = {"split": "", "subject": "", "convention": dataset.convention, "layout": shipped_layout(dataset)}
    columns = [
        name for name in said
        if said[name] or (name in ("split", "subject") and any(getattr(e.sample, name) for e in entries))
    ]  # fmt: skip
    per_point = "xyv" if with_visibility else "xy"
    with open(out, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        points = [f"{axis}{i}" for i in range(dataset.point_count) for axis in per_point]
        table.writerow(["image", *columns, *points])
        for done, entry in enumerate(entries, 1):
            said |= {"split": entry.sample.split, "subject": entry.sample.subject}
            table.writerow(
                [entry.picture, *(said[name] for name in columns), *_cells(entry, origin, with_visibility)]
            )
            yield done


def _cells(entry: Entry, origin: int, with_visibility: bool) -> list[str]:
    cells: list[str] = []
    for (x, y), seen in zip(
        np.asarray(entry.points + origin).tolist(), entry.visibility.tolist(), strict=True
    ):
        cells += ["", ""] if seen == ABSENT else [f"{x:.3f}", f"{y:.3f}"]
        if with_visibility:
            cells.append(str(seen))
    return cells
