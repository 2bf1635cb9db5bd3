"""Teach the model the conventions of the open sets, and watch it learn."""

from __future__ import annotations

import time

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.actions import Actions
from app.derived import Derived
from app.earlier import EarlierPrediction
from app.fine_tune_actions import pausing
from app.fine_tuning import CODE, VAL, FineTuning, Plan
from app.state import Studio
from app.theme import GRID, theme
from app.translation import tr
from app.views import marks
from app.views.before_after import BeforeAfter
from app.views.curves import Curves
from app.views.panel import label, text_button
from app.workers import Latest, in_words
from infl.progress import Progress

LOSS, NME = "loss", "nme"
REDRAW = 0.4
"""Seconds between two drawings of the curves."""
LOOK_AGAIN = 5000
"""Milliseconds between two looks at the free memory while the panel is seen."""
RATES = (1.5e-4, 5e-4, 1.5e-3)
NUMBER = 52
"""Pixels that a column of errors is wide."""
STEPS, MINUTES = "steps", "minutes"


class FineTunePanel(QFrame):
    """What to train on the left, the sets with their errors beside it, then how it goes and what came of it."""

    def __init__(
        self,
        studio: Studio,
        derived: Derived,
        actions: Actions,
        tuning: FineTuning,
        earlier: EarlierPrediction,
    ):
        super().__init__()
        self.setObjectName("panel")
        self.studio, self.actions_, self.tuning = studio, actions, tuning
        self._redrawn = 0.0
        self.parts, self.length, self.unit = QComboBox(), QSpinBox(), QComboBox()
        self.device, self.rate, self.faces = QComboBox(), QComboBox(), QSpinBox()
        self.sets = QTreeWidget()
        self.check = text_button(actions["check_run"])
        self.start = text_button(actions["fine_tune"], "primary")
        self.pause, self.keep = text_button(actions["pause_run"]), text_button(actions["keep_best"])
        self.discard, self.revert = text_button(actions["discard_run"]), text_button(actions["revert"])
        self.go_on, self.use_best = text_button(actions["go_on_left"]), text_button(actions["use_left"])
        self.forget = text_button(actions["forget_left"])
        self.bar, self.words = QProgressBar(), QLabel()
        self.loss, self.nme = Curves(tr("loss")), Curves(tr("NME on val parts, %"))
        self.before_after = BeforeAfter(studio, derived, earlier)
        self._fill()
        self._lay_out()
        self._connect()
        self._list_sets()

    def _fill(self) -> None:
        parts = {
            CODE: tr("the sets' codes only (seconds)"), "deformer": tr("conventions only (deformer)"),
            "heads": tr("all but the image trunks"), "everything": tr("everything"),
        }  # fmt: skip
        for value, text in parts.items():
            self.parts.addItem(text, value)
        self.parts.setCurrentIndex(1)
        self.length.setRange(1, 100_000)
        self.length.setValue(200)
        self.unit.addItem(tr("steps"), STEPS)
        self.unit.addItem(tr("minutes"), MINUTES)
        self.device.addItem("CPU", "cpu")
        for rate, text in zip(RATES, (tr("careful"), tr("usual"), tr("bold")), strict=True):
            self.rate.addItem(f"{text} ({rate:.1e})".replace("e-0", "e-"), rate)
        self.rate.setCurrentIndex(1)
        self.faces.setRange(4, 128)
        self.faces.setSingleStep(4)
        self.faces.setValue(16)
        self.sets.setColumnCount(3)
        self.sets.setHeaderLabels([tr("Train on"), tr("before"), tr("now")])
        self.sets.setRootIsDecorated(False)
        self.sets.setObjectName("bare")
        self.sets.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names of sets often begin alike
        header = self.sets.header()
        header.setMinimumSectionSize(24)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.resizeSection(column, NUMBER)
            self.sets.headerItem().setTextAlignment(
                column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )
        self.sets.setIndentation(0)
        self.sets.headerItem().setToolTip(1, tr("NME in % on the val part before the run"))
        self.sets.headerItem().setToolTip(2, tr("NME in % on the val part as it is now"))
        self.bar.setTextVisible(False)
        self.words.setObjectName("muted")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.words.hide()
        names = {
            self.parts: tr("What is trained"), self.length: tr("How long"), self.unit: tr("Steps or minutes"),
            self.device: tr("Device"), self.rate: tr("Learning rate"), self.faces: tr("Faces a step"),
            self.sets: tr("Sets to train on"), self.bar: tr("Progress of fine-tuning"),
        }  # fmt: skip
        for widget, name in names.items():
            widget.setAccessibleName(name)
        self.faces.setToolTip(tr("Faces a step: fewer need less memory"))

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setSpacing(GRID // 2)
        rows = (
            (tr("Train"), (self.parts,)), (tr("For"), (self.length, self.unit)), (tr("On"), (self.device,)),
            (tr("Rate"), (self.rate, self.faces)),
        )  # fmt: skip
        for line, (name, widgets) in enumerate(rows):
            form.addWidget(label(name, "muted"), line, 0)
            across = QHBoxLayout()
            across.setSpacing(GRID // 2)
            for widget in widgets:
                widget.setMinimumWidth(48)
                across.addWidget(widget, 2 if widget is widgets[0] else 1)
            form.addLayout(across, line, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID // 2)
        for button in (self.check, self.start, self.pause, self.keep, self.discard):
            buttons.addWidget(button)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(GRID // 2)
        left.addLayout(form)
        left.addLayout(buttons)
        left.addWidget(self.bar)
        left.addStretch(1)
        side = QWidget()
        side.setObjectName("plain")
        side.setLayout(left)
        side.setFixedWidth(288)
        middle = QVBoxLayout()
        middle.setSpacing(GRID // 2)
        middle.addWidget(self.sets, 1)
        middle.addWidget(self.revert)
        self.sets.setFixedWidth(232)
        across = QHBoxLayout()
        across.setSpacing(GRID)
        across.addWidget(side)
        across.addLayout(middle)
        for view in (self.loss, self.nme, self.before_after):
            across.addWidget(view, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(self._left_over_row())
        column.addLayout(across, 1)
        column.addWidget(self.words)

    def _left_over_row(self) -> QWidget:
        """Shown while a run of an earlier window waits to be gone on with."""
        self.left_over, self.left_words = QWidget(), label("")
        self.left_over.setObjectName("plain")
        line = QHBoxLayout(self.left_over)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID // 2)
        line.addWidget(self.left_words, 1)
        for button in (self.go_on, self.use_best, self.forget):
            line.addWidget(button)
        return self.left_over

    def _connect(self) -> None:
        studio, tuning = self.studio, self.tuning
        self.parts.currentIndexChanged.connect(self._enable)
        studio.sets_changed.connect(self._list_sets)
        studio.landmarker_changed.connect(self._model_changed)
        tuning.begun.connect(self._clear)
        tuning.changed.connect(self._enable)
        tuning.reported.connect(self._show)
        tuning.operations.jobs.started.connect(self._enable)
        tuning.operations.jobs.ended.connect(self._enable)
        self._devices = Latest(self)
        self._devices.done.connect(self._show_devices)
        self._look_again = QTimer(self, interval=LOOK_AGAIN)
        self._look_again.timeout.connect(self._look_at_devices)

    @property
    def busy(self) -> bool:
        return self._devices.busy

    def stop(self) -> None:
        self._look_again.stop()
        self._devices.stop()

    def sizeHint(self) -> QSize:
        return QSize(900, 232)

    def showEvent(self, event) -> None:
        self._look_at_devices()
        self._look_again.start()
        super().showEvent(event)

    def hideEvent(self, event) -> None:
        self._look_again.stop()
        super().hideEvent(event)

    def dress(self) -> None:
        self.loss.dress()
        self.nme.dress()

    # what is wanted

    def chosen(self) -> list[int]:
        """Indices of the sets that are ticked."""
        return [i for i, row in enumerate(self._rows()) if row.checkState(0) == Qt.CheckState.Checked]

    def plan(self) -> Plan:
        """What the panel says."""
        in_minutes = self.unit.currentData() == MINUTES
        return Plan(
            datasets=tuple(self.studio.sets[i].dataset for i in self.chosen()),
            parts=self.parts.currentData(),
            steps=200 if in_minutes else self.length.value(),
            minutes=self.length.value() if in_minutes else 0.0,
            learning_rate=self.rate.currentData(),
            faces_a_step=self.faces.value(),
            device=self.device.currentData(),
        )

    def begin(self) -> None:
        """Start a run on the ticked sets."""
        self.tuning.begin(self.plan())

    def check_batch(self) -> None:
        """Try one batch of the run that the panel says."""
        self.tuning.check(self.plan())

    def _clear(self) -> None:
        for curves in (self.loss, self.nme):
            curves.clear_curves()

    # what there is

    def _look_at_devices(self) -> None:
        if self.studio.landmarker is None:  # torch, which knows the devices, comes with the model
            return

        def look() -> list:
            from infl.devices import devices

            return devices()

        self._devices.ask(None, look)

    def _show_devices(self, _key: object, found: list) -> None:
        from infl.devices import in_gib

        for device in found:
            free = "" if device.free is None else " · " + tr("{size} free").format(size=in_gib(device.free))
            row = self.device.findData(device.name)
            if row < 0:
                self.device.addItem(device.title + free, device.name)
            else:
                self.device.setItemText(row, device.title + free)

    def _model_changed(self) -> None:
        self._look_at_devices()
        self._enable()

    def _rows(self) -> list[QTreeWidgetItem]:
        """One for each open set."""
        rows = (self.sets.topLevelItem(i) for i in range(self.sets.topLevelItemCount()))
        return [row for row in rows if row is not None]

    def _list_sets(self) -> None:
        off = {row.text(0) for row in self._rows() if row.checkState(0) != Qt.CheckState.Checked}
        self.sets.clear()
        for open_set in self.studio.sets:
            item = QTreeWidgetItem([open_set.label])
            item.setIcon(0, marks.set_icon(open_set.mark, open_set.colour))
            item.setToolTip(0, open_set.label)
            item.setCheckState(0, Qt.CheckState.Unchecked if open_set.label in off else Qt.CheckState.Checked)
            for column in (1, 2):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.sets.addTopLevelItem(item)
        self._show_errors()
        self._enable()

    def _show_errors(self) -> None:
        """Before and now, set by set."""
        for item, open_set in zip(self._rows(), self.studio.sets, strict=True):
            name = open_set.dataset.convention
            for column, values in ((1, self.tuning.before), (2, self.tuning.now)):
                item.setText(column, f"{values[name]:.2f}" if name in values else "")

    def _show(self, reports: list[Progress]) -> None:
        for report in reports:
            for name, value in report.metrics.items():
                if name == LOSS:
                    self.loss.add(name, report.done, value)
                elif name.startswith(VAL):
                    self.nme.add(name, report.done, value)
        last = reports[-1]
        if time.monotonic() - self._redrawn > REDRAW or last.done >= last.total:
            self._redraw_curves()
        self.bar.setMaximum(max(last.total, 1))
        self.bar.setValue(last.done)
        job = self.tuning.job
        if job is not None and not job.cancelling and not job.paused and last.metrics:
            left = tr("{time} left").format(time=in_words(last.seconds_left))
            self._say(f"{last.phase} {last.done}/{last.total} · {left}\n{self.tuning.needs}", False)
        self._show_errors()

    def _redraw_curves(self) -> None:
        """One after the other, each in a pass of its own: drawing axes takes long."""
        self._redrawn = time.monotonic()
        colours = {f"{VAL}{s.dataset.convention}": s.colour for s in self.studio.sets}
        self.loss.redraw(colours)
        QTimer.singleShot(0, self, lambda: self.nme.redraw(colours))

    def _say(self, text: str, trouble: bool) -> None:
        self.words.setText(text)
        self.words.setVisible(bool(text))
        self.words.setToolTip(text)
        self.words.setStyleSheet(f"color: {theme().error};" if trouble else "")

    def _enable(self, _job: object = None) -> None:
        tuning, job, actions = self.tuning, self.tuning.job, self.actions_
        running, free = job is not None, tuning.operations.jobs.running is None
        ready = free and self.studio.landmarker is not None and bool(self.studio.sets)
        code = self.parts.currentData() == CODE
        for button in (self.check, self.start):
            button.setVisible(not running)
        for button in (self.pause, self.keep, self.discard):
            button.setVisible(running)
        actions["fine_tune"].setEnabled(ready)
        actions["check_run"].setEnabled(ready and not code)
        for identifier in ("pause_run", "keep_best", "discard_run"):
            actions[identifier].setEnabled(job is not None and not job.cancelling)
        text, short = pausing(paused=job is not None and job.paused)
        actions["pause_run"].setText(text)
        actions["pause_run"].setIconText(short)
        actions["revert"].setEnabled(self.studio.previous_landmarker is not None and not running)
        for widget in (self.parts, self.length, self.unit, self.device, self.rate, self.faces):
            widget.setEnabled(not running and (widget is self.parts or not code))
        self.sets.setEnabled(not running)
        self.left_over.setVisible(bool(tuning.left) and not running)
        if tuning.left:
            left = tuning.left[0]
            text = tr("A run was not finished: step {done} of {steps}.")
            self.left_words.setText(text.format(done=left.done, steps=left.how.steps))
        for identifier in ("go_on_left", "use_left", "forget_left"):
            actions[identifier].setEnabled(free and bool(tuning.left))
        if not running:
            self.bar.setValue(0)
        self._say(tuning.said, tuning.trouble)
        self._show_errors()
