"""A data set's folder as the readers see it: its files, its pictures and its `splits.csv`."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import takewhile
from pathlib import Path, PurePosixPath

from infl.datasets.text import read_lines
from infl.errors import FileError
from infl.images import IMAGE_SUFFIXES

SPLITS = "splits.csv"
HEADER = "dataset.json"


class SetFolder:
    """The files below `root`, listed once; all paths are relative to it, with "/" between folders.

    pictures_in: another folder with pictures, where they are not all beside their annotations; a picture there has
    its path relative to that folder.
    """

    def __init__(self, root: Path, files: Iterable[str] | None = None, pictures_in: Path | None = None):
        self.root = root
        self.files: tuple[str, ...] = tuple(_walk(root) if files is None else files)
        self.pictures_in = pictures_in

    def without(self, claimed: Iterable[str]) -> SetFolder:
        """The same folder less the annotation files that another reader has claimed."""
        claimed = set(claimed)
        if not claimed:
            return self
        return SetFolder(self.root, (f for f in self.files if f not in claimed), self.pictures_in)

    def ending(self, *endings: str) -> list[str]:
        """The files whose name ends so, whatever the case, in alphabetical order."""
        return [f for f in self.files if f.lower().endswith(endings)]

    @cached_property
    def pictures(self) -> tuple[str, ...]:
        if self.pictures_in is None:
            return _pictures(self.files)
        here = dict.fromkeys(_pictures(self.files))
        return (*here, *(f for f in _pictures(_walk(self.pictures_in)) if f not in here))

    def picture_path(self, picture: str) -> Path:
        """Where one of `pictures` is on this machine."""
        if self.pictures_in is not None and not (self.root / picture).is_file():
            return self.pictures_in / picture
        return self.root / picture

    @cached_property
    def _picture_set(self) -> frozenset[str]:
        return frozenset(self.pictures)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        return _grouped(self.pictures, lambda path: path.name)

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        return _grouped(self.pictures, lambda path: path.stem)

    def picture_named(self, name: str, *, source: str, place: str = "") -> str:
        """The picture that the annotation file `source` calls `name`.

        Tried in turn: relative to that file, relative to the root, and the one picture in the whole set whose
        path ends so. Raises FileError naming `source` and `place` when there is none, or more than one.
        """
        wanted = name.strip().replace("\\", "/").removeprefix("./")
        parent = PurePosixPath(source).parent
        for candidate in (str(parent / wanted), wanted):
            if candidate in self._picture_set:
                return candidate
        alike = self._by_name.get(PurePosixPath(wanted).name, [])
        matches = [p for p in alike if p.endswith("/" + wanted)]
        return self._only(matches, f"the picture {wanted}", source, place)

    def picture_beside(self, source: str, stem: str | None = None) -> str:
        """The picture with the stem of the annotation file `source`: in its folder, or the only one in the
        set.

        Of several in other folders the one whose path has most in common with `source` is meant
        (`001/annot/000006.pts` goes with `001/imgs/000006.jpg`).
        """
        path = PurePosixPath(source)
        stem = path.stem if stem is None else stem
        alike = self._by_stem.get(stem, [])
        beside = [p for p in alike if PurePosixPath(p).parent == path.parent]
        if not beside and len(alike) > 1:
            shared = {p: _shared_folders(p, source) for p in alike}
            best = max(shared.values())
            beside = [p for p in alike if shared[p] == best]
        return self._only(beside or alike, f"a picture named {stem}", source, "")

    def _only(self, matches: list[str], what: str, source: str, place: str) -> str:
        if not matches:
            raise FileError(
                self.root / source, f"{what} is missing.", place=place, remedy="Put it into the set's folder."
            )
        if len(matches) > 1:
            listed = ", ".join(matches[:3])
            raise FileError(
                self.root / source, f"{what} could be any of {len(matches)}: {listed}.", place=place
            )
        return matches[0]

    @cached_property
    def splits(self) -> Splits:
        return Splits(self)


class Splits:
    """What `splits.csv` (columns image, split, subject) says of each picture; empty where there is none.

    A row's image is a path relative to the root, or a bare name where only one picture of the set has it.
    `problems` are rows that cannot be used.
    """

    def __init__(self, folder: SetFolder):
        self.problems: list[FileError] = []
        self._rows: dict[str, tuple[str, str]] = {}
        self.present = SPLITS in folder.files
        if self.present:
            self._read(folder)

    def _read(self, folder: SetFolder) -> None:
        path = folder.root / SPLITS
        try:
            lines = read_lines(path)
        except FileError as error:
            self.problems.append(error)
            return
        columns = [name.strip().lower() for name in lines[0][1].split(",")] if lines else []
        if "image" not in columns or "split" not in columns:
            self.problems.append(FileError(path, "has no columns “image” and “split”.", place="line 1"))
            return
        for number, line in lines[1:]:
            cells = [cell.strip() for cell in line.split(",")]
            if len(cells) != len(columns):
                reason = f"{len(cells)} cells where the first line has {len(columns)}."
                self.problems.append(FileError(path, reason, place=f"line {number}"))
                continue
            row = dict(zip(columns, cells, strict=True))
            try:
                picture = folder.picture_named(row["image"], source=SPLITS, place=f"line {number}")
            except FileError as error:
                self.problems.append(error)
                continue
            self._rows[picture] = (row["split"], row.get("subject", ""))

    def of(self, picture: str) -> tuple[str, str]:
        """(split, subject) of a picture, ("", "") where nothing is said of it."""
        return self._rows.get(picture, ("", ""))

    def unlisted(self, pictures: Iterable[str]) -> list[str]:
        """Those of `pictures` that a present `splits.csv` does not list."""
        return [p for p in pictures if p not in self._rows] if self.present else []


def _shared_folders(one: str, other: str) -> int:
    """How many folders two paths have in common, from the root down."""
    pairs = zip(one.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _grouped(paths: Iterable[str], key) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        groups[key(PurePosixPath(path))].append(path)
    return groups


def _pictures(files: Iterable[str]) -> tuple[str, ...]:
    return tuple(f for f in files if PurePosixPath(f).suffix.lower() in IMAGE_SUFFIXES)


def _walk(root: Path) -> list[str]:
    """All files below `root`, sorted, without hidden files and folders; links to folders are not followed."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        relative = Path(folder).relative_to(root)
        found += [(relative / f).as_posix() for f in files if not f.startswith(".")]
    return sorted(found)
