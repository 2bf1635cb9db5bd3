"""Annotations of the chosen set that are probably wrong, the surest first, each with what to do about it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHeaderView, QTableView, QVBoxLayout

from app.actions import Actions
from app.state import Studio
from app.theme import GRID, theme
from app.translation import tr
from app.values import OpenSet, Place
from app.views.panel import ElidedLabel, label, row, tool_button
from infl.evaluation.suspects.finding import Finding

Index = QModelIndex | QPersistentModelIndex
SCORE, KIND, FACE, POINTS, REMEDY = range(5)
WIDTHS = {SCORE: 64, KIND: 148, FACE: 168, POINTS: 168}
NAMED = 3
"""Points that are called by their names; of more the number is told."""


class SuspectsModel(QAbstractTableModel):
    """A row for each finding of one set; what was corrected since is muted."""

    def __init__(self, studio: Studio):
        super().__init__()
        self.studio = studio
        self.findings: tuple[Finding, ...] = ()
        self.open_set: OpenSet | None = None

    def show(self, open_set: OpenSet | None, findings: tuple[Finding, ...]) -> None:
        self.beginResetModel()
        self.open_set, self.findings = open_set, findings
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.findings)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._titles())

    @staticmethod
    def _titles() -> tuple[str, ...]:
        return tr("Score"), tr("What"), tr("Face"), tr("Points"), tr("What to do")

    def headerData(self, section: int, orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles()[section]
        if role == Qt.ItemDataRole.ToolTipRole and section == SCORE:
            return tr("−log₁₀ of how often a right face of this set looks like that")
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        finding = self.findings[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(finding, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return finding.message
        if role == Qt.ItemDataRole.ForegroundRole and self.corrected(finding):
            return QColor(theme().muted)
        return self._alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _text(self, finding: Finding, column: int) -> str:
        if column == SCORE:
            return f"{finding.score:.1f}"
        if column == KIND:
            kind = str(finding.kind)
            return tr("✓ {kind}, corrected").format(kind=kind) if self.corrected(finding) else kind
        if column == FACE:
            return finding.sample.key
        if column == POINTS:
            many = tr("{count} points").format(count=len(finding.names))
            return ", ".join(finding.names) if len(finding.names) <= NAMED else many
        return finding.message

    def corrected(self, finding: Finding) -> bool:
        """Whether one of the clicks that are meant was corrected by now."""
        if self.open_set is None:
            return False
        face = self.studio.corrections.of(self.open_set.key, finding.sample.key)
        return any(point in face for point in finding.points)

    def refresh(self) -> None:
        """Corrections have changed."""
        if self.findings:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.findings) - 1, REMEDY))

    @staticmethod
    def _alignment(column: int) -> int:
        side = Qt.AlignmentFlag.AlignRight if column == SCORE else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter)


class SuspectsPanel(QFrame):
    """The findings of the set on screen. Choosing one opens its photo and chooses its first point."""

    def __init__(self, studio: Studio, actions: Actions):
        super().__init__()
        self.setObjectName("panel")
        self.studio = studio
        self.model = SuspectsModel(studio)
        self.table = QTableView()
        self.table.setObjectName("bare")
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setAccessibleName(tr("Suspicious annotations"))
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        for column, width in WIDTHS.items():
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(REMEDY, QHeaderView.ResizeMode.Stretch)
        self.title, self.summary = label(tr("Suspects"), "title"), ElidedLabel()
        head = row(self.title)
        head.addWidget(self.summary, 1)
        head.addWidget(tool_button(actions["suspects"]))
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(1, 1, 1, 1)
        column_.setSpacing(0)
        column_.addLayout(head)
        column_.addWidget(self.table, 1)
        self.remedy = label("")
        self.remedy.setWordWrap(True)
        self.remedy.setContentsMargins(GRID, GRID // 2, GRID, GRID)
        self.remedy.hide()
        column_.addWidget(self.remedy)
        self.table.selectionModel().currentRowChanged.connect(lambda now, _before: self.open_row(now.row()))
        self.table.clicked.connect(lambda index: self.open_row(index.row()))
        for signal in (studio.suspects_changed, studio.place_changed, studio.sets_changed):
            signal.connect(self.refresh)
        studio.corrections_changed.connect(self.model.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(900, 210)

    def refresh(self) -> None:
        """Show the findings of the set on screen."""
        s = self.studio
        open_set = s.sets[s.place.set] if s.place is not None else None
        findings = s.suspects.of_set(open_set.key) if open_set is not None else ()
        key = open_set.key if open_set is not None else None
        if findings is not self.model.findings or key != (self.model.open_set and self.model.open_set.key):
            self.model.show(open_set, findings)
            self.remedy.hide()
        if open_set is None:
            self.summary.setText(tr("Open a data set to search it."))
        elif not s.suspects.searched(open_set.key):
            self.summary.setText(tr("{name} has not been searched yet.").format(name=open_set.label))
        elif not findings:
            self.summary.setText(tr("Nothing is out of line in {name}.").format(name=open_set.label))
        else:
            text = tr("{name}: findings on {faces} of {all:,} faces, {count} in all")
            faces, every = len(s.suspects.faces[open_set.key]), len(open_set.dataset)
            self.summary.setText(
                text.format(name=open_set.label, faces=faces, all=every, count=len(findings))
            )

    def open_row(self, number: int) -> None:
        """Show a finding's photo with its first point chosen."""
        s, open_set = self.studio, self.model.open_set
        if not 0 <= number < len(self.model.findings) or open_set is None:
            return
        finding = self.model.findings[number]
        self.remedy.setText(finding.message)
        self.remedy.show()
        index = next((i for i, o in enumerate(s.sets) if o.key == open_set.key), None)
        if index is None:
            return
        keys = [sample.key for sample in s.sets[index].dataset.samples]
        if finding.sample.key not in keys:
            return
        s.show(Place(index, keys.index(finding.sample.key)))
        s.choose_point(finding.points[0] if finding.points else None)
