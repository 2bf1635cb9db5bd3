"""A video, or a camera, in the window: a thread reads the frames, another one finds the points, the newest first.

The window is told that something new is there and takes the newest; what it was too slow for is never drawn, so it is
never held up. A recording of a file takes every frame instead, as fast as their points are found.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.state import CANONICAL, Studio
from app.translation import tr
from app.workers import Latest, step_back, use_torch_threads
from infl.errors import InflError
from infl.layouts import Layout, layout
from infl.video.recording import Recorder, recorder
from infl.video.source import Frame, Source, open_camera, open_video
from infl.video.tracking import Tracker

if TYPE_CHECKING:
    from infl.model import Encoded, Landmarker

DEFAULT = "ibug68"
"""The layout that is shown where a person has none, and no set is open."""
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


class VideoPlayer(QObject):
    """Plays one source. All methods are called from the window's thread and return at once.

    `changed`: opened, closed, playing, recording, at its end. `shown`: there is a newer frame, `found`: newer points.
    """

    changed = Signal()
    shown = Signal()
    found = Signal()
    _told = Signal(str, str)

    def __init__(self, studio: Studio):
        super().__init__(studio)
        self.studio = studio
        self.source: Source | None = None
        self.frame: Frame | None = None
        self.points: Found | None = None
        self.playing = self.recording = False
        self.recorded = 0
        self.played, self.predicted = Rate(), Rate()
        self._wish = self._wished()
        self._reader: _Reader | None = None
        self._leaving: list[_Reader] = []  # closed, and not gone yet
        self._opener = Latest(self)
        self._opener.done.connect(lambda _key, source: self._opened(source))
        self._opener.failed.connect(lambda _key, error: self._tell("error", _reason(error)))
        self._told.connect(self._tell)
        for signal in (
            studio.layout_changed,
            studio.landmarker_changed,
            studio.target_changed,
            studio.sets_changed,
        ):
            signal.connect(self._wish_changed)

    # opening and closing

    def open_file(self, path: Path) -> None:
        self._opener.ask(path, lambda: open_video(path))

    def open_camera(self, number: int = 0) -> None:
        self._opener.ask(number, lambda: open_camera(number))

    def close(self) -> None:
        """Stop, keep what was recorded, and let the source go."""
        if self._reader is not None:
            self._reader.end()
            self._leaving.append(self._reader)
            self._reader._over.connect(lambda reader=self._reader: self._gone(reader))
            self._reader = None
        self.source = self.frame = self.points = None
        self.playing = self.recording = False
        self.changed.emit()

    def stop(self) -> None:
        """The window closes."""
        self._opener.stop()
        self.close()
        for reader in self._leaving:
            reader.wait(5)

    def _gone(self, reader: _Reader) -> None:
        self._leaving.remove(reader)
        reader.deleteLater()

    @property
    def busy(self) -> bool:
        """Whether what is on screen will change without being asked to."""
        resting = self._reader is not None and not self.playing and not self._reader.settled
        return self._opener.busy or resting

    # playing

    def play(self, on: bool) -> None:
        if self._reader is not None and self.source is not None:
            at_end = self.source.count is not None and self.source.position >= self.source.count
            self.playing = on
            self._reader.do(play=on, seek=0 if on and at_end and not self.source.live else None)
            self.changed.emit()

    def seek(self, index: int) -> None:
        """Show frame `index` of a file."""
        if self._reader is not None:
            self._reader.do(seek=max(index, 0))

    def step(self, by: int) -> None:
        """Some frames on, or back; playing stops."""
        if self._reader is not None and self.frame is not None:
            self.play(False)
            self.seek(self.frame.index + by)

    # recording

    def record(self, path: Path) -> None:
        """Write the points of every frame from here on to a .csv or .h5 file, of a file's to its end."""
        reader, source, wish = self._reader, self.source, self._wish
        if reader is None or source is None:
            return
        if wish.landmarker is None:
            self._tell("warning", tr("Recording points needs a model."))
            return
        try:
            into = recorder(path, wish.layout, source=source.name, fps=source.fps, convention=wish.convention)
        except InflError as error:
            self._tell("error", str(error))
            return
        self.recording, self.recorded, self.playing = True, 0, True
        start = None if source.live or self.frame is None else self.frame.index
        reader.do(record=into, play=True, seek=start)
        self.changed.emit()

    def stop_recording(self) -> None:
        """Check what was recorded and give it its name."""
        if self._reader is not None:
            self._reader.do(end_recording=True)

    # what is to be found

    def _wished(self) -> Wish:
        studio = self.studio
        mine, own = (
            studio.layout,
            next((s.dataset for s in studio.sets if s.dataset.layout is not None), None),
        )
        chosen, convention = mine, studio.target_convention
        if not len(mine):
            chosen = own.layout if own is not None and own.layout is not None else layout(DEFAULT)
            convention = own.convention if own is not None else DEFAULT
        known = studio.landmarker.conventions if studio.landmarker is not None else ()
        return Wish(studio.landmarker, chosen, convention if convention in known else CANONICAL)

    def _wish_changed(self) -> None:
        self._wish = self._wished()
        if self._reader is not None:
            self._reader.do(wish=self._wish)

    # what the threads say

    def _opened(self, source: Source) -> None:
        self.close()
        self.source, self.recorded = source, 0
        self.played, self.predicted = Rate(), Rate()
        self._reader = _Reader(source, self._wish, self)
        self.play(source.live)

    def _tell(self, level: str, text: str) -> None:
        self.studio.notify(level, text)


