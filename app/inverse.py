"""Answers clicks on the face in the photo with the point of the canonical face that is seen there, from its own thread.

Where the whole canonical face falls in a photo is worked out at the first click on it; further ones take milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.state import Studio
from app.translation import tr
from app.values import Photo, Probe
from app.workers import Latest, use_torch_threads

if TYPE_CHECKING:
    from infl.model.inverse_query import SeenSurface, SurfacePoint


class InverseQueries(QObject):
    """Answers the studio's `pixel_asked` with its probe."""

    def __init__(self, studio: Studio):
        super().__init__(studio)
        self.studio = studio
        self._surface: tuple[Photo, str, SeenSurface] | None = None
        self._worker = Latest(self)
        self._worker.done.connect(self._found)
        self._worker.failed.connect(
            lambda _key, error: studio.notify(
                "error", tr("The place could not be found on the face: {error}").format(error=error)
            )
        )
        studio.pixel_asked.connect(self._ask)

    @property
    def busy(self) -> bool:
        return self._worker.busy

    def stop(self) -> None:
        self._worker.stop()

    def _ask(self, x: float, y: float) -> None:
        photo = self.studio.photo
        if photo is None or photo.landmarker is None or photo.encoded is None:
            return
        known = photo.landmarker.conventions
        convention = self.studio.target_convention
        convention = convention if convention in known else known[0]
        self._worker.ask((photo, (x, y)), lambda: self._work(photo, convention, x, y))

    def _work(self, photo: Photo, convention: str, x: float, y: float) -> SurfacePoint | None:
        from infl.model.inverse_query import inverse_query, seen_surface

        landmarker, encoded = photo.landmarker, photo.encoded
        assert landmarker is not None and encoded is not None
        use_torch_threads(1)
        kept = self._surface
        if kept is None or kept[0].encoded is not encoded or kept[1] != convention:
            kept = self._surface = (photo, convention, seen_surface(landmarker, encoded, convention))
        return inverse_query(landmarker, encoded, kept[2], x, y)

    def _found(self, key: tuple[Photo, tuple[float, float]], point: SurfacePoint | None) -> None:
        photo, pixel = key
        if self.studio.photo is not None and self.studio.photo.encoded is photo.encoded:
            self.studio.set_probe(None if point is None else Probe(pixel, point))
