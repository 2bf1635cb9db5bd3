"""Points of one face through a video, as a table (.csv) or as HDF5 (.h5): written as they come, checked, then named.

Both hold for each frame: its number, its time in seconds, the score (probability that there is a face), and for each
point x and y in pixels of the frame and σ in pixels, to a thousandth. pandas reads the table, h5py the rest:

    points = h5py.File("points.h5")["points"][:]      # (N, K, 2)
"""

from __future__ import annotations

import csv
import os
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import h5py
import numpy as np

from infl.errors import FileError, InflError
from infl.export.hdf5_layout import write_layout
from infl.export.hdf5_members import array_in
from infl.layouts import Layout

FORMAT, FORMAT_VERSION = "infl-video-points", 1
ROWS = 64
"""Frames that are kept in memory before they are written."""
CSV, HDF5 = ".csv", ".h5"
COLUMNS = {"frame": "i8", "time": "f8", "score": "f4"}


@dataclass(frozen=True, eq=False)
class Recording:
    """names: of K points. frame: (N,) int64, time: (N,) seconds, score: (N,), points: (N, K, 2) and sigma: (N, K)
    float32 pixels."""

    names: tuple[str, ...]
    frame: np.ndarray
    time: np.ndarray
    score: np.ndarray
    points: np.ndarray
    sigma: np.ndarray

    def __len__(self) -> int:
        return len(self.frame)


class Recorder(ABC):
    """A context: `append` frames, then `commit`. Left without, it removes what it wrote."""

    def __init__(self, path: Path, layout: Layout):
        self.path, self.layout = path, layout
        self.temporary = path.with_name(path.name + ".part")
        self.count = 0
        self._sum = 0  # of everything written, to compare with what is read back

    def append(self, frame: int, time: float, score: float, points: np.ndarray, sigma: np.ndarray) -> None:
        """One frame's (K, 2) points and (K,) sigma; raises FileError where the disk takes no more."""
        points, sigma = (
            np.round(np.asarray(values, float), 3).astype(np.float32) for values in (points, sigma)
        )
        if points.shape != (len(self.layout), 2):
            raise InflError(
                f"The recording has {len(self.layout)} points a frame, not {len(points)}: the layout was changed."
            )
        self._sum = _summed(self._sum, frame, points)
        self.count += 1
        try:
            self._write(frame, time, score, points, sigma)
        except OSError as error:
            raise FileError(self.path, f"cannot be written on ({error.strerror or error}).") from error

    def commit(self) -> Path:
        """Close, read again, compare, and give the file its name."""
        self._close()
        frames, total = 0, 0
        for frame, points in self._read_back():
            total = _summed(total, frame, points)
            frames += 1
        if frames != self.count or total != self._sum:
            raise FileError(self.path, f"was not written well: {frames} of {self.count} frames are in it.")
        os.replace(self.temporary, self.path)
        return self.path

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self.temporary.unlink(missing_ok=True)

    @abstractmethod
    def _write(
        self, frame: int, time: float, score: float, points: np.ndarray, sigma: np.ndarray
    ) -> None: ...

    @abstractmethod
    def _close(self) -> None:
        """Write what is left; may be called again."""

    @abstractmethod
    def _read_back(self) -> Iterator[tuple[int, np.ndarray]]:
        """Frame and points of what is in the file."""


