"""The line at the bottom: what computes, how fast, and what runs."""

from __future__ import annotations

from collections import defaultdict, deque
from statistics import median

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar

from app.state import Studio
from app.workers import Jobs, RunningJob, in_words, job_threads

SHOWN = ("encode", "query", "face")
KEPT = 7
"""Times of each kind whose median is shown."""


class StatusLine(QStatusBar):
    """Device and model on the left, timings and the running job on the right."""

    def __init__(self, studio: Studio, jobs: Jobs):
        super().__init__()
        self.studio, self._jobs = studio, jobs
        self.machine, self.timings = QLabel(), QLabel()
        self.job, self.bar, self.cancel = QLabel(), QProgressBar(), QPushButton("Cancel")
        self.bar.setFixedWidth(120)
        self.bar.setTextVisible(False)
        self._times: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=KEPT))
        self.setSizeGripEnabled(False)
        self.addWidget(self.machine)
        for widget in (self.job, self.bar, self.cancel, self.timings):
            self.addPermanentWidget(widget)
        self._redraw = QTimer(self, interval=200, singleShot=True)
        self._redraw.timeout.connect(self._show_times)
        self.cancel.clicked.connect(self._cancel)
        studio.timed.connect(self._timed)
        studio.landmarker_changed.connect(self._show_machine)
        jobs.started.connect(self._job_started)
        jobs.ended.connect(lambda _job: self._hide_job())
        self._hide_job()
        self._show_machine()

    def _show_machine(self) -> None:
        landmarker = self.studio.landmarker
        device = str(landmarker.device).upper() if landmarker is not None else "CPU"
        model = f"model: {self.studio.model_name}" if landmarker is not None else "no model"
        threads = job_threads()
        self.machine.setText(f"  {device} · 1 thread live, {threads} for jobs · software view · {model}")

    def _timed(self, what: str, milliseconds: float) -> None:
        self._times[{"custom": "query"}.get(what, what)].append(milliseconds)
        if not self._redraw.isActive():
            self._redraw.start()

    def _show_times(self) -> None:
        parts = [f"{what} {median(self._times[what]):.1f} ms" for what in SHOWN if what in self._times]
        self.timings.setText(" · ".join(parts) + "  ")

    def _job_started(self, job: RunningJob) -> None:
        self.job.setText(f"{job.title} …")
        self.bar.setRange(0, 0)
        for widget in (self.job, self.bar, self.cancel):
            widget.show()
        self.cancel.setEnabled(True)
        job.progressed.connect(self._progressed)

    def _progressed(self, reports: list) -> None:
        last = reports[-1]
        self.bar.setRange(0, max(last.total, 1))
        self.bar.setValue(last.done)
        self.job.setText(f"{last.phase} {last.done:,}/{last.total:,} · {in_words(last.seconds_left)} left")

    def _cancel(self) -> None:
        if self._jobs.running is not None:
            self._jobs.running.cancel()
            self.job.setText(f"{self._jobs.running.title}: stopping …")
            self.cancel.setEnabled(False)

    def _hide_job(self) -> None:
        for widget in (self.job, self.bar, self.cancel):
            widget.hide()
