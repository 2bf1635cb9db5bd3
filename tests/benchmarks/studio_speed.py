"""The studio's speed in a real window: `python tests/benchmarks/studio_speed.py [--checkpoint X] [--out X.json]`.

Prints, in milliseconds unless said otherwise (median and 95th percentile):
- click to points: from the press on the canonical face until it and the photo have been painted with the new point;
- drag: from a move of the mouse until both have been painted;
- turning: frames a second while the face turns, heat map and arrows on it;
- event loop: gaps between two passes (99th percentile, longest) while nothing runs, while a video plays and its points
  are found, while photographs are gone through, while all sets are harmonised into a file, and while fine-tuning runs.

Wanted on two cores: a 99th percentile of at most 50 ms, none above 150 ms. Run it on a machine that does nothing else:
nothing is asserted.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import torch
from common import arguments_of, save
from PySide6.QtCore import QEventLoop, QPoint, QPointF, QSettings, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app import demo, theme
from app.export import HDF5, Wanted, export
from app.window import MainWindow
from app.workers import prepare_training
from infl.datasets import open_dataset
from infl.images import cv2, read_image
from infl.layouts import layout
from infl.model import InfiniteLandmarks, Landmarker, ModelConfig, load_landmarker

LEFT = Qt.MouseButton.LeftButton
PATIENCE = 10.0
"""Seconds after which nothing more will be painted."""


def untrained(conventions: list[str]) -> Landmarker:
    """Random weights: as fast as trained ones."""
    network = InfiniteLandmarks(ModelConfig(), ("canonical", *conventions))
    torch.nn.init.normal_(network.query_deformer.out.weight, std=0.3)
    return Landmarker(network, {})


def wait(milliseconds: int) -> None:
    """Let the event loop run; QTest.qWait would sleep with Python's lock held and stop every other thread."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def settle(window: MainWindow) -> None:
    calm = 0
    while calm < 3:
        wait(50)
        calm = 0 if window.busy else calm + 1


def send(window: MainWindow, kind: QMouseEvent.Type, at: QPoint, button: Qt.MouseButton) -> None:
    place = QPointF(at)
    pressed = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseButtonRelease else button
    which = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else button
    event = QMouseEvent(
        kind, place, window.face.mapToGlobal(place), which, pressed, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window.face, event)


def until_painted(window: MainWindow, do: Callable[[], None]) -> float:
    """Milliseconds from `do` until the face and the photo have both been painted again."""
    painted: set[str] = set()
    face = window.face.drawn.connect(lambda: painted.add("face"))
    photo = window.photo.drawn.connect(lambda: painted.add("photo"))
    start = time.perf_counter()
    do()
    while len(painted) < 2:
        QApplication.processEvents()
        if time.perf_counter() - start > PATIENCE:
            raise SystemExit(f"Not painted again within {PATIENCE:.0f} s: only {sorted(painted)}.")
    took = (time.perf_counter() - start) * 1000
    window.face.drawn.disconnect(face)
    window.photo.drawn.disconnect(photo)
    return took


def summary(values: list[float]) -> dict[str, float]:
    return {"median": round(float(np.median(values)), 2), "p95": round(float(np.quantile(values, 0.95)), 2)}


def clicks(window: MainWindow, count: int = 60) -> tuple[dict[str, float], dict[str, float]]:
    """Presses on different places of the face, each followed by a drag of five moves."""
    pressed, moved = [], []
    middle = window.face.rect().center()
    rng = np.random.default_rng(0)
    for _ in range(count):
        at = middle + QPoint(*map(int, rng.integers(-60, 60, 2)))
        if window.face._point_at(QPointF(at)) is not None:
            continue
        pressed.append(
            until_painted(window, lambda at=at: send(window, QMouseEvent.Type.MouseButtonPress, at, LEFT))
        )
        for step in range(1, 6):
            to = at + QPoint(4 + 2 * step, step)  # far enough to be a drag
            moved.append(
                until_painted(window, lambda to=to: send(window, QMouseEvent.Type.MouseMove, to, LEFT))
            )
        send(window, QMouseEvent.Type.MouseButtonRelease, at, LEFT)
        window.studio.undo.undo()
        QApplication.processEvents()
    return summary(pressed), summary(moved)


def turning(window: MainWindow, frames: int = 60) -> float:
    """Frames a second while the right button drags the face round."""
    right, at = Qt.MouseButton.RightButton, window.face.rect().center()
    send(window, QMouseEvent.Type.MouseButtonPress, at, right)
    drawn = []
    connection = window.face.drawn.connect(lambda: drawn.append(time.perf_counter()))
    for i in range(frames):
        send(window, QMouseEvent.Type.MouseMove, at + QPoint(4 * (i % 30) + 4, i % 7), right)
        wanted = len(drawn) + 1
        while len(drawn) < wanted:
            QApplication.processEvents()
    window.face.drawn.disconnect(connection)
    send(window, QMouseEvent.Type.MouseButtonRelease, at, right)
    return round((len(drawn) - 1) / (drawn[-1] - drawn[0]), 1)


