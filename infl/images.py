"""The one place where pictures are read and written.

Importing OpenCV's Linux wheel points Qt at OpenCV's own plugins, which breaks PySide6; it is undone here,
so everything else imports `cv2` from this module.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

_qt_plugins = os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH")
import cv2  # noqa: E402

if _qt_plugins is None:
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
else:
    os.environ["QT_QPA_PLATFORM_PLUGIN_PATH"] = _qt_plugins

from infl.errors import FileError  # noqa: E402

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})


def read_image(path: str | Path) -> np.ndarray:
    """Read a picture as (H, W, 3) uint8 RGB with its EXIF orientation applied.

    Raises FileError when the file is missing or is no picture.
    """
    path = Path(path)
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise FileError(
            path, f"cannot be read ({error.strerror}).", remedy="Check the path and its rights."
        ) from error
    bgr = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None  # IMREAD_COLOR applies EXIF orientation
    if bgr is None:
        raise FileError(
            path, "is no picture that can be decoded.", remedy="Use JPEG, PNG, BMP, WebP or TIFF."
        )
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


def image_size(path: str | Path) -> tuple[int, int]:
    """(width, height) in pixels of a picture as `read_image` would return it."""
    height, width = read_image(path).shape[:2]
    return width, height


def write_image(path: str | Path, rgb: np.ndarray) -> None:
    """Write (H, W, 3) uint8 RGB; the suffix of `path` chooses the format."""
    path = Path(path)
    done, data = cv2.imencode(path.suffix, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    if not done:
        raise FileError(path, "cannot be encoded.", remedy="Use a suffix such as .png or .jpg.")
    path.write_bytes(data.tobytes())
