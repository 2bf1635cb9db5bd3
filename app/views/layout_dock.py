"""The custom layout as a table: names, partners, places, and where each point falls on the photo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
)  # fmt: skip
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
)

from app import commands
from app.actions import Actions
from app.derived import Derived
from app.state import Studio
from app.translation import QT_TR_NOOP, tr
from app.views.panel import label, row, tool_button
from infl.errors import InflError

Index = QModelIndex | QPersistentModelIndex
HEADERS = (
    "#",
    QT_TR_NOOP("Name"),
    QT_TR_NOOP("Group"),
    QT_TR_NOOP("Mirror"),
    QT_TR_NOOP("x mm"),
    QT_TR_NOOP("y mm"),
    QT_TR_NOOP("z mm"),
    QT_TR_NOOP("photo x"),
    QT_TR_NOOP("photo y"),
    QT_TR_NOOP("σ px"),
)
NAME, GROUP, MIRROR = 1, 2, 3
ROWS = "application/x-infl-layout-rows"
SOON = 40
"""Milliseconds."""


class LayoutModel(QAbstractTableModel):
    """One row a point; names and groups are written here, the place is moved on the face."""

    def __init__(self, studio: Studio, derived: Derived):
        super().__init__()
        self.studio, self.derived = studio, derived
        self._count = 0

    def refresh(self) -> None:
        count = len(self.studio.layout)
        if count != self._count:
            self.beginResetModel()
            self._count = count
            self.endResetModel()
        elif count:
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, len(HEADERS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(HEADERS)

    def headerData(self, section: int, orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADERS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled  # between rows, not onto one
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() in (NAME, GROUP) else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == GROUP:
            return self._swatch(index.row())
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole) or index.row() >= len(
            self.studio.layout
        ):
            return None
        i, column, layout = index.row(), index.column(), self.studio.layout
        point = layout.points[i]
        if column == 0:
            return i + 1
        if column == NAME:
            return point.name
        if column == GROUP:
            return point.group
        if column == MIRROR:
            return "" if point.mirror == i else layout.points[point.mirror].name
        if column < 7:
            return f"{point.xyz[column - 4]:.1f}"
        found = self.derived.custom_prediction()
        if found is None or len(found.sigma) != len(layout):
            return ""
        return f"{found.points[i, column - 7]:.1f}" if column < 9 else f"{found.sigma[i]:.1f}"

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() not in (NAME, GROUP):
            return False
        if index.column() == GROUP:
            rows = self.studio.selection if index.row() in self.studio.selection else (index.row(),)
            commands.set_group(self.studio, rows, str(value))
            return True
        try:
            commands.rename_point(self.studio, index.row(), str(value))
        except InflError as error:
            self.studio.notify("warning", str(error))
            return False
        return True

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [ROWS]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        rows = sorted({index.row() for index in indexes})
        data.setData(ROWS, QByteArray(" ".join(map(str, rows)).encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Rows that were dragged go before `row`, or to the end."""
        if action != Qt.DropAction.MoveAction or not data.hasFormat(ROWS):
            return False
        rows = [int(number) for number in bytes(data.data(ROWS).data()).decode().split()]
        commands.reorder_points(self.studio, rows, row if row >= 0 else self._count)
        return False  # the rows are moved already: nothing is left for the table to take away

    def _swatch(self, row: int) -> QColor | None:
        """The colour that the group of a point is drawn in."""
        if row >= len(self.studio.layout):
            return None
        colour = dict(self.studio.layout.colours).get(self.studio.layout.points[row].group)
        return QColor(colour) if colour else None


class LayoutPanel(QFrame):
    """The table with the buttons that change the layout."""

    def __init__(self, studio: Studio, derived: Derived, actions: Actions):
        super().__init__()
        self.setObjectName("panel")
        self.studio = studio
        self.model = LayoutModel(studio, derived)
        self.table = QTableView()
        self.table.setObjectName("bare")
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setShowGrid(False)
        self.table.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.table.setDragDropOverwriteMode(False)
        self.table.setAccessibleName(tr("Layout"))
        header = self.table.horizontalHeader()
        for column in range(len(HEADERS)):
            self.table.setColumnWidth(column, 40 if column == 0 else 76)
        for column in (NAME, GROUP, MIRROR):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.name, self.hint = label("", "title"), label("", "muted")
        self.convention = QComboBox()
        self.convention.setToolTip(tr("The convention in which this layout is predicted"))
        tools = row(self.name, self.hint)
        tools.addStretch(1)
        tools.addWidget(label(tr("in the convention"), "muted"))
        tools.addWidget(self.convention)
        buttons = QHBoxLayout()
        for identifier in ("snap", "mirrored", "add_points", "mirror", "join", "delete"):
            buttons.addWidget(tool_button(actions[identifier]))
        tools.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self.table, 1)
        self._following = False
        # The hand is on the face: the table follows a moment later, so that points are painted first.
        self._soon = QTimer(self, interval=SOON, singleShot=True)
        self._soon.timeout.connect(self._refresh)
        self.table.selectionModel().selectionChanged.connect(self._chosen)
        self.convention.activated.connect(lambda i: studio.set_target_convention(self.convention.itemText(i)))
        for signal in (studio.layout_changed, studio.selection_changed):
            signal.connect(self._later)
        for signal in (studio.photo_changed, studio.landmarker_changed):
            signal.connect(self._later)
        self._refresh()

    def sizeHint(self) -> QSize:
        return QSize(900, 210)

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _refresh(self) -> None:
        self._following = True
        self.model.refresh()
        self._following = False
        layout = self.studio.layout
        self.name.setText(layout.title or layout.name)
        count = len(layout)
        self.hint.setText(
            tr("{count} points").format(count=count)
            if count
            else tr("no points yet: click on the canonical face")
        )
        known = self.studio.landmarker.conventions if self.studio.landmarker else ("canonical",)
        if [self.convention.itemText(i) for i in range(self.convention.count())] != list(known):
            self.convention.clear()
            self.convention.addItems(list(known))
        self.convention.setCurrentText(self.studio.target_convention)
        self._follow()

    def _chosen(self) -> None:
        if not self._following:
            self.studio.select(sorted(index.row() for index in self.table.selectionModel().selectedRows()))

    def _follow(self) -> None:
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        if rows == set(self.studio.selection):
            return
        self._following = True
        chosen = QItemSelection()
        for i in self.studio.selection:
            chosen.select(self.model.index(i, 0), self.model.index(i, len(HEADERS) - 1))
        self.table.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if self.studio.selection:
            self.table.updateGeometries()  # or it scrolls only as far as before the points were added
            self.table.scrollTo(self.model.index(self.studio.selection[-1], 0))
        self._following = False


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignLeft if column in (NAME, GROUP, MIRROR) else Qt.AlignmentFlag.AlignRight
    return int(side | Qt.AlignmentFlag.AlignVCenter)
