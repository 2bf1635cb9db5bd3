"""A data set, harmonised or any other, in another format: written, read back, compared, and only then named."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infl.datasets.dataset import Dataset
from infl.datasets.folder import HEADER, SPLITS
from infl.errors import FileError, InflError
from infl.export.check import check
from infl.export.entries import Options
from infl.export.formats import FileFormat
from infl.export.preflight import Preflight, preflight
from infl.progress import Job, Progress


@dataclass(frozen=True)
class Converted:
    """path: what was written, read back and found right; report: what is not in it; problems: met while writing."""

    path: Path
    report: Preflight
    problems: tuple[str, ...] = ()


def convert(
    dataset: Dataset, into: FileFormat, out: str | Path, options: Options | None = None
) -> Job[Converted]:
    """Write `out`, a file, or for `.pts` a new or empty folder; a job of `infl.progress`.

    Raises FileError or InflError, and leaves nothing behind, where it cannot be written, where nothing would be in it,
    or where what is read back differs.
    """
    out, options = Path(out), options or Options()
    _check_place(out, into)
    report = preflight(dataset, into, out, options)
    if not report.written:
        raise InflError(f"{out} was not written: no face would be in it. {' '.join(report.notes)}")
    entries = into.plan(dataset, out, options.points).entries
    origin = int(into.origin.offset) if options.origin is None else options.origin
    problems: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.absolute().parent))
    try:
        for phase, steps in (
            ("writing", into.write(entries, dataset, folder / out.name, origin, problems.append)),
            ("checking", check(entries, into, folder / out.name, origin)),
        ):
            start = Progress(phase, 0, len(entries))
            for done in steps:
                yield Progress(phase, done, len(entries), dataset.name, started=start.started)
        if out.is_dir():
            out.rmdir()  # an empty one, see above
        os.replace(folder / out.name, out)
    except OSError as error:
        raise FileError(out, f"cannot be written ({error.strerror or error}).") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Converted(out, report, tuple(problems))


def _check_place(out: Path, into: FileFormat) -> None:
    if not out.absolute().parent.is_dir():
        raise FileError(out, "cannot be written: its folder does not exist.")
    if into.suffix:
        if out.suffix.lower() != into.suffix or out.name in (HEADER, SPLITS):
            raise FileError(
                out, f"is no name for this: it must end with {into.suffix}, and not be {HEADER} or {SPLITS}."
            )
        if out.is_dir():
            raise FileError(out, "is a folder.", remedy="Name a file in it.")
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileError(out, "is there already.", remedy="Name a folder that is new or empty.")
