"""The open data sets and their photographs: searchable, sortable, worst first when that has been measured."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QTreeWidget,
    QTreeWidgetItem,
)  # fmt: skip

from app.actions import Actions
from app.state import Place, Studio
from app.theme import GRID, SMALL, font, theme
from app.thumbnails import SIDE, Thumbnails
from app.views import marks
from app.views.panel import ElidedLabel, Panel, row, tool_button

Index = QModelIndex | QPersistentModelIndex
SOON = 60
"""Milliseconds after new weights: the photo and the face come first."""
PLACE = Qt.ItemDataRole.UserRole


class PhotoModel(QAbstractListModel):
    """The photographs of one data set, filtered and in order; thumbnails come when they are looked at."""

    def __init__(self, studio: Studio, thumbnails: Thumbnails):
        super().__init__()
        self.studio, self.thumbnails = studio, thumbnails
        self.set_index, self.text, self.order = 0, "", "file order"
        self.places: list[Place] = []
        self._row_of: dict[str, int] = {}
        thumbnails.arrived.connect(self._arrived)

    def refill(self, set_index: int, text: str, order: str) -> None:
        """Show the photographs of a set whose key or split holds `text`."""
        self.beginResetModel()
        self.set_index, self.text, self.order = set_index, text.lower(), order
        self.places = []
        if set_index < len(self.studio.sets):
            samples = self.studio.sets[set_index].dataset.samples
            found = [i for i, s in enumerate(samples) if self.text in f"{s.key} {s.split}".lower()]
            if order == "name":
                found.sort(key=lambda i: samples[i].key)
            elif order == "worst first":
                measured = self.studio.disagreement
                found.sort(key=lambda i: -measured.get(Place(set_index, i), -1.0))
            self.places = [Place(set_index, i) for i in found]
            self._row_of = {samples[p.sample].key: row for row, p in enumerate(self.places)}
        self.endResetModel()

    def row_of(self, place: Place) -> int | None:
        """Where a photograph is in the list, None if it is filtered out."""
        return self._row_of.get(self.studio.sample_at(place).key) if place.set == self.set_index else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.places)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = self.places[index.row()]
        sample = self.studio.sample_at(place)
        if role == Qt.ItemDataRole.DisplayRole:
            return sample.key
        if role == Qt.ItemDataRole.ToolTipRole:
            parts = [sample.key, sample.split, self._worth(place)]
            return "\n".join(part for part in parts if part)
        if role == Qt.ItemDataRole.DecorationRole:
            return self.thumbnails.of(sample)
        return place if role == PLACE else None

    def _worth(self, place: Place) -> str:
        value = self.studio.disagreement.get(place)
        return "" if value is None else f"disagreement {value:.1f} %"

    def _arrived(self, sample: Any, _pixels: Any) -> None:
        row_ = self._row_of.get(sample.key)
        if row_ is not None:
            index = self.index(row_)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


class _Tile(QStyledItemDelegate):
    """A thumbnail with its disagreement, framed while its photograph is on screen."""

    def __init__(self, studio: Studio):
        super().__init__()
        self.studio = studio

    def sizeHint(self, option, index) -> QSize:
        grid = option.widget
        return grid.gridSize() if isinstance(grid, QListView) else QSize(SIDE, SIDE)

    def paint(self, painter: QPainter, option, index) -> None:
        t, place = theme(), index.data(PLACE)
        box = QRectF(option.rect).adjusted(2, 2, -2, -2)
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if isinstance(pixmap, QPixmap) and not pixmap.isNull():
            painter.drawPixmap(box.toRect(), pixmap)
        else:
            painter.fillRect(box, QColor(t.hover))
            if pixmap is not None:
                painter.setPen(QColor(t.error))
                painter.setFont(font(SMALL))
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), "not read")
        value = self.studio.disagreement.get(place)
        if value is not None:
            strip = QRectF(box.left(), box.bottom() - 16, box.width(), 16)
            painter.fillRect(strip, QColor(0, 0, 0, 150))
            painter.setPen(QColor("#ffffff"))
            painter.setFont(font(SMALL))
            painter.drawText(strip, int(Qt.AlignmentFlag.AlignCenter), f"{value:.1f} %")
        if place == self.studio.place or option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.accent), 2.5))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.restore()


class _Grid(QListView):
    """Square tiles, as many in a row as make them about as large as thumbnails are."""

    def resizeEvent(self, event) -> None:
        width = self.viewport().width() - 2
        side = width // max(2, round(width / (0.82 * SIDE)))
        self.setGridSize(QSize(side, side))
        super().resizeEvent(event)


class DatasetPanel(Panel):
    """The list of sets above the photographs of the chosen one."""

    def __init__(self, studio: Studio, actions: Actions, thumbnails: Thumbnails):
        super().__init__("Data sets")
        self.studio, self.actions_ = studio, actions
        self.head.addStretch(1)
        self.head.addWidget(tool_button(actions["open"]))
        self.sets = QTreeWidget()
        self.sets.setObjectName("bare")
        self.sets.setHeaderLabels(["Set", "Faces"])
        self.sets.setHeaderHidden(True)
        self.sets.setRootIsDecorated(False)
        self.sets.setUniformRowHeights(True)
        self.sets.header().setStretchLastSection(False)
        self.sets.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.sets.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.sets.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.sets.setAccessibleName("Data sets")
        self.filter, self.order = QLineEdit(), QComboBox()
        self.filter.setPlaceholderText("Filter by name or split")
        self.filter.setClearButtonEnabled(True)
        self.order.addItems(["file order", "name", "worst first"])
        self.order.setToolTip("The order of the photographs; “worst first” measures all of them")
        self.problems = ElidedLabel(name="error")
        self.model = PhotoModel(studio, thumbnails)
        self.grid = _Grid()
        self.grid.setObjectName("bare")
        self.grid.setViewMode(QListView.ViewMode.IconMode)
        self.grid.setResizeMode(QListView.ResizeMode.Adjust)
        self.grid.setMovement(QListView.Movement.Static)
        self.grid.setUniformItemSizes(True)
        self.grid.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.grid.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.grid.setModel(self.model)
        self._tile = _Tile(studio)
        self.grid.setItemDelegate(self._tile)
        self.grid.setAccessibleName("Photographs")
        self.body.setContentsMargins(GRID // 2, 0, GRID // 2, 0)
        self.body.addWidget(self.sets)
        self.body.addWidget(self.problems)
        self.body.addLayout(row(self.filter, self.order))
        self.body.addWidget(self.grid, 1)
        self.problems.hide()
        self._soon = QTimer(self, interval=SOON, singleShot=True)
        self._soon.timeout.connect(self._list_sets)
        self.sets.currentItemChanged.connect(lambda *_: self._refill())
        self.sets.itemClicked.connect(self._go_to_set)
        self.sets.customContextMenuRequested.connect(self._menu)
        self.filter.textChanged.connect(self._refill)
        self.order.currentTextChanged.connect(self._order_chosen)
        self.grid.selectionModel().currentChanged.connect(self._picked)
        studio.sets_changed.connect(self._list_sets)
        studio.place_changed.connect(self._follow)
        studio.disagreement_changed.connect(self._soon.start)

    def sizeHint(self) -> QSize:
        return QSize(264, 480)

    def _chosen_set(self) -> int:
        return max(self.sets.currentIndex().row(), 0)

    def _choose_set(self, index: int) -> None:
        self.sets.setCurrentIndex(self.sets.model().index(index, 0))

    def _list_sets(self) -> None:
        current = self._chosen_set()
        self.sets.blockSignals(True)
        self.sets.clear()
        for open_set in self.studio.sets:
            d = open_set.dataset
            item = QTreeWidgetItem([open_set.label, f"{len(d):,}"])
            item.setIcon(0, marks.set_icon(open_set.mark, open_set.colour))
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setForeground(1, QColor(theme().muted))
            known = self.studio.convention_of(d) == d.convention
            tips = [f"{d.root}", f"format {d.format}, convention {d.convention}, {d.point_count} points"]
            if self.studio.landmarker is not None and not known:
                tips.append("The model has not learned this convention; fine-tune it on this set.")
            if d.problems:
                tips.append(f"{len(d.problems)} files could not be read")
            item.setToolTip(0, "\n".join(tips))
            self.sets.addTopLevelItem(item)
        self.sets.blockSignals(False)
        self.sets.setFixedHeight(22 * min(max(len(self.studio.sets), 1), 8) + 4)
        if self.studio.sets:
            self._choose_set(min(current, len(self.studio.sets) - 1))
        self._refill()

    def _refill(self) -> None:
        index = self._chosen_set()
        self.model.refill(index, self.filter.text(), self.order.currentText())
        problems = self.studio.sets[index].dataset.problems if index < len(self.studio.sets) else ()
        self.problems.setVisible(bool(problems))
        self.problems.setText(f"{len(problems)} not read: {problems[0]}" if problems else "")
        self._follow()

    def _go_to_set(self) -> None:
        index = self._chosen_set()
        elsewhere = self.studio.place is None or self.studio.place.set != index
        if elsewhere and self.model.places:
            self.studio.show(self.model.places[0])

    def _order_chosen(self, order: str) -> None:
        self._refill()
        if order == "worst first" and not any(p in self.studio.disagreement for p in self.model.places):
            self.actions_["measure"].trigger()

    def _picked(self, index: QModelIndex) -> None:
        if index.isValid():
            self.studio.show(index.data(PLACE))

    def _follow(self) -> None:
        """Show in the lists which photograph is on screen."""
        place = self.studio.place
        if place is None or place.set >= self.sets.topLevelItemCount():
            return
        if place.set != self.model.set_index:
            self._choose_set(place.set)
            return
        row_ = self.model.row_of(place)
        if row_ is not None:
            index = self.model.index(row_)
            self.grid.selectionModel().setCurrentIndex(
                index, self.grid.selectionModel().SelectionFlag.ClearAndSelect
            )
            self.grid.scrollTo(index)
        self.grid.viewport().update()

    def _menu(self, at) -> None:
        item = self.sets.itemAt(at)
        if item is None:
            return
        index = self.sets.indexOfTopLevelItem(item)
        menu = QMenu(self)
        menu.addAction("Close this set", lambda: self.studio.remove_set(index))
        problems = self.studio.sets[index].dataset.problems
        if problems:
            text = "\n".join(map(str, problems))
            count = len(problems)
            menu.addAction(
                f"Show {count} problems",
                lambda: self.studio.notify("warning", f"{count} files could not be read.", text),
            )
        menu.exec(self.sets.mapToGlobal(at))
