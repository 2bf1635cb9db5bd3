"""Makes the application and the window, and does what the command line asks for."""

from __future__ import annotations

import argparse
import signal
import sys

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from app import theme
from app.recovery import data_folder
from app.screenshot import Screenshot
from app.window import MainWindow
from infl.resources import resource

ORGANISATION = APPLICATION = "infl-studio"


def start(wanted: argparse.Namespace) -> int:
    """Open the window and run until it closes; returns the exit code."""
    # The window's thread asks for the interpreter back sooner than Python's default of 5 ms.
    sys.setswitchinterval(0.001)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setOrganizationName(ORGANISATION)
    application.setApplicationName(APPLICATION)
    settings = QSettings()
    theme.apply(application, wanted.theme or str(settings.value("theme", "system")))
    # A picture made by a command does not depend on how the window was left last time.
    drawn = wanted.screenshot is not None
    window = MainWindow(settings, remember=not drawn, recovery=None if drawn else data_folder())
    folders = list(wanted.open)
    if wanted.demo:
        folders += sorted(path for path in resource("demo").glob("*") if path.is_dir())
    QTimer.singleShot(0, lambda: window.begin(folders, wanted.project, demo=wanted.demo))
    shot = Screenshot(window, wanted.screenshot) if wanted.screenshot else None
    if shot is None:
        window.show()
    try:
        code = application.exec()
    finally:
        window.shut_down()
    return shot.code if shot is not None else code
