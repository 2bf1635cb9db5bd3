"""How points look, the same everywhere: human = ring, predicted = disc, harmonised = diamond.

Every mark has a thin rim of the opposite brightness, so that it shows on any skin and in any light.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

DARK, LIGHT = QColor(16, 16, 20, 200), QColor(255, 255, 255, 230)


def points_of(xy: np.ndarray) -> list[QPointF]:
    """(K, 2) → Qt's points."""
    return [QPointF(float(x), float(y)) for x, y in xy]


def ring(
    painter: QPainter, at: Iterable[QPointF], colour: str, radius: float, *, dashed: bool = False
) -> None:
    """Human annotation; dashed where something hides the point."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    at = list(at)
    for pen in (QPen(DARK, 2.6), QPen(QColor(colour), 1.3)):
        if dashed:
            pen.setDashPattern([2.0 * 1.3 / pen.widthF(), 2.2 * 1.3 / pen.widthF()])
        painter.setPen(pen)
        for p in at:
            painter.drawEllipse(p, radius, radius)


def disc(painter: QPainter, at: Iterable[QPointF], colour: str, radius: float) -> None:
    """Prediction."""
    painter.setPen(QPen(DARK, 1.0))
    painter.setBrush(QColor(colour))
    for p in at:
        painter.drawEllipse(p, radius, radius)


def diamond(painter: QPainter, at: Iterable[QPointF], colour: str, radius: float) -> None:
    """Harmonised point."""
    painter.setPen(QPen(DARK, 1.0))
    painter.setBrush(QColor(colour))
    r = radius * 1.35
    shape = QPolygonF([QPointF(0, -r), QPointF(r, 0), QPointF(0, r), QPointF(-r, 0)])
    for p in at:
        painter.drawPolygon(shape.translated(p))


def spreads(painter: QPainter, at: Iterable[QPointF], radii: np.ndarray, colour: str) -> None:
    """One standard deviation about each prediction; it is the same in all directions."""
    fill = QColor(colour)
    fill.setAlpha(60)
    painter.setPen(QPen(QColor(colour), 0.8))
    painter.setBrush(fill)
    for p, r in zip(at, radii.tolist(), strict=True):
        painter.drawEllipse(p, r, r)


def halo(painter: QPainter, at: QPointF, colour: str, radius: float) -> None:
    """Round what is chosen."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(DARK, 3.6), QPen(QColor(colour), 2.0)):
        painter.setPen(pen)
        painter.drawEllipse(at, radius, radius)


def cross(painter: QPainter, at: QPointF, colour: str, radius: float) -> None:
    """Where a point would be that is not there."""
    for pen in (QPen(DARK, 3.4), QPen(QColor(colour), 1.6)):
        painter.setPen(pen)
        painter.drawLine(at + QPointF(-radius, -radius), at + QPointF(radius, radius))
        painter.drawLine(at + QPointF(-radius, radius), at + QPointF(radius, -radius))


def probe(painter: QPainter, at: QPointF, colour: str) -> None:
    """A place that was asked about: a cross-hair that leaves its middle free."""
    for pen in (QPen(DARK, 4.4), QPen(LIGHT, 2.6), QPen(QColor(colour), 1.2)):
        painter.setPen(pen)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(at + QPointF(4 * dx, 4 * dy), at + QPointF(13 * dx, 13 * dy))


