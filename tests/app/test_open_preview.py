"""Opening with a look first: nothing is taken in before it is chosen, and missing pictures are found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.views.open_preview import OpenPreview
from infl.images import IMAGE_SUFFIXES


def previewed(window, qtbot, paths) -> OpenPreview:
    window.operations.preview(paths)
    return shown(window, qtbot)


def shown(window, qtbot) -> OpenPreview:
    qtbot.waitUntil(lambda: bool(window.findChildren(OpenPreview)), timeout=30_000)
    return window.findChildren(OpenPreview)[0]


def words(dialog: OpenPreview) -> str:
    items = (dialog.facts.itemAt(i).widget() for i in range(dialog.facts.count()))
    return "\n".join(item.text() for item in items)


@pytest.fixture
def parted(demo_folders, tmp_path) -> tuple[Path, Path]:
    """A set without its pictures, and the folder that has them."""
    notes, pictures = tmp_path / "notes", tmp_path / "pictures"
    shutil.copytree(demo_folders[2], notes)
    pictures.mkdir()
    for path in list(notes.rglob("*")):
        if path.suffix.lower() in IMAGE_SUFFIXES:
            target = pictures / path.relative_to(notes)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
    return notes, pictures


def test_nothing_is_open_before_it_is_chosen(empty_window, qtbot, demo_folders):
    dialog = previewed(empty_window, qtbot, demo_folders)
    assert not empty_window.studio.sets and dialog.list.count() == 3
    dialog.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert dialog.go.text() == "Open 2 sets"
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert [s.label for s in empty_window.studio.sets] == [demo_folders[0].name, demo_folders[2].name]


def test_cancelling_takes_nothing_in(empty_window, qtbot, demo_folders):
    dialog = previewed(empty_window, qtbot, demo_folders[:1])
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not empty_window.studio.sets


def test_it_says_what_was_guessed_and_why_and_shows_the_first_pictures(empty_window, qtbot, demo_folders):
    dialog = previewed(empty_window, qtbot, demo_folders[2:])
    said = words(dialog)
    for part in (".pts text files", "dataset.json says so", "1 subtracted", "60 in 60 pictures", "val"):
        assert part in said
    qtbot.waitUntil(lambda: not dialog.examples[-1].pixmap().isNull(), timeout=20_000)
    assert not dialog.problems.isVisible()


def test_what_is_broken_is_listed_and_the_rest_can_be_opened(empty_window, qtbot, demo_folders, tmp_path):
    copy = tmp_path / "damaged"
    shutil.copytree(demo_folders[2], copy)
    next(copy.rglob("*.pts")).write_text("nothing")
    dialog = previewed(empty_window, qtbot, [copy, tmp_path / "nowhere"])
    assert dialog.problems.isVisible() and ".pts" in dialog.problems.toPlainText()
    dialog.list.setCurrentRow(1)
    assert "nowhere" in dialog.problems.toPlainText() and dialog.go.text() == "Open 1 set"


def test_dropping_a_folder_shows_what_is_in_it(empty_window, qtbot, demo_folders):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(demo_folders[1]))])
    event = QDropEvent(
        QPointF(200, 200),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    empty_window.dropEvent(event)
    dialog = shown(empty_window, qtbot)
    assert demo_folders[1].name in dialog.list.item(0).text() and not empty_window.studio.sets


def test_pictures_that_are_elsewhere_are_found_and_remembered(
    empty_window, qtbot, parted, tmp_path, monkeypatch
):
    window, (notes, pictures) = empty_window, parted
    dialog = previewed(window, qtbot, [notes])
    assert not dialog.go.isEnabled() and dialog.elsewhere.isVisible()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(pictures))
    QTest.mouseClick(dialog.elsewhere, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.go.isEnabled(), timeout=20_000)
    assert str(pictures) in words(dialog)
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.studio.photo is not None, timeout=20_000)
    window.session.save(tmp_path / "p.inflstudio")
    window.session.open(tmp_path / "p.inflstudio")
    qtbot.waitUntil(lambda: not window.busy and len(window.studio.sets) == 1, timeout=30_000)
    assert window.studio.sets[0].dataset.pictures == pictures
    assert window.studio.sets[0].dataset.samples[0].image.is_file()


def test_the_missing_pictures_of_an_open_set_are_found(
    empty_window, qtbot, demo_folders, tmp_path, monkeypatch
):
    window, notes, moved = empty_window, tmp_path / "notes", tmp_path / "moved"
    shutil.copytree(demo_folders[2], notes)
    lost = sorted(p for p in notes.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES)[:5]
    for path in lost:
        (moved / path.relative_to(notes)).parent.mkdir(parents=True, exist_ok=True)
        path.rename(moved / path.relative_to(notes))
    window.operations.open([notes])
    qtbot.waitUntil(lambda: len(window.studio.sets) == 1, timeout=20_000)
    assert len(window.studio.sets[0].dataset) == 55
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(moved))
    window.operations.find_pictures(0)
    qtbot.waitUntil(lambda: len(window.studio.sets[0].dataset) == 60, timeout=20_000)
    assert not window.studio.sets[0].dataset.problems and len(window.studio.sets) == 1


# another convention than was found out


@pytest.fixture
def with_conventions(empty_window, qtbot, landmarker, demo_folders) -> tuple:
    """A window that knows the demo's conventions, and a preview of demo_studio68."""
    empty_window.studio.set_landmarker(landmarker, "untrained")
    return empty_window, previewed(empty_window, qtbot, demo_folders[2:])