def gaps(seconds: float, until: Callable[[], bool] = lambda: False) -> dict[str, float]:
    """Times between passes of the event loop, watched by a timer that fires at every pass."""
    passes: list[float] = []
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: (passes.append(time.perf_counter()), time.sleep(0.001)))
    timer.start()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and not until():
        wait(50)
    timer.stop()
    between = np.diff(passes) * 1000
    return {"longest": round(float(between.max()), 1), "p99": round(float(np.quantile(between, 0.99)), 1),
            "passes": len(passes)}  # fmt: skip


def film(path: Path, frames: int = 150) -> Path:
    """A video of 720 lines in which a face of the demo wanders about."""
    size = (1280, 720)
    face = cv2.resize(read_image(sorted(demo.folders()[0].rglob("*.jpg"))[0]), (720, 720))
    still = cv2.copyMakeBorder(face, 0, 0, 280, 280, cv2.BORDER_REPLICATE)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25, size)
    for i in range(frames):
        move = np.array([[1, 0, 80 * np.sin(i / 20)], [0, 1, 20 * np.sin(i / 9)]])
        writer.write(cv2.warpAffine(still, move, size, borderMode=cv2.BORDER_REPLICATE)[..., ::-1])
    writer.release()
    return path


def gaps_playing(window: MainWindow, folder: Path) -> dict[str, float]:
    """A video plays, points are found in its newest frames."""
    window.video.open_file(film(folder / "film.mp4"))
    while window.video.points is None:
        wait(50)
    window.video.play(True)
    found = gaps(30, lambda: not window.video.playing)
    found |= {"points fps": round(window.video.predicted.value, 1)}
    window.video.close()
    settle(window)
    return found


def gaps_leafing(window: MainWindow, photos: int = 40) -> dict[str, float]:
    """From photograph to photograph, each encoded and drawn."""
    left = [photos]

    def step() -> None:
        if not window.loader.busy and left[0]:
            left[0] -= 1
            window.studio.step(1)

    timer = QTimer(interval=20)
    timer.timeout.connect(step)
    timer.start()
    found = gaps(120, lambda: not left[0] and not window.busy)
    timer.stop()
    return found


def gaps_exporting(window: MainWindow, folder: Path) -> dict[str, float]:
    """Every open set harmonised into one file."""
    landmarker = window.studio.landmarker
    wanted = Wanted(
        tuple(s.dataset for s in window.studio.sets), HDF5, folder / "all.h5", layout("ibug68"), "canonical"
    )
    window.jobs.start("Exporting", lambda: export(landmarker, wanted))
    return gaps(300, lambda: window.jobs.running is None)


def gaps_fine_tuning(window: MainWindow, parts: str, steps: int) -> dict[str, float]:
    panel = window.fine_tune
    panel.parts.setCurrentIndex(panel.parts.findData(parts))
    panel.length.setValue(steps)
    window.docks["Fine-tune"].raise_()
    panel.begin()
    found = gaps(300, lambda: window.jobs.running is None)
    settle(window)
    return found


def main() -> None:
    parser = arguments_of(__doc__, data=False, out=True)
    parser.add_argument("--steps", type=int, default=60, help="of fine-tuning")
    wanted = parser.parse_args()
    sys.setswitchinterval(0.001)
    application = QApplication(sys.argv[:1])
    theme.apply(application, "light")
    window = MainWindow(QSettings("studio_speed", "studio_speed"), remember=False)
    window.resize(1600, 1000)
    window.show()
    sets = [open_dataset(folder) for folder in demo.folders()]
    window.studio.add_sets(sets)
    landmarker = (
        load_landmarker(wanted.checkpoint) if wanted.checkpoint else untrained([s.convention for s in sets])
    )
    window.studio.set_landmarker(landmarker, "benchmark")
    window.show_demo_layout()
    prepare_training()
    settle(window)
    torch.set_num_threads(1)
    result: dict[str, object] = {"cores": os.cpu_count(), "load before": round(os.getloadavg()[0], 2)}
    clicks(window, 5)
    result["click to points ms"], result["drag ms"] = clicks(window)
    result["turning fps"] = turning(window)
    settle(window)
    result["gap idle ms"] = gaps(3)
    with tempfile.TemporaryDirectory() as folder:
        result["gap playing a video ms"] = gaps_playing(window, Path(folder))
        result["gap leafing ms"] = gaps_leafing(window)
        result["gap exporting ms"] = gaps_exporting(window, Path(folder))
    for parts in ("deformer", "everything"):
        result[f"gap fine-tuning {parts} ms"] = gaps_fine_tuning(window, parts, wanted.steps)
    print(json.dumps(result, indent=1))
    save(wanted.out, result)
    window.shut_down()


if __name__ == "__main__":
    main()
