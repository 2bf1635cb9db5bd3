"""The line at the bottom: what computes, how fast, and what runs."""

from __future__ import annotations

from collections import defaultdict, deque
from statistics import median

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar

from app.face_drawing import FaceDrawing
from app.state import Studio
from app.translation import QT_TR_NOOP, tr
from app.workers import Jobs, RunningJob, in_words, job_threads

SHOWN = (QT_TR_NOOP("encode"), QT_TR_NOOP("query"), QT_TR_NOOP("face"))
KEPT = 7
"""Times of each kind whose median is shown."""


class StatusLine(QStatusBar):
    """Device and model on the left, timings and the running job on the right."""

    def __init__(self, studio: Studio, jobs: Jobs, drawing: FaceDrawing):
        super().__init__()
        self.studio, self._jobs, self._drawing = studio, jobs, drawing
        self.machine, self.timings = QLabel(), QLabel()
        self.job, self.bar, self.cancel = QLabel(), QProgressBar(), QPushButton(tr("Cancel"))
        self.bar.setFixedWidth(120)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress of the running job"))
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
        drawing.changed.connect(self._show_machine)
        jobs.started.connect(self._job_started)
        jobs.ended.connect(lambda _job: self._hide_job())
        self._hide_job()
        self._show_machine()

    def _show_machine(self) -> None:
        landmarker = self.studio.landmarker
        device = str(landmarker.device).upper() if landmarker is not None else "CPU"
        model = tr("no model")
        if landmarker is not None:
            model = tr("model: {name}").format(name=self.studio.model_name)
        text = tr("{device} · 1 thread live, {threads} for jobs · {view} · {model}")
        words = text.format(device=device, threads=job_threads(), view=self._drawing.told, model=model)
        self.machine.setText("  " + words)

    def _timed(self, what: str, milliseconds: float) -> None:
        self._times[{"custom": "query"}.get(what, what)].append(milliseconds)
        if not self._redraw.isActive():
            self._redraw.start()

    def _show_times(self) -> None:
        text = tr("{what} {time:.1f} ms")
        times = {what: median(self._times[what]) for what in SHOWN if what in self._times}
        parts = [text.format(what=tr(what), time=time) for what, time in times.items()]
        self.timings.setText(" · ".join(parts) + "  ")

    def _job_started(self, job: RunningJob) -> None:
        self.job.setText(tr("{title} …").format(title=job.title))
        self.bar.setRange(0, 0)
        for widget in (self.job, self.bar, self.cancel):
            widget.show()
        self.cancel.setEnabled(True)
        job.progressed.connect(self._progressed)

    def _progressed(self, reports: list) -> None:
        last = reports[-1]
        self.bar.setRange(0, max(last.total, 1))
        self.bar.setValue(last.done)
        text = tr("{phase} {done}/{total} · {left} left")
        done, total, left = f"{last.done:,}", f"{last.total:,}", in_words(last.seconds_left)
        self.job.setText(text.format(phase=last.phase, done=done, total=total, left=left))

    def _cancel(self) -> None:
        if self._jobs.running is not None:
            self._jobs.running.cancel()
            self.job.setText(tr("{title}: stopping …").format(title=self._jobs.running.title))
            self.cancel.setEnabled(False)

    def _hide_job(self) -> None:
        for widget in (self.job, self.bar, self.cancel):
            widget.hide()
