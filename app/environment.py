"""What the machine must have before a window can open, told in one line instead of Qt's abort."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import os
import sys
from pathlib import Path

from infl.doctor import missing_packages


def platform_named() -> str:
    """The Qt platform asked for in the environment ("" for Qt's own choice)."""
    return os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]


def has_screen() -> bool:
    """Whether windows have somewhere to go: always outside Linux, else a display or a platform named."""
    return not sys.platform.startswith("linux") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or platform_named()
    )


def packages_lacking(platform: str) -> list[str]:
    """Debian packages that Qt needs for `platform` and this machine lacks."""
    spec = importlib.util.find_spec("PySide6") if sys.platform.startswith("linux") else None
    return [] if spec is None or spec.origin is None else missing_packages(Path(spec.origin).parent, platform)


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
    packages = packages_lacking(platform)
    if packages:
        return f"infl-studio: system libraries are missing. On Debian or Ubuntu: apt-get install {' '.join(packages)}"
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
