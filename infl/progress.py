"""How long jobs report: each is a generator of `Progress` that returns its result.

The command line and the studio both drive such generators; closing one (`generator.close()`) cancels the job.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """A moment of a long job: `done` of `total` units in `phase`, with numbers worth a curve in `metrics`."""

    phase: str
    done: int
    total: int
    message: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds_left(self) -> float | None:
        """Extrapolated from the pace since `started`; None while nothing is done yet."""
        if self.done <= 0 or self.total <= 0:
            return None
        return (time.monotonic() - self.started) / self.done * max(self.total - self.done, 0)


Job = Generator[Progress, None, Result]


def run(job: Job[Result], on_progress: Callable[[Progress], None] = lambda _: None) -> Result:
    """Drive `job` to its end and return what it returns."""
    while True:
        try:
            on_progress(next(job))
        except StopIteration as stop:
            return stop.value
