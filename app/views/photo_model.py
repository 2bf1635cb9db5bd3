"""The listed photographs as Qt sees them, and how a tile of one looks."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate

from app.photo_list import PhotoList, Wanted, places
from app.state import Studio
from app.theme import SMALL, font, theme
from app.thumbnails import SIDE, Thumbnails
from app.translation import tr
from app.values import Place

Index = QModelIndex | QPersistentModelIndex
PLACE = Qt.ItemDataRole.UserRole
PROBLEM = Qt.ItemDataRole.UserRole + 1


class PhotoModel(QAbstractListModel):
    """The photographs that are wanted; thumbnails come when they are looked at."""

    def __init__(self, studio: Studio, thumbnails: Thumbnails):
        super().__init__()
        self.studio, self.thumbnails = studio, thumbnails
        self.list = PhotoList(studio)
        self._rows: list[tuple[int, int]] = []
        self._row_of: dict[tuple[int, int], int] | None = None

    def refill(self, wanted: Wanted) -> None:
        """List other photographs."""
        self.beginResetModel()
        self._rows, self._row_of = self.list.find(wanted), None
        self.endResetModel()

    @property
    def places(self) -> list[Place]:
        return places(self._rows)

    def row_of(self, place: Place) -> int | None:
        """Where a photograph is in the list, None if it is filtered out."""
        if self._row_of is None:
            self._row_of = {at: row for row, at in enumerate(self._rows)}
        return self._row_of.get((place.set, place.sample))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = Place(*self._rows[index.row()])
        if role == PLACE:
            return place
        sample = self.studio.sample_at(place)
        if role == Qt.ItemDataRole.DisplayRole:
            return sample.key
        if role == Qt.ItemDataRole.DecorationRole:
            return self.thumbnails.of(sample)
        if role == PROBLEM:
            return self.studio.unreadable.get(sample.image, "")
        return self._tip(place) if role == Qt.ItemDataRole.ToolTipRole else None

    def _tip(self, place: Place) -> str:
        sample, value = self.studio.sample_at(place), self.studio.disagreement.get(place)
        corrected = len(self.studio.corrections_of(place))
        parts = (
            sample.key,
            sample.split,
            "" if value is None else tr("disagreement {value:.1f} %").format(value=value),
            tr("{count} points corrected").format(count=corrected) if corrected else "",
            *self._suspected(place),
            self.studio.unreadable.get(sample.image, ""),
        )
        return "\n".join(part for part in parts if part)

    def _suspected(self, place: Place) -> list[str]:
        findings = self.studio.suspects.of_set(self.studio.sets[place.set].key)
        key = self.studio.sample_at(place).key
        return [finding.message for finding in findings if finding.sample.key == key]


class Tile(QStyledItemDelegate):
    """A thumbnail with its disagreement, a spot where it was corrected, framed while its photograph is on screen."""

    def __init__(self, studio: Studio):
        super().__init__()
        self.studio = studio

    def sizeHint(self, option, index) -> QSize:
        return QSize(SIDE, SIDE)

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
                _centred(
                    painter,
                    box,
                    tr("missing") if "No such file" in index.data(PROBLEM) else tr("not read"),
                    t.error,
                )
        value = self.studio.disagreement.get(place)
        if value is not None:
            strip = QRectF(box.left(), box.bottom() - 16, box.width(), 16)
            painter.fillRect(strip, QColor(0, 0, 0, 150))
            _centred(painter, strip, f"{value:.1f} %", "#ffffff")
        if self.studio.corrections_of(place):
            painter.setPen(QPen(QColor("#ffffff"), 1.4))
            painter.setBrush(QColor(t.accent))
            painter.drawEllipse(QRectF(box.right() - 14, box.top() + 5, 9, 9))
        if place == self.studio.place or option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.accent), 2.5))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.restore()


def _centred(painter: QPainter, box: QRectF, text: str, colour: str) -> None:
    painter.setPen(QColor(colour))
    painter.setFont(font(SMALL))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
