"""Fine-tuning runs that outlive the window: what each needs to go on lies in a folder of its own.

A running studio owns the folder of its run, by a lock that names the process; `left_over` finds those that nobody owns.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from PySide6.QtCore import QLockFile

from app.corrections import Corrections, from_json, to_json
from app.project import SetPlace, set_place, write_whole
from app.translation import tr
from infl.datasets.dataset import Dataset
from infl.errors import FileError, InflError

if TYPE_CHECKING:
    from infl.model import Landmarker
    from infl.training import FineTune

RUN, START, LOCK = "run.json", "start.safetensors", "lock"


class KeptSet(BaseModel):
    """A data set that is trained on: its folder or file, which of its annotations, where else its pictures are."""

    model_config = ConfigDict(extra="forbid")
    path: str
    convention: str
    pictures: str = ""


class KeptPlan(BaseModel):
    """What a run does. how: the fields of `infl.training.FineTune`; corrections: of the sets, as in a project."""

    model_config = ConfigDict(extra="forbid")
    format: Literal["infl-run"] = "infl-run"
    format_version: Literal[1] = 1
    began: float
    sets: list[KeptSet]
    corrections: list[dict[str, Any]]
    how: dict[str, Any]


@dataclass(frozen=True)
class LeftOver:
    """A run that did not end: done of steps, on sets with these corrections."""

    kept: KeptRun
    done: int
    how: FineTune
    sets: tuple[SetPlace, ...]
    corrections: Corrections


class KeptRun:
    """The folder of a run, this process's own as long as it runs."""

    def __init__(self, folder: Path):
        """Raises OSError when the folder cannot be made."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = QLockFile(str(folder / LOCK))
        self._lock.setStaleLockTime(0)  # a lock is stale when its process is gone, however old it is

    @classmethod
    def new(cls, home: Path) -> KeptRun:
        run = cls(home / f"{time.time_ns()}-{os.getpid()}")
        run.take()
        return run

    def take(self) -> bool:
        """Make it this process's own; False where another process runs that owns it."""
        return self._lock.tryLock(0)

    def release(self) -> None:
        """Leave it to the next start."""
        self._lock.unlock()

    def remove(self) -> None:
        """The run has ended: nothing of it is needed any more."""
        self._lock.unlock()
        shutil.rmtree(self.folder, ignore_errors=True)

    def begin(
        self, landmarker: Landmarker, how: FineTune, datasets: Sequence[Dataset], corrections: Corrections
    ) -> None:
        """Write what the run starts from; raises OSError and FileError."""
        from infl.model.checkpoint import save_checkpoint

        places = [set_place(d.path, d.convention, d.pictures) for d in datasets]
        plan = KeptPlan(
            began=time.time(),
            sets=[
                KeptSet(
                    path=str(p.path),
                    convention=p.convention,
                    pictures="" if p.pictures is None else str(p.pictures),
                )
                for p in places
            ],
            corrections=to_json(corrections, str),
            how=asdict(how),
        )
        save_checkpoint(landmarker.network, landmarker.card, self.folder / START)
        write_whole(plan.model_dump_json(), self.folder / RUN, read_plan)

    def start(self) -> Landmarker:
        """What the run started from; raises FileError."""
        from infl.model import load_landmarker

        return load_landmarker(self.folder / START)

    def best(self) -> Landmarker | None:
        """The best weights so far, None while there are none; raises FileError."""
        from infl.model import Landmarker
        from infl.training.best_weights import Best

        network, start = Best.load(self.folder, "cpu").network, self.start()
        return None if network is None else Landmarker(network, start.card)


def read_plan(path: Path) -> KeptPlan:
    """Raises FileError."""
    try:
        return KeptPlan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise FileError(path, tr("cannot be read ({why}).").format(why=error.strerror)) from error
    except ValidationError as error:
        why = tr("is no run of infl-studio: {why}.").format(why=error.errors()[0]["msg"])
        raise FileError(path, why) from error


def left_over(home: Path) -> list[LeftOver]:
    """The runs of studios that are gone, the newest first, taken over by this process.

    Folders of running studios are left alone; those of runs that had not done a step are removed.
    """
    folders = sorted((folder for folder in home.glob("*") if folder.is_dir()), reverse=True)
    if not folders:
        return []
    from infl.training import FineTune  # takes a while
    from infl.training.fine_tuning import STATE
    from infl.training.state import steps_done

    found = []
    for folder in folders:
        run = KeptRun(folder)
        if not run.take():
            continue
        try:
            plan, done = read_plan(folder / RUN), steps_done(folder / STATE)
            how, corrections = FineTune(**plan.how), from_json(plan.corrections, Path)
        except (InflError, TypeError):
            run.remove()
            continue
        sets = tuple(
            SetPlace(Path(s.path), s.convention, Path(s.pictures) if s.pictures else None) for s in plan.sets
        )
        found.append(LeftOver(run, done, how, sets, corrections))
    return found
