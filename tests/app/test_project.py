"""Projects: one file that can be moved, that forgets nothing, and asks before anything is lost."""

import json
import os
import shutil

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app import commands, correction_commands
from app.missing_sets import find_sets
from app.project import moved, set_place
from app.values import Place
from app.window import MainWindow
from infl.layouts import save_layout

CHEEK, CHIN = (40.0, -30.0, 20.0), (0.0, -110.0, 25.0)


def settle(window, qtbot):
    qtbot.waitUntil(lambda: not window.busy, timeout=30_000)


@pytest.fixture
def answers(monkeypatch):
    """answers.append(button): what the person says to the next questions; `asked` are their texts."""
    given, asked = [], []

    def exec_(box):
        asked.append(box.text())
        answer = given.pop(0)
        if isinstance(answer, str):
            button = next(b for b in box.buttons() if b.text().replace("&", "") == answer)
            monkeypatch.setattr(QMessageBox, "clickedButton", lambda _box: button)
            return 0
        return answer

    monkeypatch.setattr(QMessageBox, "exec", exec_)
    given_and_asked = type("Answers", (), {"say": given.append, "asked": asked})
    return given_and_asked


def test_a_project_is_one_file_that_moves_with_its_sets(window, qtbot, demo_folders, tmp_path):
    here, there = tmp_path / "here", tmp_path / "elsewhere" / "deep"
    shutil.copytree(demo_folders[2], here / "faces")
    window.session.start_anew()
    window.operations.open([here / "faces"])
    settle(window, qtbot)
    studio = window.studio
    commands.add_point(studio, CHEEK)
    correction_commands.move_point(studio, 3, (11.0, 12.0))
    layout = studio.layout
    assert window.session.save(here / "mine")
    assert sorted(p.name for p in here.iterdir()) == ["faces", "mine.inflstudio"]
    there.parent.mkdir()
    shutil.move(here, there)
    window.session.start_anew()
    assert not studio.sets and not len(studio.layout)
    assert window.session.open(there / "mine.inflstudio")
    settle(window, qtbot)
    assert [s.dataset.root for s in studio.sets] == [there / "faces"]
    assert studio.layout == layout
    assert studio.sample_at(Place(0, 0)).points[3].tolist() == [11, 12]
    assert not window.session.modified and not studio.undo.canUndo()


def test_sets_come_back_in_their_order_and_others_of_the_folder_do_not(window, qtbot, demo_folders, tmp_path):
    studio = window.studio
    window.session.start_anew()
    for folder in (demo_folders[2], demo_folders[0]):
        window.operations.open([folder])
        settle(window, qtbot)
    studio.show(Place(1, 4))
    assert window.session.save(tmp_path / "p")
    window.session.start_anew()
    window.session.open(tmp_path / "p.inflstudio")
    settle(window, qtbot)
    assert [s.label for s in studio.sets] == [demo_folders[2].name, demo_folders[0].name]
    assert studio.place == Place(1, 4)


def test_a_project_of_the_first_version_has_its_layout_in_another_file(window, qtbot, tmp_path):
    commands.add_point(window.studio, CHEEK)
    layout = window.studio.layout
    save_layout(layout, tmp_path / "mine.json")
    (tmp_path / "old.inflstudio").write_text(
        json.dumps({"format": "infl-project", "format_version": 1, "layout": "mine.json"})
    )
    window.session.start_anew()
    assert window.session.open(tmp_path / "old.inflstudio")
    settle(window, qtbot)
    assert window.studio.layout == layout


def test_a_set_that_moved_is_asked_for_and_the_next_is_found_beside_it(tmp_path):
    for name in ("a", "b"):
        (tmp_path / "new" / name).mkdir(parents=True)
    old = [set_place(tmp_path / "old" / name, "rules", None) for name in ("a", "b", "c")]
    asked = []

    def find(folder):
        asked.append(folder.name)
        return tmp_path / "new" / "a" if folder.name == "a" else None

    found = find_sets(old, find)
    assert [entry and entry.path.parent.name for entry in found.now] == ["new", "new", None]
    assert asked == ["a", "c"], "b was found beside a"
    assert [entry.path.parent.name for entry in found.wanted] == ["new", "new", "old"]


def test_what_moved_is_the_folder_above_what_stayed(tmp_path):
    old, new = tmp_path / "x" / "sets" / "one", tmp_path / "y" / "z" / "sets" / "one"
    assert moved(tmp_path / "x" / "more" / "two", old, new) == tmp_path / "y" / "z" / "more" / "two"
    assert moved(tmp_path / "other", old, new) == tmp_path / "other"


