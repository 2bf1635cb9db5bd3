"""What the machine must have before a window can open, told in one line instead of Qt's abort."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

DEBIAN_PACKAGES = {
    "libglib-2.0": "libglib2.0-0", "libgthread-2.0": "libglib2.0-0", "libEGL": "libegl1", "libGL": "libgl1",
    "libGLX": "libgl1", "libOpenGL": "libopengl0", "libdbus-1": "libdbus-1-3", "libfontconfig": "libfontconfig1",
    "libfreetype": "libfreetype6", "libxkbcommon-x11": "libxkbcommon-x11-0", "libxkbcommon": "libxkbcommon0",
    "libxcb-cursor": "libxcb-cursor0", "libxcb-icccm": "libxcb-icccm4", "libxcb-image": "libxcb-image0",
    "libxcb-keysyms": "libxcb-keysyms1", "libxcb-randr": "libxcb-randr0", "libxcb-render-util": "libxcb-render-util0",
    "libxcb-shape": "libxcb-shape0", "libxcb-shm": "libxcb-shm0", "libxcb-sync": "libxcb-sync1",
    "libxcb-xfixes": "libxcb-xfixes0", "libxcb-xkb": "libxcb-xkb1", "libxcb-render": "libxcb-render0",
    "libxcb": "libxcb1", "libX11-xcb": "libx11-xcb1", "libX11": "libx11-6", "libwayland-client": "libwayland-client0",
}  # fmt: skip
"""Shared library → the Debian package that holds it."""


def platform_named() -> str:
    """The Qt platform asked for in the environment ("" for Qt's own choice)."""
    return os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]


def has_screen() -> bool:
    """Whether windows have somewhere to go: always outside Linux, else a display or a platform named."""
    return not sys.platform.startswith("linux") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or platform_named()
    )


def missing_libraries(platform: str) -> list[str]:
    """System libraries that Qt's plugin for `platform` needs and this machine lacks, by file name."""
    if not sys.platform.startswith("linux"):
        return []
    spec = importlib.util.find_spec("PySide6")
    if spec is None or spec.origin is None:
        return []
    root = Path(spec.origin).parent
    files = [root / "QtWidgets.abi3.so", root / "Qt" / "plugins" / "platforms" / f"libq{platform}.so"]
    missing: list[str] = []
    for file in files:
        if file.exists():
            missing += _unresolved(file)
    return list(dict.fromkeys(missing))


def packages_of(libraries: list[str]) -> list[str]:
    """Debian packages that hold `libraries`; a library that is not known stands for itself."""
    found = []
    for library in libraries:
        stem = library.partition(".so")[0]
        found.append(DEBIAN_PACKAGES.get(stem, library))
    return list(dict.fromkeys(found))


def display_answers() -> bool:
    """Whether the X server that DISPLAY names can be reached; True where that cannot be asked."""
    name = ctypes.util.find_library("xcb")
    if not os.environ.get("DISPLAY") or name is None:
        return True
    xcb = ctypes.CDLL(name)
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not refused


def what_is_missing(screenshot: bool) -> str:
    """One line that says why no window can open and what to do; "" when one can.

    With `screenshot` a machine without a screen is no obstacle: Qt draws offscreen.
    """
    if not has_screen():
        if not screenshot:
            return (
                "infl-studio: there is no screen (DISPLAY and WAYLAND_DISPLAY are not set). Start it on a desktop, "
                "through a remote desktop or “ssh -X”, or add “--screenshot X.png” to draw without a screen."
            )
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    platform = platform_named() or ("wayland" if _prefers_wayland() else "xcb")
    missing = missing_libraries(platform)
    if missing:
        packages = " ".join(packages_of(missing))
        return (
            f"infl-studio: system libraries are missing ({', '.join(missing)}). "
            f"On Debian or Ubuntu: apt-get install {packages}"
        )
    if platform == "xcb" and sys.platform.startswith("linux") and not display_answers():
        if screenshot:
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
            return ""
        return (
            f"infl-studio: the screen “{os.environ['DISPLAY']}” does not answer. Check DISPLAY and your right to "
            "use it (xhost, XAUTHORITY), or add “--screenshot X.png” to draw without a screen."
        )
    return ""


def _prefers_wayland() -> bool:
    return bool(os.environ.get("WAYLAND_DISPLAY")) and os.environ.get("XDG_SESSION_TYPE") == "wayland"


def _unresolved(file: Path) -> list[str]:
    """Names of shared libraries that the loader cannot find for `file`."""
    try:
        told = subprocess.run(["ldd", str(file)], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.split("=>")[0].strip() for line in told.splitlines() if "not found" in line and "=>" in line]
