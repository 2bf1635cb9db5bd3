"""Export: which sets, which points, which format; what will be missing is said while a person chooses."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app import folders
from app.export import HDF5, Exported, Wanted, export, suggested, what_is_missing
from app.state import Studio
from app.theme import GRID
from app.translation import tr
from app.values import CANONICAL
from app.views import marks
from app.views.panel import label
from app.workers import Jobs, Latest
from infl.errors import InflError
from infl.export.entries import ALL, CLICKED, Options
from infl.export.formats import FORMATS
from infl.layouts import Layout, layout, layout_names

MINE, OWN = "my layout", "own"
SOON = 150
"""Milliseconds after the last change until it is worked out what will be missing."""


class ExportDialog(QDialog):
    """The job itself runs on while the dialog is closed."""

    def __init__(self, studio: Studio, jobs: Jobs, parent: QWidget):
        super().__init__(parent)
        self.studio, self.jobs = studio, jobs
        self.setWindowTitle(tr("Export"))
        self.format, self.sets, self.layout_name = QComboBox(), QListWidget(), QComboBox()
        self.convention, self.points, self.origin = QComboBox(), QComboBox(), QComboBox()
        self.transfer = QCheckBox(tr("Keep human clicks, moved by the difference of the conventions"))
        self.path, browse = (
            QLineEdit(str(folders.last_folder() / "harmonised.h5")),
            QPushButton(tr("Choose…")),
        )
        self.report, self.problem = QPlainTextEdit(), label("", "error")
        self._fill()
        self._lay_out(browse)
        browse.clicked.connect(self._choose)
        self._reports = Latest(self)
        self._reports.done.connect(self._reported)
        self._soon = QTimer(self, interval=SOON, singleShot=True)
        self._soon.timeout.connect(self._look)
        self.format.currentIndexChanged.connect(self._format_chosen)
        for combo in (self.layout_name, self.convention, self.points, self.origin):
            combo.currentIndexChanged.connect(self._changed)
        self.transfer.toggled.connect(self._changed)
        self.sets.itemChanged.connect(self._changed)
        self.path.textChanged.connect(self._changed)
        self.finished.connect(lambda _result: self._reports.stop())
        self._changed()
        self.resize(640, 680)

    def _fill(self) -> None:
        studio = self.studio
        self.format.addItem(tr("HDF5, with everything"), HDF5)
        for known in FORMATS.values():
            self.format.addItem(known.title, known.name)
        for open_set in studio.sets:
            item = QListWidgetItem(
                marks.set_icon(open_set.mark, open_set.colour),
                f"{open_set.label}   " + tr("{count} faces").format(count=f"{len(open_set.dataset):,}"),
            )
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable
            )
            item.setCheckState(Qt.CheckState.Checked)
            self.sets.addItem(item)
        if len(studio.layout):
            self.layout_name.addItem(tr("my layout ({count} points)").format(count=len(studio.layout)), MINE)
        for name in layout_names():
            self.layout_name.addItem(name, name)
        self.convention.addItems(list(studio.landmarker.conventions) if studio.landmarker else [CANONICAL])
        self.convention.setCurrentText(studio.target_convention)
        self.points.addItem(tr("all of them"), ALL)
        self.points.addItem(tr("only those that a human clicked"), CLICKED)
        self.transfer.setChecked(True)

    def _lay_out(self, browse: QPushButton) -> None:
        where = QHBoxLayout()
        where.addWidget(self.path, 1)
        where.addWidget(browse)
        self.form = QFormLayout()
        self.form.setSpacing(GRID)
        self.form.setHorizontalSpacing(2 * GRID)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.sets.setFixedHeight(
            max(self.sets.sizeHintForRow(0), 24) * min(max(self.sets.count(), 2), 5) + GRID
        )
        rows = (
            (tr("Data sets"), self.sets), (tr("Format"), self.format), (tr("Layout"), self.layout_name),
            (tr("Convention"), self.convention), ("", self.transfer), (tr("Points"), self.points),
            (tr("Top-left pixel is"), self.origin),
        )  # fmt: skip
        for name, field in rows:
            if name:
                field.setAccessibleName(name)
            self.form.addRow(name, field)
        self.path.setAccessibleName(tr("File"))
        self.form.addRow(tr("File"), where)
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setAccessibleName(tr("What will be missing"))
        self.report.setPlaceholderText(tr("Nothing will be missing."))
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton(tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setObjectName("primary")
        buttons.accepted.connect(self.begin)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addLayout(self.form)
        column.addWidget(label(tr("What will be missing"), "title"))
        column.addWidget(self.report, 1)
        column.addWidget(self.problem)
        column.addWidget(buttons)

    # what is chosen

    def wanted(self) -> Wanted:
        """What is chosen; raises InflError where something is lacking."""
        ticked = [
            i for i in range(self.sets.count()) if self.sets.item(i).checkState() == Qt.CheckState.Checked
        ]
        if not ticked:
            raise InflError(tr("Tick at least one data set."))
        target = self._target()
        if target is None and len(ticked) > 1:
            raise InflError(
                tr("Sets have different points of their own: tick one, or choose a layout for all.")
            )
        if target is not None and self.studio.landmarker is None:
            raise InflError(
                tr("Harmonising needs a model. Load one, or export a set's own points in another format.")
            )
        clicked = self.points.currentData() == CLICKED and self.format.currentData() != HDF5
        if target is not None and clicked and not self.transfer.isChecked():
            raise InflError(tr("No point would be left: keep the human clicks, or export all points."))
        out = Path(self.path.text()).expanduser()
        if not out.absolute().parent.is_dir():
            raise InflError(tr("There is no folder {folder}.").format(folder=out.absolute().parent))
        return Wanted(
            datasets=tuple(self.studio.sets[i].dataset for i in ticked),
            format=self.format.currentData(),
            out=out,
            target=target,
            convention=self.convention.currentText(),
            transfer=self.transfer.isChecked(),
            options=Options(self.points.currentData(), self.origin.currentData()),
        )

    def _target(self) -> Layout | None:
        name = self.layout_name.currentData()
        if name == OWN:
            return None
        return self.studio.layout if name == MINE else layout(name)

    def _format_chosen(self) -> None:
        name = self.format.currentData()
        self.path.setText(str(suggested(Path(self.path.text()), name)))
        self._changed()

    def _changed(self) -> None:
        """Show the fields that the format has, and look again at what will be missing."""
        name, own = self.format.currentData(), self.layout_name.findData(OWN)
        if name == HDF5 and own >= 0:
            self.layout_name.removeItem(own)
        elif name != HDF5 and own < 0:
            self.layout_name.addItem(tr("the set's own points, as annotated and corrected"), OWN)
        harmonised = self.layout_name.currentData() != OWN
        for field in (self.points, self.origin):
            self.form.setRowVisible(field, name != HDF5)
        for field in (self.convention, self.transfer):
            self.form.setRowVisible(field, harmonised)
        self._offer_origins(name)
        try:
            self.wanted()
        except InflError as error:
            self.problem.setText(str(error))
            self.report.setPlainText("")
            self.go.setEnabled(False)
        else:
            self.problem.setText("")
            self.go.setEnabled(True)
            self._soon.start()
        self.problem.setVisible(bool(self.problem.text()))

    def _offer_origins(self, name: str) -> None:
        """(0, 0) or (1, 1), the usual one first; anew when the format changes."""
        if self.origin.property("format") == name or name == HDF5:
            return
        usual = int(FORMATS[name].origin.offset)
        self.origin.blockSignals(True)
        self.origin.clear()
        self.origin.addItem(tr("({n}, {n}), as is usual there").format(n=usual), usual)
        self.origin.addItem(f"({1 - usual}, {1 - usual})", 1 - usual)
        self.origin.setProperty("format", name)
        self.origin.blockSignals(False)

    def _look(self) -> None:
        try:
            wanted = self.wanted()
        except InflError:
            return
        landmarker = self.studio.landmarker
        known, unreadable = landmarker.conventions if landmarker else (), frozenset(self.studio.unreadable)
        self._reports.ask(None, lambda: what_is_missing(wanted, known, unreadable))

    def _reported(self, _key: object, notes: list[str]) -> None:
        self.report.setPlainText("\n".join(f"• {note}" for note in notes))

    # doing it

    def begin(self) -> None:
        """Start the job; a reason why it cannot start stays in the dialog."""
        landmarker = self.studio.landmarker
        try:
            wanted = self.wanted()
            job = self.jobs.start(tr("Exporting"), lambda: export(landmarker, wanted))
        except InflError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        studio = self.studio
        job.finished.connect(lambda done: tell(studio, done))
        job.cancelled.connect(lambda: studio.notify("info", _cancelled(wanted)))
        self.accept()

    def _choose(self) -> None:
        known = FORMATS.get(self.format.currentData())
        kinds = f"{self.format.currentText()} (*{known.suffix if known else '.h5'})"
        if known is not None and not known.suffix:
            kinds = tr("New folders (*)")
        path = folders.ask_new_file(self, tr("Export to"), self.path.text(), kinds)
        if path is not None:
            self.path.setText(str(suggested(path, self.format.currentData())))


def tell(studio: Studio, done: Exported) -> None:
    """Say what was written, and in the details what is not in it."""
    studio.notify("info", done.text, "\n".join(done.notes))


def _cancelled(wanted: Wanted) -> str:
    text = tr("Export cancelled; {path} was not written.").format(path=wanted.out)
    return (
        text if wanted.target is None else text + " " + tr("The same export goes on where this one stopped.")
    )
