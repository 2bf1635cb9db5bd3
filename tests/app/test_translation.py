"""Every text that a person reads goes through `tr`."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QSpinBox,
    QTabBar,
    QUndoView,
    QWidget,
)  # fmt: skip

import app
from app import commands
from app.fine_tuning import Plan
from app.views.add_points_dialog import AddPointsDialog
from app.views.cheat_sheet import CheatSheet
from app.views.command_search import CommandSearch
from app.views.export_dialog import ExportDialog
from app.views.open_preview import OpenPreview
from app.views.shortcut_editor import ShortcutEditor
from app.views.tour import Tour, tour_steps
from app.window import MainWindow
from app.workers import in_words
from infl.errors import FileError, InflError
from infl.export.formats import FORMATS
from infl.layouts import layout_names

SHOWN_BY = {
    "notify", "label", "caption", "start", "setText", "setToolTip", "setWindowTitle", "setTitle", "setPlaceholderText",
    "setAccessibleName", "setSuffix", "setSpecialValueText", "addItem", "QLabel", "QPushButton", "QCheckBox", "QAction",
    "QToolButton", "QDockWidget", "EditLayout", "InflError", "FileError", "GlFailed",
    "beginMacro", "addAction", "addMenu", "setStatusTip",
}  # fmt: skip
NOT_SHOWN = {
    "info",
    "warning",
    "error",
    "muted",
    "title",
    "heading",
    "plain",
    "key",
    "quiet",
    "primary",
    "bare",
}
"""Levels of notices and names of styles."""
PROGRAM = "infl-studio"
QT_OWN = {"Scroll Left", "Scroll Right", "Close", "Float", "Cancel", "Press shortcut"}
"""Texts of Qt's own widgets, which come with its own translations."""


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def words(node: ast.expr) -> str:
    """The letters' worth of a literal text, also of one with values in it; "" of anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def untranslated(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and called(node) in SHOWN_BY:
            for argument in node.args[:1] if called(node) == "addItem" else node.args:
                branches = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
                texts = [words(branch) for branch in branches]
                found += [
                    f"{node.lineno}: {text}"
                    for text in texts
                    if sum(map(str.isalpha, text)) > 3 and text not in NOT_SHOWN and PROGRAM not in text
                ]
    return found


@pytest.mark.parametrize("path", sorted(Path(app.__file__).parent.rglob("*.py")), ids=lambda path: path.stem)
def test_texts_in_the_source_are_translated(path):
    assert untranslated(path.read_text(encoding="utf-8")) == []


def test_a_text_that_is_not_would_be_found():
    assert untranslated('self.notify("warning", f"{name} is lost.")') == ["1:  is lost."]
    assert untranslated('self.notify("warning", tr("It is lost."))') == []


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory) -> Path:
    """What Qt's tools make of the sources, translated into a language in which every text stands in brackets."""
    folder = tmp_path_factory.mktemp("language")
    collected, compiled = folder / "studio.ts", folder / "studio.qm"
    sources = sorted(map(str, Path(app.__file__).parent.rglob("*.py")))
    tools = Path(sys.executable).parent
    subprocess.run([tools / "pyside6-lupdate", *sources, "-ts", collected], check=True, capture_output=True)
    tree = ElementTree.parse(collected)
    for message in tree.iter("message"):
        translation = message.find("translation")
        translation.text = f"«{message.findtext('source')}»"
        translation.attrib.clear()
    tree.write(collected, encoding="utf-8", xml_declaration=True)
    subprocess.run([tools / "pyside6-lrelease", collected, "-qm", compiled], check=True, capture_output=True)
    return compiled


@pytest.fixture
def bracketed(qapp, dictionary):
    translator = QTranslator()
    assert translator.load(str(dictionary))
    assert QApplication.installTranslator(translator)
    yield
    QApplication.removeTranslator(translator)


def shown_by(widget: QWidget) -> Iterator[str]:
    """All that a person can read on a widget itself, or hear of it."""
    yield from (widget.toolTip(), widget.accessibleName(), widget.windowTitle(), widget.statusTip())
    match widget:
        case QAbstractButton() | QLabel():
            yield widget.text()
        case QMenu() | QGroupBox():
            yield widget.title()
        case QLineEdit():
            yield widget.placeholderText()
        case QSpinBox():
            yield from (widget.prefix(), widget.suffix(), widget.specialValueText())
        case QComboBox():
            yield from (widget.itemText(i) for i in range(widget.count()))
        case QTabBar():
            yield from (widget.tabText(i) for i in range(widget.count()))
        case QHeaderView():
            count, across = widget.count(), widget.orientation()
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                yield from (str(widget.model().headerData(i, across, role) or "") for i in range(count))
        case QUndoView():
            yield widget.emptyLabel()


