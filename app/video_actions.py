"""What can be done with videos and cameras."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app import folders
from app.actions import Actions
from app.translation import tr
from app.video import VideoPlayer
from infl.video.source import VIDEO_SUFFIXES


def declare(actions: Actions, menu: str, player: VideoPlayer, window: QWidget) -> None:
    """window: over which is asked for files."""

    def ask_video() -> None:
        kinds = tr("Videos") + f" ({' '.join(f'*{suffix}' for suffix in sorted(VIDEO_SUFFIXES))})"
        path = folders.ask_file(window, tr("Open a video"), f"{kinds};;{tr('All files')} (*)")
        if path is not None:
            player.open_file(path)

    def record(on: bool) -> None:
        if not on:
            player.stop_recording()
            return
        kinds = tr("Points of each frame") + " (*.h5 *.csv)"
        name = (
            "points.h5"
            if player.source is None
            else f"{player.source.name.rpartition('.')[0] or 'camera'}.h5"
        )
        path = folders.ask_new_file(window, tr("Record points to"), name, kinds)
        if path is not None:
            player.record(path)
        player.changed.emit()

    actions.add("open_video", menu, tr("Open video…"), ask_video, "Ctrl+Shift+V",
                tr("Play a video with the points of my layout found in it"))  # fmt: skip
    actions.add(
        "open_camera",
        menu,
        tr("Camera"),
        player.open_camera,
        "",
        tr("Find the points of my layout in a camera's pictures"),
    )
    actions.add(
        "close_video", menu, tr("Back to the photo"), player.close, "", tr("Close the video or the camera")
    )
    actions.add("video_back", menu, "◁", lambda: player.step(-1), ",", tr("One frame back"))
    actions.add_switch("video_play", menu, "▶", False, player.play, "Ctrl+Space", tr("Play, or rest"))
    actions.add("video_forward", menu, "▷", lambda: player.step(1), ".", tr("One frame on"))
    actions.add_switch("video_record", menu, tr("Record points"), False, record, "",
                       tr("Write the points of every frame from here on to a file"))  # fmt: skip