def choose(dialog: OpenPreview, qtbot, name: str) -> None:
    """Pick an entry of the combo box with the keyboard, as a person would."""
    combo = dialog.taken_as
    combo.setFocus()
    target = combo.findData(name)
    for _ in range(abs(target - combo.currentIndex())):
        qtbot.keyClick(combo, Qt.Key.Key_Down if target > combo.currentIndex() else Qt.Key.Key_Up)


def test_the_convention_that_was_found_out_comes_first_and_the_known_ones_after(with_conventions):
    _, dialog = with_conventions
    offered = [dialog.taken_as.itemData(i) for i in range(dialog.taken_as.count())]
    assert offered == ["demo_studio68", "demo_clinic98", "demo_field29"]
    assert dialog.taken_as.currentText() == "demo_studio68 (found out)"


def test_another_convention_is_taken_in_with_the_set(with_conventions, qtbot):
    window, dialog = with_conventions
    choose(dialog, qtbot, "demo_clinic98")
    assert "demo_clinic98: chosen by you; demo_studio68 was found out" in words(dialog)
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    dataset = window.studio.sets[0].dataset
    assert (dataset.convention, dataset.found_convention) == ("demo_clinic98", "demo_studio68")
    assert len(dataset.layout) == 68 and window.studio.convention_of(dataset) == "demo_clinic98"


def test_one_can_go_back_to_what_was_found_out(with_conventions, qtbot):
    window, dialog = with_conventions
    choose(dialog, qtbot, "demo_field29")
    choose(dialog, qtbot, "demo_studio68")
    assert "dataset.json says so" in words(dialog)
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert window.studio.sets[0].dataset.found_convention == ""


def test_a_project_remembers_the_chosen_convention(with_conventions, qtbot, tmp_path):
    window, dialog = with_conventions
    choose(dialog, qtbot, "demo_clinic98")
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.studio.photo is not None, timeout=20_000)
    assert window.session.save(tmp_path / "p.inflstudio")
    window.session.start_anew()
    window.session.open(tmp_path / "p.inflstudio")
    qtbot.waitUntil(lambda: not window.busy and len(window.studio.sets) == 1, timeout=30_000)
    dataset = window.studio.sets[0].dataset
    assert (dataset.convention, dataset.found_convention) == ("demo_clinic98", "demo_studio68")
    assert not window.session.missing and not window.session.modified
