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
