"""Examines the machine: what the program finds, what is missing, and what to install.

Qt and GL are tried in processes of their own: where their system libraries are missing they abort instead of raising.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infl.errors import InflError

GOOD, LESS, FAILED = "good", "less", "failed"
MARKS = {GOOD: "✓", LESS: "–", FAILED: "✗"}
"""GOOD; LESS: works, with something missing that not everybody needs; FAILED: something does not work."""

PACKAGES = {
    "libglib-2.0.so.0": "libglib2.0-0", "libgthread-2.0.so.0": "libglib2.0-0", "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1", "libdbus-1.so.3": "libdbus-1-3", "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0", "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4", "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1", "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0", "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0", "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1", "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0", "libxcb-xkb.so.1": "libxcb-xkb1", "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0", "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
}  # fmt: skip
"""Debian packages of the system libraries that Qt's wheels load."""

BAD_QT = {
    "6.11.0": "is broken",
    "6.11.1": "is broken",
    "6.12.0": "crashes CPython 3.11 after some thousand calls",
}

PROBE = """
import json, sys
from PySide6.QtGui import QFontDatabase, QGuiApplication, QOffscreenSurface, QOpenGLContext
app = QGuiApplication([])
said = {"platform": app.platformName(), "fonts": len(QFontDatabase.families()), "gl": None}
if app.platformName() in ("xcb", "wayland", "windows", "cocoa"):
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    if context.create() and context.makeCurrent(surface):
        said["gl"] = list(context.format().version())
        functions = context.functions()
        said["renderer"] = str(functions.glGetString(0x1F01))
        context.doneCurrent()
print("infl" + json.dumps(said))
"""


@dataclass(frozen=True)
class Finding:
    """state: GOOD, LESS or FAILED; what: the part that was looked at; said: one line, with the remedy if any."""

    state: str
    what: str
    said: str


def examine() -> Iterator[Finding]:
    """Everything, as it is found."""
    yield Finding(
        GOOD, "system", f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    )
    yield _versions()
    yield from _torch()
    yield _resources()
    yield from _checkpoint()
    yield from _qt()


def _versions() -> Finding:
    names = ("infl-studio", "numpy", "scipy", "opencv-python", "h5py", "pandas", "safetensors", "pydantic")
    found = {name: _version(name) for name in names}
    missing = [name for name, version in found.items() if version is None and name != "infl-studio"]
    said = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    if missing:
        return Finding(FAILED, "libraries", f"{said}; missing: pip install {' '.join(missing)}")
    return Finding(GOOD, "libraries", said)


def _torch() -> Iterator[Finding]:
    try:
        import torch
    except (ImportError, OSError) as error:
        yield Finding(FAILED, "torch", f"cannot be imported ({_first_line(error)}). pip install torch")
        return
    threads = torch.get_num_threads()
    yield Finding(GOOD, "torch", f"{torch.__version__}, {threads} thread{'s' if threads > 1 else ''}")
    if torch.cuda.is_available():
        yield Finding(GOOD, "device", f"CUDA: {torch.cuda.get_device_name(0)}")
    else:
        yield Finding(GOOD, "device", "CPU; no CUDA device")


def _resources() -> Finding:
    from infl.geometry.canonical_face import canonical_face
    from infl.layouts import layout, layout_names

    try:
        vertices = len(canonical_face().vertices)
        names = [layout(name).name for name in layout_names()]
    except InflError as error:
        return Finding(FAILED, "resources", f"{error} Install the program again.")
    return Finding(GOOD, "resources", f"canonical face of {vertices} vertices, {len(names)} layouts")


def _checkpoint() -> Iterator[Finding]:
    from infl.model import load_landmarker

    try:
        landmarker = load_landmarker()
    except InflError as error:
        yield Finding(FAILED, "checkpoint", str(error))
        return
    yield Finding(GOOD, "checkpoint", f"conventions: {', '.join(landmarker.conventions)}")
    if landmarker.runtime.startswith("torch"):
        faster = "onnxruntime is about twice as fast: pip install 'infl-studio[fast]'"
        yield Finding(LESS, "runtime", f"{landmarker.runtime}; {faster}")
    else:
        yield Finding(GOOD, "runtime", landmarker.runtime)


