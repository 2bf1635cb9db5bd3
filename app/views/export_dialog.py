"""Write the open sets in one layout and one convention to one HDF5 file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.state import CANONICAL, Studio
from app.theme import GRID
from app.views import marks
from app.views.panel import label
from app.workers import Jobs
from infl.errors import InflError
from infl.layouts import Layout, layout, layout_names
from infl.progress import Job

MINE = "my layout"


class ExportDialog(QDialog):
    """Which sets, which target, where; the job itself runs on while the dialog is closed."""

    def __init__(self, studio: Studio, jobs: Jobs, parent: QWidget):
        super().__init__(parent)
        self.studio, self.jobs = studio, jobs
        self.setWindowTitle("Export harmonised set")
        self.sets, self.layout_name, self.convention = QListWidget(), QComboBox(), QComboBox()
        for open_set in studio.sets:
            item = QListWidgetItem(
                marks.set_icon(open_set.mark, open_set.colour),
                f"{open_set.label}   {len(open_set.dataset):,} faces",
            )
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            self.sets.addItem(item)
        if len(studio.layout):
            self.layout_name.addItem(f"{MINE} ({len(studio.layout)} points)", MINE)
        for name in layout_names():
            self.layout_name.addItem(name, name)
        self.convention.addItems(list(studio.landmarker.conventions) if studio.landmarker else [CANONICAL])
        self.convention.setCurrentText(studio.target_convention)
        self.transfer = QCheckBox("Keep human clicks, moved by the difference of the conventions")
        self.transfer.setChecked(True)
        self.path, browse = QLineEdit(str(Path.cwd() / "harmonised.h5")), QPushButton("Choose…")
        browse.clicked.connect(self._choose)
        where = QHBoxLayout()
        where.addWidget(self.path, 1)
        where.addWidget(browse)
        form = QFormLayout()
        form.setSpacing(GRID)
        form.addRow("Data sets", self.sets)
        form.addRow("Layout", self.layout_name)
        form.addRow("Convention", self.convention)
        form.addRow("", self.transfer)
        form.addRow("File", where)
        self.problem = label("", "error")
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setObjectName("primary")
        buttons.accepted.connect(self.begin)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        self.resize(560, 400)
        if studio.landmarker is None or not studio.sets:
            self.go.setEnabled(False)
            self.problem.setText("Exporting needs a model and at least one open data set.")

    def target(self) -> Layout:
        """The chosen layout."""
        name = self.layout_name.currentData()
        return self.studio.layout if name == MINE else layout(name)

    def begin(self) -> None:
        """Start the job; a reason why it cannot start stays in the dialog."""
        chosen = [
            i for i in range(self.sets.count()) if self.sets.item(i).checkState() == Qt.CheckState.Checked
        ]
        landmarker, datasets = self.studio.landmarker, [self.studio.sets[i].dataset for i in chosen]
        if landmarker is None or not datasets:
            self.problem.setText("Tick at least one data set.")
            return
        target, out = self.target(), Path(self.path.text()).expanduser()
        convention, transfer = self.convention.currentText(), self.transfer.isChecked()

        def make() -> Job[Path]:
            from infl.harmonize import harmonise  # takes a while, so not in the window's thread

            return harmonise(landmarker, datasets, target, out, convention, transfer)

        try:
            job = self.jobs.start("Harmonising", make)
        except InflError as error:
            self.problem.setText(str(error))
            return
        studio, count = self.studio, sum(len(d) for d in datasets)
        job.finished.connect(
            lambda path: studio.notify(
                "info", f"Wrote {count:,} faces with {len(target)} points each to {path}."
            )
        )
        job.cancelled.connect(
            lambda: studio.notify(
                "info",
                f"Export cancelled; {out} was not written. The same export goes on where this one stopped.",
            )
        )
        self.accept()

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export to", self.path.text(), "Harmonised sets (*.h5)")
        if name:
            self.path.setText(str(Path(name).with_suffix(".h5")))
