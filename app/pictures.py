"""The README's pictures of the studio, made from the demo data: `python -m app.pictures [FOLDER]`.

Each scene is what a person would do, waited for and grabbed; no screen is needed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app import commands, demo, theme
from app.window import MainWindow
from infl.datasets import open_dataset
from infl.images import cv2, read_image
from infl.model import load_landmarker
from infl.resources import resource

SIZE = (1280, 800)
PATIENCE = 600.0
"""Seconds that a scene may take on a slow machine."""
CURVES = {"upper_lid": "#e6a23c", "lower_lid": "#e6a23c", "brow_lower_edge": "#4fb3a5"}
FRAMES, RATE = 100, 25
TUNING = 40
"""Steps of the fine-tuning that is shown."""


class Scenes:
    """A window with the demo's sets, and what is done in it for each picture."""

    def __init__(self, folder: Path, temporary: Path):
        self.folder = folder
        settings = QSettings(str(temporary / "settings.ini"), QSettings.Format.IniFormat)
        self.film = temporary / "turning.mp4"
        window = self.window = MainWindow(settings, remember=False)
        window.resize(*SIZE)
        window.show()
        window.studio.add_sets([open_dataset(each) for each in demo.folders()])
        window.studio.set_landmarker(load_landmarker(), "research")
        window.show_demo_layout()
        self.wait(lambda: not window.busy)

    def wait(self, ready: Callable[[], bool], rest: int = 400) -> None:
        """Let the window work until it is `ready`, and `rest` ms more."""
        loop, timer, limit = QEventLoop(), QTimer(interval=50), QTimer(singleShot=True)
        timer.timeout.connect(lambda: loop.quit() if ready() else None)
        limit.timeout.connect(loop.quit)
        timer.start()
        limit.start(round(1000 * PATIENCE))
        loop.exec()
        timer.stop()
        if not limit.isActive():
            raise SystemExit(f"A picture was not ready after {PATIENCE:.0f} s.")
        limit.stop()
        QTimer.singleShot(rest, loop.quit)
        loop.exec()

    def grab(self, name: str, widget: QWidget | None = None) -> None:
        self.wait(lambda: not self.window.busy)
        self.window.card.hide()
        (widget or self.window).grab().save(str(self.folder / f"{name}.png"))
        print(name, flush=True)

    def studio(self) -> None:
        self.grab("studio")

    def conflicts(self) -> None:
        """Two sets asked how surely they disagree."""
        self.window.docks["Offsets"].raise_()
        self.window.actions_["how_sure"].trigger()
        self.wait(lambda: self.window.jobs.running is None)
        self.grab("conflicts")

    def layout(self) -> None:
        """Curves and a region beside points that were clicked, in colours of their own, with names and numbers."""
        window, studio = self.window, self.window.studio
        window.docks["Layout"].raise_()
        studio.set_options(
            heat=False, arrows=False, names=True, numbers=True, human=False, predicted=False, crop=False,
            residuals=False,
        )  # fmt: skip
        for side in ("left", "right"):
            for name, colour in CURVES.items():
                commands.add_curve(studio, f"{side}_{name}", 7)
                commands.set_colour(studio, f"{side}_{name}".replace("_", " "), colour)
        commands.add_region(studio, "left_cheek", 10)
        studio.select([len(studio.layout) - 1])
        self.grab("layout")
        studio.undo.setIndex(0)
        studio.set_options(
            heat=True, arrows=True, names=False, numbers=False, human=True, predicted=True, crop=True,
            residuals=True,
        )  # fmt: skip

    def photo(self) -> None:
        """Human and predicted points, what is between them, σ, and the loupe."""
        window = self.window
        window.studio.set_options(sigma=True, edges=True, crop=False, custom=False, residuals=True)
        window.photo.fit_face()
        self.grab("photo", window.photo_panel)
        window.studio.set_options(sigma=False, edges=False, crop=True, custom=True)
        window.photo.fit()

    def fine_tuning(self) -> None:
        window = self.window
        window.docks["Fine-tune"].raise_()
        window.fine_tune.length.setValue(TUNING)
        window.fine_tune.faces.setValue(8)
        window.fine_tune.begin()
        self.wait(lambda: window.jobs.running is None)
        self.grab("fine_tuning")

    def video(self) -> None:
        window = self.window
        film(self.film)
        window.docks["Layout"].raise_()
        window.video.open_file(self.film)
        self.wait(lambda: window.video.points is not None)
        window.video.play(True)
        self.wait(lambda: True, rest=2500)
        self.grab("video")
        window.video.play(False)


def film(path: Path) -> None:
    """A short video of a demo face that leans and comes nearer."""
    picture = read_image(sorted(resource("demo", "demo_clinic98").rglob("*.jpg"))[3])
    face = cv2.copyMakeBorder(cv2.resize(picture, (640, 640)), 40, 40, 320, 320, cv2.BORDER_REFLECT)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), RATE, (1280, 720))
    for i in range(FRAMES):
        turn = cv2.getRotationMatrix2D((640, 360), 10 * np.sin(i / 12), 1 + 0.1 * np.sin(i / 20))
        turn[0, 2] += 60 * np.sin(i / 25)
        moved = cv2.warpAffine(face, turn, (1280, 720), borderMode=cv2.BORDER_REFLECT)
        writer.write(moved[..., ::-1])
    writer.release()


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else resource("pictures")
    sys.setswitchinterval(0.001)
    application = QApplication([])
    with tempfile.TemporaryDirectory() as temporary:
        theme.apply(application, "dark")
        scenes = Scenes(folder, Path(temporary))
        try:
            for scene in (
                scenes.studio,
                scenes.conflicts,
                scenes.layout,
                scenes.photo,
                scenes.fine_tuning,
                scenes.video,
            ):
                scene()
        finally:
            scenes.window.shut_down()


if __name__ == "__main__":
    main()
