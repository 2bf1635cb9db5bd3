"""Frames a second while the face turns, by GL and in software: `python tests/benchmarks/turning.py [--out X.json]`.

On a screen, or with software GL: `QT_QPA_PLATFORM=xcb xvfb-run -a python tests/benchmarks/turning.py`. The same window,
heat map and arrows on the face, is turned by each in turns. GL's picture has the screen's pixels and soft edges; the
software's is coarse and flat. Also the time of GL's, and the software's, picture alone.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "")  # the screen's own, not `studio_speed`'s

import numpy as np
from common import arguments_of, save
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from studio_speed import settle, summary, turning, untrained, wait

from app import demo, theme
from app.window import MainWindow
from infl.datasets import open_dataset
from infl.rendering.face_view import OrbitCamera

ROUNDS, FRAMES = 3, 24


def alone(draw: Callable[[OrbitCamera], object], count: int = 16) -> dict[str, float]:
    """Milliseconds of a picture."""
    times = []
    for i in range(count):
        start = time.perf_counter()
        draw(OrbitCamera(yaw=4.0 * (i % 20)))
        times.append((time.perf_counter() - start) * 1000)
    return summary(times[1:])


def main() -> None:
    wanted = arguments_of(__doc__, data=False, out=True).parse_args()
    application = QApplication(sys.argv[:1])
    theme.apply(application, "light")
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = MainWindow(settings)
        window.resize(1600, 1000)
        window.show()
        sets = [open_dataset(each) for each in demo.folders()]
        window.studio.add_sets(sets)
        window.studio.set_landmarker(untrained([s.convention for s in sets]), "benchmark")
        window.show_demo_layout()
        window.drawing.choose("gl")
        for _ in range(600):
            if window.drawing.gl or window.studio.notices:
                break
            wait(100)
        if not window.drawing.gl:
            raise SystemExit(f"No GL here: {[notice.text for notice in window.studio.notices]}")
        settle(window)
        result: dict[str, object] = {"cores": os.cpu_count(), "load before": round(os.getloadavg()[0], 2)}
        result["renderer"] = window.drawing.told
        frames: dict[str, list[float]] = {"software": [], "gl": []}
        for _ in range(ROUNDS):
            for choice, found in frames.items():
                settings.setValue("draw_with", choice)
                found.append(turning(window, FRAMES))
                settle(window)
        result["turning fps"] = {choice: float(np.median(found)) for choice, found in frames.items()}
        view, drawing = window.face.renderer, window.drawing
        chart: dict[str, Any] = dict(window.face._chart.arguments)
        full, coarse = window.face._full_size()[0], window.face._coarse_size()[0]
        settings.setValue("draw_with", "gl")
        result[f"gl {full[0]}×{full[1]} ms"] = alone(lambda orbit: drawing.fast(view, orbit, full, **chart))
        result[f"gl {coarse[0]}×{coarse[1]} ms"] = alone(
            lambda orbit: drawing.fast(view, orbit, coarse, **chart)
        )
        result[f"software {coarse[0]}×{coarse[1]} ms"] = alone(
            lambda orbit: view.fast(orbit, coarse, **chart)
        )
        print(json.dumps(result, indent=1, ensure_ascii=False))
        save(wanted.out, result)
        window.shut_down()


if __name__ == "__main__":
    main()
