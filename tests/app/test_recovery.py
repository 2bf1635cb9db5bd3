"""A studio that is killed loses at most 10 s of work, and says so at the next start."""

import os
import signal
import subprocess
import sys
import time

import pytest

from app import commands
from app.recovery import SUFFIX, Slot, left_behind
from app.views.recovery_dialog import RecoveryDialog
from app.window import MainWindow

MAY_BE_LOST = 10.0

STUDIO = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication
from app import commands
from app.window import MainWindow

app = QApplication([])
folder = Path(sys.argv[1])
window = MainWindow(QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat), recovery=folder / "recovery")
window.show()
if len(sys.argv) > 2:
    window.session.save(Path(sys.argv[2]))

def add():
    i = len(window.studio.layout)
    commands.add_point(window.studio, (40.0 - i, 20.0 - 2 * i, 20.0))
    print(i + 1, flush=True)

timer = QTimer(interval=300)
timer.timeout.connect(add)
timer.start()
app.exec()
"""


@pytest.fixture
def studio(tmp_path):
    """studio(): another studio in a process of its own, in which a person adds a point every 0.3 s."""
    running = []

    def start(*more):
        command = [sys.executable, "-c", STUDIO, str(tmp_path), *map(str, more)]
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def window(dressed, qtbot, settings, tmp_path):
    """The studio of the next start, with the same recovery folder."""
    window = MainWindow(settings, remember=False, recovery=tmp_path / "recovery")
    window.resize(1280, 800)
    window.show()
    yield window
    window.shut_down()
    window.close()
    window.deleteLater()


def work_until_killed(process, seconds):
    """Let it work for a while after the first point; when each point was made, until it is killed without warning."""
    made = []
    while not made or time.monotonic() - made[0] < seconds:
        assert process.stdout.readline()
        made.append(time.monotonic())
    process.send_signal(signal.SIGKILL)
    process.wait()
    return made, time.monotonic()


def recovered(window, qtbot):
    """Answer the question of the next start with yes."""
    window.projects.offer_recovery()
    dialog = window.findChild(RecoveryDialog)
    assert dialog is not None and dialog.isVisible()
    dialog.recover.click()
    qtbot.waitUntil(lambda: not window.busy)
    return dialog


def test_a_kill_loses_at_most_ten_seconds_of_work(studio, window, qtbot, tmp_path):
    made, killed = work_until_killed(studio(), 13)
    old = sum(killed - at > MAY_BE_LOST for at in made)
    assert old > 3
    recovered(window, qtbot)
    assert len(window.studio.layout) >= old
    assert window.session.modified and window.session.path is None


def test_recovered_work_belongs_to_its_project_and_survives_the_next_kill(studio, window, qtbot, tmp_path):
    work_until_killed(studio(tmp_path / "mine"), 6)
    recovered(window, qtbot)
    assert window.session.path == tmp_path / "mine.inflstudio" and window.session.modified
    files = list((tmp_path / "recovery").glob(f"*{SUFFIX}"))
    assert files == [window.session.autosave.slot.path], (
        "it stays in the same file, which is this studio's now"
    )
    assert window.session.save(window.session.path)
    qtbot.waitUntil(lambda: not list((tmp_path / "recovery").glob(f"*{SUFFIX}")))


def test_the_work_of_a_running_studio_is_left_alone(studio, tmp_path):
    process = studio()
    folder = tmp_path / "recovery"
    while not list(folder.glob(f"*{SUFFIX}")):
        assert process.stdout.readline()
    assert left_behind(folder) == []
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(left_behind(folder)) == 1


def test_what_is_not_wanted_is_deleted_and_what_was_not_decided_is_asked_again(
    studio, window, qtbot, tmp_path
):
    work_until_killed(studio(), 6)
    window.projects.offer_recovery()
    window.findChild(RecoveryDialog).later.click()
    assert len(list((tmp_path / "recovery").glob(f"*{SUFFIX}"))) == 1
    window.findChild(RecoveryDialog).deleteLater()
    qtbot.waitUntil(lambda: window.findChild(RecoveryDialog) is None)
    window.projects.offer_recovery()
    window.findChild(RecoveryDialog).delete.click()
    assert not list((tmp_path / "recovery").glob(f"*{SUFFIX}"))


def test_a_studio_that_ends_well_leaves_nothing(dressed, qtbot, settings, tmp_path):
    window = MainWindow(settings, remember=False, recovery=tmp_path / "r")
    commands.add_point(window.studio, (40.0, -30.0, 20.0))
    qtbot.waitUntil(lambda: window.session.autosave.at is not None, timeout=20_000)
    assert list((tmp_path / "r").glob(f"*{SUFFIX}"))
    assert "kept against a crash" in window.saved.text()
    window.close()
    window.shut_down()
    assert not list((tmp_path / "r").iterdir())


def test_a_disk_that_is_full_is_told_once_and_the_last_good_file_stays(window, qtbot, monkeypatch):
    commands.add_point(window.studio, (40.0, -30.0, 20.0))
    qtbot.waitUntil(lambda: window.session.autosave.at is not None, timeout=20_000)
    good = window.session.autosave.slot.path.read_bytes()

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for _ in range(2):
        commands.add_point(window.studio, (-40.0, -30.0, 20.0))
        window.session.autosave.keep()
        qtbot.waitUntil(lambda: window.session.autosave.at is None)
    told = [n.text for n in window.studio.notices if "No space left" in n.text]
    assert len(told) == 1 and "recovery" in told[0]
    assert window.session.autosave.slot.path.read_bytes() == good


def test_weights_that_are_in_no_file_are_kept(window, qtbot, landmarker, tmp_path):
    studio = window.studio
    studio.set_landmarker(landmarker, "shipped")
    studio.set_landmarker(type(landmarker)(landmarker.network, {"name": "tuned"}), "fine-tuned")
    qtbot.waitUntil(lambda: window.session.autosave.at is not None, timeout=30_000)
    slot = window.session.autosave.slot
    assert slot.weights_path.is_file()
    slot.release()  # as the system does with a process that is gone
    other = Slot.new(tmp_path / "recovery")
    [(found, kept)] = left_behind(tmp_path / "recovery")
    assert kept.weights and found.path == slot.path
    window.session.autosave.slot = other
    assert window.session.recover(found, kept)
    qtbot.waitUntil(
        lambda: window.studio.landmarker.card["name"] == "tuned" and not window.busy, timeout=30_000
    )
    assert window.session.modified, "they are still in no file of the person's"
