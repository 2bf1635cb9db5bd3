"""Can OpenGL draw the face on this machine? Asked in a process of its own, which a driver may crash or stop for good.

`python -m app.gl_probe` draws the face once by GL and once in software, compares the two, and prints what it found.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QSettings, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.translation import tr

PLATFORMS = ("xcb", "wayland", "windows", "cocoa")
"""Platforms of Qt on which GL may be asked for; elsewhere (offscreen, VNC) to ask is to crash."""
SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "software rasterizer", "basic render", "gdi generic")
"""In the names of renderers that use no graphics card: slower than our own rasteriser."""
LIMIT = 60_000
"""Milliseconds after which a driver that has not answered is given up."""
ALIKE = 3.0
"""Mean difference, of 255, that GL's picture may have from ours."""
_KEYS = "gl"


@dataclass(frozen=True)
class Answer:
    """What a probe found: the renderer's name on a platform of Qt, and why GL cannot be used ("" where it can)."""

    platform: str
    renderer: str = ""
    trouble: str = ""

    @property
    def usable(self) -> bool:
        return not self.trouble

    @property
    def hardware(self) -> bool:
        """Whether a graphics card draws."""
        return not any(name in self.renderer.lower() for name in SOFTWARE)


def platform() -> str:
    """The platform of Qt that this program runs on."""
    return QGuiApplication.platformName().partition("-")[0]


def remembered(settings: QSettings) -> Answer | None:
    """The last answer on this platform; None where it was never asked."""
    values = {
        name: str(settings.value(f"{_KEYS}/{name}", "")) for name in ("platform", "renderer", "trouble")
    }
    return Answer(**values) if values["platform"] == platform() else None


def remember(settings: QSettings, answer: Answer) -> None:
    for name, value in asdict(answer).items():
        settings.setValue(f"{_KEYS}/{name}", value)


class GlProbe(QObject):
    """Asks in the background; `answered` carries the Answer. command: what is run; limit: ms it may take."""

    answered = Signal(object)

    def __init__(
        self,
        parent: QObject | None = None,
        command: Sequence[str] = (sys.executable, "-m", "app.gl_probe"),
        limit: int = LIMIT,
    ):
        super().__init__(parent)
        self._command = tuple(command)
        self._process: QProcess | None = None
        self._patience = QTimer(self, interval=limit, singleShot=True)
        self._patience.timeout.connect(self._stop_waiting)

    def start(self) -> None:
        """Ask, unless that is under way."""
        if self._process is not None:
            return
        process = self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("QT_QPA_PLATFORM", platform())
        process.setProcessEnvironment(environment)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._not_started)
        self._patience.start()
        process.start(self._command[0], list(self._command[1:]))

    def stop(self) -> None:
        """Forget about it."""
        process, self._process = self._process, None
        self._patience.stop()
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(1000)

    def _stop_waiting(self) -> None:
        self.stop()
        trouble = tr("it did not answer within {seconds} s")
        seconds = f"{self._patience.interval() / 1000:g}"
        self.answered.emit(Answer(platform(), trouble=trouble.format(seconds=seconds)))

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end(Answer(platform(), trouble=tr("the test could not be started")))

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        assert self._process is not None
        lines = bytes(self._process.readAllStandardOutput().data()).decode(errors="replace").split("\n")
        found = [line for line in lines if line.startswith("{")]  # drivers may talk, too
        if code or status != QProcess.ExitStatus.NormalExit or not found:
            self._end(Answer(platform(), trouble=tr("the graphics driver crashed")))
        else:
            self._end(Answer(platform(), **json.loads(found[-1])))

    def _end(self, answer: Answer) -> None:
        if self._process is not None:
            self._process.deleteLater()
            self._process = None
        self._patience.stop()
        self.answered.emit(answer)


def _ask() -> dict[str, str]:
    """Draw the face in both ways and compare."""
    import numpy as np

    from app.views.gl_face import GlFace, GlFailed
    from infl.geometry.canonical_face import canonical_face
    from infl.rendering.face_view import FaceView, OrbitCamera

    view, orbit, size, background = FaceView(canonical_face()), OrbitCamera(yaw=30), (160, 120), (40, 80, 120)
    try:
        drawer = GlFace()
        image = drawer.fast(view, orbit, size, background=background).image
    except GlFailed as failed:
        return {"renderer": "", "trouble": str(failed)}
    wanted = view.smooth(orbit, size, background=background).image
    off = float(np.abs(image.astype(np.float32) - wanted).mean())
    trouble = tr("its picture differs from the right one by {off} of 255").format(off=f"{off:.1f}")
    found = {"renderer": drawer.renderer, "trouble": trouble if off > ALIKE else ""}
    drawer.close()
    return found


def main() -> None:
    application = QGuiApplication([])
    print("\n" + json.dumps(_ask()), flush=True)
    del application


if __name__ == "__main__":
    main()
