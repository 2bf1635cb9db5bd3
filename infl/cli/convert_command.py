"""`infl convert`: a harmonised set, or any other, in a format that others read."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from infl.cli.arguments import open_data
from infl.cli.console import drive, problems, say


def run_convert(data: str, to: str, out: Path, points: Literal["all", "clicked"], origin: int | None) -> None:
    """Write it, say what is not in it, and that what was read back is right."""
    from infl.export.convert import convert
    from infl.export.entries import Options
    from infl.export.formats import file_format

    into = file_format(to)
    (dataset,) = open_data([data])
    done = drive(convert(dataset, into, out, Options(points, origin)))
    for note in done.report.notes:
        say(f"note: {note}")
    problems(list(done.problems))
    print(f"{out}: {done.report.written} of {done.report.faces} faces, {dataset.point_count} points each; "
          "read back and compared, all equal.")  # fmt: skip
