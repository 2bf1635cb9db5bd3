"""Where frames come from: a video's file, which can be wound, or a camera, which cannot."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from infl.errors import FileError, InflError
from infl.images import cv2

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".ogv", ".3gp"}
)
USUAL_FPS = 25.0
"""Frames a second where the source does not say."""
NEAR = 30
"""Frames ahead up to which reading on is quicker, and surer, than winding."""
INEXACT = 0.02
"""Part of a video by which the number of frames that its header tells may be too large without anything missing."""


@dataclass(frozen=True, eq=False)
class Frame:
    """index: from 0; time: seconds from the first frame; image: (H, W, 3) uint8 RGB."""

    index: int
    time: float
    image: np.ndarray


class Source:
    """A context that gives frames one after the other. It may be used from any thread, by one at a time.

    size: (width, height) pixels. fps: frames a second. count: number of frames as the file's header tells it, None of a
    camera, or where nothing is told.
    """

    def __init__(self, capture: cv2.VideoCapture, name: str, path: Path | None):
        self.name, self.path, self._capture = name, path, capture
        self.size = (
            int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        )
        told = capture.get(cv2.CAP_PROP_FPS)
        self.fps = float(told) if 1 <= told <= 1000 else USUAL_FPS
        count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if path is not None else 0
        self.count = count if count > 0 else None
        self._next, self._began = 0, time.monotonic()

    @property
    def live(self) -> bool:
        """Whether it is a camera, whose frames come by themselves and only once."""
        return self.path is None

    @property
    def position(self) -> int:
        """The index of the frame that `read` gives next."""
        return self._next

    def read(self) -> Frame | None:
        """The next frame; None after the last one.

        Raises FileError where a file is damaged before its end, and InflError when a camera is gone.
        """
        done, bgr = self._capture.read()
        if not done or bgr is None:
            self._ended()
            return None
        index = self._next
        self._next += 1
        moment = time.monotonic() - self._began if self.live else index / self.fps
        return Frame(index, moment, cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))

    def skip(self, frames: int) -> None:
        """Leave out frames, which is quicker than reading them."""
        for _ in range(frames):
            if not self._capture.grab():
                return
            self._next += 1

    def seek(self, index: int) -> None:
        """Wind a file to frame `index`, or to its last one; a camera is not wound."""
        if self.live:
            return
        index = max(0, index if self.count is None else min(index, self.count - 1))
        if self._next <= index <= self._next + NEAR:
            self.skip(index - self._next)
            return
        self._capture.set(cv2.CAP_PROP_POS_FRAMES, index)
        self._next = index

    def close(self) -> None:
        self._capture.release()

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ended(self) -> None:
        """Raise where this is no end."""
        if self.path is None:
            raise InflError(f"{self.name} gives no more pictures. Is it still plugged in?")
        if self.count is not None and self._next < self.count - max(2, INEXACT * self.count):
            raise FileError(
                self.path, f"is damaged after {self._next} of {self.count} frames.",
                remedy="What comes before it can be used.",
            )  # fmt: skip


def open_video(path: str | Path) -> Source:
    """The frames of a video's file; raises FileError where there is none or nothing here can decode it."""
    path = Path(path)
    try:
        with open(path, "rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror}).") from error
    if empty:
        raise FileError(path, "is empty.")
    capture = _quietly(lambda: cv2.VideoCapture(str(path)))
    source = Source(capture, path.name, path)
    if not capture.isOpened() or 0 in source.size:
        source.close()
        raise FileError(
            path, "is no video that can be decoded here: its codec is unknown, or it is damaged at its start.",
            remedy=f"Convert it, for example with: ffmpeg -i {path.name} -c:v libx264 {path.stem}_h264.mp4",
        )  # fmt: skip
    return source


def open_camera(number: int = 0) -> Source:
    """The frames of a camera, counted from 0; raises InflError where there is none."""
    where = f"/dev/video{number}" if sys.platform == "linux" else f"number {number}"
    if sys.platform == "linux" and not Path(where).exists():
        raise InflError(f"There is no camera {where}. Plug one in, or open a video's file instead.")
    capture = _quietly(lambda: cv2.VideoCapture(number))
    if not capture.isOpened():
        capture.release()
        raise InflError(
            f"The camera {where} cannot be opened: another program may be using it, or this one may not."
        )
    return Source(capture, f"camera {number}", None)


def _quietly(make) -> cv2.VideoCapture:
    """OpenCV prints what it tries; what matters is said by who asked."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        return make()
    finally:
        cv2.utils.logging.setLogLevel(level)
