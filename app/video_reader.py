"""The two threads of a video that is open: one reads its frames, the other finds the points in the newest of them."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.translation import tr
from app.workers import step_back, use_torch_threads
from infl.errors import InflError
from infl.layouts import Layout
from infl.video.recording import Recorder
from infl.video.source import Frame, Source
from infl.video.tracking import Tracker

if TYPE_CHECKING:
    from infl.model import Encoded, Landmarker

OVER = 2.0
"""Seconds over which frames are counted for “frames a second”."""


@dataclass(frozen=True, eq=False)
class Wish:
    """What is to be found in the frames."""

    landmarker: Landmarker | None
    layout: Layout
    convention: str


@dataclass(frozen=True, eq=False)
class Found:
    """The points of a wish in a frame: (K, 2) and σ (K,) in its pixels; score: probability of a face."""

    frame: Frame
    wish: Wish
    points: np.ndarray
    sigma: np.ndarray
    score: float


class Rate:
    """How many a second, of the last seconds."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def count(self) -> None:
        self._times.append(time.monotonic())

    @property
    def value(self) -> float:
        while self._times and time.monotonic() - self._times[0] > OVER:
            self._times.popleft()
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / max(self._times[-1] - self._times[0], 1e-3)


class Reader(QObject):
    """The two threads of a source that is open.

    Its signals come in the window's thread. `frame_there`, `points_there`: there is something newer to take. `state`:
    this reader, whether it records, whether it plays, and how many frames are recorded (−1: as before). `told`: a
    notice's level and text. `over`: this reader, when both threads have ended.
    """

    frame_there = Signal()
    points_there = Signal()
    state = Signal(object, bool, bool, int)
    told = Signal(str, str)
    over = Signal(object)

    def __init__(self, source: Source, wish: Wish, predicted: Rate, parent: QObject):
        super().__init__(parent)
        self._source, self._wish, self._predicted = source, wish, predicted
        self._wake = threading.Condition()
        self._playing, self._seek, self._ending = False, 0 if not source.live else None, False
        self._record: Recorder | None = None
        self._next_record: Recorder | None = None  # from the frame on that is read next
        self._end_recording = False
        self._newest: Frame | None = None  # that points are to be found in
        self._shown: Frame | None = None
        self._found: Found | None = None
        self._told_frame = self._told_points = False
        self._finding = self._reading = False
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("frames", self._read), ("points", self._find))
        ]

    def start(self) -> None:
        """Begin, once the signals are connected."""
        for thread in self._threads:
            thread.start()

    def do(self, **wishes: Any) -> None:
        """Change what the threads are to do: play, seek, wish, record, end_recording."""
        with self._wake:
            if "play" in wishes:
                self._playing = wishes["play"]
            if wishes.get("seek") is not None:
                self._seek = wishes["seek"]
            if "wish" in wishes:
                self._wish = wishes["wish"]
            if "record" in wishes:
                self._next_record = wishes["record"]
            if "end_recording" in wishes:
                self._end_recording = True
            self._wake.notify_all()

    @property
    def settled(self) -> bool:
        with self._wake:
            behind = (
                self._found is None
                or self._found.frame is not self._shown
                or self._found.wish is not self._wish
            )
            under_way = self._seek is not None or self._reading or self._finding
            return not under_way and not (self._wish.landmarker is not None and behind)

    def end(self) -> None:
        """Keep what was recorded, let the source go, and be gone; nobody waits for that."""
        with self._wake:
            self._ending = True
            self._wake.notify_all()

    def wait(self, seconds: float) -> None:
        """Until it is gone."""
        for thread in self._threads:
            thread.join(seconds)

    # what it has

    def take_frame(self) -> Frame | None:
        """The newest frame; another `frame_there` comes for those after it."""
        with self._wake:
            self._told_frame = False
            return self._shown

    def take_points(self) -> Found | None:
        """The newest points; another `points_there` comes for those after them."""
        with self._wake:
            self._told_points = False
            return self._found

    # the thread that reads

    def _read(self) -> None:
        step_back()
        due = time.monotonic()
        while True:
            with self._wake:
                self._reading = False
                self._wake.wait_for(
                    lambda: self._ending or self._seek is not None or self._playing or self._end_recording
                )
                ending, seek, self._seek = self._ending, self._seek, None
                end_recording, self._end_recording = self._end_recording or ending, False
                playing = self._reading = self._playing or seek is not None
                if self._next_record is not None:
                    self._record, self._next_record, self._newest = self._next_record, None, None
            if end_recording:
                self._commit("")
            if ending:
                break
            if not playing:
                continue
            if seek is not None:
                self._source.seek(seek)
                due = time.monotonic()
            elif not self._source.live and self._record is None:
                due = self._keep_pace(due)
            try:
                frame, reason = self._source.read(), ""
            except Exception as error:
                frame, reason = None, in_words(error)
            if frame is None:
                self._at_end(reason)
            else:
                self._show(frame, every=self._record is not None)
        self._threads[1].join()
        self._source.close()
        self.over.emit(self)

    def _keep_pace(self, due: float) -> float:
        """Wait until the next frame is due; leave frames out where reading or drawing is too slow. Returns when the one
        after it is due."""
        now, each = time.monotonic(), 1 / self._source.fps
        if now < due:
            with self._wake:
                self._wake.wait_for(
                    lambda: self._ending or self._seek is not None or not self._playing, due - now
                )
        elif now - due > each:
            behind = int((now - due) / each)
            self._source.skip(behind)
            due += behind * each
        return due + each

    def _show(self, frame: Frame, *, every: bool) -> None:
        """Hand a frame on; where every one counts, wait until its points are found."""
        with self._wake:
            self._shown = self._newest = frame
            tell, self._told_frame = not self._told_frame, True
            self._wake.notify_all()
        if tell:
            self.frame_there.emit()
        if every:
            with self._wake:
                self._wake.wait_for(lambda: self._ending or (self._newest is None and not self._finding))

    def _at_end(self, reason: str) -> None:
        with self._wake:
            self._playing = False
        self._commit(reason)
        self.state.emit(self, False, False, -1)
        if reason:
            self.told.emit("warning", reason)

    def _commit(self, reason: str) -> None:
        """Keep what was recorded so far."""
        with self._wake:
            recording, self._record = self._record, None
            self._wake.wait_for(lambda: not self._finding)
        if recording is None:
            return
        with recording:
            if recording.count:
                try:
                    recording.commit()
                    text = tr("{count} frames were recorded to {path}.")
                    level, text = "info", text.format(count=recording.count, path=recording.path)
                except (InflError, OSError) as error:
                    level, text = "error", in_words(error)
                self.told.emit(level, text)
        self.state.emit(self, False, self._playing, recording.count)

    # the thread that finds

    def _find(self) -> None:
        step_back()
        use_torch_threads(1)
        tracker: Tracker | None = None
        kept: tuple[Frame, Landmarker, Encoded] | None = None
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._ending or self._newest is not None or self._is_behind())
                if self._ending:
                    return
                frame, self._newest = self._newest or self._shown, None
                wish, self._finding = self._wish, True
                recording = self._record
            try:
                if frame is not None and wish.landmarker is not None:
                    if tracker is None or tracker.landmarker is not wish.landmarker:
                        tracker = Tracker(wish.landmarker)
                    if kept is None or kept[0] is not frame or kept[1] is not wish.landmarker:
                        if kept is not None and abs(frame.index - kept[0].index) > self._source.fps:
                            tracker.forget()  # wound to another place
                        kept = (frame, wish.landmarker, tracker.encode(frame.image))
                    self._ask(frame, wish, kept[2], recording)
            except Exception as error:
                self._failed(error, wish)
            finally:
                with self._wake:
                    self._finding = False
                    self._wake.notify_all()

    def _is_behind(self) -> bool:
        """Whether the wish has changed since points were found."""
        return self._found is not None and self._found.wish is not self._wish and self._shown is not None

    def _ask(self, frame: Frame, wish: Wish, encoded: Encoded, recording: Recorder | None) -> None:
        assert wish.landmarker is not None
        marks = wish.landmarker.query(encoded, wish.layout, wish.convention)
        found = Found(frame, wish, marks.points, marks.sigma, encoded.score)
        if recording is not None:
            recording.append(frame.index, frame.time, encoded.score, marks.points, marks.sigma)
            self.state.emit(self, True, True, recording.count)
        self._predicted.count()
        with self._wake:
            self._found = found
            tell, self._told_points = not self._told_points, True
        if tell:
            self.points_there.emit()

    def _failed(self, error: Exception, wish: Wish) -> None:
        """Say it once, rest, and keep what was recorded."""
        with self._wake:
            self._playing = False
            self._end_recording = self._record is not None
            self._wish = Wish(None, wish.layout, wish.convention) if self._wish is wish else self._wish
            self._wake.notify_all()
        self.told.emit("error", in_words(error))


def in_words(error: object) -> str:
    """An error in words for the person."""
    if isinstance(error, InflError):
        return str(error)
    return tr("The video stopped on an unexpected error: {error}").format(error=error)
