"""A list of square tiles, as quick with a million rows as with ten: where a tile is follows from its number."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem

from app.thumbnails import SIDE


class Tiles(QAbstractItemView):
    """As many tiles in a line as make them about as large as thumbnails; scrolled by pixels, walked by arrow keys."""

    def __init__(self) -> None:
        super().__init__()
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)

    @property
    def columns(self) -> int:
        return max(2, round(self.viewport().width() / (0.82 * SIDE)))

    @property
    def side(self) -> int:
        return max(self.viewport().width() // self.columns, 16)

    def count(self) -> int:
        return self.model().rowCount() if self.model() is not None else 0

    def _box(self, row: int) -> QRect:
        """Where a tile is in the viewport."""
        line, column = divmod(row, self.columns)
        return QRect(column * self.side, line * self.side - self.verticalOffset(), self.side, self.side)

    # what Qt asks of a view

    def visualRect(self, index) -> QRect:
        return self._box(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        column = point.x() // self.side
        row = (point.y() + self.verticalOffset()) // self.side * self.columns + column
        inside = 0 <= column < self.columns and 0 <= row < self.count()
        return self.model().index(row, 0) if inside else QModelIndex()

    def scrollTo(self, index, hint=QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        if not index.isValid():
            return
        box, bar, height = self._box(index.row()), self.verticalScrollBar(), self.viewport().height()
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + box.center().y() - height // 2)
        elif box.top() < 0:
            bar.setValue(bar.value() + box.top())
        elif box.bottom() > height:
            bar.setValue(bar.value() + box.bottom() - height)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index) -> bool:
        return False

    def moveCursor(self, action, modifiers) -> QModelIndex:
        move = QAbstractItemView.CursorAction
        page = max(self.viewport().height() // self.side, 1) * self.columns
        steps = {
            move.MoveLeft: -1, move.MovePrevious: -1, move.MoveRight: 1, move.MoveNext: 1,
            move.MoveUp: -self.columns, move.MoveDown: self.columns,
            move.MovePageUp: -page, move.MovePageDown: page,
            move.MoveHome: -self.count(), move.MoveEnd: self.count(),
        }  # fmt: skip
        row = max(self.currentIndex().row(), 0) + steps.get(action, 0)
        return self.model().index(min(max(row, 0), self.count() - 1), 0) if self.count() else QModelIndex()

    def setSelection(self, rect: QRect, command) -> None:
        index = self.indexAt(rect.topLeft())
        if index.isValid():
            self.selectionModel().select(index, command)

    def visualRegionForSelection(self, selection) -> QRegion:
        region = QRegion()
        for index in selection.indexes():
            region += self._box(index.row())
        return region

    def updateGeometries(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        lines = -(-self.count() // self.columns)
        bar.setRange(0, max(lines * self.side - height, 0))
        bar.setPageStep(height)
        bar.setSingleStep(max(self.side // 2, 1))
        super().updateGeometries()

    def resizeEvent(self, event) -> None:
        """Other columns: the line that was on top stays on top."""
        before = event.oldSize().width()
        columns = max(2, round(before / (0.82 * SIDE)))
        side = max(before // columns, 16)
        first = self.verticalOffset() // side * columns
        super().resizeEvent(event)
        self.updateGeometries()
        if before > 0 and columns != self.columns:
            self.verticalScrollBar().setValue(first // self.columns * self.side)

    def reset(self) -> None:
        super().reset()
        self.updateGeometries()
        self.viewport().update()

    def rowsInserted(self, parent, start, end) -> None:
        super().rowsInserted(parent, start, end)
        self.updateGeometries()

    def paintEvent(self, event) -> None:
        painter, area = QPainter(self.viewport()), event.rect()
        delegate, model, selection = self.itemDelegate(), self.model(), self.selectionModel()
        first = (area.top() + self.verticalOffset()) // self.side * self.columns
        last = ((area.bottom() + self.verticalOffset()) // self.side + 1) * self.columns
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        for row in range(max(first, 0), min(last, self.count())):
            index = model.index(row, 0)
            option.rect = self._box(row)
            if not event.region().intersects(option.rect):
                continue
            option.state = QStyle.StateFlag.State_Enabled
            if selection is not None and selection.isSelected(index):
                option.state |= QStyle.StateFlag.State_Selected
            delegate.paint(painter, option, index)
        painter.end()
