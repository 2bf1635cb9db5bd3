"""Recordings hold every frame, are named only when whole, and read back as they were."""

from __future__ import annotations

import h5py
import numpy as np
import pandas as pd
import pytest

import infl
from infl.errors import FileError, InflError
from infl.progress import run
from infl.video import Tracker, open_video, read_recording, recorder
from infl.video.predict import predict_video

FRAMES = 24  # as in conftest
LAYOUT = infl.layout("cofw29")
ABOUT = {"source": "walk.avi", "fps": 12.0, "convention": "canonical"}


def frames(count):
    rng = np.random.default_rng(1)
    for i in range(count):
        yield i, i / 12, 0.9, rng.uniform(-50, 4000, (29, 2)), rng.uniform(0.5, 3, 29)


@pytest.mark.parametrize("name", ["points.csv", "points.h5"])
def test_what_was_recorded_is_read_back(tmp_path, name):
    wanted = list(frames(150))  # more than are kept in memory
    with recorder(tmp_path / name, LAYOUT, **ABOUT) as recording:
        for row in wanted:
            recording.append(*row)
        recording.commit()
    got = read_recording(tmp_path / name)
    assert len(got) == 150 and got.names == LAYOUT.names
    assert np.array_equal(got.frame, np.arange(150)) and np.allclose(got.time, np.arange(150) / 12, atol=1e-4)
    assert np.abs(got.points - np.stack([row[3] for row in wanted])).max() < 2e-3
    assert np.abs(got.sigma - np.stack([row[4] for row in wanted])).max() < 2e-3
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize("name", ["points.csv", "points.h5"])
def test_without_commit_nothing_is_left(tmp_path, name):
    (tmp_path / name).write_text("what was there before")
    with recorder(tmp_path / name, LAYOUT, **ABOUT) as recording:
        recording.append(*next(frames(1)))
    assert [path.read_text() for path in tmp_path.iterdir()] == ["what was there before"]


@pytest.mark.parametrize("name", ["points.csv", "points.h5"])
def test_a_recording_that_does_not_hold_what_was_written_gets_no_name(tmp_path, name, monkeypatch):
    with recorder(tmp_path / name, LAYOUT, **ABOUT) as recording:
        for row in frames(5):
            recording.append(*row)
        recording._sum ^= 1
        with pytest.raises(FileError, match="not written well"):
            recording.commit()
    assert list(tmp_path.iterdir()) == []


def test_pandas_and_h5py_read_them_alone(tmp_path):
    for name in ("points.csv", "points.h5"):
        with recorder(tmp_path / name, LAYOUT, **ABOUT) as recording:
            for row in frames(3):
                recording.append(*row)
            recording.commit()
    table = pd.read_csv(tmp_path / "points.csv")
    with h5py.File(tmp_path / "points.h5") as file:
        assert file["points"].shape == (3, 29, 2) and file.attrs["convention"] == "canonical"
        assert np.allclose(file["points"][:, 4, 1], table[f"{LAYOUT.names[4]} y"], atol=1e-3)


def test_another_suffix_and_another_layout_are_refused(tmp_path):
    with pytest.raises(FileError, match=r"Use \.csv or \.h5"):
        recorder(tmp_path / "points.txt", LAYOUT, **ABOUT)
    with (
        recorder(tmp_path / "points.csv", LAYOUT, **ABOUT) as recording,
        pytest.raises(InflError, match="29 points"),
    ):
        recording.append(0, 0.0, 1.0, np.zeros((5, 2)), np.zeros(5))


# following a face


def test_a_face_is_followed_as_if_each_frame_were_searched(landmarker, video):
    tracker = Tracker(landmarker)
    with open_video(video) as source:
        for frame in iter(source.read, None):
            followed = landmarker.query(tracker.encode(frame.image), LAYOUT).points
            searched = landmarker.query(landmarker.encode(frame.image), LAYOUT).points
            assert np.linalg.norm(followed - searched, axis=1).mean() < 2.0, frame.index


def test_a_face_that_jumps_is_found_again(landmarker, video):
    tracker = Tracker(landmarker)
    with open_video(video) as source:
        image = source.read().image
    small = np.full((960, 960, 3), 120, np.uint8)
    small[620:940, 20:340] = image
    there = np.full((960, 960, 3), 120, np.uint8)
    there[20:340, 620:940] = image
    tracker.encode(small)
    found = landmarker.query(tracker.encode(there), LAYOUT).points.mean(0)
    assert 620 < found[0] < 940 and 20 < found[1] < 340


def test_a_video_s_points_are_written_frame_by_frame(landmarker, video, tmp_path):
    seen = []
    done = run(predict_video(landmarker, video, LAYOUT, tmp_path / "points.h5"), seen.append)
    got = read_recording(tmp_path / "points.h5")
    assert (done.frames, done.trouble, len(got)) == (FRAMES, "", FRAMES) and done.seen > 20
    assert [p.done for p in seen] == list(range(1, FRAMES + 1))
    drift = (got.points[-1] - got.points[0]).mean(0)
    assert np.allclose(drift, [0.8 * (FRAMES - 1), 0.4 * (FRAMES - 1)], atol=3)


def test_of_a_damaged_video_what_comes_before_is_kept(landmarker, make_film, tmp_path):
    whole = make_film(tmp_path / "walk.avi", "MJPG").read_bytes()
    half = len(whole) // 2
    (tmp_path / "cut.avi").write_bytes(whole[:half] + bytes(len(whole) - half - 600) + whole[-600:])
    done = run(predict_video(landmarker, tmp_path / "cut.avi", LAYOUT, tmp_path / "points.csv"))
    assert "damaged after" in done.trouble and len(read_recording(tmp_path / "points.csv")) == done.frames > 5
