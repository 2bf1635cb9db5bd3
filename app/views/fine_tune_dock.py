"""Teach the model the conventions of the open sets, and watch it learn."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.state import Studio
from app.theme import GRID, SMALL, font, theme
from app.views import marks
from app.views.panel import ElidedLabel, label
from app.workers import Jobs, RunningJob, in_words, job_threads
from infl.errors import InflError
from infl.progress import Job, Progress

if TYPE_CHECKING:
    from infl.model import Landmarker

PARTS = {
    "deformer": "conventions only (deformer)",
    "heads": "all but the image trunks",
    "everything": "everything",
}
LOSS, NME = "loss", "nme"
REDRAW = 0.4
"""Seconds between two drawings of the curves."""


class Curves(pg.PlotWidget):
    """One metric, or a few of the same unit, against steps."""

    def __init__(self, title: str):
        super().__init__()
        self.caption, self._lines = title, {}
        self._data: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.setMinimumWidth(160)
        self.dress()

    def dress(self) -> None:
        """Take the theme's colours."""
        t = theme()
        self.setBackground(t.field)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(t.line))
            axis.setTextPen(pg.mkPen(t.muted))
            axis.setStyle(tickFont=font(SMALL), tickLength=-4)
        self.showGrid(x=False, y=True, alpha=0.15)
        self.setTitle(self.caption, color=t.muted, size=f"{SMALL}px")
        self._show_values()

    def _show_values(self) -> None:
        """No numbers on the axes of an empty plot."""
        for side in ("left", "bottom"):
            self.getAxis(side).setStyle(showValues=bool(self._data))

    def clear_curves(self) -> None:
        self.clear()
        self._lines.clear()
        self._data.clear()
        self._show_values()

    def add(self, name: str, x: float, y: float) -> None:
        """Remember a value; `redraw` shows it."""
        xs, ys = self._data[name]
        xs.append(x)
        ys.append(y)

    def redraw(self, colours: dict[str, str]) -> None:
        for name, (xs, ys) in self._data.items():
            if name not in self._lines:
                pen = pg.mkPen(colours.get(name, theme().accent), width=2 if name.startswith("val") else 1.4)
                symbol = "o" if name.startswith("val") else None
                self._lines[name] = self.plot(pen=pen, symbol=symbol, symbolSize=5, symbolPen=None,
                                              symbolBrush=pen.color())  # fmt: skip
            self._lines[name].setData(xs, ys)
        self._show_values()


