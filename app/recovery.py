"""What a crash would lose, kept in files of the user's data folder; the next start finds those nobody owns any more.

A running studio owns one `Slot`: a file, and beside it a lock that names the process. `left_behind` lists the slots
whose process is gone; taking one over makes it this process's own, so that nothing is lost in between either.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from PySide6.QtCore import QLockFile, QStandardPaths

from app.project import Project, Snapshot, project_of, write_whole
from app.translation import tr
from infl.errors import FileError

if TYPE_CHECKING:
    from infl.model import Landmarker

SUFFIX, WEIGHTS = ".recovery", ".safetensors"


class Kept(BaseModel):
    """What is in a recovery file. file: the project that it belongs to, "" for one without a name; saved: seconds since
    1970; weights: whether the model's weights, in no other file, lie beside it. Paths in `project` are relative to it.
    """

    model_config = ConfigDict(extra="forbid")
    format: Literal["infl-recovery"] = "infl-recovery"
    format_version: Literal[1] = 1
    file: str = ""
    saved: float
    points: int
    corrected: int
    weights: bool = False
    project: Project


@dataclass(frozen=True)
class Unsaved:
    """What would be lost. weights: the model in use, where it is in no file."""

    snapshot: Snapshot
    file: Path | None
    weights: Landmarker | None


class Slot:
    """A recovery file that is this process's own as long as it runs."""

    def __init__(self, path: Path):
        """Raises OSError when its folder cannot be made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = QLockFile(str(path.with_suffix(".lock")))
        self._lock.setStaleLockTime(0)  # a lock is stale when its process is gone, however old it is
        self._kept_weights: Landmarker | None = None

    @classmethod
    def new(cls, folder: Path) -> Slot:
        """A slot of its own for this process."""
        slot = cls(folder / f"{time.time_ns()}-{os.getpid()}{SUFFIX}")
        slot.take()
        return slot

    def take(self) -> bool:
        """Make it this process's own; False where another process runs that owns it."""
        return self._lock.tryLock(0)

    @property
    def weights_path(self) -> Path:
        return self.path.with_suffix(WEIGHTS)

    def write(self, unsaved: Unsaved) -> None:
        """Keep it, whole or not at all; raises OSError. From any thread, one at a time."""
        if unsaved.weights is not None and unsaved.weights is not self._kept_weights:
            from infl.model.checkpoint import save_checkpoint

            save_checkpoint(unsaved.weights.network, unsaved.weights.card, self.weights_path)
            self._kept_weights = unsaved.weights
        snapshot = unsaved.snapshot
        kept = Kept(
            file="" if unsaved.file is None else str(unsaved.file.absolute()),
            saved=time.time(),
            points=len(snapshot.layout),
            corrected=sum(len(faces) for faces in snapshot.corrections.sets.values()),
            weights=unsaved.weights is not None,
            project=project_of(snapshot, self.path),
        )
        write_whole(kept.model_dump_json(), self.path, read_kept)

    def clear(self) -> None:
        """There is nothing to lose."""
        for path in (self.path, self.weights_path):
            path.unlink(missing_ok=True)
        self._kept_weights = None

    def release(self) -> None:
        """No longer this process's own; what it holds stays and is found by the next start."""
        self._lock.unlock()


def read_kept(path: Path) -> Kept:
    """Read a recovery file; raises FileError."""
    try:
        return Kept.model_validate_json(path.read_bytes())
    except OSError as error:
        raise FileError(path, tr("cannot be read ({why}).").format(why=error.strerror)) from error
    except ValidationError as error:
        why = tr("is no recovery file: {why}.").format(why=error.errors()[0]["msg"])
        raise FileError(path, why) from error


def left_behind(folder: Path) -> list[tuple[Slot, Kept]]:
    """The files of studios that did not end well, the newest first, taken over by this process.

    Files of running studios are left alone, and so are those that cannot be read.
    """
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        slot = Slot(path)
        if not slot.take():
            continue
        try:
            found.append((slot, read_kept(path)))
        except FileError:
            slot.release()
    return sorted(found, key=lambda item: -item[1].saved)


def data_folder() -> Path:
    """Where this user's recovery files are."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)) / "recovery"
