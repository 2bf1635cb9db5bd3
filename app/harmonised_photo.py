"""The annotations of the photo on screen carried over into the target convention, worked out away from the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.state import Studio
from app.values import CANONICAL
from app.workers import Latest, use_torch_threads
from infl.datasets.dataset import Dataset, Sample
from infl.harmonize.harmonise import Target, harmonise_face
from infl.harmonize.transfer import believed_carrying
from infl.layouts import Layout

if TYPE_CHECKING:
    from infl.export.harmonised_face import HarmonisedFace
    from infl.model import Encoded, Landmarker


@dataclass(frozen=True, eq=False)
class _Question:
    """What the answer depends on."""

    landmarker: Landmarker
    encoded: Encoded
    sample: Sample
    dataset: Dataset
    layout: Layout
    convention: str

    def same(self, other: _Question) -> bool:
        return self.convention == other.convention and all(
            getattr(self, name) is getattr(other, name) for name in ("encoded", "sample", "dataset")
        )

    def answer(self) -> HarmonisedFace:
        use_torch_threads(1)
        target = Target(self.layout, self.convention, transfer=True)
        trusted = self.dataset.convention in self.landmarker.conventions
        carrying = believed_carrying(self.layout, self.layout) if trusted else None
        return harmonise_face(self.landmarker, self.encoded, self.dataset, self.sample, target, carrying)


class HarmonisedPhoto(QObject):
    """`found`: the photo's human points in the target convention, about as exporting in the set's own layout writes
    them – exporting learns of the set first how far its clicks are to be trusted –, while they are to be shown; None
    without a model or a layout. `changed` comes with every new one.

    The first face of a layout takes seconds, because distances along the surface are measured between all its points.
    """

    changed = Signal()

    def __init__(self, studio: Studio):
        super().__init__(studio)
        self.studio = studio
        self.found: HarmonisedFace | None = None
        self._asked: _Question | None = None
        self._worker = Latest(self)
        self._worker.done.connect(self._done)
        self._worker.failed.connect(self._failed)
        for signal in (
            studio.photo_changed, studio.corrections_changed, studio.target_changed, studio.options_changed,
            studio.sets_changed,
        ):  # fmt: skip
            signal.connect(self._ask)

    @property
    def busy(self) -> bool:
        return self._worker.busy

    def stop(self) -> None:
        self._worker.stop()

    def _question(self) -> _Question | None:
        s = self.studio
        photo, dataset = s.photo, s.open_set.dataset if s.open_set is not None else None
        if not s.options.harmonised or photo is None or dataset is None or dataset.layout is None:
            return None
        if photo.landmarker is None or photo.encoded is None:
            return None
        known = s.target_convention in photo.landmarker.conventions
        convention = s.target_convention if known else CANONICAL
        return _Question(photo.landmarker, photo.encoded, photo.sample, dataset, dataset.layout, convention)

    def _ask(self) -> None:
        before, now = self._asked, self._question()
        if before is not None and now is not None and now.same(before):
            return
        self._asked = now
        if before is None or now is None or before.encoded is not now.encoded:
            self._show(None)  # of the same face the old points stay until the new ones are there
        if now is not None:
            self._worker.ask(now, now.answer)

    def _done(self, question: _Question, found: HarmonisedFace) -> None:
        if question is self._asked:
            self._show(found)

    def _failed(self, question: _Question, error: Exception) -> None:
        if question is self._asked:
            self._show(None)
            self.studio.notify("error", str(error))

    def _show(self, found: HarmonisedFace | None) -> None:
        if found is not self.found:
            self.found = found
            self.changed.emit()