def test_a_set_that_is_not_found_stays_in_the_project(window, qtbot, demo_folders, tmp_path):
    shutil.copytree(demo_folders[2], tmp_path / "faces")
    window.operations.open([tmp_path / "faces"])
    settle(window, qtbot)
    assert window.session.save(tmp_path / "p")
    shutil.move(tmp_path / "faces", tmp_path / "hidden")
    window.session.open(tmp_path / "p.inflstudio")
    settle(window, qtbot)
    assert len(window.studio.sets) == 3 and not window.session.modified
    assert window.session.save(tmp_path / "p")
    shutil.move(tmp_path / "hidden", tmp_path / "faces")
    window.session.open(tmp_path / "p.inflstudio")
    settle(window, qtbot)
    assert [s.dataset.root.name for s in window.studio.sets][3:] == ["faces"]


def test_saving_undoing_and_redoing_tell_whether_all_is_saved(window, tmp_path):
    session, studio = window.session, window.studio
    assert not session.modified
    commands.add_point(studio, CHEEK)
    assert session.modified and window.isWindowModified() and "not saved" in window.saved.text()
    assert session.save(tmp_path / "p")
    assert not session.modified and window.windowTitle().startswith("p") and not window.isWindowModified()
    assert window.saved.text().startswith("saved ") and window.saved.text().endswith(" ago")
    commands.add_point(studio, CHIN)
    assert session.modified
    studio.undo.undo()
    assert not session.modified
    studio.remove_set(0)
    assert session.modified, "the sets of a project are part of it"


def test_a_project_that_cannot_be_written_leaves_the_old_one(window, tmp_path, monkeypatch):
    commands.add_point(window.studio, CHEEK)
    assert window.session.save(tmp_path / "p")
    before = (tmp_path / "p.inflstudio").read_bytes()
    commands.add_point(window.studio, CHIN)

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert not window.session.save(tmp_path / "p")
    assert (tmp_path / "p.inflstudio").read_bytes() == before and window.session.modified
    assert [p.name for p in tmp_path.glob("p*")] == ["p.inflstudio"]
    assert "No space left" in window.studio.notices[-1].text


def test_a_broken_project_changes_nothing(window, tmp_path):
    commands.add_point(window.studio, CHEEK)
    window.session.save(tmp_path / "p")
    text = (tmp_path / "p.inflstudio").read_text().replace('"barycentric"', '"barycentre"')
    (tmp_path / "broken.inflstudio").write_text(text)
    assert not window.session.open(tmp_path / "broken.inflstudio")
    assert len(window.studio.sets) == 3 and len(window.studio.layout) == 1
    assert "points.0" in window.studio.notices[-1].text


def test_weights_trained_here_are_saved_beside_the_project(window, qtbot, landmarker, tmp_path):
    studio, session = window.studio, window.session
    window.operations.checkpoints[landmarker] = None  # it came with the program
    tuned = type(landmarker)(landmarker.network, {"name": "tuned"})
    studio.set_landmarker(tuned, "fine-tuned")
    assert session.modified
    assert session.save(tmp_path / "p")
    assert (tmp_path / "p.safetensors").is_file() and not session.modified
    studio.set_landmarker(landmarker, "shipped")
    session.open(tmp_path / "p.inflstudio")
    settle(window, qtbot)
    assert studio.landmarker.card["name"] == "tuned"


def test_recent_projects_are_remembered_the_last_one_first(window, qtbot, tmp_path):
    for name in ("one", "two"):
        window.session.save(tmp_path / name)
    assert [p.stem for p in window.session.recent()] == ["two", "one"]
    window.session.open(tmp_path / "one.inflstudio")
    settle(window, qtbot)
    assert [p.stem for p in window.session.recent()] == ["one", "two"]
    (tmp_path / "two.inflstudio").unlink()
    assert not window.session.open(tmp_path / "two.inflstudio")
    assert [p.stem for p in window.session.recent()] == ["one"]


def test_a_project_that_is_dropped_on_the_window_opens(window, qtbot, tmp_path):
    assert window.session.save(tmp_path / "p")
    window.session.start_anew()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "p.inflstudio"))])
    modifiers, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, data, buttons, modifiers)
    window.dropEvent(event)
    settle(window, qtbot)
    assert len(window.studio.sets) == 3 and window.session.name == "p"


def test_closing_asks_for_what_is_not_saved(dressed, qtbot, settings, tmp_path, answers, monkeypatch):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.show()
    commands.add_point(window.studio, CHEEK)
    answers.say(QMessageBox.StandardButton.Cancel)
    assert not window.close() and window.isVisible()
    answers.say(QMessageBox.StandardButton.Save)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "kept"), ""))
    assert window.close()
    assert (tmp_path / "kept.inflstudio").is_file() and len(answers.asked) == 2
    window.shut_down()


def test_closing_without_changes_asks_nothing(dressed, qtbot, settings, answers):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.show_demo_layout()
    assert window.close() and not answers.asked
    window.shut_down()
