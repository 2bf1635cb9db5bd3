"""Findings as a table: one line a finding, for spreadsheets and pandas."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from infl.evaluation.suspects.search import Suspects

COLUMNS = (
    "rank",
    "score",
    "kind",
    "data_set",
    "sample",
    "image",
    "points",
    "names",
    "renumber_as",
    "message",
)


def write_table(suspects: Suspects, out: str | Path) -> None:
    """Write `out`, CSV in UTF-8 with a header, whole or not at all.

    Several points or names in one cell are parted by spaces and semicolons; `renumber_as` gives each of `points` the
    index that it should have, and is empty where that is not the remedy. `image` is relative to the table's folder.
    """
    out = Path(out)
    temporary = out.with_name(out.name + ".part")
    with open(temporary, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for rank, finding in enumerate(suspects.findings, 1):
            renumbered = finding.meant if min(finding.meant, default=-1) >= 0 else ()
            table.writerow([
                rank, f"{finding.score:.2f}", str(finding.kind), finding.dataset, finding.sample.key,
                image_path(finding.sample.image, out), " ".join(map(str, finding.points)), "; ".join(finding.names),
                " ".join(map(str, renumbered)), finding.message,
            ])  # fmt: skip
    os.replace(temporary, out)


def image_path(image: Path, beside: Path) -> str:
    """Relative to the folder of `beside`; as it is where there is no such path (another drive)."""
    try:
        return Path(os.path.relpath(os.path.abspath(image), beside.absolute().parent)).as_posix()
    except ValueError:
        return image.as_posix()
