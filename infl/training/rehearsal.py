"""One batch before a run: whether it works, what memory it needs, and how long all of it will take."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from infl.datasets.dataset import Dataset
from infl.devices import MemoryUsed, free_memory, in_gib, ran_out
from infl.errors import InflError
from infl.model.landmarker import Landmarker
from infl.progress import Job, Progress
from infl.training.divergence import Diverged
from infl.training.faces import load_faces
from infl.training.fine_tuning import FineTune, Run, calmer, learning_parts, out_of_memory
from infl.training.validation import validate

FACES = 8
"""Faces of each set that are read for it."""
STEPS = 3
"""Steps that are tried; the first one is slower, for all is new then."""
RESERVE = 1.15
"""How much more than a few batches needed a long run is granted."""


@dataclass(frozen=True)
class Rehearsal:
    """What a batch showed. memory: bytes that the run will need beside what is in use, free: those that are left, each
    None where the system does not say. reading: seconds until the first step; step, measuring: seconds of a step and of
    a look at the val parts. notes: what a person should know; problem: why the run must not be started, "" if it may.
    """

    memory: int | None
    free: int | None
    reading: float
    step: float
    measuring: float
    notes: tuple[str, ...]
    problem: str

    def seconds(self, how: FineTune) -> float:
        """How long a run takes."""
        looks = 2 + how.steps // how.validate_every
        return self.reading + how.steps * self.step + looks * self.measuring

    def steps_in(self, seconds: float, how: FineTune) -> int:
        """How many steps fit into that time; at least one."""
        each = self.step + self.measuring / how.validate_every
        return max(1, round((seconds - self.reading - 2 * self.measuring) / each))


def rehearse(landmarker: Landmarker, datasets: Sequence[Dataset], how: FineTune) -> Job[Rehearsal]:
    """Run a batch forward and backward, as `fine_tune` would, on a copy that is thrown away.

    Raises InflError, in words that say what to do, where that fails already.
    """
    progress = Progress("trying one batch", 0, STEPS + 2)
    yield progress
    learning = learning_parts(datasets)
    if not any(map(len, learning)):
        raise InflError(
            "There is nothing to fine-tune on: no chosen set has a sample whose split is “train”."
        )
    few = [_some(dataset) for dataset in learning]
    began = time.monotonic()
    sets = yield from load_faces(few)
    a_face = (time.monotonic() - began) / max(sum(map(len, few)), 1)
    if not any(len(faces.faces) for faces in sets):
        raise InflError(
            "None of the faces looked at can be laid onto the canonical face. Check the sets' layouts."
        )
    sets = [faces for faces in sets if faces.faces]
    yield Progress(progress.phase, 1, progress.total, started=progress.started)
    took: list[float] = []
    try:
        with MemoryUsed(how.device or landmarker.device) as used:
            run = Run.start(landmarker, sets, how)
            before = time.monotonic()
            for step, batch in enumerate(run.batches.stream(0, STEPS)):
                run.learn(batch, step)
                took.append(time.monotonic() - before)
                before = time.monotonic()
                yield Progress(progress.phase, 2 + step, progress.total, started=progress.started)
            before = time.monotonic()
            validate(run.network.eval(), datasets, 1, str(run.device))
            measuring = (time.monotonic() - before) * how.validate_faces
    except Diverged as error:
        raise InflError(f"{error} {calmer(how)}") from error
    except (RuntimeError, MemoryError) as error:
        if ran_out(error):
            raise out_of_memory(how) from error
        raise
    faces = sum(map(len, learning))
    kept = (
        sum(face.picture.nbytes for each in sets for face in each.faces)
        / sum(len(s.faces) for s in sets)
        * faces
    )
    need = None if used.size is None else int(RESERVE * used.size + kept)
    free = free_memory(run.device)
    if how.device not in ("", "cpu") and need is not None:  # the pictures stay in the computer's own memory
        need -= int(kept)
    return Rehearsal(
        need, free, a_face * faces, float(np.median(took[1:])), measuring,
        tuple(_notes(landmarker, datasets, learning)), _lacking(need, free, how),
    )  # fmt: skip


def _some(dataset: Dataset) -> Dataset:
    """A few samples, evenly spaced."""
    if len(dataset) <= FACES:
        return dataset
    chosen = np.linspace(0, len(dataset) - 1, FACES).astype(int)
    return replace(dataset, samples=tuple(dataset.samples[i] for i in chosen))


def _lacking(need: int | None, free: int | None, how: FineTune) -> str:
    if need is None or free is None or need <= free:
        return ""
    return (
        f"This needs about {in_gib(need)} of memory and {in_gib(free)} are free. {out_of_memory(how).remedy}"
    )


def _notes(landmarker: Landmarker, datasets: Sequence[Dataset], learning: Sequence[Dataset]) -> list[str]:
    notes = []
    for dataset, part in zip(datasets, learning, strict=True):
        if not len(part):
            notes.append(f"{dataset.name} has no “train” part and is only measured.")
        if not len(dataset.split("val")):
            notes.append(f"{dataset.name} has no “val” part: nothing tells whether it gets better.")
        if dataset.convention not in landmarker.conventions:
            notes.append(f"{dataset.name}: its convention is new and gets a code of its own.")
        if dataset.layout is None:
            notes.append(
                f"{dataset.name}: nobody said what its points mean; they are searched while training."
            )
    return notes
