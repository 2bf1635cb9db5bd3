"""A video, or a camera, in the window: a thread reads the frames, another one finds the points, the newest first.

The window is told that something new is there and takes the newest; what it was too slow for is never drawn, so it is
never held up. A recording of a file takes every frame instead, as fast as their points are found.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.state import Studio
from app.translation import tr
from app.values import CANONICAL
from app.video_reader import Found, Rate, Reader, Wish, in_words
from app.workers import Latest
from infl.errors import InflError
from infl.layouts import layout
from infl.video.recording import recorder
from infl.video.source import Frame, Source, open_camera, open_video

DEFAULT = "ibug68"
"""The layout that is shown where a person has none, and no set is open."""


class VideoPlayer(QObject):
    """Plays one source. All methods are called from the window's thread and return at once.

    `changed`: opened, closed, playing, recording, at its end. `shown`: there is a newer frame, `found`: newer points.
    """

    changed = Signal()
    shown = Signal()
    found = Signal()

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
        self._reader: Reader | None = None
        self._leaving: list[Reader] = []  # closed, and not gone yet
        self._opener = Latest(self)
        self._opener.done.connect(lambda _key, source: self._opened(source))
        self._opener.failed.connect(lambda _key, error: self._tell("error", in_words(error)))
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

    def _gone(self, reader: Reader) -> None:
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
        self._reader = Reader(source, self._wish, self.predicted, self)
        self._reader.frame_there.connect(self._take_frame)
        self._reader.points_there.connect(self._take_points)
        self._reader.state.connect(self._take_state)
        self._reader.told.connect(self._tell)
        self._reader.over.connect(self._gone)
        self._reader.start()
        self.play(source.live)

    def _take_frame(self) -> None:
        frame = self._reader.take_frame() if self._reader is not None else None
        if frame is not None and frame is not self.frame:
            self.frame = frame
            self.played.count()
            self.shown.emit()

    def _take_points(self) -> None:
        found = self._reader.take_points() if self._reader is not None else None
        if found is not None and found is not self.points:
            self.points = found
            self.found.emit()

    def _take_state(self, reader: Reader, recording: bool, playing: bool, count: int) -> None:
        if self._reader is reader:
            if count >= 0:
                self.recorded = count
            self.recording, self.playing = recording, playing
            self.changed.emit()

    def _tell(self, level: str, text: str) -> None:
        self.studio.notify(level, text)
