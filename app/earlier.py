"""What the weights from before say of the photo on screen, to be seen beside what the present ones say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.state import Studio
from app.values import CANONICAL, Photo
from app.workers import Latest, use_torch_threads

if TYPE_CHECKING:
    from infl.model import Landmarker, Landmarks


class EarlierPrediction(QObject):
    """`found`: the photo's own layout in its own convention by the weights from before, None where there are none, or
    the photo has no layout; `changed` comes with every new one. Computed in a thread of its own."""

    changed = Signal()

    def __init__(self, studio: Studio):
        super().__init__(studio)
        self.studio = studio
        self.found: Landmarks | None = None
        self._worker = Latest(self)
        self._worker.done.connect(self._done)
        self._worker.failed.connect(lambda _key, _error: self._show(None))
        studio.photo_changed.connect(self._ask)
        studio.landmarker_changed.connect(self._ask)

    @property
    def busy(self) -> bool:
        return self._worker.busy

    def stop(self) -> None:
        self._worker.stop()

    def _ask(self) -> None:
        self._show(None)
        photo, before = self.studio.photo, self.studio.previous_landmarker
        open_set = self.studio.open_set
        layout = open_set.dataset.layout if open_set is not None else None
        if photo is None or before is None or open_set is None or layout is None:
            return
        name = open_set.dataset.convention
        convention = name if name in before.conventions else CANONICAL

        def work() -> Landmarks:
            use_torch_threads(1)
            return before.query(before.encode(photo.image), layout, convention)

        self._worker.ask((photo, before), work)

    def _done(self, key: tuple[Photo, Landmarker], found: Landmarks) -> None:
        photo, before = key
        if self.studio.photo is photo and self.studio.previous_landmarker is before:
            self._show(found)

    def _show(self, found: Landmarks | None) -> None:
        if found is not self.found:
            self.found = found
            self.changed.emit()
