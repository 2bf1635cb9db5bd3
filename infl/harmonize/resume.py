"""Going on after a kill: finished faces lie in numbered pieces beside the file to be, until all are there.

A file of HDF5 that is open when its process is killed is lost, so none stays open for long: every piece is a small
harmonised set of its own, written to a temporary name, forced onto the disk, renamed, and never touched again.

    all.h5.parts/FINGERPRINT/000-0000064.h5        the first set's faces from number 64 on

The fingerprint is of everything that decides what is written. Other inputs have another one, so their pieces cannot
be mixed; they begin anew and remove what is there. When all pieces are there they are merged, always in the same way.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from infl.datasets.dataset import Dataset, Sample
from infl.errors import FileError
from infl.export.hdf5 import FORMAT_VERSION
from infl.export.hdf5_writer import plain
from infl.layouts import Layout
from infl.model.landmarker import Landmarker

FACES_A_PIECE = 32
"""A few seconds of work: what a kill costs at most."""


@dataclass(frozen=True)
class Piece:
    """Samples `start` … `end` − 1 of data set number `set`."""

    set: int
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    @property
    def name(self) -> str:
        return f"{self.set:03d}-{self.start:07d}.h5"


class Pieces:
    """A context with the pieces of one harmonised set: `todo` are missing; each is written to `path(piece)`.

    Other inputs' pieces are removed when it is entered; raises FileError where nothing can be written.
    """

    def __init__(self, out: Path, fingerprint: str, datasets: Sequence[Dataset]):
        self.all = tuple(
            Piece(number, start, min(start + FACES_A_PIECE, len(dataset)))
            for number, dataset in enumerate(datasets)
            for start in range(0, len(dataset), FACES_A_PIECE)
        )
        self._home = parts_folder(out)
        self._folder = self._home / fingerprint

    def __enter__(self) -> Pieces:
        try:
            _remove(folder for folder in _ours(self._home) if folder != self._folder)
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(self._home, f"cannot be written ({error.strerror}).") from error
        return self

    def __exit__(self, *_) -> None:
        for folder in (self._folder, self._home):
            with suppress(OSError):  # it holds pieces, which stay for the next time, or is gone
                folder.rmdir()

    def path(self, piece: Piece) -> Path:
        return self._folder / piece.name

    def todo(self) -> tuple[Piece, ...]:
        """The pieces that are not there yet, in order."""
        return tuple(piece for piece in self.all if not self.path(piece).exists())

    def remove(self) -> None:
        """Everything is where it belongs, or will never be."""
        _remove(_ours(self._home))


def parts_folder(out: Path) -> Path:
    """Where the pieces of a file lie until it is whole."""
    return out.with_name(out.name + ".parts")


def fingerprint(
    landmarker: Landmarker, target: Layout, about: Mapping[str, str | bool], datasets: Sequence[Dataset]
) -> str:
    """SHA-256 over everything that decides what is written of `datasets`: network, runtime and code, target and
    options (`about`), every annotation, and size and time of every picture's file.
    """
    digest = hashlib.sha256()

    def add(*values: object) -> None:
        digest.update(json.dumps(values, sort_keys=True, default=plain).encode() + b"\n")

    for module in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(hashlib.sha256(module.read_bytes()).digest())
    card = {name: value for name, value in landmarker.card.items() if name != "training_keys"}
    add(FORMAT_VERSION, about, asdict(target), FACES_A_PIECE)
    add(landmarker.runtime, str(landmarker.device), landmarker.conventions, card)
    for dataset in datasets:
        add(dataset.name, str(dataset.root.absolute()), dataset.format, dataset.convention, dataset.normaliser,
            dataset.pixel_origin, dataset.point_count, [str(problem) for problem in dataset.problems],
            None if dataset.layout is None else asdict(dataset.layout))  # fmt: skip
        for sample in dataset.samples:
            add(str(sample.image.absolute()), _stamp(sample), sample.key, sample.split, sample.subject,
                dict(sample.extra), sample.origins)  # fmt: skip
            for array in (sample.points, sample.visibility, sample.provenance, sample.sigma):
                digest.update(b"" if array is None else array.tobytes())
    return digest.hexdigest()


def _stamp(sample: Sample) -> tuple[int, int] | None:
    """Size and time of change of the picture's file, None where there is none."""
    try:
        found = sample.image.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _ours(home: Path) -> list[Path]:
    """The folders in `home` that are named by a fingerprint; nothing else is ever removed."""
    if not home.is_dir():
        return []
    return [folder for folder in home.iterdir() if re.fullmatch("[0-9a-f]{64}", folder.name)]


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder)
