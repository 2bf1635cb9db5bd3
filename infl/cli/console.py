"""What the command line says while a job runs, and after it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars

from infl.progress import Job, Progress, run

Result = TypeVar("Result")

REPORT_EVERY = 10.0
"""Seconds between two lines where the output is no terminal."""

SHOWN = 3
"""Problems that are listed; the rest are counted."""


def drive(job: Job[Result]) -> Result:
    """Run `job` with a progress line on stderr: a bar in a terminal, plain lines elsewhere. Ctrl-C closes the job."""
    console = Console(stderr=True)
    try:
        if not console.is_terminal:
            return run(job, _lines())
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rest]}"),
        )
        with Bars(*columns, console=console, transient=True) as bars:
            return run(job, _bar(bars))
    finally:
        job.close()


def time_left(progress: Progress) -> str:
    """ "3 min 20 s left", empty while nothing is known."""
    seconds = progress.seconds_left
    if seconds is None:
        return ""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min left"
    return f"{minutes} min {seconds:02d} s left" if minutes else f"{seconds} s left"


def summary(progress: Progress) -> str:
    """Time left, message and metrics on one line; measurements on val parts are many and stay in the metrics' file."""
    numbers = (f"{name} {value:.4g}" for name, value in progress.metrics.items() if _shown(name, value))
    return " · ".join(part for part in (time_left(progress), progress.message, *numbers) if part)


def problems(messages: Sequence[str]) -> None:
    """Say on stderr what went wrong without stopping the work."""
    for message in messages[:SHOWN]:
        say(f"note: {message}")
    if len(messages) > SHOWN:
        say(f"note: {len(messages) - SHOWN} more of this kind.")


def say(text: str) -> None:
    """One line on stderr."""
    print(one_line(text), file=sys.stderr, flush=True)


def one_line(text: str) -> str:
    return " ".join(text.split())


def _shown(name: str, value: float) -> bool:
    return name == "loss" or (name in ("problems", "failed") and value > 0)


def _bar(bars: Bars) -> Callable[[Progress], None]:
    tasks: dict[str, int] = {}

    def show(progress: Progress) -> None:
        if progress.phase not in tasks:
            tasks[progress.phase] = bars.add_task(progress.phase, total=progress.total, rest="")
        task = bars.tasks[tasks[progress.phase]].id
        bars.update(task, completed=progress.done, total=progress.total, rest=summary(progress))

    return show


def _lines() -> Callable[[Progress], None]:
    last = {"phase": "", "time": 0.0}

    def show(progress: Progress) -> None:
        now = time.monotonic()
        if (
            progress.phase == last["phase"]
            and now - last["time"] < REPORT_EVERY
            and progress.done < progress.total
        ):
            return
        last.update(phase=progress.phase, time=now)
        say(f"{progress.phase} {progress.done}/{progress.total} · {summary(progress)}".removesuffix(" · "))

    return show
