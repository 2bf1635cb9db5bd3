"""Frames of a video with the points found in them, and the controls below."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QSlider

from app.actions import Actions
from app.state import Studio
from app.theme import BODY, GRID, font, theme
from app.translation import tr
from app.video import VideoPlayer
from app.views import marks
from app.views.canvas import Canvas
from app.views.panel import ElidedLabel, Panel, caption, label, row, tool_button
from app.views.picture import Picture, Zoom
from infl.video.tracking import SEEN

COUNT = 500
"""Milliseconds between two countings of frames a second."""


class VideoView(Canvas):
    """The newest frame, and the newest points; points of an older frame stay until there are newer ones."""

    def __init__(self, studio: Studio, player: VideoPlayer):
        super().__init__(tr("Video"))
        self.studio, self.player = studio, player
        self._picture: Picture | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        player.shown.connect(self._show)
        player.found.connect(self.update)
        player.changed.connect(self._show)
        studio.options_changed.connect(self.update)

    def _show(self) -> None:
        frame = self.player.frame
        if frame is None:
            self._picture = None
        elif self._picture is None or self._picture.pixels is not frame.image:
            self._picture = Picture(frame.image)
        self.forget()

    def _zoom(self, picture: Picture) -> Zoom:
        high = np.array(picture.size, float) - 1
        return Zoom.fit(np.zeros(2), high, self.width(), self.height(), 0)

    def paint_still(self, painter: QPainter) -> None:
        if self._picture is None:
            painter.setFont(font(BODY))
            painter.setPen(QColor(theme().muted))
            text = tr("Open a video, or a camera")
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), text)
            return
        self._picture.draw(painter, self._zoom(self._picture))

    def paint_moving(self, painter: QPainter) -> None:
        found, picture = self.player.points, self._picture
        if found is None or picture is None:
            return
        if found.score < SEEN:
            caption(painter, tr("no face is seen"), QPointF(GRID, GRID))
            return
        zoom, shown = self._zoom(picture), self.studio.options
        at = marks.points_of(zoom.to_screen(found.points))
        if shown.edges:
            pairs = [(at[a], at[b]) for a, b in found.wish.layout.edges]
            marks.lines(painter, pairs, QColor(theme().accent), 1.2)
        if shown.sigma:
            marks.spreads(painter, at, found.sigma * zoom.scale, theme().accent)
        marks.disc(painter, at, theme().accent, 2.6)


class VideoPanel(Panel):
    """The view; above it what is played, below it the time line, playing, recording, and how fast it goes."""

    def __init__(self, studio: Studio, player: VideoPlayer, actions: Actions, view: VideoView):
        super().__init__(tr("Video"))
        self.player, self.view = player, view
        self.name, self.rates = ElidedLabel(elide=Qt.TextElideMode.ElideMiddle), label("", "muted")
        self.head.addWidget(self.name, 1)
        for identifier in ("open_video", "open_camera", "close_video"):
            self.head.addWidget(tool_button(actions[identifier]))
        self.body.addWidget(view, 1)
        self.slider, self.time = QSlider(Qt.Orientation.Horizontal), label("", "muted")
        self.slider.setAccessibleName(tr("Time"))
        self.slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        line = row(self.slider, self.time)
        line.setContentsMargins(2 * GRID, GRID, 2 * GRID, 0)
        self.body.addLayout(line)
        for identifier in ("video_back", "video_play", "video_forward", "video_record"):
            self.foot.addWidget(tool_button(actions[identifier]))
        self.foot.addWidget(self.rates)
        self.foot.addStretch(1)
        for identifier in ("edges", "sigma"):
            self.foot.addWidget(tool_button(actions[identifier]))
        self._play, self._record = actions["video_play"], actions["video_record"]
        self._wound = [actions["video_back"], actions["video_forward"]]
        self.slider.valueChanged.connect(self._scrubbed)
        player.shown.connect(self._moved)
        player.changed.connect(self._refresh)
        self._counting = QTimer(self, interval=COUNT)
        self._counting.timeout.connect(self._count)
        self._refresh()

    def _scrubbed(self, value: int) -> None:
        frame = self.player.frame
        if frame is None or value != frame.index:
            self.player.seek(value)

    def _moved(self) -> None:
        frame, source = self.player.frame, self.player.source
        if frame is None or source is None:
            return
        if not self.slider.isSliderDown():
            self.slider.blockSignals(True)
            self.slider.setValue(frame.index)
            self.slider.blockSignals(False)
        whole = f" / {in_minutes(source.count / source.fps)}" if source.count is not None else ""
        self.time.setText(in_minutes(frame.time) + whole)

    def _refresh(self) -> None:
        player, source = self.player, self.player.source
        wound = source is not None and not source.live
        self.name.setText("" if source is None else f"{source.name}, {source.size[0]} × {source.size[1]}")
        self.slider.setEnabled(wound and not player.recording)
        self.slider.setRange(0, max((source.count or 1) - 1, 0) if source is not None else 0)
        self._play.setEnabled(source is not None and not player.recording)
        self._play.setText("❚❚" if player.playing else "▶")
        self._play.setChecked(player.playing)
        self._record.setEnabled(source is not None)
        self._record.setChecked(player.recording)
        self._record.setText(
            tr("Stop ({count})").format(count=player.recorded) if player.recording else tr("Record points")
        )
        for action in self._wound:
            action.setEnabled(wound and not player.recording)
        self._counting.start() if player.playing else self._counting.stop()
        self._moved()
        self._count()

    def _count(self) -> None:
        played, predicted = self.player.played.value, self.player.predicted.value
        text = tr("{played} shown, {predicted} predicted a second")
        self.rates.setToolTip(text.format(played=f"{played:.1f}", predicted=f"{predicted:.1f}"))
        rates = tr("{played} fps · points {predicted} fps")
        rates = rates.format(played=f"{played:.0f}", predicted=f"{predicted:.0f}")
        self.rates.setText(rates if self.player.playing else "")


def in_minutes(seconds: float) -> str:
    """ "1:07.4" """
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