def _qt() -> Iterator[Finding]:
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        yield Finding(LESS, "Qt", "not installed; the studio needs it: pip install PySide6-Essentials")
        return
    version = _version("PySide6-Essentials") or _version("PySide6") or "of an unknown version"
    if version in BAD_QT:
        yield Finding(
            FAILED, "Qt", f"PySide6 {version} {BAD_QT[version]}. Install another: 6.8 to 6.11, not 6.11.0/1"
        )
    else:
        yield Finding(GOOD, "Qt", f"PySide6 {version}")
    folder = Path(next(iter(spec.submodule_search_locations)))
    yield from _window(folder, "offscreen", "pictures")
    if not sys.platform.startswith("linux"):
        yield from _window(folder, "", "window")
    elif os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        yield from _window(folder, os.environ.get("QT_QPA_PLATFORM", ""), "window")
    else:
        missing = missing_packages(folder, "xcb")
        more = f"; a window would also need: {_install(missing)}" if missing else ""
        yield Finding(LESS, "window", "no screen (neither DISPLAY nor WAYLAND_DISPLAY is set); infl-studio "
                      f"--screenshot X.png works without one{more}")  # fmt: skip


def _window(folder: Path, qt_platform: str, what: str) -> Iterator[Finding]:
    """Whether Qt starts on a platform ("" = its own choice), with which GL; else the packages that it lacks."""
    environment = dict(os.environ) | ({"QT_QPA_PLATFORM": qt_platform} if qt_platform else {})
    try:
        tried = subprocess.run(
            [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Finding(FAILED, what, f"Qt could not be tried ({_first_line(error)})")
        return
    answer = next((line[4:] for line in tried.stdout.splitlines() if line.startswith("infl{")), None)
    if answer is None:
        missing = missing_packages(folder, qt_platform or "xcb")
        reason = (
            _install(missing)
            if missing
            else _last_line(tried.stderr) or f"it ended with code {tried.returncode}"
        )
        yield Finding(
            FAILED, what, f"Qt does not start{f' on “{qt_platform}”' if qt_platform else ''}: {reason}"
        )
        return
    said = json.loads(answer)
    if not said["fonts"]:
        yield Finding(FAILED, what, f"Qt finds no fonts: {_install(['fonts-dejavu-core'])}")
        return
    yield Finding(GOOD, what, f"Qt starts on “{said['platform']}” with {said['fonts']} font families")
    if what == "window":
        yield _gl(said)


def _gl(said: dict) -> Finding:
    if said["gl"] is None or said["gl"] < [2, 1]:
        return Finding(LESS, "GL", "none that works; the canonical face is drawn in software")
    return Finding(GOOD, "GL", f"{'.'.join(map(str, said['gl']))}, {said.get('renderer', '')}")


def missing_packages(folder: Path, qt_platform: str) -> list[str]:
    """Debian packages whose libraries Qt's parts for a platform do not find; libraries of no known package by name.

    folder: of the installed PySide6. Empty where `ldd` does not exist.
    """
    parts = [*folder.glob("QtGui*.so"), *folder.glob("QtWidgets*.so"),
             *folder.glob(f"Qt/plugins/platforms/libq{qt_platform}*.so")]  # fmt: skip
    missing: set[str] = set()
    for part in parts:
        try:
            listed = subprocess.run(["ldd", str(part)], capture_output=True, text=True, timeout=60).stdout
        except (OSError, subprocess.TimeoutExpired):
            return []
        missing |= {
            line.split("=>")[0].strip()
            for line in listed.splitlines()
            if "not found" in line and "=>" in line
        }
    return sorted({PACKAGES.get(library, library) for library in missing})


def _install(packages: list[str]) -> str:
    return f"apt-get install {' '.join(packages)}"


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
