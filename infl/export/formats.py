"""The formats that data sets can be written in, beside HDF5, the only one that holds all of a harmonised set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from infl.datasets import coco_keypoints, ibug_pts, point_csv
from infl.datasets.dataset import Dataset
from infl.datasets.reader import FROM_ONE, FROM_ZERO, PixelOrigin, Reader
from infl.errors import InflError
from infl.export import coco, point_table, pts
from infl.export.entries import Entry, Keeps, Plan, as_they_are, plan


@dataclass(frozen=True)
class FileFormat:
    """One format. suffix: of its file, "" where it is a folder of files. origin: what is usual there, which `reader`
    takes for granted. file_of: which file of the folder a face is in.
    """

    name: str
    title: str
    suffix: str
    keeps: Keeps
    origin: PixelOrigin
    reader: Reader
    write: Callable[[Sequence[Entry], Dataset, Path, int, Callable[[str], None]], Iterator[int]]
    names: Callable[[Sequence[str]], list[str]] = as_they_are
    file_of: Callable[[str], str] | None = None

    def plan(self, dataset: Dataset, out: Path, points: str) -> Plan:
        """What would be written."""
        return plan(dataset, out, points, self.keeps, self.names, beside=bool(self.suffix))


FORMATS = {
    known.name: known
    for known in (
        FileFormat("coco", "COCO keypoints", ".json", Keeps(True, True, False, False), FROM_ZERO, coco_keypoints,
                   coco.write),
        FileFormat("pts", "iBUG .pts, one file a face", "", Keeps(False, False, False, True), FROM_ONE, ibug_pts,
                   pts.write, pts.one_a_face, pts.file_of),
        FileFormat("csv", "CSV table", ".csv", Keeps(True, True, True, True), FROM_ZERO, point_csv, point_table.write),
    )
}  # fmt: skip
"""By name, as after `infl convert --to`."""


def file_format(name: str) -> FileFormat:
    """A format by its name; raises InflError where there is none."""
    if name not in FORMATS:
        raise InflError(f"There is no format “{name}”. Known: {', '.join(FORMATS)}.")
    return FORMATS[name]
