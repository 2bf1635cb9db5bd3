"""Frames of a file, forward, back and anywhere; and what is said when there are none."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from infl.errors import FileError, InflError
from infl.video import open_camera, open_video

FRAMES, SIZE, FPS = 24, (320, 320), 12.0  # as in conftest


def test_all_frames_come_in_order_with_their_times(video):
    with open_video(video) as source:
        assert (source.size, source.fps, source.count, source.live) == (SIZE, FPS, FRAMES, False)
        frames = list(iter(source.read, None))
    assert [frame.index for frame in frames] == list(range(FRAMES))
    assert frames[6].time == pytest.approx(6 / FPS) and frames[0].image.shape == (*SIZE[::-1], 3)


@pytest.mark.parametrize(("codec", "suffix"), [("MJPG", ".avi"), ("mp4v", ".mp4")])
def test_a_frame_that_is_wound_to_is_the_one_that_was_read(make_film, tmp_path, codec, suffix):
    with open_video(make_film(tmp_path / f"walk{suffix}", codec)) as source:
        frames = list(iter(source.read, None))
        for index in (20, 3, 4, 0, FRAMES - 1):
            source.seek(index)
            again = source.read()
            assert again.index == index
            apart = [np.abs(again.image.astype(int) - f.image).mean() for f in frames]
            assert int(np.argmin(apart)) == index


def test_winding_beyond_the_end_is_the_last_frame(video):
    with open_video(video) as source:
        source.seek(1000)
        assert source.read().index == FRAMES - 1 and source.read() is None


def test_a_file_that_is_cut_off_says_after_how_many_frames(video, tmp_path):
    whole = video.read_bytes()
    damaged = tmp_path / "cut.avi"
    damaged.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2 - 600) + whole[-600:])
    read = 0
    with (
        open_video(damaged) as source,
        pytest.raises(FileError, match=r"cut\.avi: is damaged after \d+ of 24"),
    ):
        while source.read() is not None:
            read += 1
    assert 5 < read < 20


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty"), (b"not a film" * 99, "codec is unknown.*ffmpeg")]
)
def test_what_is_no_video_is_said(tmp_path, content, words):
    (tmp_path / "x.mp4").write_bytes(content)
    with pytest.raises(FileError, match=words):
        open_video(tmp_path / "x.mp4")


def test_a_video_that_is_missing_is_said(tmp_path):
    with pytest.raises(FileError, match="cannot be read"):
        open_video(tmp_path / "none.mp4")


@pytest.mark.skipif(Path("/dev/video7").exists() or sys.platform != "linux", reason="there is such a camera")
def test_a_camera_that_is_missing_is_said():
    with pytest.raises(InflError, match=r"no camera /dev/video7.*open a video"):
        open_camera(7)
