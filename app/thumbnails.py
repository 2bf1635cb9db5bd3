"""Small pictures of samples: read in a thread, newest wish first, kept while there is room, and on disk."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from app import thumbnail_cache
from app.views.picture import to_qimage
from app.workers import step_back
from infl.datasets.dataset import Sample
from infl.errors import InflError
from infl.images import cv2, read_image

SIDE = 96
"""Pixels of a thumbnail's side."""
KEPT, WAITING = 2000, 200


def thumbnail(sample: Sample, side: int = SIDE) -> np.ndarray:
    """(side, side, 3) uint8 RGB: the square around the annotated face, with some room."""
    image = read_image(sample.image)
    x0, y0, x1, y1 = crop_box(sample.points, image.shape[1], image.shape[0])
    return cv2.resize(image[y0:y1, x0:x1], (side, side), interpolation=cv2.INTER_AREA)


def crop_box(points: np.ndarray, width: int, height: int) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) px of the thumbnail of a face with (K, 2) points in a picture of that size."""
    points = points[np.isfinite(points).all(1)]
    centre, reach = np.array([width, height]) / 2, min(width, height) / 2
    if len(points) >= 3:
        low, high = points.min(0), points.max(0)
        centre, reach = (low + high) / 2, max(float((high - low).max()) * 0.75, 8.0)
    reach = min(reach, min(width, height) / 2)
    centre = np.clip(centre, reach, np.array([width, height]) - reach)
    (x0, y0), (x1, y1) = np.floor(centre - reach).astype(int), np.ceil(centre + reach).astype(int)
    return max(int(x0), 0), max(int(y0), 0), min(int(x1), width), min(int(y1), height)


class Thumbnails(QObject):
    """Ask with `of`; where it answers None a picture comes later, announced by `arrived`."""

    arrived = Signal(object, object)
    failed = Signal(object, str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._kept: OrderedDict[str, QPixmap | None] = OrderedDict()
        self._wishes: OrderedDict[str, Sample] = OrderedDict()
        self._wake = threading.Condition()
        self._stopping = self._working = False
        self.arrived.connect(self._keep)
        self._thread = threading.Thread(target=self._loop, name="thumbnails", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        with self._wake:
            return self._working or bool(self._wishes)

    def of(self, sample: Sample) -> QPixmap | None:
        """The sample's thumbnail if it is here; a null pixmap if it cannot be read."""
        key = _key(sample)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key] or QPixmap()
        with self._wake:
            self._wishes[key] = sample
            self._wishes.move_to_end(key)
            while len(self._wishes) > WAITING:
                self._wishes.popitem(last=False)
            self._wake.notify()
        return None

    def stop(self) -> None:
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(timeout=5)

    def _keep(self, sample: Sample, pixels: np.ndarray | None) -> None:
        self._kept[_key(sample)] = None if pixels is None else QPixmap.fromImage(to_qimage(pixels))
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _loop(self) -> None:
        step_back()
        thumbnail_cache.tidy()
        while True:
            with self._wake:
                self._working = False
                self._wake.wait_for(lambda: self._wishes or self._stopping)
                if self._stopping:
                    return
                _, sample = self._wishes.popitem(last=True)
                self._working = True
            pixels, reason = None, ""
            try:
                pixels = thumbnail_cache.load(sample, SIDE)
                if pixels is None:
                    pixels = thumbnail(sample)
                    thumbnail_cache.keep(sample, SIDE, pixels)
            except (InflError, cv2.error) as error:
                reason = str(error)
            if self._stopping:
                return
            if pixels is None:
                self.failed.emit(sample, reason)
            self.arrived.emit(sample, pixels)


def _key(sample: Sample) -> str:
    face = sample.key.partition("#")[2]
    return f"{Path(sample.image)}#{face}"