def english(texts: Iterable[str], data: Iterable[str]) -> set[str]:
    """Texts that no translator has seen, apart from names of data."""
    left = set()
    for text in texts:
        rest = text
        for name in sorted(data, key=len, reverse=True):
            rest = rest.replace(name, "")
        if "«" not in text and text not in QT_OWN and sum(map(str.isalpha, rest)) > 2:
            left.add(text)
    return left


def all_shown(window: QWidget) -> list[str]:
    return [text for widget in (window, *window.findChildren(QWidget)) for text in shown_by(widget)]


def names_of_data(window: MainWindow) -> set[str]:
    """What files call it, in every language; keys; and what the library tells, which is English."""
    studio = window.studio
    datasets = [s.dataset for s in studio.sets]
    names = {
        name
        for d in datasets
        for name in (d.name, d.convention, str(d.path), d.layout.title, *d.layout.names)
    }
    told = {text for d in datasets for text in (d.format, d.why, d.convention_why, d.pixel_origin)}
    formats = {known.title for known in FORMATS.values()}
    photos = {name for d in datasets for sample in d.samples for name in (sample.key, sample.split)}
    keys = {keys.toString() for entry in window.actions_.entries() for keys in entry.action.shortcuts()}
    return {
        *names,
        *told,
        *formats,
        *photos,
        *keys,
        *layout_names(),
        studio.layout.title,
        "canonical",
        "CPU",
        PROGRAM,
    }


def test_a_window_in_another_language_has_no_english_left(bracketed, empty_window):
    entries = empty_window.actions_.entries()
    shown = all_shown(empty_window) + [
        text for e in entries for text in (e.action.text(), e.action.iconText(), e.tip)
    ]
    assert english(shown, names_of_data(empty_window)) == set()
    assert sum("«" in text for text in shown) > 400


def test_nor_has_one_with_data_nor_its_dialogs(bracketed, empty_window, landmarker, demo_sets, qtbot):
    window, studio = empty_window, empty_window.studio
    studio.set_landmarker(landmarker, "")
    studio.add_sets(demo_sets)
    window.show_demo_layout()
    studio.select([0, 1, 2])
    data = names_of_data(window)
    for dock in window.docks.values():
        dock.raise_()
        QApplication.processEvents()
    assert english(all_shown(window), data) == set()
    dialogs = (
        CheatSheet(window.actions_, window), ShortcutEditor(window.actions_, window), AddPointsDialog(studio, window),
        ExportDialog(studio, window.jobs, window), CommandSearch(window.actions_, window),
        OpenPreview(studio, demo_sets, [FileError("a.csv", "x")], window),
        Tour(window, tour_steps(window.datasets, window.photo, window.face, window.layout_panel)),
    )  # fmt: skip
    found = {type(dialog).__name__: english(all_shown(dialog), data) for dialog in dialogs}
    assert found == {name: set() for name in found}


def test_what_was_done_is_told_in_another_language(bracketed, empty_window):
    studio = empty_window.studio
    index = commands.add_point(studio, (10.0, 0.0, 50.0))
    commands.rename_point(studio, index, "spot")
    commands.move_points(studio, {index: (12.0, 0.0, 50.0)})
    commands.set_group(studio, [index], "spots")
    commands.set_colour(studio, "spots", "#ff0000")
    commands.set_group(studio, [index], "")
    commands.mirror_points(studio, [index])
    commands.toggle_edge(studio, 0, 1)
    commands.toggle_edge(studio, 0, 1)
    commands.reorder_point(studio, 0, 1)
    commands.add_line(studio, [0, 1], 3, "row")
    studio.select([0, 1])
    empty_window.operations.join_selected()
    commands.delete_points(studio, [0, 1])
    empty_window.operations.new_layout()
    empty_window.operations.start_from("ibug68")
    told = [studio.undo.text(i) for i in range(studio.undo.count())]
    assert len(told) >= 14 and english(told, ()) == set()


def test_what_goes_wrong_is_told_in_another_language(bracketed, empty_window, tmp_path):
    window, studio = empty_window, empty_window.studio
    window.operations.measure()
    window.operations.join_selected()
    window.operations.start_from("ibug68")
    with pytest.raises(InflError, match="«"):
        commands.rename_point(studio, 0, " ")
    with pytest.raises(InflError, match="«"):
        commands.rename_point(studio, 0, studio.layout.points[1].name)
    window.questions.suspects()
    window.questions.how_sure()
    window.tuning.begin(Plan(()))
    (tmp_path / "a.inflstudio").write_text("[]")
    window.session.open(tmp_path / "a.inflstudio")
    window.session.open(tmp_path / "missing.inflstudio")
    told = [notice.text for notice in studio.notices]
    assert len(told) >= 6 and english(told, ()) == set()


@pytest.mark.parametrize("seconds", [5, 600, 7200])
def test_durations_are_translated(bracketed, seconds):
    assert "«" in in_words(seconds)
