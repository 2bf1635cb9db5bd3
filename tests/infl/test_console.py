import time

import pytest

from infl.cli.console import drive, summary, time_left
from infl.progress import Progress


@pytest.mark.parametrize(
    ("seconds", "done", "total", "said"),
    [
        (10, 0, 5, ""),
        (10, 1, 3, "20 s left"),
        (100, 1, 3, "3 min 20 s left"),
        (3600, 1, 3, "2 h 00 min left"),
    ],
)
def test_the_time_left_goes_by_the_pace_so_far(seconds, done, total, said):
    assert time_left(Progress("x", done, total, started=time.monotonic() - seconds)) == said


def test_the_line_shows_the_loss_and_failures_but_not_every_figure():
    progress = Progress("x", 0, 5, "ibug68", {"loss": 1.23456, "val.ibug68": 5.0, "problems": 0, "failed": 2})
    assert summary(progress) == "ibug68 · loss 1.235 · failed 2"


def test_a_job_that_is_interrupted_is_closed(capsys):
    closed = []

    def job():
        try:
            yield Progress("work", 1, 2)
            raise KeyboardInterrupt
        finally:
            closed.append(True)

    with pytest.raises(KeyboardInterrupt):
        drive(job())
    assert closed == [True]
    assert capsys.readouterr().err.startswith("work 1/2")