class _Reader(QObject):
    """The two threads of a source that is open. Its signals come in the window's thread; `settled`: nothing is under
    way while it rests."""

    _frame_there = Signal()
    _points_there = Signal()
    _state = Signal(bool, bool, int)
    _over = Signal()

    def __init__(self, source: Source, wish: Wish, player: VideoPlayer):
        super().__init__(player)
        self._source, self._player, self._wish = source, player, wish
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
        self._frame_there.connect(self._take_frame)
        self._points_there.connect(self._take_points)
        self._state.connect(self._take_state)
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("frames", self._read), ("points", self._find))
        ]
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
                frame, reason = None, _reason(error)
            if frame is None:
                self._at_end(reason)
            else:
                self._show(frame, every=self._record is not None)
        self._threads[1].join()
        self._source.close()
        self._over.emit()

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
            self._frame_there.emit()
        if every:
            with self._wake:
                self._wake.wait_for(lambda: self._ending or (self._newest is None and not self._finding))

    def _at_end(self, reason: str) -> None:
        with self._wake:
            self._playing = False
        self._commit(reason)
        self._state.emit(False, False, -1)
        if reason:
            self._player._told.emit("warning", reason)

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
                    level, text = "error", _reason(error)
                self._player._told.emit(level, text)
        self._state.emit(False, self._playing, recording.count)

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
            self._state.emit(True, True, recording.count)
        self._player.predicted.count()
        with self._wake:
            self._found = found
            tell, self._told_points = not self._told_points, True
        if tell:
            self._points_there.emit()

    def _failed(self, error: Exception, wish: Wish) -> None:
        """Say it once, rest, and keep what was recorded."""
        with self._wake:
            self._playing = False
            self._end_recording = self._record is not None
            self._wish = Wish(None, wish.layout, wish.convention) if self._wish is wish else self._wish
            self._wake.notify_all()
        self._player._told.emit("error", _reason(error))

    # in the window's thread

    def _take_frame(self) -> None:
        with self._wake:
            self._told_frame = False
            frame = self._shown
        player = self._player
        if player._reader is self and frame is not player.frame:
            player.frame = frame
            player.played.count()
            player.shown.emit()

    def _take_points(self) -> None:
        with self._wake:
            self._told_points = False
            found = self._found
        player = self._player
        if player._reader is self and found is not player.points:
            player.points = found
            player.found.emit()

    def _take_state(self, recording: bool, playing: bool, count: int) -> None:
        player = self._player
        if player._reader is self:
            if count >= 0:
                player.recorded = count
            player.recording, player.playing = recording, playing
            player.changed.emit()


def _reason(error: object) -> str:
    if isinstance(error, InflError):
        return str(error)
    return tr("The video stopped on an unexpected error: {error}").format(error=error)
