"""What is in folders before any of it is taken in: which sets, what they were taken for and why, what is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.state import Studio
from app.theme import GRID, theme
from app.thumbnails import crop_box, thumbnail
from app.translation import tr
from app.values import CANONICAL
from app.views import marks
from app.views.panel import label
from app.views.picture import to_qimage
from app.workers import Latest
from infl.datasets.dataset import Dataset, Sample
from infl.errors import FileError, InflError

EXAMPLES, SIDE = 4, 132
NAME = Qt.ItemDataRole.UserRole
LISTED = 500
"""Problems that are listed; of more only the number is told."""


class OpenPreview(QDialog):
    """Sets with ticks on the left, the chosen one explained on the right.

    `pictures_wanted(path, folder)`: read the set at `path` again, its pictures in `folder`, and answer with `replace`.
    """

    pictures_wanted = Signal(object, object)

    def __init__(
        self, studio: Studio, datasets: Sequence[Dataset], failed: Sequence[InflError], parent: QWidget
    ):
        super().__init__(parent)
        self.studio = studio
        self.entries: list[Dataset | InflError] = [*datasets, *failed]
        self._found: dict[tuple[Path, str], Dataset] = {}
        self.setWindowTitle(tr("Open data sets"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QListWidget()
        self.list.setFixedWidth(232)
        self.list.setAccessibleName(tr("Sets that were found"))
        self.heading, self.facts = label("", "heading"), QGridLayout()
        self.facts.setHorizontalSpacing(2 * GRID)
        self.facts.setVerticalSpacing(GRID // 2)
        self.facts.setColumnStretch(1, 1)
        self.taken_as = QComboBox()
        self.taken_as.setAccessibleName(tr("Convention that the set is taken to follow"))
        self.taken_as.setToolTip(
            tr("Choose whose rules its points follow, where that was not found out rightly")
        )
        self.taken_as.activated.connect(lambda i: self._take_as(self.taken_as.itemData(i)))
        self.convention = QWidget()
        self.examples = [QLabel() for _ in range(EXAMPLES)]
        self.problems = QPlainTextEdit()
        self.problems.setReadOnly(True)
        self.problems.setAccessibleName(tr("What is broken"))
        self.elsewhere = QPushButton(tr("The pictures are elsewhere…"))
        self.elsewhere.setToolTip(
            tr("Choose the folder with the pictures that are missing; it is remembered in the project")
        )
        self.elsewhere.clicked.connect(self._ask_pictures)
        self._worker = Latest(self)
        self._worker.done.connect(self._show_example)
        self._worker.failed.connect(lambda _key, _error: None)  # what is broken is listed already
        self._lay_out()
        self.list.currentRowChanged.connect(self._explain)
        self.list.itemChanged.connect(lambda _item: self._enable())
        self.finished.connect(lambda _code: self._worker.stop())
        self._fill()

    def _lay_out(self) -> None:
        pictures = QHBoxLayout()
        pictures.setSpacing(GRID)
        for example in self.examples:
            example.setFixedSize(SIDE, SIDE)
            pictures.addWidget(example)
        pictures.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.heading)
        right.addLayout(self.facts)
        line = QHBoxLayout(self.convention)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        line.addWidget(label(tr("Take it to follow"), "muted"))
        line.addWidget(self.taken_as)
        line.addStretch(1)
        right.addWidget(self.convention)
        right.addLayout(pictures)
        right.addWidget(self.problems, 1)
        right.addWidget(self.elsewhere, 0, Qt.AlignmentFlag.AlignLeft)
        right.addStretch(0)
        across = QHBoxLayout()
        across.setSpacing(2 * GRID)
        across.addWidget(self.list)
        across.addLayout(right, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton(tr("Open"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setObjectName("primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(across, 1)
        column.addWidget(buttons)
        self.resize(880, 560)

    def _fill(self, row: int = 0) -> None:
        items = [self.list.item(i) for i in range(self.list.count())]
        off = {item.data(NAME) for item in items if item.checkState() != Qt.CheckState.Checked} - {None}
        self.list.blockSignals(True)
        self.list.clear()
        for entry in self.entries:
            if isinstance(entry, Dataset):
                item = QListWidgetItem(
                    tr("{name}   {count:,} faces").format(name=entry.name, count=len(entry))
                )
                item.setFlags(
                    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
                )
                item.setCheckState(Qt.CheckState.Unchecked if entry.name in off else Qt.CheckState.Checked)
                item.setData(NAME, entry.name)
            else:
                item = QListWidgetItem(tr("{name}   not understood").format(name=_path_of(entry).name))
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                item.setForeground(QColor(theme().error))
            item.setToolTip(str(entry.path if isinstance(entry, Dataset) else _path_of(entry)))
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self._enable()

    def chosen(self) -> list[Dataset]:
        """The sets that are ticked."""
        return [
            entry
            for i, entry in enumerate(self.entries)
            if isinstance(entry, Dataset) and self.list.item(i).checkState() == Qt.CheckState.Checked
        ]

    def replace(self, path: Path, datasets: Sequence[Dataset], failed: Sequence[InflError]) -> None:
        """What the set at `path` is with its pictures found."""
        row = self.list.currentRow()
        at = next((i for i, e in enumerate(self.entries) if _path_of(e) == path), len(self.entries))
        others = [e for e in self.entries if _path_of(e) != path]
        known = [e for e in self.entries if isinstance(e, Dataset) and e.path == path and e.found_convention]
        chosen = {e.found_convention: e.convention for e in known}
        self._found = {key: d for key, d in self._found.items() if key[0] != path}
        for found in (d for d in datasets if d.convention in chosen):
            self._found[path, found.convention] = found
        datasets = [d.in_convention(chosen.get(d.convention, d.convention)) for d in datasets]
        self.entries = [*others[:at], *datasets, *failed, *others[at:]]
        self._fill(row)

    def _enable(self) -> None:
        count = len(self.chosen())
        self.go.setEnabled(count > 0)
        words = tr("Open {count} sets") if count != 1 else tr("Open 1 set")
        self.go.setText(words.format(count=count))

    # the chosen set

    def _explain(self, row: int) -> None:
        if not 0 <= row < len(self.entries):
            return
        entry = self.entries[row]
        for example in self.examples:
            example.clear()
            example.setVisible(isinstance(entry, Dataset))
        self.convention.setVisible(isinstance(entry, Dataset))
        if isinstance(entry, Dataset):
            self.heading.setText(entry.name)
            self._show_facts(self._facts_of(entry))
            self._offer_conventions(entry)
            self._show_problems(entry.problems)
            self._ask_example(row, 0)
        else:
            self.heading.setText(_path_of(entry).name)
            self._show_facts([(tr("Folder"), str(_path_of(entry)))])
            self._show_problems((entry,))

    def _offer_conventions(self, entry: Dataset) -> None:
        """The convention that was found out, and all others that are known."""
        found = entry.found_convention or entry.convention
        learned = self.studio.landmarker.conventions if self.studio.landmarker is not None else ()
        opened = (s.dataset.convention for s in self.studio.sets)
        others = sorted({*learned, *opened, entry.convention} - {CANONICAL, found})
        self.taken_as.clear()
        self.taken_as.addItem(tr("{name} (found out)").format(name=found), found)
        for name in others:
            self.taken_as.addItem(name, name)
        self.taken_as.setCurrentIndex(self.taken_as.findData(entry.convention))

    def _take_as(self, name: str) -> None:
        """The chosen set follows another convention."""
        row = self.list.currentRow()
        entry = self.entries[row]
        if isinstance(entry, Dataset):
            found = self._found.setdefault((entry.path, entry.found_convention or entry.convention), entry)
            self.entries[row] = chosen = found.in_convention(name)
            self._show_facts(self._facts_of(chosen))

    def _facts_of(self, d: Dataset) -> list[tuple[str, str]]:
        splits = Counter(s.split or tr("no split") for s in d.samples)
        parts = ", ".join(f"{count:,} {name}" for name, count in splits.most_common())
        pictures = len({s.image for s in d.samples})
        absent = float(np.mean([np.isnan(s.points).any(1).mean() for s in d.samples])) if len(d) else 0.0
        known = self.studio.landmarker.conventions if self.studio.landmarker is not None else (CANONICAL,)
        learned = "" if d.convention in known else tr("; the model has not learned it")
        layout = d.layout.title if d.layout else tr("not known")
        layout += (
            "" if f"{d.point_count} points" in layout else tr(", {count} points").format(count=d.point_count)
        )
        why = d.convention_why
        if d.found_convention:
            why = tr("chosen by you; {name} was found out").format(name=d.found_convention)
        facts = [
            (tr("Where"), str(d.path)),
            (tr("Format"), f"{d.format}: {d.why}"),
            (tr("Convention"), f"{d.convention}: {why}{learned}"),
            (
                tr("Layout"),
                layout
                + (tr("; {share:.1f} % of the points absent").format(share=100 * absent) if absent else ""),
            ),
            (tr("Pixel origin"), d.pixel_origin),
            (
                tr("Faces"),
                tr("{faces:,} in {pictures:,} pictures: {parts}").format(
                    faces=len(d), pictures=pictures, parts=parts
                ),
            ),
        ]
        return [*facts, (tr("Pictures in"), str(d.pictures))] if d.pictures else facts

    def _show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        while (item := self.facts.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()  # it goes later, and would show through until then
                old.deleteLater()
        for i, (name, value) in enumerate(facts):
            words = QLabel(value)
            words.setWordWrap(True)
            words.setTextFormat(Qt.TextFormat.PlainText)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.facts.addWidget(label(name, "muted"), i, 0, Qt.AlignmentFlag.AlignTop)
            self.facts.addWidget(words, i, 1)

    def _show_problems(self, problems: Sequence[InflError]) -> None:
        lines = [str(p) for p in problems[:LISTED]]
        if len(problems) > LISTED:
            lines.append(tr("… and {count:,} more").format(count=len(problems) - LISTED))
        self.problems.setPlainText("\n".join([tr("Not read: {count:,}").format(count=len(problems)), *lines]))
        self.problems.setVisible(bool(problems))
        self.elsewhere.setVisible(any("missing" in str(p) or "no pictures" in str(p) for p in problems))

    def _ask_pictures(self) -> None:
        path = _path_of(self.entries[self.list.currentRow()])
        folder = QFileDialog.getExistingDirectory(self, tr("Where are the pictures?"), str(path))
        if folder:
            self.pictures_wanted.emit(path, Path(folder))

    # the first pictures, one after the other

    def _ask_example(self, row: int, number: int) -> None:
        entry = self.entries[row] if row < len(self.entries) else None
        if number < EXAMPLES and isinstance(entry, Dataset) and number < len(entry):
            sample = entry.samples[number]
            self._worker.ask((row, number, sample), lambda: _example(sample))

    def _show_example(self, key: tuple[int, int, Sample], found: tuple[np.ndarray, np.ndarray]) -> None:
        row, number, _ = key
        if row != self.list.currentRow():
            return
        pixels, points = found
        pixmap = QPixmap.fromImage(to_qimage(pixels))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marks.ring(painter, (QPointF(x, y) for x, y in points), "#ffffff", 1.6)
        painter.end()
        self.examples[number].setPixmap(pixmap)
        self._ask_example(row, number + 1)


def _example(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """The face's thumbnail, and its annotated points there."""
    image = sample.load_image()
    x0, y0, x1, y1 = crop_box(sample.points, image.shape[1], image.shape[0])
    known = sample.points[np.isfinite(sample.points).all(1)]
    return thumbnail(sample, SIDE), (known + 0.5 - [x0, y0]) * [SIDE / (x1 - x0), SIDE / (y1 - y0)]


def _path_of(entry: Dataset | InflError) -> Path:
    if isinstance(entry, Dataset):
        return entry.path
    return entry.path if isinstance(entry, FileError) else Path("?")