class FineTunePanel(QFrame):
    """What to train on the left, how it goes on the right."""

    def __init__(self, studio: Studio, jobs: Jobs):
        super().__init__()
        self.setObjectName("panel")
        self.studio, self.jobs = studio, jobs
        self.job: RunningJob | None = None
        self._redrawn = 0.0
        self.parts, self.steps = QComboBox(), QSpinBox()
        for value, text in PARTS.items():
            self.parts.addItem(text, value)
        self.steps.setRange(1, 100_000)
        self.steps.setSingleStep(50)
        self.steps.setValue(200)
        self.parts.setAccessibleName("Train")
        self.steps.setAccessibleName("Steps")
        self.sets = QListWidget()
        self.sets.setObjectName("bare")
        self.sets.setFixedWidth(176)
        self.sets.setAccessibleName("Sets to train on")
        self.start, self.stop, self.revert = (
            QPushButton("Fine-tune"),
            QPushButton("Cancel"),
            QPushButton("Revert"),
        )
        self.start.setObjectName("primary")
        self.revert.setToolTip("Go back to the weights before (and again forward)")
        self.bar, self.words = QProgressBar(), ElidedLabel()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of fine-tuning")
        self.loss, self.nme = Curves("loss"), Curves("NME, % of interocular")
        self._lay_out()
        self.start.clicked.connect(self.begin)
        self.stop.clicked.connect(self._cancel)
        self.revert.clicked.connect(studio.revert_landmarker)
        studio.sets_changed.connect(self._list_sets)
        studio.landmarker_changed.connect(self._enable)
        jobs.started.connect(lambda _job: self._enable())
        jobs.ended.connect(lambda _job: self._enable())
        self._enable()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(GRID // 2)
        form.addRow(label("Train", "muted"), self.parts)
        form.addRow(label("Steps", "muted"), self.steps)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID // 2)
        for button in (self.start, self.stop, self.revert):
            buttons.addWidget(button)
        left = QVBoxLayout()
        left.setSpacing(GRID // 2)
        left.addLayout(form)
        left.addLayout(buttons)
        left.addWidget(self.bar)
        left.addWidget(self.words)
        left.addStretch(1)
        side = QWidget()
        side.setLayout(left)
        side.setFixedWidth(288)
        left.setContentsMargins(0, 0, 0, 0)
        across = QHBoxLayout(self)
        across.setContentsMargins(GRID, GRID, GRID, GRID)
        across.setSpacing(GRID)
        across.addWidget(side)
        across.addWidget(self.sets)
        across.addWidget(self.loss, 1)
        across.addWidget(self.nme, 1)

    def sizeHint(self) -> QSize:
        return QSize(900, 210)

    def dress(self) -> None:
        self.loss.dress()
        self.nme.dress()

    def chosen(self) -> list[int]:
        """Indices of the sets that are ticked."""
        return [
            i for i in range(self.sets.count()) if self.sets.item(i).checkState() == Qt.CheckState.Checked
        ]

    def begin(self) -> None:
        """Start the job on the ticked sets."""
        landmarker, datasets = self.studio.landmarker, [self.studio.sets[i].dataset for i in self.chosen()]
        if landmarker is None or not datasets:
            self.studio.notify("warning", "Fine-tuning needs a model and at least one ticked data set.")
            return
        parts, steps = self.parts.currentData(), self.steps.value()

        def make() -> Job[Landmarker]:
            from infl.training import FineTune, fine_tune  # takes a while, so not in the window's thread

            return fine_tune(landmarker, datasets, FineTune(parts=parts, steps=steps, threads=job_threads()))

        try:
            job = self.jobs.start("Fine-tuning", make)
        except InflError as error:
            self.studio.notify("warning", str(error))
            return
        self.job = job
        for curves in (self.loss, self.nme):
            curves.clear_curves()
        job.progressed.connect(self._show)
        job.finished.connect(self._finished)
        job.failed.connect(lambda _text, _details: self.words.setText("stopped on an error; see the log"))
        job.cancelled.connect(lambda: self.words.setText("cancelled; the model is unchanged"))
        job.ended.connect(self._ended)
        self.words.setText("reading the photographs …")
        self._enable()

    def _cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()
            self.words.setText("stopping after this step …")

    def _ended(self) -> None:
        self.job = None
        self.bar.setValue(0)
        self._enable()

    def _show(self, reports: list[Progress]) -> None:
        for report in reports:
            for name, value in report.metrics.items():
                if name == LOSS:
                    self.loss.add(name, report.done, value)
                elif name == NME or name.startswith("val"):
                    self.nme.add(name, report.done, value)
        if time.monotonic() - self._redrawn > REDRAW or reports[-1].done >= reports[-1].total:
            self._redraw_curves()
        last = reports[-1]
        self.bar.setMaximum(max(last.total, 1))
        self.bar.setValue(last.done)
        if self.job is not None and not self.job.cancelling:
            values = "  ".join(
                f"{name} {value:.2f}" for name, value in last.metrics.items() if name in (LOSS, NME)
            )
            left = in_words(last.seconds_left)
            self.words.setText(f"{last.phase} {last.done}/{last.total} · {left} left   {values}")

    def _redraw_curves(self) -> None:
        """One after the other, each in a pass of its own: drawing axes takes long."""
        self._redrawn = time.monotonic()
        colours = {f"val.{s.dataset.convention}": s.colour for s in self.studio.sets}
        self.loss.redraw(colours)
        QTimer.singleShot(0, self, lambda: self.nme.redraw({**colours, NME: theme().muted}))

    def _finished(self, landmarker) -> None:
        self.studio.set_landmarker(landmarker, "fine-tuned")
        self.words.setText("done; the new weights are in use")
        self.studio.notify(
            "info", "Fine-tuning has finished; the new weights are in use. Revert brings the old ones back."
        )

    def _list_sets(self) -> None:
        off = {self.sets.item(i).text() for i in range(self.sets.count()) if i not in self.chosen()}
        self.sets.clear()
        for open_set in self.studio.sets:
            item = QListWidgetItem(marks.set_icon(open_set.mark, open_set.colour), open_set.label)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked if open_set.label in off else Qt.CheckState.Checked)
            self.sets.addItem(item)
        self._enable()

    def _enable(self) -> None:
        free = self.jobs.running is None
        self.start.setEnabled(free and self.studio.landmarker is not None and bool(self.studio.sets))
        self.stop.setEnabled(self.job is not None)
        self.revert.setEnabled(self.studio.previous_landmarker is not None and self.job is None)
        for widget in (self.parts, self.steps, self.sets):
            widget.setEnabled(self.job is None)
