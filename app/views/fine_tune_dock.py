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
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.derived import Derived
from app.earlier import EarlierPrediction
from app.fine_tuning import CODE, VAL, FineTuning, Plan
from app.state import Studio
from app.theme import GRID, theme
from app.translation import tr
from app.views import marks
from app.views.before_after import BeforeAfter
from app.views.curves import Curves
from app.views.panel import label
from app.workers import Latest, in_words
from infl.progress import Progress

LOSS, NME = "loss", "nme"
REDRAW = 0.4
"""Seconds between two drawings of the curves."""
LOOK_AGAIN = 5000
"""Milliseconds between two looks at the free memory while the panel is seen."""
RATES = (1.5e-4, 5e-4, 1.5e-3)
NUMBER = 60
"""Pixels that a column of errors is wide."""
STEPS, MINUTES = "steps", "minutes"


class FineTunePanel(QFrame):
    """What to train on the left, the sets with their errors beside it, then how it goes and what came of it."""

    def __init__(self, studio: Studio, derived: Derived, tuning: FineTuning, earlier: EarlierPrediction):
        super().__init__()
        self.setObjectName("panel")
        self.studio, self.tuning = studio, tuning
        self._redrawn = 0.0
        self.parts, self.length, self.unit = QComboBox(), QSpinBox(), QComboBox()
        self.device, self.rate, self.faces = QComboBox(), QComboBox(), QSpinBox()
        self.sets = QTreeWidget()
        self.check, self.start = QPushButton(tr("Check")), QPushButton(tr("Fine-tune"))
        self.pause, self.keep = QPushButton(tr("Pause")), QPushButton(tr("Keep the best"))
        self.discard = QPushButton(tr("Discard"))
        self.revert = QPushButton(tr("Use the weights from before"))
        self.go_on, self.use_best = QPushButton(tr("Go on")), QPushButton(tr("Use its best weights"))
        self.forget = QPushButton(tr("Discard it"))
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
        self.start.setObjectName("primary")
        self.bar.setTextVisible(False)
        self.words.setObjectName("muted")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        names = {
            self.parts: tr("What is trained"), self.length: tr("How long"), self.unit: tr("Steps or minutes"),
            self.device: tr("Device"), self.rate: tr("Learning rate"), self.faces: tr("Faces a step"),
            self.sets: tr("Sets to train on"), self.bar: tr("Progress of fine-tuning"),
        }  # fmt: skip
        for widget, name in names.items():
            widget.setAccessibleName(name)
        tips = {
            self.check: tr("Run one batch forward and backward, and say what a run needs"),
            self.revert: tr("Go back to the weights before (and again forward)"),
            self.faces: tr("Faces a step: fewer need less memory"),
            self.keep: tr("Stop, with the weights that were best on the val parts"),
            self.discard: tr("End the run; the model stays as it is"),
        }  # fmt: skip
        for widget, tip in tips.items():
            widget.setToolTip(tip)

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
        left.addWidget(self.words, 1)
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
        self.start.clicked.connect(self.begin)
        self.check.clicked.connect(self._check)
        self.pause.clicked.connect(tuning.pause)
        self.keep.clicked.connect(tuning.stop_and_keep)
        self.discard.clicked.connect(tuning.discard)
        self.revert.clicked.connect(studio.revert_landmarker)
        self.go_on.clicked.connect(lambda: self._with_left(tuning.go_on))
        self.use_best.clicked.connect(lambda: self._with_left(tuning.use_best))
        self.forget.clicked.connect(lambda: self._with_left(tuning.forget))
        self.parts.currentIndexChanged.connect(self._enable)
        studio.sets_changed.connect(self._list_sets)
        studio.landmarker_changed.connect(self._model_changed)
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
        for curves in (self.loss, self.nme):
            curves.clear_curves()
        self.tuning.begin(self.plan())

    def _check(self) -> None:
        self.tuning.check(self.plan())

    def _with_left(self, do) -> None:
        if self.tuning.left:
            for curves in (self.loss, self.nme):
                curves.clear_curves()
            do(self.tuning.left[0])

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
        self.words.setToolTip(text)
        self.words.setStyleSheet(f"color: {theme().error};" if trouble else "")

    def _enable(self, _job: object = None) -> None:
        tuning, job = self.tuning, self.tuning.job
        running, free = job is not None, tuning.operations.jobs.running is None
        ready = free and self.studio.landmarker is not None and bool(self.studio.sets)
        code = self.parts.currentData() == CODE
        for button in (self.check, self.start):
            button.setVisible(not running)
            button.setEnabled(ready)
        self.check.setEnabled(ready and not code)
        for button in (self.pause, self.keep, self.discard):
            button.setVisible(running)
            button.setEnabled(job is not None and not job.cancelling)
        self.pause.setText(tr("Go on") if job is not None and job.paused else tr("Pause"))
        self.revert.setEnabled(self.studio.previous_landmarker is not None and not running)
        for widget in (self.parts, self.length, self.unit, self.device, self.rate, self.faces):
            widget.setEnabled(not running and (widget is self.parts or not code))
        self.sets.setEnabled(not running)
        self.left_over.setVisible(bool(tuning.left) and not running)
        if tuning.left:
            left = tuning.left[0]
            text = tr("A run was not finished: step {done} of {steps}.")
            self.left_words.setText(text.format(done=left.done, steps=left.how.steps))
        for button in (self.go_on, self.use_best, self.forget):
            button.setEnabled(free)
        if not running:
            self.bar.setValue(0)
        self._say(tuning.said, tuning.trouble)
        self._show_errors()
