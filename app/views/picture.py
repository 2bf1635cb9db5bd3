"""A photograph on a widget: where its pixels fall on screen, zooming and panning, and drawing it sharply."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from infl.images import cv2


def to_qimage(pixels: np.ndarray) -> QImage:
    """(H, W, 3) RGB or (H, W, 4) opaque RGBX uint8 → an image that owns its memory."""
    pixels = np.ascontiguousarray(pixels)
    kind = QImage.Format.Format_RGB888 if pixels.shape[2] == 3 else QImage.Format.Format_RGBX8888
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], kind).copy()


@dataclass(frozen=True)
class Zoom:
    """screen = scale · (pixel + ½) + shift: pixel (0, 0) is the centre of the top-left pixel."""

    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def fit(cls, low: np.ndarray, high: np.ndarray, width: float, height: float, margin: float) -> Zoom:
        """Show the box low … high (px of the photo) as large as the widget allows."""
        extent = np.maximum(high - low + 1, 1.0)
        scale = float(min((width - 2 * margin) / extent[0], (height - 2 * margin) / extent[1]))
        middle = (low + high + 1) / 2 * scale
        return cls(scale, (float(width / 2 - middle[0]), float(height / 2 - middle[1])))

    def to_screen(self, points: np.ndarray) -> np.ndarray:
        """(K, 2) photo px → (K, 2) widget px."""
        return (np.asarray(points, np.float64) + 0.5) * self.scale + self.shift

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        """Widget px → photo px."""
        return (x - self.shift[0]) / self.scale - 0.5, (y - self.shift[1]) / self.scale - 0.5

    def zoomed(self, factor: float, x: float, y: float) -> Zoom:
        """Magnified by `factor` with the widget's pixel (x, y) staying in place."""
        factor = float(np.clip(self.scale * factor, 0.02, 60.0)) / self.scale
        return Zoom(self.scale * factor, (x - (x - self.shift[0]) * factor, y - (y - self.shift[1]) * factor))

    def panned(self, dx: float, dy: float) -> Zoom:
        return replace(self, shift=(self.shift[0] + dx, self.shift[1] + dy))


class Picture:
    """One photograph, drawn at any zoom: averaged down where it is reduced, square pixels far up close."""

    def __init__(self, pixels: np.ndarray):
        self.pixels = pixels
        self._image = to_qimage(pixels)
        self._reduced: tuple[int, QImage] = (1, self._image)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def draw(self, painter: QPainter, zoom: Zoom) -> None:
        width, height = self.size
        target = QRectF(QPointF(*zoom.shift), QPointF(*zoom.shift))
        target.setWidth(width * zoom.scale)
        target.setHeight(height * zoom.scale)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom.scale < 8)
        painter.drawImage(target, self._at(zoom.scale))

    def _at(self, scale: float) -> QImage:
        """The image, reduced by the whole number that leaves at least as many pixels as the screen shows."""
        factor = max(1, int(1 / scale + 1e-6))
        if factor != self._reduced[0]:
            size = (max(1, self.size[0] // factor), max(1, self.size[1] // factor))
            small = cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA) if factor > 1 else self.pixels
            self._reduced = (factor, to_qimage(small))
        return self._reduced[1]
