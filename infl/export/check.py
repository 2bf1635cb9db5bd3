"""Reads a file that was just written, with the reader that infl has for the format, and compares every point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from infl.datasets.dataset import ABSENT, OCCLUDED, VISIBLE
from infl.datasets.folder import SetFolder
from infl.datasets.reader import Face
from infl.errors import FileError
from infl.export.entries import Entry
from infl.export.formats import FileFormat

TOLERANCE = 2e-3
"""Pixels: what is lost by writing three decimals, and by single precision of large coordinates."""


def check(entries: Sequence[Entry], into: FileFormat, written: Path, origin: int) -> Iterator[int]:
    """Compare; yields how many faces are done. Raises FileError naming the first face that is not as it should be."""
    pictures = dict.fromkeys(entry.picture for entry in entries)
    root = written.parent if into.suffix else written
    files = [into.file_of(entry.picture) for entry in entries] if into.file_of else [written.name]
    found = into.reader.find(SetFolder(root, [*files, *pictures]))
    if len(found) != 1:
        raise FileError(written, "was not written well: its own reader does not know it.")
    wanted: dict[tuple[str, int], Entry] = {}
    seen: Counter[str] = Counter()
    for entry in entries:
        seen[entry.picture] += 1
        wanted[entry.picture, seen[entry.picture]] = entry
    seen.clear()
    for done, face in enumerate(found[0].faces(), 1):
        if isinstance(face, FileError):
            raise face
        seen[face.picture] += 1
        entry = wanted.pop((face.picture, seen[face.picture]), None)
        if entry is None or (reason := _difference(entry, face, origin, into)):
            reason = reason if entry is not None else "nobody wrote it"  # pyright: ignore[reportPossiblyUnbound]
            raise FileError(
                written, f"was not written well: of {face.picture}, {reason}.", place=face.source[1]
            )
        yield done
    if wanted:
        raise FileError(written, f"was not written well: {len(wanted)} faces are missing in it.")


def _difference(entry: Entry, face: Face, origin: int, into: FileFormat) -> str:
    """How a face that was read is not what was to be written; "" where it is."""
    points = np.asarray(face.points, np.float64) - origin
    if points.shape != entry.points.shape:
        return f"{len(points)} points were read and {len(entry.points)} written"
    there = entry.visibility != ABSENT
    if not np.array_equal(np.isfinite(points).all(1), there):
        return "other points are absent than were written so"
    off = np.abs(points[there] - entry.points[there]).max(initial=0)
    if off > TOLERANCE + 1e-6 * np.abs(entry.points[there]).max(initial=0):
        return f"a point is {off:.3f} px from where it was written"
    visibility = np.where(there, VISIBLE, ABSENT) if face.visibility is None else face.visibility
    expected = entry.visibility
    if into.name == "coco" and (expected[there] == OCCLUDED).all():  # see `infl.datasets.coco_keypoints`
        expected = np.where(there, VISIBLE, ABSENT)
    return "" if np.array_equal(visibility, expected) else "what is hidden is not as it was written"
