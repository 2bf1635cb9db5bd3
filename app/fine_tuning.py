"""Fine-tuning as the window does it: tried first, paused, stopped with the best, discarded, and gone on with later."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.corrections import Corrections, corrected
from app.kept_runs import KeptRun, LeftOver, left_over
from app.operations import Operations
from app.project import set_place
from app.state import Studio
from app.translation import tr
from app.workers import RunningJob, in_words, job_threads
from infl.datasets.dataset import Dataset
from infl.errors import InflError
from infl.progress import Job, Progress

if TYPE_CHECKING:
    from infl.model import Landmarker
    from infl.training import FineTune, FineTuned, Rehearsal

CODE = "code"
"""What is trained where only the sets' codes are fitted, which takes seconds and no steps."""
VAL = "val."


@dataclass(frozen=True)
class Plan:
    """What a person wants. parts: CODE, or as in `infl.training.FineTune`; minutes: instead of steps, where above 0;
    device: as torch calls it."""

    datasets: tuple[Dataset, ...]
    parts: str = "deformer"
    steps: int = 200
    minutes: float = 0.0
    learning_rate: float = 5e-4
    faces_a_step: int = 16
    device: str = "cpu"

    def how(self) -> FineTune:
        from infl.training import FineTune

        return FineTune(
            parts=self.parts,  # pyright: ignore[reportArgumentType]
            steps=self.steps, learning_rate=self.learning_rate, faces_a_step=self.faces_a_step,
            validate_every=max(5, min(50, self.steps // 8)), threads=job_threads(), device=self.device, best=True,
        )  # fmt: skip


class FineTuning(QObject):
    """The run, if there is one, and how it goes.

    `begun`: a run trains from here on. `changed`: it has begun, rested or ended, or there is another one to go on with.
    `reported`: lists of Progress.
    needs: what the pre-flight batch showed. before, now: NME in % on the val part of each convention. said: how the run
    stands, in words; trouble: whether that is bad news.
    """

    begun = Signal()
    changed = Signal()
    reported = Signal(object)
    ended = Signal()
    _rehearsed = Signal(object)

    def __init__(self, studio: Studio, operations: Operations, home: Path | None):
        """home: where runs outlive the window; None where they do not."""
        super().__init__(studio)
        self.studio, self.operations, self._home = studio, operations, home
        self.job: RunningJob | None = None
        self.needs = ""
        self.before: Mapping[str, float] = {}
        self.now: Mapping[str, float] = {}
        self.said, self.trouble = "", False
        self.left: list[LeftOver] = []
        self._kept: KeptRun | None = None
        self._enough, self._discarding = threading.Event(), False
        self._rehearsed.connect(self._show_rehearsal)

    # what a person does

    def check(self, plan: Plan) -> None:
        """Try one batch, and say what the run would need."""
        landmarker = self._ready(plan)
        if landmarker is None:
            return

        def make() -> Job[Rehearsal]:
            from infl.training import rehearse

            return rehearse(landmarker, plan.datasets, plan.how())

        self._begin(tr("Trying a batch"), make, lambda found: self._show_rehearsal((found, plan.how())))

    def begin(self, plan: Plan) -> None:
        """Try one batch, then train."""
        landmarker = self._ready(plan)
        if landmarker is None:
            return
        corrections = self.studio.corrections
        kept = self._new_kept() if plan.parts != CODE else None
        make = lambda: self._run(landmarker, plan, corrections, kept)  # noqa: E731
        if self._begin(tr("Fine-tuning"), make, self._finished, kept):
            self.begun.emit()

    def go_on(self, run: LeftOver) -> None:
        """Go on with a run that was left; its sets are opened where they are not."""
        opened = {s.key.path for s in self.studio.sets}
        missing = [place for place in run.sets if place.path not in opened]
        if missing:
            pictures = {p.path: p.pictures for p in missing if p.pictures is not None}
            later = lambda: QTimer.singleShot(0, self, lambda: self._go_on(run))  # noqa: E731
            self.operations.open([p.path for p in missing], later, pictures)
        else:
            self._go_on(run)

    def use_best(self, run: LeftOver) -> None:
        """Take the best weights of a run that was left."""

        def make() -> Job[Landmarker | None]:
            yield Progress(tr("loading"), 0, 1)
            return run.kept.best()

        def use(landmarker: Landmarker | None) -> None:
            if landmarker is None:
                self._say(tr("That run has not been measured yet; go on with it, or discard it."))
                return
            self.studio.set_landmarker(landmarker, tr("fine-tuned"))
            self.forget(run)

        self._begin(tr("Loading"), make, use)

    def forget(self, run: LeftOver) -> None:
        """Discard a run that was left."""
        run.kept.remove()
        self.left = [other for other in self.left if other is not run]
        self.changed.emit()

    def pause(self) -> None:
        """Rest after this step, or go on after a rest."""
        if self.job is not None:
            self.job.go_on() if self.job.paused else self.job.pause()
            self._say(tr("resting; nothing is lost") if self.job.paused else tr("going on …"))

    def stop_and_keep(self) -> None:
        """End the run after this step, with the best weights so far."""
        if self.job is not None:
            self._enough.set()
            self.job.go_on()
            self._say(tr("measuring what there is …"))

    def discard(self) -> None:
        """End the run; the model stays as it is."""
        self._discarding = True
        self.leave()

    def leave(self) -> None:
        """End the run after this step; where runs are kept, it can be gone on with."""
        if self.job is not None:
            self.job.cancel()
            self._say(tr("stopping after this step …"))

    @property
    def keeps(self) -> bool:
        """Whether the run that is under way could be gone on with after the window was closed."""
        return self._kept is not None

    def look_for_left(self) -> None:
        """Find runs of studios that are gone."""
        if self._home is None or not self._home.is_dir():
            return
        self.left = left_over(self._home)
        if self.left:
            text = tr(
                "A fine-tuning run was not finished (step {done} of {steps}). The Fine-tune panel goes on with it."
            )
            self.studio.notify("info", text.format(done=self.left[0].done, steps=self.left[0].how.steps))
            self.changed.emit()

    def end(self) -> None:
        """The window closes: what was left is left to the next start."""
        for run in self.left:
            run.kept.release()
        self.left = []

    # the job

    def _ready(self, plan: Plan) -> Landmarker | None:
        if self.studio.landmarker is None or not plan.datasets:
            text = tr("Fine-tuning needs a model and at least one ticked data set.")
            self.studio.notify("warning", text)
            return None
        return self.studio.landmarker

    def _new_kept(self) -> KeptRun | None:
        try:
            return None if self._home is None else KeptRun.new(self._home)
        except OSError as error:
            text = tr("The run cannot be kept against a crash: {folder} cannot be made ({why}).")
            self.studio.notify("warning", text.format(folder=self._home, why=error.strerror))
            return None

    def _run(
        self, landmarker: Landmarker, plan: Plan, corrections: Corrections, kept: KeptRun | None
    ) -> Job[FineTuned]:
        """In the job's thread."""
        if plan.parts == CODE:
            from infl.adapt import fit_conventions

            return (yield from fit_conventions(landmarker, plan.datasets, enough=self._enough.is_set))
        from infl.training import fine_tune, rehearse

        how = plan.how()
        rehearsal = yield from rehearse(landmarker, plan.datasets, how)
        if plan.minutes:
            steps = rehearsal.steps_in(60 * plan.minutes, how)
            how = replace(plan, steps=steps).how()
        self._rehearsed.emit((rehearsal, how))
        if rehearsal.problem:
            raise InflError(rehearsal.problem)
        if kept is not None:
            kept.begin(landmarker, how, plan.datasets, corrections)
        folder = kept.folder if kept is not None else None
        return (
            yield from fine_tune(landmarker, plan.datasets, how, enough=self._enough.is_set, folder=folder)
        )

    def _go_on(self, run: LeftOver) -> None:
        datasets = []
        for place in run.sets:
            same = (s.original for s in self.studio.sets
                    if set_place(s.dataset.path, s.dataset.convention, None).key() == place.key())  # fmt: skip
            dataset = next(same, None)
            if dataset is None:
                text = tr(
                    "The run cannot go on: {folder} could not be opened. Put it back, or discard the run."
                )
                self.studio.notify("error", text.format(folder=place.path))
                return
            datasets.append(corrected(dataset, run.corrections))

        def make() -> Job[FineTuned]:
            from infl.training import fine_tune

            start = run.kept.start()
            return fine_tune(start, datasets, run.how, enough=self._enough.is_set, folder=run.kept.folder)

        if self._begin(tr("Fine-tuning"), make, self._finished, run.kept):
            self.left = [other for other in self.left if other is not run]
            self.begun.emit()
            self.changed.emit()

    def _begin(
        self, title: str, make: Callable[[], Job], finished: Callable, kept: KeptRun | None = None
    ) -> bool:
        self._enough.clear()
        self._discarding = False
        try:
            job = self.operations.jobs.start(title, make)
        except InflError as error:
            if kept is not None:
                kept.release()
            self.studio.notify("warning", str(error))
            return False
        self.job, self._kept = job, kept
        self.needs, self.before, self.now = "", {}, {}
        job.progressed.connect(self._report)
        job.finished.connect(finished)
        job.failed.connect(lambda text, _details: self._failed(text))
        job.cancelled.connect(self._cancelled)
        job.ended.connect(self._ended)
        self._say(tr("reading the photographs …"))
        return True

    def _report(self, reports: list[Progress]) -> None:
        for report in reports:
            measured = {k.removeprefix(VAL): v for k, v in report.metrics.items() if k.startswith(VAL)}
            self.before = {**measured, **self.before}
            self.now = {**self.now, **measured}
        self.reported.emit(reports)

    def _show_rehearsal(self, found: tuple[Rehearsal, FineTune]) -> None:
        self.needs = in_a_line(*found)
        self._say(self.needs, trouble=bool(found[0].problem))
        for note in found[0].notes:
            self.studio.notify("info", note)

    def _finished(self, done: FineTuned) -> None:
        self.studio.set_landmarker(done.landmarker, tr("fine-tuned"))
        self.before, self.now = done.before, done.after
        self._forget_kept()
        if done.trouble:
            self._say(done.trouble, trouble=True)
            self.studio.notify("warning", done.trouble)
            return
        self._say(tr("done; the new weights are in use"))
        text = tr(
            "Fine-tuning has finished; the new weights are in use. “Use the weights from before” takes them back."
        )
        self.studio.notify("info", text)

    def _failed(self, text: str) -> None:
        self._say(text, trouble=True)
        self._leave_kept()

    def _cancelled(self) -> None:
        if self._discarding:
            self._forget_kept()
            self._say(tr("discarded; the model is unchanged"))
        else:
            self._leave_kept()
            self._say(tr("cancelled; the model is unchanged"))

    def _forget_kept(self) -> None:
        if self._kept is not None:
            self._kept.remove()

    def _leave_kept(self) -> None:
        """What the run has done can be gone on with, now or after the next start."""
        if self._kept is not None and self._home is not None:
            self._kept.release()
            self.left = [*left_over(self._home), *self.left]

    def _ended(self) -> None:
        self.job = self._kept = None
        self.changed.emit()
        self.ended.emit()

    def _say(self, text: str, *, trouble: bool = False) -> None:
        self.said, self.trouble = text, trouble
        self.changed.emit()


def in_a_line(found: Rehearsal, how: FineTune) -> str:
    """What a batch showed: memory, seconds a step, time in all; or what is wrong."""
    from infl.devices import in_gib

    if found.problem:
        return found.problem
    memory = (
        tr("memory unknown") if found.memory is None else tr("needs {size}").format(size=in_gib(found.memory))
    )
    if found.memory is not None and found.free is not None:
        memory += " " + tr("of {free} free").format(free=in_gib(found.free))
    pace = tr("{seconds} s a step").format(seconds=f"{found.step:.2g}")
    whole = tr("{steps} steps in about {time}").format(steps=how.steps, time=in_words(found.seconds(how)))
    return f"{memory} · {pace} · {whole}"
