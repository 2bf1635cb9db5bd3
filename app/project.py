"""A project: what was open and how, in one JSON file whose paths are relative to it."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from app.corrections import to_json
from app.state import Studio
from infl.errors import FileError


class SetEntry(BaseModel):
    """An open set: its folder, or file, which of its annotations (by convention), and where else its pictures are."""

    model_config = ConfigDict(extra="forbid")
    folder: str
    convention: str
    pictures: str = ""


class Project(BaseModel):
    """What is in the file. Paths are relative to it, with "/"; "" where there is none."""

    model_config = ConfigDict(extra="forbid")
    format: Literal["infl-project"] = "infl-project"
    format_version: Literal[1] = 1
    sets: list[SetEntry] = []
    layout: str = ""
    checkpoint: str = ""
    set: int = 0
    sample: int = 0
    comparison: dict[str, str] = {}
    convention: str = "canonical"
    options: dict[str, bool | float] = {}
    corrections: list[dict[str, Any]] = []


def project_of(studio: Studio, path: Path, layout: Path | None, checkpoint: Path | None) -> Project:
    """The studio as it is, with paths relative to the project's file `path`."""
    return Project(
        sets=[
            SetEntry(
                folder=_relative(s.dataset.path, path),
                convention=s.dataset.convention,
                pictures=_relative(s.dataset.pictures, path),
            )
            for s in studio.sets
        ],
        layout=_relative(layout, path),
        checkpoint=_relative(checkpoint, path),
        set=studio.place.set if studio.place else 0,
        sample=studio.place.sample if studio.place else 0,
        comparison=asdict(studio.comparison),
        convention=studio.target_convention,
        options=asdict(studio.options),
        corrections=to_json(studio.corrections, lambda folder: _relative(folder, path)),
    )


def write_project(project: Project, path: Path) -> None:
    """Write the file whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(project.model_dump_json(indent=1), encoding="utf-8")
    read_project(temporary)
    os.replace(temporary, path)


def read_project(path: Path) -> Project:
    """Read a project; raises FileError naming the field that is wrong."""
    try:
        return Project.model_validate_json(path.read_bytes())
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise FileError(path, f"is no project of infl-studio: {first['msg']}.", place=place) from error


def resolved(text: str, path: Path) -> Path:
    """A path of the project's file `path` on this machine."""
    return Path(os.path.normpath(path.absolute().parent / text))


def _relative(target: Path | None, path: Path) -> str:
    if target is None:
        return ""
    try:
        return Path(os.path.relpath(target.absolute(), path.absolute().parent)).as_posix()
    except ValueError:  # another drive
        return target.absolute().as_posix()
