"""Saves a picture of the window once all that was asked for is on it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.window import MainWindow

SIZE = (1600, 1000)
PATIENCE = 180.0
"""Seconds after which the picture is taken as it is, and the exit code says so."""
CALM = 4
"""Looks in a row (150 ms apart) at which nothing was under way."""


class Screenshot(QObject):
    """Shows the window, waits until it is idle, saves its picture and quits; `code` is the exit code."""

    def __init__(self, window: MainWindow, path: Path):
        super().__init__()
        self.window, self.path, self.code = window, path, 0
        self._calm, self._since = 0, time.monotonic()
        window.resize(*SIZE)
        window.show()
        self._timer = QTimer(self, interval=150)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        late = time.monotonic() - self._since > PATIENCE
        self._calm = 0 if self.window.busy else self._calm + 1
        if self._calm < CALM and not late:
            return
        self._timer.stop()
        if late:
            print(f"infl-studio: not everything was ready after {PATIENCE:.0f} s.", file=sys.stderr)
            self.code = 1
        self.window.card.hide()
        if not self.window.grab().save(str(self.path)):
            print(
                f"infl-studio: {self.path} could not be written. Check the folder and the suffix.",
                file=sys.stderr,
            )
            self.code = 1
        for notice in self.window.studio.notices:
            if notice.level != "info":
                print(f"infl-studio: {notice.text}", file=sys.stderr)
        QApplication.exit(self.code)
