"""“saved 12 s ago”: whether the work is safe, and since when."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel

from app.session import Session
from app.translation import tr
from app.workers import in_words

TICK = 1000
"""Milliseconds between two looks at the clock."""


class SavedLabel(QLabel):
    """Says when the project was saved; or that it is not, and since when what is unsaved would survive a crash."""

    def __init__(self, session: Session):
        super().__init__()
        self.session = session
        self.setAccessibleName(tr("Saved"))
        self._timer = QTimer(self, interval=TICK)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        session.changed.connect(self.refresh)
        if session.autosave is not None:
            session.autosave.kept.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        session, now = self.session, time.time()
        kept = session.autosave.at if session.autosave is not None else None
        if session.modified and kept is not None:
            text = tr("not saved · kept against a crash {ago} ago").format(ago=in_words(now - kept))
        elif session.modified:
            text = tr("not saved")
        elif session.saved_at is not None:
            text = tr("saved {ago} ago").format(ago=in_words(now - session.saved_at))
        else:
            text = ""
        self.setText(text)
        where = session.path or tr("the project has no file yet")
        self.setToolTip(
            f"{where}\n" + tr("Unsaved changes are kept every few seconds and offered after a crash.")
        )
