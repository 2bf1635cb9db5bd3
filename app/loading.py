"""Loads the picture on screen: reads it, encodes it, keeps what was loaded, and looks one picture ahead."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from app.jobs import encode_sample
from app.state import Studio
from app.translation import tr
from app.values import CANONICAL, OpenSet, Photo, Place, Prediction
from app.workers import Latest, use_torch_threads
from infl.datasets.dataset import Dataset, Sample
from infl.errors import InflError

if TYPE_CHECKING:
    from infl.model import Encoded, Landmarker

KEPT = 48
"""Pictures kept decoded and encoded."""


@dataclass(frozen=True, eq=False)
class _Loaded:
    """A picture (H, W, 3) with what `landmarker` found in it; took: milliseconds of encoding."""

    image: np.ndarray
    encoded: Encoded | None = None
    landmarker: Landmarker | None = None
    prediction: Prediction | None = None
    took: float = 0.0


def _predicted(loaded: _Loaded, dataset: Dataset) -> Prediction | None:
    """The set's own layout in its own convention; what is known already is not worked out again."""
    layout, landmarker, encoded = dataset.layout, loaded.landmarker, loaded.encoded
    if layout is None or landmarker is None or encoded is None:
        return None
    convention = dataset.convention if dataset.convention in landmarker.conventions else CANONICAL
    known = loaded.prediction
    if known is not None and known.layout is layout and known.convention == convention:
        return known
    return Prediction(layout, convention, landmarker.query(encoded, layout, convention))


class PhotoLoader(QObject):
    """Answers the studio's `place_changed` with `photo_arrived`, from its own thread."""

    def __init__(self, studio: Studio):
        super().__init__(studio)
        self.studio = studio
        self._kept: OrderedDict[tuple[Path, str], _Loaded] = OrderedDict()
        self._lock = Lock()  # both threads keep what they load
        self._thread = Latest(self)
        self._ahead = Latest(self)
        self._thread.done.connect(self._loaded)
        self._ahead.done.connect(lambda _key, result: self._took(result.took))
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

    def _fetch(self, open_set: OpenSet, sample: Sample, landmarker: Landmarker | None) -> _Loaded:
        """The picture with its encoding and prediction; `took` is 0 where they were kept."""
        key = (sample.image, sample.key if sample.image in open_set.crowded else "")
        loaded = self._kept.get(key)
        if loaded is None or loaded.landmarker is not landmarker:
            image = loaded.image if loaded else sample.load_image()
            loaded = _Loaded(image)
            if landmarker is not None:
                use_torch_threads(1)
                start = time.perf_counter()
                encoded = encode_sample(landmarker, image, open_set, sample)
                loaded = _Loaded(image, encoded, landmarker, took=(time.perf_counter() - start) * 1000)
        else:
            loaded = replace(loaded, took=0.0)
        loaded = replace(loaded, prediction=_predicted(loaded, open_set.dataset))
        with self._lock:
            self._kept[key] = loaded
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return loaded

    def _loaded(self, key: tuple[Place, Landmarker | None], loaded: _Loaded) -> None:
        place, landmarker = key
        if place != self.studio.place or landmarker is not self.studio.landmarker:
            return
        self._took(loaded.took)
        # The sample as it is now: it may have been corrected while its picture was read.
        sample = self.studio.sample_at(place)
        photo = Photo(place, sample, loaded.image, loaded.encoded, landmarker, loaded.prediction)
        self.studio.photo_arrived(photo)
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
