"""How far convention A puts each point from where convention B does, largest first."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
)  # fmt: skip
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QComboBox, QFrame, QHeaderView, QStyledItemDelegate, QTableView, QVBoxLayout

from app.derived import Derived, Offsets
from app.state import Studio
from app.theme import theme
from app.views.panel import ElidedLabel, label, row
from infl.geometry.canonical_face import canonical_face

Index = QModelIndex | QPersistentModelIndex
HEADERS = ("Point", "Group", "outward mm", "up mm", "forward mm", "length mm", "% of interocular")
LENGTH = 5
SOON = 100
"""Milliseconds: the face and the photo come first."""
VALUE = Qt.ItemDataRole.UserRole


class OffsetsModel(QAbstractTableModel):
    """(K, 3) mm a row each. "Outward" is away from the midline, so that both halves of a face read alike."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets: Offsets | None = None
        self._values = np.zeros((0, 5))

    def show(self, offsets: Offsets | None) -> None:
        self.beginResetModel()
        self.offsets = offsets
        if offsets is None:
            self._values = np.zeros((0, 5))
        else:
            side = np.sign(offsets.layout.queries[:, 0] * (np.abs(offsets.layout.queries[:, 0]) > 0.5))
            v = offsets.vectors
            percent = 100 * offsets.lengths / canonical_face().interocular
            self._values = np.column_stack(
                [np.where(side == 0, v[:, 0], v[:, 0] * side), v[:, 1:], offsets.lengths, percent]
            )
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._values)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(HEADERS)

    def headerData(self, section: int, orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if self.offsets is None or role not in (Qt.ItemDataRole.DisplayRole, VALUE):
            return None
        point, column = self.offsets.layout.points[index.row()], index.column()
        if column < 2:
            return point.name if column == 0 else point.group
        value = float(self._values[index.row(), column - 2])
        if role == VALUE:
            return value
        return (
            f"{value:+.2f}" if column < LENGTH else f"{value:.2f}" if column == LENGTH else f"{value:.1f} %"
        )


class _Bar(QStyledItemDelegate):
    """The length as a bar behind its number; `top` mm fill the cell."""

    top = 1.0

    def paint(self, painter: QPainter, option, index) -> None:
        value, top = index.data(VALUE), max(self.top, 1e-6)
        colour = QColor(theme().accent)
        colour.setAlpha(70)
        box = QRectF(option.rect).adjusted(4, 4, -4, -4)
        box.setLeft(box.right() - box.width() * min(value / top, 1.0))
        painter.fillRect(box, colour)
        super().paint(painter, option, index)


class OffsetsPanel(QFrame):
    """The table of the present comparison with its summary."""

    def __init__(self, studio: Studio, derived: Derived):
        super().__init__()
        self.setObjectName("panel")
        self.studio, self.derived = studio, derived
        self.model = OffsetsModel()
        self.sorted = QSortFilterProxyModel()
        self.sorted.setSourceModel(self.model)
        self.sorted.setSortRole(VALUE)
        self.table = QTableView()
        self.table.setObjectName("bare")
        self.table.setModel(self.sorted)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(LENGTH, Qt.SortOrder.DescendingOrder)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setShowGrid(False)
        self.table.setAccessibleName("Offsets")
        self._bar = _Bar(self.table)
        self.table.setItemDelegateForColumn(LENGTH, self._bar)
        header = self.table.horizontalHeader()
        for column in range(len(HEADERS)):
            self.table.setColumnWidth(column, 116)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.title, self.summary = label("", "title"), ElidedLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        head = row(self.title)
        head.addWidget(self.summary, 1)
        self.at = QComboBox()
        self.at.setToolTip("The points at which the two conventions are compared, here and on the face")
        self.at.addItem("at the points of set A", "a")
        self.at.addItem("at the points of my layout", "custom")
        self.at.activated.connect(lambda i: studio.compare(at=self.at.itemData(i)))
        head.addWidget(self.at)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        for signal in (studio.comparison_changed, studio.landmarker_changed, studio.sets_changed):
            signal.connect(self._later)
        studio.layout_changed.connect(self._layout_changed)
        self._soon = QTimer(self, interval=SOON, singleShot=True)
        self._soon.timeout.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(900, 210)

    def _layout_changed(self) -> None:
        if self.derived.compared_layout() is self.studio.layout:
            self._later()

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        offsets = self.derived.offsets()
        self._bar.top = float(offsets.lengths.max()) if offsets is not None else 1.0
        self.model.show(offsets)
        c = self.studio.comparison
        self.at.setCurrentIndex(self.at.findData(c.at))
        if offsets is None:
            self.title.setText("No comparison")
            why = "choose two different conventions" if self.studio.landmarker else "there is no model yet"
            self.summary.setText(f"To see offsets, {why}.")
            return
        eyes = canonical_face().interocular
        middle, most = float(np.median(offsets.lengths)), float(offsets.lengths.max())
        where = offsets.layout.points[int(offsets.lengths.argmax())].name
        self.title.setText(f"{c.b} → {c.a}")
        self.summary.setText(
            f"{len(offsets.layout)} points of {offsets.layout.name}:  "
            f"median {middle:.2f} mm ({100 * middle / eyes:.1f} %),  "
            f"most {most:.2f} mm ({100 * most / eyes:.1f} %) at {where}"
        )


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignLeft if column < 2 else Qt.AlignmentFlag.AlignRight
    return int(side | Qt.AlignmentFlag.AlignVCenter)
