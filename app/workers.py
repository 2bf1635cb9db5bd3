"""What runs beside the window: newest-request threads for the picture on screen, and long jobs.

Nothing here touches a widget; results come back as signals in the window's thread.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.translation import tr
from infl.errors import InflError
from infl.progress import Job, Progress

_log = logging.getLogger(__name__)

POLL = 100
"""Milliseconds between two looks at a job's progress: however fast it reports, the window is not flooded."""


def step_back() -> None:
    """Give this thread a little less priority than the window's (Linux; elsewhere the scheduler decides).

    Only a little: it holds Python's lock now and then, and while it waits for a core the window waits for the lock.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 3)


def use_torch_threads(count: int) -> None:
    """Intra-operation threads of torch for the calling thread."""
    import torch

    torch.set_num_threads(count)


def prepare_training() -> None:
    """Let torch load what its optimisers need, which takes a second in which it stops every other thread now and
    then; better while the window opens than while somebody works and fine-tunes."""
    import torch

    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])
    # A million objects live as long as the program now; searching them for garbage would stop the window for 0.2 s.
    gc.collect()
    gc.freeze()


def job_threads() -> int:
    """Threads that a long job may use: all cores but one, which is the window's."""
    return max(1, (os.cpu_count() or 2) - 1)


class Latest(QObject):
    """One background thread that does the newest request; older ones that were not begun are forgotten."""

    done = Signal(object, object)
    failed = Signal(object, object)
    _answered = Signal(bool, object, object)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._wake = threading.Condition()
        self._request: tuple[Any, Callable[[], Any]] | None = None
        self._working = self._stopping = False
        self._on_the_way = 0
        self._answered.connect(self._deliver)
        self._thread = threading.Thread(target=self._loop, name="latest", daemon=True)
        self._thread.start()

    def ask(self, key: Any, work: Callable[[], Any]) -> None:
        """Do `work` in the background; `done(key, result)` or `failed(key, exception)` follows unless replaced."""
        with self._wake:
            self._request = (key, work)
            self._wake.notify()

    @property
    def busy(self) -> bool:
        """Until the last answer has been heard by all who listen."""
        with self._wake:
            return self._working or self._request is not None or self._on_the_way > 0

    def stop(self) -> None:
        """End the thread after what it is doing now."""
        with self._wake:
            self._stopping, self._request = True, None
            self._wake.notify()
        self._thread.join(timeout=5)

    def _loop(self) -> None:
        while True:
            with self._wake:
                self._working = False
                self._wake.wait_for(lambda: self._request is not None or self._stopping)
                if self._stopping or self._request is None:
                    return
                key, work = self._request
                self._request, self._working = None, True
            try:
                well, answer = True, work()
            except Exception as error:
                well, answer = False, error
            if not self._stopping:
                with self._wake:
                    self._on_the_way += 1
                self._answered.emit(well, key, answer)

    def _deliver(self, well: bool, key: Any, answer: Any) -> None:
        """In the window's thread."""
        try:
            (self.done if well else self.failed).emit(key, answer)
        finally:
            with self._wake:
                self._on_the_way -= 1


class RunningJob(QObject):
    """A long job in a thread of its own: `infl.progress` generators driven to their end, or cancelled.

    `progressed` carries every Progress since the last time, in order; exactly one of `finished` (the result),
    `failed` (a sentence, a traceback) and `cancelled` ends it.
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(str, str)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, title: str, make: Callable[[], Job[Any]], parent: QObject | None = None):
        super().__init__(parent)
        self.title = title
        self.latest: Progress | None = None
        self._make = make
        self._reports: deque[Progress] = deque()
        self._outcome: tuple[str, Any] | None = None
        self._cancel = threading.Event()
        self._may_work = threading.Event()
        self._may_work.set()
        self._timer = QTimer(self, interval=POLL)
        self._timer.timeout.connect(self._poll)
        self._thread = threading.Thread(target=self._work, name=title, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._timer.start()

    def cancel(self) -> None:
        """Stop at the job's next report; what it holds open is closed by the generator itself."""
        self._cancel.set()
        self._may_work.set()

    def pause(self) -> None:
        """Rest after the job's next report, until `go_on` or `cancel`."""
        self._may_work.clear()

    def go_on(self) -> None:
        self._may_work.set()

    @property
    def paused(self) -> bool:
        return not self._may_work.is_set()

    @property
    def cancelling(self) -> bool:
        return self._cancel.is_set() and self._outcome is None

    def wait(self, seconds: float) -> bool:
        """Wait for the thread (when the window closes); True if it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        step_back()
        use_torch_threads(job_threads())
        job: Job[Any] | None = None
        try:
            job = self._make()
            while not self._cancel.is_set():
                self._reports.append(next(job))
                self._may_work.wait()
            job.close()
            self._outcome = ("cancelled", None)
        except StopIteration as stop:
            self._outcome = ("finished", stop.value)
        except InflError as error:
            self._outcome = ("failed", (str(error), traceback.format_exc()))
        except MemoryError:
            advice = tr(
                "There is not enough memory for this. Close other programs, or take fewer data sets at once."
            )
            self._outcome = ("failed", (advice, traceback.format_exc()))
        except Exception as error:
            text = tr("{job} stopped on an unexpected error: {error}.").format(
                job=self.title, error=str(error) or type(error).__name__
            )
            self._outcome = ("failed", (text, traceback.format_exc()))

    def _poll(self) -> None:
        outcome = self._outcome
        reports = [self._reports.popleft() for _ in range(len(self._reports))]
        if reports:
            self.latest = reports[-1]
            self.progressed.emit(reports)
        if outcome is None:
            return
        self._timer.stop()
        kind, value = outcome
        if kind == "finished":
            self.finished.emit(value)
        elif kind == "failed":
            _log.error("%s\n%s", *value)
            self.failed.emit(*value)
        else:
            self.cancelled.emit()
        self.ended.emit()


class Jobs(QObject):
    """The long jobs of the window: one at a time, because they share the cores."""

    started = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.running: RunningJob | None = None
        self._last: RunningJob | None = None

    def start(self, title: str, make: Callable[[], Job[Any]]) -> RunningJob:
        """Start a job; raises InflError while another one runs. Connect to the result before returning to Qt."""
        if self.running is not None:
            raise InflError(
                tr("“{job}” is still running. Wait for it or cancel it first.").format(job=self.running.title)
            )
        job = RunningJob(title, make)
        # Kept until the next one: a job ends inside a call of its own timer and must outlive it.
        self.running = self._last = job
        job.ended.connect(self._ended)
        job.start()
        self.started.emit(job)
        return job

    def stop(self) -> None:
        """Cancel what runs and wait for it a little."""
        if self.running is not None:
            self.running.cancel()
            self.running.wait(5)

    def _ended(self) -> None:
        self.running = None
        self.ended.emit(self._last)


def in_words(seconds: float | None) -> str:
    """A duration as a person says it: "8 s", "3 min", "1 h 20 min"."""
    if seconds is None:
        return "…"
    if seconds < 90:
        return tr("{seconds} s").format(seconds=max(round(seconds), 1))
    minutes = round(seconds / 60)
    if minutes < 90:
        return tr("{minutes} min").format(minutes=minutes)
    return tr("{hours} h {minutes} min").format(hours=minutes // 60, minutes=f"{minutes % 60:02d}")
