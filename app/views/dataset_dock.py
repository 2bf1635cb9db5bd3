"""The open data sets and their photographs: searchable, filtered, sortable, worst first when that has been measured."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMenu,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
)

from app.actions import Actions
from app.operations import Operations
from app.photo_list import ORDERS, WORST
from app.state import Studio
from app.theme import GRID, theme
from app.thumbnails import Thumbnails
from app.translation import tr
from app.views import marks
from app.views.filter_box import FilterBox
from app.views.panel import ElidedLabel, Panel, row, tool_button
from app.views.photo_model import PLACE, PhotoModel, Tile
from app.views.tiles import Tiles

SOON = 60
"""Milliseconds after new weights: the photo and the face come first."""


class DatasetPanel(Panel):
    """The list of sets above the photographs of the chosen one."""

    def __init__(self, studio: Studio, actions: Actions, thumbnails: Thumbnails, operations: Operations):
        super().__init__(tr("Data sets"))
        self.studio, self.actions_, self.operations = studio, actions, operations
        self.head.addStretch(1)
        self.head.addWidget(tool_button(actions["open"]))
        self.sets = QTreeWidget()
        self.sets.setObjectName("bare")
        self.sets.setHeaderLabels([tr("Set"), tr("Faces")])
        self.sets.setHeaderHidden(True)
        self.sets.setRootIsDecorated(False)
        self.sets.setUniformRowHeights(True)
        self.sets.header().setStretchLastSection(False)
        self.sets.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.sets.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.sets.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.sets.setAccessibleName(tr("Data sets"))
        self.filter, self.order = QLineEdit(), QComboBox()
        self.filter.setPlaceholderText(tr("Search names and splits"))
        self.filter.setAccessibleName(tr("Search photographs"))
        self.filter.setClearButtonEnabled(True)
        for order in ORDERS:
            self.order.addItem(tr(order), order)
        self.order.setAccessibleName(tr("Order of the photographs"))
        self.order.setToolTip(tr("The order of the photographs; “worst first” measures all of them"))
        self.problems = ElidedLabel(name="error")
        self.model = PhotoModel(studio, thumbnails)
        self.grid = Tiles()
        self.grid.setObjectName("bare")
        self.grid.setModel(self.model)
        self._tile = Tile(studio)
        self.grid.setItemDelegate(self._tile)
        self.grid.setAccessibleName(tr("Photographs"))
        self.body.setContentsMargins(GRID // 2, 0, GRID // 2, 0)
        self.body.addWidget(self.sets)
        self.body.addWidget(self.problems)
        self.filters, self.count = FilterBox(), ElidedLabel()
        self.more = QToolButton()
        self.more.setText(tr("Filter"))
        self.more.setObjectName("quiet")
        self.more.setCheckable(True)
        self.more.setToolTip(tr("Filter by set, split, yaw, status and residual"))
        self.filters.hide()
        searching, ordering = row(self.filter, self.more), row(self.count, self.order)
        searching.setContentsMargins(0, GRID // 2, 0, GRID // 2)
        ordering.setContentsMargins(0, 0, 0, GRID // 2)
        ordering.setStretch(0, 1)
        self.body.addLayout(searching)
        self.body.addWidget(self.filters)
        self.body.addLayout(ordering)
        self.body.addWidget(self.grid, 1)
        self.problems.hide()
        self.listed: tuple[int, ...] = ()
        self._soon = QTimer(self, interval=SOON, singleShot=True)
        self._soon.timeout.connect(self._list_sets)
        self.sets.currentItemChanged.connect(lambda *_: self._refill())
        self.sets.itemClicked.connect(self._go_to_set)
        self.sets.customContextMenuRequested.connect(self._menu)
        self.filter.textChanged.connect(self._refill)
        self.filters.changed.connect(self._refill)
        self.more.toggled.connect(self.filters.setVisible)
        thumbnails.arrived.connect(self._thumbnail_arrived)
        self.order.currentIndexChanged.connect(self._order_chosen)
        self.grid.selectionModel().currentChanged.connect(self._picked)
        studio.sets_changed.connect(self._list_sets)
        studio.place_changed.connect(self._follow)
        studio.disagreement_changed.connect(self._soon.start)
        studio.suspects_changed.connect(self._soon.start)
        studio.corrections_changed.connect(self.grid.viewport().update)

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
            about = tr("format {format}, convention {convention}, {count} points")
            about = about.format(format=d.format, convention=d.convention, count=d.point_count)
            tips = [str(d.root), about]
            if self.studio.landmarker is not None and not known:
                tips.append(tr("The model has not learned this convention; fine-tune it on this set."))
            if d.problems:
                tips.append(tr("{count} files could not be read").format(count=len(d.problems)))
            item.setToolTip(0, "\n".join(tips))
            self.sets.addTopLevelItem(item)
        self.sets.setFixedHeight(22 * min(max(len(self.studio.sets), 1), 8) + 4)
        if self.studio.sets:
            self._choose_set(min(current, len(self.studio.sets) - 1))
        self.sets.blockSignals(False)
        self._refill()

    def _refill(self) -> None:
        index, sets = self._chosen_set(), self.studio.sets
        self.filters.offer_splits(self.model.list.splits())
        wanted = self.filters.wanted(index, len(sets), self.filter.text(), self.order.currentData())
        self.model.refill(wanted)
        listed, there = self.model.rowCount(), sum(len(sets[i].dataset) for i in wanted.sets if i < len(sets))
        faces = tr("{there:,} faces") if listed == there else tr("{listed:,} of {there:,} faces")
        self.count.setText(faces.format(listed=listed, there=there))
        filters = tr("Filter ({count})") if wanted.filters else tr("Filter")
        self.more.setText(filters.format(count=wanted.filters))
        self.listed = wanted.sets
        problems = self.studio.sets[index].dataset.problems if index < len(self.studio.sets) else ()
        self.problems.setVisible(bool(problems))
        unread = tr("{count} not read: {first}")
        self.problems.setText(unread.format(count=len(problems), first=problems[0]) if problems else "")
        self._follow()

    def _go_to_set(self) -> None:
        index = self._chosen_set()
        elsewhere = self.studio.place is None or self.studio.place.set != index
        if elsewhere and self.model.places:
            self.studio.show(self.model.places[0])

    def _order_chosen(self) -> None:
        self._refill()
        if self.order.currentData() == WORST and not any(
            p in self.studio.disagreement for p in self.model.places
        ):
            self.actions_["measure"].trigger()

    def _picked(self, index: QModelIndex) -> None:
        if index.isValid():
            self.studio.show(index.data(PLACE))

    def _thumbnail_arrived(self) -> None:
        self.grid.viewport().update()

    def _follow(self) -> None:
        """Show in the lists which photograph is on screen."""
        place = self.studio.place
        if place is None or place.set >= self.sets.topLevelItemCount():
            return
        if place.set not in self.listed:
            self._choose_set(place.set)
            return
        row_, chosen = self.model.row_of(place), self.grid.selectionModel()
        if row_ is None:
            chosen.clear()
            return
        index = self.model.index(row_)
        chosen.setCurrentIndex(index, chosen.SelectionFlag.ClearAndSelect)  # draws these two tiles anew
        self.grid.scrollTo(index)

    def _menu(self, at) -> None:
        item = self.sets.itemAt(at)
        if item is None:
            return
        index = self.sets.indexOfTopLevelItem(item)
        menu = QMenu(self)
        menu.addAction(tr("Close this set"), lambda: self.studio.remove_set(index))
        menu.addAction(tr("Find its missing pictures…"), lambda: self.operations.find_pictures(index))
        problems = self.studio.sets[index].dataset.problems
        if problems:
            text = "\n".join(map(str, problems))
            count = len(problems)
            menu.addAction(
                tr("Show {count} problems").format(count=count),
                lambda: self.studio.notify(
                    "warning", tr("{count} files could not be read.").format(count=count), text
                ),
            )
        menu.exec(self.sets.mapToGlobal(at))
