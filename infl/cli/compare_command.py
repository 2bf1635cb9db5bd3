"""`infl compare`: where sets disagree, by how much, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from infl.cli.arguments import can_be_written, open_data
from infl.cli.console import drive, problems
from infl.errors import FileError, InflError

if TYPE_CHECKING:
    from infl.comparison.pixel_origin import OriginDifference


def run_comparison(
    data: Sequence[str], out: Path, split: str, pictures: int | None, at: str | None, checkpoint: Path | None
) -> None:
    """Compare the sets that `data` names, write the report, and say the upshot."""
    from infl.comparison import compare, write_report
    from infl.layouts import layout
    from infl.model import load_landmarker

    if len(data) < 2:
        raise InflError("There is nothing to compare: name at least two sets.")
    if out.suffix not in (".html", ".htm"):
        raise FileError(out, "is no name for a web page.", remedy="Name it .html.")
    if pictures is not None and pictures < 1:
        raise InflError("--pictures must be 1 or more.")
    can_be_written(out)
    asked = None if at is None else layout(at)
    datasets = open_data(data)
    part = None if split == "all" else split
    job = compare(load_landmarker(checkpoint), datasets, split=part, pictures=pictures, at=asked)
    comparison = drive(job)
    page, table, origins = write_report(comparison, out)
    problems(comparison.notes)
    for pair in comparison.pairs:
        first, second = pair.first.evidence, pair.second.evidence
        told = int(np.isfinite(pair.size).sum())
        print(
            f"{first.name} − {second.name} ({len(first)}, {len(second)} faces): {pair.sure.sum()} of {told} points "
            f"differ surely; {_origin(pair.origin)}."
        )
    print(f"{page}: the report; {table.name} and {origins.name} beside it: its figures.")


def _origin(origin: OriginDifference) -> str:
    if not np.isfinite(origin.interval.high).all():
        return "pixel origin not known"
    (x, y), (dx, dy) = origin.difference, origin.interval.half
    said = f"pixel origin ({x:+.2f}, {y:+.2f}) px ± ({dx:.2f}, {dy:.2f})"
    return f"{said}, taken off" if origin.taken else said