def custom(painter: QPainter, at: QPointF, accent: str, radius: float, selected: bool) -> None:
    """A point of the person's own layout: a disc with a light rim, haloed while selected."""
    if selected:
        halo = QColor(accent)
        halo.setAlpha(90)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        painter.drawEllipse(at, radius + 5, radius + 5)
    painter.setPen(QPen(DARK, 3.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(at, radius, radius)
    painter.setPen(QPen(LIGHT, 1.6))
    painter.setBrush(QColor(accent))
    painter.drawEllipse(at, radius, radius)


def lines(painter: QPainter, pairs: Iterable[tuple[QPointF, QPointF]], colour: QColor, width: float) -> None:
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLines([QLineF(a, b) for a, b in pairs])


def arrows(painter: QPainter, tails: np.ndarray, heads: np.ndarray, colour: str) -> None:
    """Arrows from tails to heads, (K, 2) px; where one is shorter than 2 px there is only its tail."""
    path, tips = QPainterPath(), QPainterPath()
    for (x0, y0), (x1, y1) in zip(tails.tolist(), heads.tolist(), strict=True):
        dx, dy = x1 - x0, y1 - y0
        length = float(np.hypot(dx, dy))
        if length < 2:
            continue
        ux, uy, size = dx / length, dy / length, min(8.0, 2.5 + 0.35 * length)
        bx, by = x1 - ux * size, y1 - uy * size
        path.moveTo(x0, y0)
        path.lineTo(bx, by)
        tips.moveTo(x1, y1)
        tips.lineTo(bx - uy * size * 0.45, by + ux * size * 0.45)
        tips.lineTo(bx + uy * size * 0.45, by - ux * size * 0.45)
        tips.closeSubpath()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.strokePath(path, QPen(DARK, 3.6))
    painter.strokePath(tips, QPen(DARK, 2.0))
    painter.strokePath(path, QPen(QColor(colour), 2.0))
    painter.fillPath(tips, QBrush(QColor(colour)))


def region(painter: QPainter, centre: QPointF, spread: np.ndarray, colour: str, sure: bool) -> None:
    """The ellipse xᵀ spread⁻¹ x = 1, (2, 2) px², about a centre; dashed where it is not sure."""
    size, turn = np.linalg.eigh(spread)
    rx, ry = np.sqrt(np.maximum(size, 0.0)).tolist()
    fill = QColor(colour)
    fill.setAlpha(70 if sure else 30)
    painter.save()
    painter.translate(centre)
    painter.rotate(float(np.degrees(np.arctan2(turn[1, 0], turn[0, 0]))))
    painter.setBrush(fill)
    if sure:
        painter.setPen(QPen(DARK, 1.8))
        painter.drawEllipse(QPointF(0, 0), rx, ry)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colour), 1.0, Qt.PenStyle.SolidLine if sure else Qt.PenStyle.DashLine))
    painter.drawEllipse(QPointF(0, 0), rx, ry)
    painter.restore()


def set_mark(painter: QPainter, mark: str, centre: QPointF, size: float, colour: str) -> None:
    """The shape that stands for a data set, beside its colour."""
    painter.setPen(QPen(QColor(0, 0, 0, 110), 0.8))
    painter.setBrush(QColor(colour))
    painter.drawPath(mark_path(mark, size).translated(centre))


def mark_path(mark: str, size: float) -> QPainterPath:
    """A data set's shape around the origin, about `size` pixels wide."""
    r, path = size / 2, QPainterPath()
    if mark == "circle":
        path.addEllipse(QPointF(0, 0), r, r)
    elif mark == "square":
        path.addRect(QRectF(-0.88 * r, -0.88 * r, 1.76 * r, 1.76 * r))
    elif mark == "bar":
        path.addRect(QRectF(-1.1 * r, -0.5 * r, 2.2 * r, r))
    elif mark == "cross":
        for x, y in ((-1, -0.35), (-0.35, -0.35), (-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35),
                     (1, 0.35), (0.35, 0.35), (0.35, 1), (-0.35, 1), (-0.35, 0.35), (-1, 0.35)):  # fmt: skip
            (path.lineTo if path.elementCount() else path.moveTo)(x * r, y * r)
        path.closeSubpath()
    else:
        corners = 5 if mark == "star" else 3
        turn = np.pi / 2 if mark == "triangle_down" else -np.pi / 2
        for k in range(corners * (2 if mark == "star" else 1)):
            angle = turn + k * (np.pi / corners if mark == "star" else 2 * np.pi / corners)
            reach = 1.2 * r * (0.45 if mark == "star" and k % 2 else 1.0)
            (path.lineTo if k else path.moveTo)(float(np.cos(angle) * reach), float(np.sin(angle) * reach))
        path.closeSubpath()
    return path


def set_icon(mark: str, colour: str, size: int = 16) -> QIcon:
    """A data set's mark as an icon for lists and menus."""
    pixmap = QPixmap(size * 2, size * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    set_mark(painter, mark, QPointF(size / 2, size / 2), size * 0.62, colour)
    painter.end()
    return QIcon(pixmap)
