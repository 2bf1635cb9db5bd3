"""The heat map's colours (viridis) and its scale, which is always on screen with its unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from app.theme import SMALL, font, theme
from app.translation import tr
from infl.images import cv2

VIRIDIS = cv2.cvtColor(
    cv2.applyColorMap(np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_VIRIDIS), cv2.COLOR_BGR2RGB
)[:, 0]
"""(256, 3) uint8 RGB."""


TICKS = 4
STRENGTH = 0.85
"""How much of the face's own colour the heat map covers."""


@dataclass(frozen=True, eq=False)
class Chart:
    """A heat map for the renderer: `arguments` of its drawing, and the mm at the top of the scale (0: none)."""

    arguments: Mapping[str, np.ndarray]
    top: float


NO_CHART = Chart({}, 0.0)


def chart(values: np.ndarray, evidence: np.ndarray, top: float) -> Chart:
    """Colours for (V,) mm up to `top` mm, fading out where the (V,) evidence falls from 1 to 0."""
    return Chart({"colours": colours(values, top), "strength": STRENGTH * evidence}, top)


def top_of_scale(values: np.ndarray, evidence: np.ndarray) -> float:
    """A round number of millimetres that covers (nearly) all values for which there is evidence."""
    values = values[evidence > 0.5]
    highest = max(float(np.quantile(values, 0.995)), 0.1) if len(values) else 1.0
    step = 10 ** math.floor(math.log10(highest))
    return float(next(m * step for m in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if m * step >= highest * 0.999))


def colours(values: np.ndarray, top: float) -> np.ndarray:
    """(V,) mm → (V, 3) uint8 RGB."""
    return VIRIDIS[np.clip(values / top * 255, 0, 255).astype(np.uint8)]


def draw_scale(
    painter: QPainter, corner: QPointF, width: float, top: float, interocular: float, title: str
) -> None:
    """The scale, `width` px wide, with its lower left at `corner`: mm, and below % of the interocular distance."""
    t, face = theme(), font(SMALL)
    metrics = QFontMetricsF(face)
    line = metrics.height()
    height = 3 * line + 24
    plate = QColor(t.panel)
    plate.setAlpha(225)
    box = QRectF(corner.x(), corner.y() - height, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(plate)
    painter.drawRoundedRect(box, 4, 4)
    bar = QRectF(box.left() + 10, box.top() + line + 8, width - 20, 8)
    image = QImage(np.ascontiguousarray(VIRIDIS).data, 256, 1, 768, QImage.Format.Format_RGB888)
    painter.drawImage(bar, image)
    painter.setFont(face)
    painter.setPen(QColor(t.text))
    title = metrics.elidedText(title, Qt.TextElideMode.ElideRight, bar.width())
    painter.drawText(QPointF(bar.left(), bar.top() - 6), title)
    steps = [top * i / TICKS for i in range(TICKS + 1)]
    _ticks(painter, bar, bar.bottom() + metrics.ascent() + 2, [f"{mm:g}" for mm in steps], tr("mm"))
    painter.setPen(QColor(t.muted))
    shares = [f"{100 * mm / interocular:.1f}" for mm in steps]
    _ticks(painter, bar, bar.bottom() + metrics.ascent() + line + 3, shares, "%")


def _ticks(painter: QPainter, bar: QRectF, y: float, texts: Sequence[str], unit: str) -> None:
    """Numbers under the bar, the last one with its unit."""
    metrics = painter.fontMetrics()
    for i, text in enumerate(texts):
        text = f"{text} {unit}" if i == len(texts) - 1 else text
        x, advance = bar.left() + bar.width() * i / (len(texts) - 1), metrics.horizontalAdvance(text)
        painter.drawText(QPointF(min(max(x - advance / 2, bar.left()), bar.right() - advance), y), text)
