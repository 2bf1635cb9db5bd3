"""Jobs in threads: progress in order, a result, errors in words, cancelling."""

import threading

import pytest

from app.workers import Jobs, Latest, in_words
from infl.errors import InflError
from infl.progress import Progress


def count(total, closed=None, step=None):
    try:
        for i in range(total):
            if step is not None:
                step.wait(0.01)
            yield Progress("counting", i + 1, total)
        return total
    finally:
        if closed is not None:
            closed.set()


def test_a_job_reports_all_its_progress_and_its_result(qtbot):
    jobs, seen, results = Jobs(), [], []
    job = jobs.start("Counting", lambda: count(50))
    job.progressed.connect(seen.extend)
    job.finished.connect(results.append)
    with qtbot.waitSignal(jobs.ended, timeout=5000):
        pass
    assert [p.done for p in seen] == list(range(1, 51)) and results == [50]
    assert jobs.running is None


def test_cancelling_closes_the_generator(qtbot):
    jobs, closed, never = Jobs(), threading.Event(), threading.Event()
    job = jobs.start("Counting", lambda: count(100_000, closed, never))
    qtbot.waitUntil(lambda: job.latest is not None)
    with qtbot.waitSignal(job.cancelled, timeout=5000):
        job.cancel()
    assert closed.is_set()


def test_an_error_of_the_library_is_shown_as_it_is(qtbot):
    def fail():
        yield Progress("failing", 0, 1)
        raise InflError("The cupboard is bare.")

    jobs = Jobs()
    job = jobs.start("Failing", fail)
    with qtbot.waitSignal(job.failed, timeout=5000) as told:
        pass
    assert told.args[0] == "The cupboard is bare." and "Traceback" in told.args[1]


def test_another_error_is_told_with_the_name_of_the_job(qtbot):
    def fail():
        yield Progress("failing", 0, 1)
        raise ZeroDivisionError("division by zero")

    jobs = Jobs()
    job = jobs.start("Failing", fail)
    with qtbot.waitSignal(job.failed, timeout=5000) as told:
        pass
    assert told.args[0] == "Failing stopped on an unexpected error: division by zero."


def test_one_job_at_a_time(qtbot):
    jobs = Jobs()
    job = jobs.start("Counting", lambda: count(100_000, step=threading.Event()))
    with pytest.raises(InflError, match="Counting"):
        jobs.start("Other", lambda: count(1))
    with qtbot.waitSignal(jobs.ended, timeout=5000):
        job.cancel()


def test_only_the_newest_request_is_done(qtbot):
    worker, begun, go, done = Latest(), threading.Event(), threading.Event(), []
    worker.done.connect(lambda key, _: done.append(key))
    worker.ask("first", lambda: (begun.set(), go.wait(5)))
    assert begun.wait(5)
    for key in ("second", "third", "fourth"):
        worker.ask(key, lambda: None)
    go.set()
    qtbot.waitUntil(lambda: len(done) == 2)
    assert done == ["first", "fourth"]
    worker.stop()


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "…"), (0.2, "1 s"), (8, "8 s"), (200, "3 min"), (7300, "2 h 02 min")]
)
def test_durations_in_words(seconds, words):
    assert in_words(seconds) == words
