"""Keeps what is not saved: within a few seconds of any change it is in the recovery file."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.recovery import Slot, Unsaved
from app.state import Studio
from app.translation import tr
from app.workers import Latest
from infl.errors import InflError

DELAY = 3_000
"""Milliseconds after the first change that is not kept yet; with the writing well below the 10 s that may be lost."""


class Autosave(QObject):
    """Watches the studio and writes in a thread of its own. `kept` comes after each writing; `at` is its time.

    take: what would be lost now, None when nothing would be; called in the window's thread.
    """

    kept = Signal()
    failed = Signal(str)

    def __init__(self, studio: Studio, slot: Slot, take: Callable[[], Unsaved | None]):
        super().__init__(studio)
        self.slot, self._take = slot, take
        self.at: float | None = None
        self._told = False
        self._worker = Latest(self)
        self._worker.done.connect(self._done)
        self._worker.failed.connect(self._failed)
        self._timer = QTimer(self, interval=DELAY, singleShot=True)
        self._timer.timeout.connect(self.keep)
        for signal in (
            studio.sets_changed, studio.layout_changed, studio.corrections_changed, studio.target_changed,
            studio.landmarker_changed, studio.comparison_changed, studio.options_changed, studio.place_changed,
        ):  # fmt: skip
            signal.connect(self.soon)

    def soon(self) -> None:
        """Something has changed. Later changes do not put the writing off."""
        if not self._timer.isActive():
            self._timer.start()

    def keep(self) -> None:
        """Write now what would be lost, or remove the file when nothing would be."""
        slot, unsaved = self.slot, self._take()

        def work() -> bool:
            if unsaved is None:
                slot.clear()
            else:
                slot.write(unsaved)
            return unsaved is not None

        self._worker.ask(None, work)

    def adopt(self, slot: Slot) -> None:
        """Go on in a file that another studio left."""
        before, self.slot = self.slot, slot

        def drop() -> bool:
            before.clear()
            before.release()
            return False

        self._worker.ask(None, drop)
        self.soon()

    def end(self) -> None:
        """The studio ends well: there is nothing to recover."""
        self._timer.stop()
        self._worker.stop()
        self.slot.clear()
        self.slot.release()

    def _done(self, _key: object, wrote: bool) -> None:
        self.at = time.time() if wrote else None
        self._told = False
        self.kept.emit()

    def _failed(self, _key: object, error: Exception) -> None:
        """Say so once, and go on trying."""
        self.at = None
        self.soon()
        if not self._told:
            self._told = True
            reason = (
                str(error) if isinstance(error, InflError) else f"{getattr(error, 'strerror', None) or error}"
            )
            self.failed.emit(
                tr(
                    "What is not saved could not be kept in {path} ({reason}). "
                    "Save the project, and free some space on that disk."
                ).format(path=self.slot.path, reason=reason)
            )
        self.kept.emit()
