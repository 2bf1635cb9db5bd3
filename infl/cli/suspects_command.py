"""`infl suspects`: annotations that are probably wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from infl.cli.arguments import can_be_written, open_data
from infl.cli.console import drive, problems
from infl.errors import FileError


def run_suspects(data: Sequence[str], out: Path, split: str, checkpoint: Path | None) -> None:
    """Search, and write the table and the page."""
    from infl.evaluation.suspects import find_suspects
    from infl.evaluation.suspects.page import write_page
    from infl.evaluation.suspects.search import refuse
    from infl.evaluation.suspects.table import write_table
    from infl.model import load_landmarker

    page = can_be_written(out).with_suffix(".html")
    if page == out:
        raise FileError(out, "is where the page with pictures goes.", remedy="Name the table .csv.")
    datasets = open_data(data)
    if split != "all":
        datasets = [dataset.split(split) for dataset in datasets]
    for dataset in datasets:
        refuse(dataset)
    suspects = drive(find_suspects(load_landmarker(checkpoint), datasets))
    problems(suspects.problems)
    write_table(suspects, out)
    drive(write_page(suspects, can_be_written(page)))
    kinds = Counter(str(finding.kind) for finding in suspects.findings)
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    looked_at = sum(suspects.faces.values())
    print(f"{out}: {len(suspects.findings)} findings on {suspects.accused} of {looked_at} faces"
          f"{f' ({counts})' if counts else ''}; {page.name} shows them.")  # fmt: skip
