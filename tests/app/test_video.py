"""A video in the window: opened, played, wound, its points found and recorded; what goes wrong is said."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app import commands
from app.video import Rate
from app.views.video_view import in_minutes
from infl.images import cv2, read_image
from infl.layouts import layout
from infl.model import Landmarker
from infl.model.checkpoint import load_checkpoint
from infl.resources import resource
from infl.video import Source, read_recording

FRAMES, SIZE, FPS = 30, (320, 320), 30.0
CHEEK = (40.0, -30.0, 20.0)
SOON = 30_000


@pytest.fixture(scope="module")
def landmarker() -> Landmarker:
    """The shipped one, which finds the face in the film."""
    return Landmarker(*load_checkpoint())


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """A face of the demo, wandering to the right; frame i is brighter at its border by i grey levels."""
    path = tmp_path_factory.mktemp("film") / "walk.avi"
    face = cv2.resize(read_image(sorted(resource("demo", "demo_field29").rglob("*.jpg"))[0]), SIZE)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, SIZE)
    for i in range(FRAMES):
        moved = cv2.warpAffine(
            face, np.array([[1, 0, i], [0, 1, 0]], float), SIZE, borderMode=cv2.BORDER_REFLECT
        )
        moved[:16] = 5 * i
        writer.write(moved[..., ::-1])
    writer.release()
    return path


@pytest.fixture
def playing(window, qtbot, film):
    """The window with the film open, resting at its first frame with the points found."""
    window.video.open_file(film)
    qtbot.waitUntil(lambda: window.video.points is not None and not window.video.busy, timeout=SOON)
    yield window
    window.video.close()


def number(frame) -> int:
    """Which frame of the film a picture is."""
    return round(float(frame.image[4:10, 100:200].mean()) / 5)


def at(window, qtbot, index):
    """Wait until frame `index` is shown with its points."""
    video = window.video
    qtbot.waitUntil(
        lambda: video.frame.index == index and video.points.frame is video.frame and not video.busy,
        timeout=SOON,
    )


def click(window, qtbot, identifier):
    buttons = [b for b in window.video_panel.findChildren(type(window.search_button))
               if b.defaultAction() is window.actions_[identifier]]  # fmt: skip
    qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)


def test_a_video_takes_the_photo_s_place_and_gives_it_back(playing, qtbot):
    assert playing.video_panel.isVisible() and not playing.photo_panel.isVisible()
    assert playing.video_panel.name.text() == "walk.avi, 320 × 320"
    assert playing.video_panel.slider.maximum() == FRAMES - 1
    click(playing, qtbot, "close_video")
    assert playing.photo_panel.isVisible() and playing.video.source is None


def test_stepping_and_winding_show_the_frame_that_is_asked_for(playing, qtbot):
    for identifier, index in (("video_forward", 1), ("video_forward", 2), ("video_back", 1)):
        click(playing, qtbot, identifier)
        at(playing, qtbot, index)
        assert number(playing.video.frame) == index
    playing.video_panel.slider.setValue(21)
    at(playing, qtbot, 21)
    assert number(playing.video.frame) == 21 and playing.video_panel.time.text() == "0:00.7 / 0:01.0"


def test_playing_goes_to_the_end_at_the_film_s_pace(playing, qtbot):
    seen, began = [], time.monotonic()
    playing.video.shown.connect(lambda: seen.append(playing.video.frame.index))
    click(playing, qtbot, "video_play")
    assert playing.video.playing
    qtbot.waitUntil(lambda: not playing.video.playing, timeout=SOON)
    assert time.monotonic() - began > 0.8 * FRAMES / FPS, "not faster than it was filmed"
    assert seen == sorted(seen) and seen[-1] == FRAMES - 1
    click(playing, qtbot, "video_play")
    qtbot.waitUntil(lambda: playing.video.frame.index < 20, timeout=SOON)  # from the start again


def test_the_points_are_those_of_my_layout_and_follow_it_while_it_rests(playing, qtbot):
    video, studio = playing.video, playing.studio
    own = studio.sets[0].dataset
    assert video.points.wish.layout is own.layout, "a person without a layout sees the first set's"
    commands.add_point(studio, CHEEK)
    qtbot.waitUntil(lambda: len(video.points.points) == 1, timeout=SOON)
    wanted = studio.landmarker.query(studio.landmarker.encode(video.frame.image), studio.layout)
    assert np.abs(video.points.points - wanted.points).max() < 3
    studio.undo.undo()
    qtbot.waitUntil(lambda: len(video.points.points) == len(own.layout), timeout=SOON)


def test_the_window_answers_while_points_are_found(playing, qtbot, monkeypatch):
    """Whatever finding takes: it is another thread that waits."""
    go = threading.Event()
    encode = Landmarker.encode_at
    monkeypatch.setattr(Landmarker, "encode_at", lambda self, *args: (go.wait(5), encode(self, *args))[1])
    began = time.monotonic()
    playing.video_panel.slider.setValue(3)
    qtbot.waitUntil(lambda: playing.video.frame.index == 3, timeout=SOON)
    assert time.monotonic() - began < 3 and playing.video.points.frame.index != 3
    go.set()
    at(playing, qtbot, 3)


def test_a_recording_of_a_file_holds_every_frame_from_here_on(playing, qtbot, tmp_path, monkeypatch):
    playing.video_panel.slider.setValue(10)
    at(playing, qtbot, 10)
    out = tmp_path / "points.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(out), ""))
    click(playing, qtbot, "video_record")
    qtbot.waitUntil(out.exists, timeout=SOON)
    got = read_recording(out)
    assert list(got.frame) == list(range(10, FRAMES)) and got.points.shape[1] == len(
        playing.studio.sets[0].dataset.layout
    )
    drift = (got.points[-1] - got.points[0]).mean(0)
    assert np.allclose(drift, [FRAMES - 11, 0], atol=3)
    qtbot.waitUntil(lambda: not playing.video.recording, timeout=SOON)
    assert any("20 frames were recorded" in n.text for n in playing.studio.notices)


def test_stopping_a_recording_keeps_what_there_is(playing, qtbot, tmp_path):
    out = tmp_path / "points.h5"
    playing.video.record(out)
    qtbot.waitUntil(lambda: playing.video.recorded >= 3, timeout=SOON)
    click(playing, qtbot, "video_record")
    qtbot.waitUntil(out.exists, timeout=SOON)
    got = read_recording(out)
    assert 3 <= len(got) <= FRAMES and list(got.frame) == list(range(len(got)))


def test_closing_the_video_keeps_what_was_recorded(playing, qtbot, tmp_path):
    out = tmp_path / "points.h5"
    playing.video.record(out)
    qtbot.waitUntil(lambda: playing.video.recorded >= 3, timeout=SOON)
    playing.video.close()
    qtbot.waitUntil(out.exists, timeout=SOON)
    assert len(read_recording(out)) >= 3


def test_another_layout_in_the_middle_of_a_recording_ends_it_and_keeps_it(playing, qtbot, tmp_path):
    out = tmp_path / "points.csv"
    playing.video.record(out)
    qtbot.waitUntil(lambda: playing.video.recorded >= 2, timeout=SOON)
    commands.replace_layout(playing.studio, layout("five"), "five")
    qtbot.waitUntil(lambda: out.exists() or playing.video.recorded == FRAMES, timeout=SOON)
    qtbot.waitUntil(lambda: not playing.video.recording, timeout=SOON)
    got = read_recording(out)
    assert len(got.names) == len(playing.studio.sets[0].dataset.layout) and len(got) >= 2


def test_a_film_that_is_damaged_in_its_middle_keeps_what_was_recorded(window, qtbot, film, tmp_path):
    whole = film.read_bytes()
    half = len(whole) // 2
    (tmp_path / "cut.avi").write_bytes(whole[:half] + bytes(len(whole) - half - 700) + whole[-700:])
    window.video.open_file(tmp_path / "cut.avi")
    qtbot.waitUntil(lambda: window.video.points is not None, timeout=SOON)
    window.video.record(tmp_path / "points.csv")
    qtbot.waitUntil((tmp_path / "points.csv").exists, timeout=SOON)
    assert 5 < len(read_recording(tmp_path / "points.csv")) < FRAMES - 5
    qtbot.waitUntil(lambda: any("damaged after" in n.text for n in window.studio.notices), timeout=SOON)
    window.video.close()


def test_a_live_source_drops_frames_rather_than_waiting(window, qtbot, film, tmp_path):
    """A camera's path, with the film in the camera's place: it cannot be wound, and its frames come by themselves."""
    window.video._opened(Source(cv2.VideoCapture(str(film)), "camera 0", None))
    video = window.video
    assert video.source.live and video.playing
    qtbot.waitUntil(lambda: video.points is not None, timeout=SOON)
    assert not window.video_panel.slider.isEnabled() and not window.actions_["video_back"].isEnabled()
    qtbot.waitUntil(
        lambda: any("gives no more pictures" in n.text for n in window.studio.notices), timeout=SOON
    )
    assert not video.playing
    video.close()


@pytest.mark.skipif(Path("/dev/video0").exists() or sys.platform != "linux", reason="there is a camera")
def test_a_camera_that_is_missing_is_told_and_the_photo_stays(window, qtbot):
    window.actions_["open_camera"].trigger()
    qtbot.waitUntil(lambda: any("no camera" in n.text for n in window.studio.notices), timeout=SOON)
    assert window.photo_panel.isVisible() and window.video.source is None


def test_what_is_no_video_is_told(window, qtbot, tmp_path, monkeypatch):
    (tmp_path / "x.mp4").write_bytes(b"nothing of the kind" * 50)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(tmp_path / "x.mp4"), ""))
    window.actions_["open_video"].trigger()
    qtbot.waitUntil(lambda: any("codec is unknown" in n.text for n in window.studio.notices), timeout=SOON)
    assert window.photo_panel.isVisible()


def test_without_a_model_a_video_plays_and_recording_says_what_it_needs(empty_window, qtbot, film, tmp_path):
    empty_window.video.open_file(film)
    qtbot.waitUntil(lambda: empty_window.video.frame is not None, timeout=SOON)
    empty_window.video.record(tmp_path / "points.csv")
    assert "needs a model" in empty_window.studio.notices[-1].text and list(tmp_path.glob("points*")) == []
    empty_window.video.close()


def test_frames_a_second_are_those_of_the_last_seconds():
    rate = Rate()
    for _ in range(11):
        rate.count()
        time.sleep(0.01)
    assert 20 < rate.value < 101 and Rate().value == 0


def test_times_are_told_in_minutes():
    assert in_minutes(67.44) == "1:07.4" and in_minutes(0) == "0:00.0"