class CsvRecorder(Recorder):
    """One line a frame: frame, time, score, then x, y and σ of each point."""

    def __init__(self, path: Path, layout: Layout, about: dict[str, str]):
        super().__init__(path, layout)
        self._file = open(self.temporary, "w", newline="", encoding="utf-8")  # noqa: SIM115 – closed by _close
        self._writer = csv.writer(self._file)
        self._writer.writerow(
            [*COLUMNS, *(f"{name} {what}" for name in layout.names for what in ("x", "y", "sigma"))]
        )

    def _write(self, frame: int, time: float, score: float, points: np.ndarray, sigma: np.ndarray) -> None:
        each = np.concatenate([points, sigma[:, None]], 1).ravel()
        self._writer.writerow([frame, f"{time:.4f}", f"{score:.4f}", *(f"{value:.3f}" for value in each)])

    def _close(self) -> None:
        self._file.close()

    def _read_back(self) -> Iterator[tuple[int, np.ndarray]]:
        with open(self.temporary, newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            next(rows)
            for row in rows:
                values = np.array(row[len(COLUMNS) :], np.float32).reshape(-1, 3)
                yield int(row[0]), values[:, :2]


class Hdf5Recorder(Recorder):
    """Compressed arrays that grow, with the layout and what was filmed beside them."""

    def __init__(self, path: Path, layout: Layout, about: dict[str, str]):
        super().__init__(path, layout)
        self._rows: list[tuple] = []
        self._file: h5py.File | None = h5py.File(self.temporary, "w", libver="v110")
        self._file.attrs["format"], self._file.attrs["format_version"] = FORMAT, FORMAT_VERSION
        for name, value in about.items():
            self._file.attrs[name] = value
        write_layout(self._file.create_group("layout"), layout)
        shapes = {**{name: ((), kind) for name, kind in COLUMNS.items()},
                  "points": ((len(layout), 2), "f4"), "sigma": ((len(layout),), "f4")}  # fmt: skip
        for name, (shape, kind) in shapes.items():
            self._file.create_dataset(
                name, (0, *shape), np.dtype(kind), maxshape=(None, *shape), chunks=(ROWS, *shape),
                compression="gzip", compression_opts=4, shuffle=True,
            )  # fmt: skip

    def _write(self, frame: int, time: float, score: float, points: np.ndarray, sigma: np.ndarray) -> None:
        self._rows.append((frame, time, score, points, sigma))
        if len(self._rows) >= ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._file is None or not self._rows:
            return
        for name, values in zip((*COLUMNS, "points", "sigma"), zip(*self._rows, strict=True), strict=True):
            array = array_in(self._file, name)
            start = len(array)
            array.resize(start + len(values), axis=0)
            array[start:] = np.stack(values)
        self._rows = []

    def _close(self) -> None:
        if self._file is not None:
            try:
                self._flush()
            finally:
                self._file.close()
                self._file = None

    def _read_back(self) -> Iterator[tuple[int, np.ndarray]]:
        with h5py.File(self.temporary, "r") as file:
            frames, points = array_in(file, "frame"), array_in(file, "points")
            for start in range(0, len(frames), ROWS):
                end = start + ROWS
                yield from zip(map(int, frames[start:end]), points[start:end], strict=True)


def recorder(path: str | Path, layout: Layout, *, source: str, fps: float, convention: str) -> Recorder:
    """A recorder for a .csv or .h5 file; raises FileError for another suffix or where nothing can be written."""
    path = Path(path)
    kinds = {CSV: CsvRecorder, HDF5: Hdf5Recorder, ".hdf5": Hdf5Recorder}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise FileError(path, "names no format for points of a video.", remedy="Use .csv or .h5.")
    about = {"source": source, "fps": f"{fps:g}", "convention": convention}
    try:
        return kind(path, layout, about)
    except OSError as error:
        raise FileError(path, f"cannot be written ({error.strerror or error}).") from error


def read_recording(path: str | Path) -> Recording:
    """What a recorder wrote, all of it; raises FileError."""
    path = Path(path)
    try:
        return _read_csv(path) if path.suffix.lower() == CSV else _read_hdf5(path)
    except (OSError, ValueError, KeyError, IndexError, StopIteration) as error:
        raise FileError(path, f"is no recording of points ({error}).") from error


def _read_csv(path: Path) -> Recording:
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        head = next(rows)
        values = np.array([[float(value) for value in row] for row in rows]).reshape(-1, len(head))
    names = tuple(name.removesuffix(" x") for name in head[len(COLUMNS) :: 3])
    each = values[:, len(COLUMNS) :].astype(np.float32).reshape(len(values), len(names), 3)
    frame = values[:, 0].astype(np.int64)
    return Recording(names, frame, values[:, 1], values[:, 2].astype(np.float32), each[..., :2], each[..., 2])


def _read_hdf5(path: Path) -> Recording:
    with h5py.File(path, "r") as file:
        if file.attrs.get("format") != FORMAT:
            raise ValueError(f"its format is not {FORMAT}")
        names = tuple(array_in(file, "layout/names").asstr()[:])
        arrays = [array_in(file, name)[:] for name in (*COLUMNS, "points", "sigma")]
    return Recording(names, *arrays)


def _summed(so_far: int, frame: int, points: np.ndarray) -> int:
    """A checksum of frames and points."""
    return zlib.crc32(np.ascontiguousarray(points).tobytes(), zlib.crc32(str(frame).encode(), so_far))
