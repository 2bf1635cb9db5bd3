"""Loads the picture on screen: reads it, encodes it, keeps what was loaded, and looks one picture ahead."""

from __future__ import annotations

import time
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from app.jobs import encode_sample
from app.state import Studio
from app.translation import tr
from app.values import OpenSet, Photo, Place
from app.workers import Latest, use_torch_threads
from infl.datasets.dataset import Sample
from infl.errors import InflError

if TYPE_CHECKING:
    from infl.model import Encoded, Landmarker

KEPT = 48
"""Pictures kept decoded and encoded."""


class PhotoLoader(QObject):
    """Answers the studio's `place_changed` with `photo_arrived`, from its own thread."""

    def __init__(self, studio: Studio):
        super().__init__(studio)
        self.studio = studio
        self._kept: OrderedDict[tuple[Path, str], tuple[np.ndarray, Encoded | None, Landmarker | None]] = (
            OrderedDict()
        )
        self._lock = Lock()  # both threads keep what they load
        self._thread = Latest(self)
        self._ahead = Latest(self)
        self._thread.done.connect(self._loaded)
        self._ahead.done.connect(lambda _key, result: self._took(result[2]))
        self._thread.failed.connect(self._failed)
        studio.place_changed.connect(self._load)
        studio.landmarker_changed.connect(self._load)

    @property
    def busy(self) -> bool:
        return self._thread.busy

    def stop(self) -> None:
        self._thread.stop()
        self._ahead.stop()

    def _load(self) -> None:
        place = self.studio.place
        if place is not None:
            sample, landmarker = self.studio.sample_at(place), self.studio.landmarker
            open_set = self.studio.sets[place.set]
            self._thread.ask((place, landmarker), lambda: self._fetch(open_set, sample, landmarker))

    def _fetch(
        self, open_set: OpenSet, sample: Sample, landmarker: Landmarker | None
    ) -> tuple[np.ndarray, Encoded | None, float]:
        """The picture and its encoding, and how many milliseconds encoding took (0 when it was kept)."""
        key = (sample.image, sample.key if sample.image in open_set.crowded else "")
        kept = self._kept.get(key)
        if kept and kept[2] is landmarker:
            return kept[0], kept[1], 0.0
        image = kept[0] if kept else sample.load_image()
        encoded, took = None, 0.0
        if landmarker is not None:
            use_torch_threads(1)
            start = time.perf_counter()
            encoded = encode_sample(landmarker, image, open_set, sample)
            took = (time.perf_counter() - start) * 1000
        with self._lock:
            self._kept[key] = (image, encoded, landmarker)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return image, encoded, took

    def _loaded(self, key: tuple[Place, Landmarker | None], result: tuple) -> None:
        place, landmarker = key
        image, encoded, took = result
        if place != self.studio.place or landmarker is not self.studio.landmarker:
            return
        self._took(took)
        # The sample as it is now: it may have been corrected while its picture was read.
        self.studio.photo_arrived(Photo(place, self.studio.sample_at(place), image, encoded, landmarker))
        count = len(self.studio.sets[place.set].dataset)
        open_set = self.studio.sets[place.set]
        following = self.studio.sample_at(Place(place.set, (place.sample + 1) % count))
        self._ahead.ask(None, lambda: self._fetch(open_set, following, landmarker))

    def _took(self, milliseconds: float) -> None:
        if milliseconds:
            self.studio.timed.emit("encode", milliseconds)

    def _failed(self, key: tuple[Place, Landmarker | None], error: Exception) -> None:
        if key[0] == self.studio.place:
            text = (
                str(error)
                if isinstance(error, InflError)
                else tr("This picture could not be shown: {error}").format(error=error)
            )
            self.studio.notify("error", text)
            self.studio.photo_failed(key[0], text)
