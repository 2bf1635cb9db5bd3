"""`infl predict` of a video."""

from __future__ import annotations

import pytest

from infl.cli import main
from infl.video import read_recording


def test_a_video_s_points_from_the_command_line(video, tmp_path, capsys):
    out = tmp_path / "points.csv"
    main(["predict", str(video), "--layout", "five", "--out", str(out)])
    assert "24 frames, 5 points each" in capsys.readouterr().out
    assert read_recording(out).points.shape == (24, 5, 2)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["other.mp4", "--out", "points.csv"], "One video at a time"),
        (["--out", "points.json"], "Use .csv or .h5"),
    ],
)
def test_two_videos_and_other_suffixes_are_refused(video, tmp_path, capsys, monkeypatch, more, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["predict", str(video), *more, "--layout", "five"])
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
