"""How far conventions put each point from each other, largest first, and how sure that is."""

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
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QComboBox, QFrame, QHeaderView, QStyledItemDelegate, QTableView, QVBoxLayout

from app.actions import Actions
from app.derived import Derived, Offsets
from app.offset_table import Table, origin_in_words, pair_table, percent, spread_table, verdict_in_words
from app.state import Studio
from app.theme import GRID, SMALL, font, theme
from app.translation import tr
from app.views.panel import ElidedLabel, label, row, tool_button
from infl.comparison.spread import Spread

Index = QModelIndex | QPersistentModelIndex
SOON = 100
"""Milliseconds: the face and the photo come first."""
VALUE = Qt.ItemDataRole.UserRole
WIDTH = 72
"""Pixels of a column, at least."""


class OffsetsModel(QAbstractTableModel):
    """A row for each point of the compared layout."""

    def __init__(self) -> None:
        super().__init__()
        self.table: Table = ()

    def show(self, table: Table) -> None:
        self.beginResetModel()
        self.table = table
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or not self.table else len(self.table[0].texts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.table)

    def headerData(self, section: int, orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.table):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.table[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.table[section].tip
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, k = self.table[index.column()], index.row()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return column.texts[k]
        if role != VALUE:
            return None
        value = column.values[k]
        return value if isinstance(value, str) else float(value) if np.isfinite(value) else -np.inf

    def _alignment(self, column: int) -> int:
        words = not isinstance(self.table[column].values, np.ndarray)
        return int(
            (Qt.AlignmentFlag.AlignLeft if words else Qt.AlignmentFlag.AlignRight)
            | Qt.AlignmentFlag.AlignVCenter
        )


class _Bar(QStyledItemDelegate):
    """A length as a bar behind its number; the longest fills the cell."""

    top = 1.0

    def paint(self, painter: QPainter, option, index) -> None:
        value, top = index.data(VALUE), max(self.top, 1e-6)
        colour = QColor(theme().accent)
        colour.setAlpha(70)
        box = QRectF(option.rect).adjusted(4, 4, -4, -4)
        box.setLeft(box.right() - box.width() * min(max(value / top, 0.0), 1.0))
        painter.fillRect(box, colour)
        super().paint(painter, option, index)


class OffsetsPanel(QFrame):
    """The table of the present comparison with its summary, and the question how sure it is."""

    def __init__(self, studio: Studio, derived: Derived, actions: Actions):
        super().__init__()
        self.setObjectName("panel")
        self.studio, self.derived = studio, derived
        self.how_sure = actions["how_sure"]
        self.model = OffsetsModel()
        self.sorted = QSortFilterProxyModel()
        self.sorted.setSourceModel(self.model)
        self.sorted.setSortRole(VALUE)
        self.table = QTableView()
        self.table.setObjectName("bare")
        self.table.setModel(self.sorted)
        self.table.setSortingEnabled(True)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setShowGrid(False)
        self.table.setAccessibleName(tr("Offsets"))
        self.table.horizontalHeader().setHighlightSections(False)
        self._plain, self._bar = QStyledItemDelegate(self.table), _Bar(self.table)
        self._titles: list[str] = []
        self.title, self.summary = label("", "title"), ElidedLabel()
        self.measured = label("", "muted")
        self.measured.setWordWrap(True)
        self.measured.setContentsMargins(GRID, 0, GRID, GRID // 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        head = row(self.title)
        head.addWidget(self.summary, 1)
        self.at = QComboBox()
        self.at.setToolTip(tr("The points at which the conventions are compared, here and on the face"))
        self.at.setAccessibleName(tr("Points that are compared"))
        self.at.addItem("", "a")
        self.at.addItem(tr("at the points of my layout"), "custom")
        self.at.activated.connect(lambda i: studio.compare(at=self.at.itemData(i)))
        head.addWidget(tool_button(self.how_sure))
        head.addWidget(self.at)
        column.addLayout(head)
        column.addWidget(self.measured)
        column.addWidget(self.table, 1)
        for signal in (
            studio.comparison_changed, studio.landmarker_changed, studio.sets_changed, studio.measured_changed,
            studio.corrections_changed,
        ):  # fmt: skip
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
        c, every = self.studio.comparison, self.studio.comparison.of == "all"
        self.at.setItemText(
            0, tr("at the points of the largest set") if every else tr("at the points of set A")
        )
        self.at.setCurrentIndex(self.at.findData(c.at))
        open_pair = (
            all(self.studio.set_of(name) is not None for name in (c.a, c.b)) and c.a != c.b and not every
        )
        self.how_sure.setEnabled(open_pair and self.studio.landmarker is not None)
        self.measured.hide()
        offsets, spread = self.derived.offsets(), self.derived.spread()
        if spread is not None:
            self._show_spread(spread)
        elif offsets is not None:
            self._show_pair(offsets)
        else:
            self._show_table(())
            self.title.setText(tr("No comparison"))
            if self.studio.landmarker is None:
                why = tr("To see offsets, there has to be a model.")
            elif every:
                why = tr("To see a spread, open two sets or more of which the model knows the conventions.")
            else:
                why = tr("To see offsets, choose two different conventions.")
            self.summary.setText(why)

    def _show_pair(self, offsets: Offsets) -> None:
        measured = self.derived.measured()
        self._show_table(pair_table(offsets, measured))
        middle, most = float(np.median(offsets.lengths)), float(offsets.lengths.max())
        where = offsets.layout.points[int(offsets.lengths.argmax())].name
        self.title.setText(f"{offsets.b} → {offsets.a}")
        text = tr(
            "{count} points · median {middle:.2f} mm ({middle_share:.1f} %) · "
            "most {most:.2f} mm ({most_share:.1f} %), {where}"
        ).format(
            count=len(offsets.layout), middle=middle, most=most, where=where,
            middle_share=percent(np.array(middle)), most_share=percent(np.array(most)),
        )  # fmt: skip
        if measured is not None:
            origin = origin_in_words(measured.origin, offsets.a, offsets.b, turned=measured.turned)
            self.measured.setText(f"{verdict_in_words(measured)}. {origin}")
            self.measured.show()
        self.summary.setText(text)

    def _show_spread(self, spread: Spread) -> None:
        layout = self.derived.compared_layout()
        self._show_table(spread_table(layout, spread))
        rms = np.where(spread.evidence > 0.5, spread.rms, 0.0)
        most, where = float(rms.max()), layout.points[int(rms.argmax())].name
        self.title.setText(tr("{count} conventions and their mean").format(count=len(spread.conventions)))
        text = tr("{count} points of {layout}:  most {most:.2f} mm ({share:.1f} %) at {where}")
        self.summary.setText(
            text.format(
                count=len(layout), layout=layout.name, most=most, share=percent(np.array(most)), where=where
            )
        )

    def _show_table(self, table: Table) -> None:
        self.model.show(table)
        for column in (c for c in table if c.bar):
            self._bar.top = float(np.nanmax(np.asarray(column.values, float), initial=1e-6))
        titles = [column.title for column in table]
        if titles == self._titles or not titles:
            return
        self._titles = titles
        header, metrics = self.table.horizontalHeader(), QFontMetricsF(font(SMALL))
        for i, column in enumerate(table):
            self.table.setItemDelegateForColumn(i, self._bar if column.bar else self._plain)
            self.table.setColumnWidth(
                i,
                max(WIDTH, round(metrics.horizontalAdvance(column.title)) + (5 if column.bar else 3) * GRID),
            )
            header.setSectionResizeMode(i, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        bar = next(i for i, column in enumerate(table) if column.bar)
        self.table.sortByColumn(bar, Qt.SortOrder.DescendingOrder)
