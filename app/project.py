"""A project: what was open and how, in one JSON file whose paths are relative to it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from app.corrections import Corrections, to_json
from app.state import Studio
from app.translation import tr
from app.values import Comparison, Options
from infl.errors import FileError
from infl.layouts import Layout, layout_text, parse_layout


class SetEntry(BaseModel):
    """An open set: its folder, or file, which of its annotations (by convention), and where else its pictures are.

    found: the convention that was found out, where the person has chosen another.
    """

    model_config = ConfigDict(extra="forbid")
    folder: str
    convention: str
    pictures: str = ""
    found: str = ""


class Project(BaseModel):
    """What is in the file. Paths are relative to it, with "/" between folders; "" where there is none.

    custom: the custom layout, as in a layout's file; layout: the file that it was opened from or saved to, whose
    content counts in projects of version 1, which have no `custom`. set, sample: the photograph on screen, the set's
    place in `sets`.
    """

    model_config = ConfigDict(extra="forbid")
    format: Literal["infl-project"] = "infl-project"
    format_version: Literal[1, 2] = 2
    sets: list[SetEntry] = []
    custom: dict[str, Any] | None = None
    layout: str = ""
    checkpoint: str = ""
    set: int = 0
    sample: int = 0
    comparison: dict[str, str] = {}
    convention: str = "canonical"
    options: dict[str, bool | float | str] = {}
    corrections: list[dict[str, Any]] = []


@dataclass(frozen=True)
class SetPlace:
    """An open set as a project knows it, wherever the project lies. found: as of SetEntry."""

    path: Path
    convention: str
    pictures: Path | None = None
    found: str = ""

    def key(self) -> tuple[Path, str]:
        """By what it is told apart from others."""
        return self.path, self.convention

    def filed(self) -> tuple[Path, str]:
        """The same as whoever reads its files knows it."""
        return self.path, self.found or self.convention


@dataclass(frozen=True)
class Snapshot:
    """All of the studio that a project keeps, of values that never change: taken at once, written at leisure.

    on_screen: the photograph, as (index in `sets`, index of the sample).
    """

    sets: tuple[SetPlace, ...]
    layout: Layout
    layout_path: Path | None
    checkpoint: Path | None
    on_screen: tuple[int, int]
    comparison: Comparison
    convention: str
    options: Options
    corrections: Corrections


def snapshot(
    studio: Studio, layout_path: Path | None, checkpoint: Path | None, missing: Sequence[SetPlace] = ()
) -> Snapshot:
    """The studio as it is. missing: sets of the open project that were not found; they stay in it."""
    sets = (s.dataset for s in studio.sets)
    opened = tuple(set_place(d.path, d.convention, d.pictures, d.found_convention) for d in sets)
    return Snapshot(
        sets=(*opened, *missing),
        layout=studio.layout,
        layout_path=layout_path,
        checkpoint=checkpoint,
        on_screen=(studio.place.set, studio.place.sample) if studio.place else (0, 0),
        comparison=studio.comparison,
        convention=studio.target_convention,
        options=studio.options,
        corrections=studio.corrections,
    )


def set_place(path: Path, convention: str, pictures: Path | None, found: str = "") -> SetPlace:
    """With absolute paths."""
    return SetPlace(_absolute(path), convention, None if pictures is None else _absolute(pictures), found)


def project_of(kept: Snapshot, path: Path) -> Project:
    """What the project's file `path` says of a snapshot."""
    return Project(
        sets=[
            SetEntry(
                folder=_relative(entry.path, path),
                convention=entry.convention,
                pictures=_relative(entry.pictures, path),
                found=entry.found,
            )
            for entry in kept.sets
        ],
        custom=json.loads(layout_text(kept.layout)),
        layout=_relative(kept.layout_path, path),
        checkpoint=_relative(kept.checkpoint, path),
        set=kept.on_screen[0],
        sample=kept.on_screen[1],
        comparison=asdict(kept.comparison),
        convention=kept.convention,
        options=asdict(kept.options),
        corrections=to_json(kept.corrections, lambda folder: _relative(folder, path)),
    )


def sets_of(project: Project, path: Path) -> list[SetPlace]:
    """The sets of the project's file `path`, where they are on this machine."""
    return [
        set_place(
            resolved(entry.folder, path),
            entry.convention,
            resolved(entry.pictures, path) if entry.pictures else None,
            entry.found,
        )
        for entry in project.sets
    ]


def layout_of(project: Project, path: Path) -> Layout | None:
    """The custom layout that is in the project's file `path`; raises FileError naming what is wrong in it."""
    return None if project.custom is None else parse_layout(json.dumps(project.custom), path)


def write_project(project: Project, path: Path) -> None:
    """Write the file whole or not at all."""
    write_whole(project.model_dump_json(indent=1), path, read_project)


def write_whole(text: str, path: Path, check: Callable[[Path], object] = lambda _path: None) -> None:
    """Write a file under another name, `check` it, and only then give it its name; it is on the disk then."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        check(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_project(path: Path) -> Project:
    """Read a project; raises FileError naming the field that is wrong."""
    try:
        return Project.model_validate_json(path.read_bytes())
    except OSError as error:
        raise FileError(path, tr("cannot be read ({why}).").format(why=error.strerror)) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        why = tr("is no project of infl-studio: {why}.").format(why=first["msg"])
        raise FileError(path, why, place=place) from error


def resolved(text: str, path: Path) -> Path:
    """A path of the project's file `path` on this machine."""
    return Path(os.path.normpath(path.absolute().parent / text))


def moved(path: Path, old: Path, new: Path) -> Path:
    """Where `path` is after somebody moved, or renamed, a folder so that what was `old` is now `new`.

    What the two have in common at their ends has stayed; the folder above that is the one that was moved.
    """
    kept = 0
    for one, other in zip(reversed(old.parts), reversed(new.parts), strict=False):
        if one != other:
            break
        kept += 1
    before, after = (PurePath(*p.parts[: len(p.parts) - kept]) for p in (old, new))
    try:
        return Path(after / path.relative_to(before))
    except ValueError:  # it was somewhere else
        return path


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _relative(target: Path | None, path: Path) -> str:
    if target is None:
        return ""
    try:
        return Path(os.path.relpath(target.absolute(), path.absolute().parent)).as_posix()
    except ValueError:  # another drive
        return target.absolute().as_posix()
