"""Writing a comparison: a page to read and tables to compute with."""

from __future__ import annotations

import os
from pathlib import Path

from infl.comparison.compare import Comparison
from infl.comparison.page import report_html
from infl.comparison.tables import csv_text, offsets_table, origins_table
from infl.errors import FileError


def write_report(comparison: Comparison, out: str | Path) -> tuple[Path, Path, Path]:
    """Write `out` as HTML and beside it `….csv`, every offset, and `…_pixel_origin.csv`, every set; returns the three.

    Each appears under its name only when it is whole. Raises FileError where they cannot be written.
    """
    out = Path(out)
    offsets, origins = out.with_suffix(".csv"), out.with_name(out.stem + "_pixel_origin.csv")
    if offsets == out:
        raise FileError(out, "is the name of the table beside the report.", remedy="Name it .html.")
    _write(offsets, csv_text(offsets_table(comparison)))
    _write(origins, csv_text(origins_table(comparison)))
    _write(out, report_html(comparison))
    return out, offsets, origins


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        raise FileError(path, f"cannot be written ({error.strerror}).") from error
