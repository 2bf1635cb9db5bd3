"""The figures of an evaluation in a terminal."""

from __future__ import annotations

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from infl.cli.console import problems
from infl.evaluation import Report

WIDTH = 130
"""Columns where the output is no terminal: nothing is cut off in a file."""


def show(report: Report) -> None:
    """One line a data set and convention on stdout; notes and skipped faces on stderr."""
    table = Table(box=SIMPLE)
    table.add_column("data set")
    table.add_column("asked as")
    for name in ("faces", "NME %", "median %", "> 8 %", "AUC₈ %", "not found"):
        table.add_column(name, justify="right")
    table.add_column("divided by")
    for row in report.rows:
        figures = (f"{row.nme:.2f}", f"{row.median:.2f}", f"{row.failures:.1f}", f"{row.auc:.1f}")
        asked = row.convention if row.deformer else f"{row.convention} (no deformer)"
        table.add_row(row.dataset, asked, str(row.faces), *figures, str(row.not_found), row.normaliser)
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    console.print(table)
    skipped = {f"{row.dataset}: {key}: {why}" for row in report.rows for key, why in row.skipped.items()}
    problems([*report.notes, *sorted(skipped)])
