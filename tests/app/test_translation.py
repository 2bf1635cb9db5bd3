"""Every text that a person reads goes through `tr`."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDockWidget, QLabel, QMenu

import app
from app.window import MainWindow

SHOWN_BY = {
    "notify", "label", "caption", "start", "setText", "setToolTip", "setWindowTitle", "setTitle", "setPlaceholderText",
    "setAccessibleName", "setSuffix", "setSpecialValueText", "addItem", "QLabel", "QPushButton", "QCheckBox", "QAction",
    "QToolButton", "QDockWidget", "EditLayout", "InflError", "addAction", "addMenu", "setStatusTip",
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


def test_a_window_in_another_language_has_no_english_left(bracketed, qtbot, settings):
    window = MainWindow(settings, remember=False)
    qtbot.addWidget(window)
    shown = [text for entry in window.actions_.entries() for text in (entry.action.text(), entry.tip)]
    shown += [menu.title() for menu in window.menuBar().findChildren(QMenu)]
    shown += [dock.windowTitle() for dock in window.findChildren(QDockWidget)]
    shown += [button.text() for button in window.findChildren(QAbstractButton)]
    shown += [label.text() for label in window.findChildren(QLabel)]
    shown += [combo.itemText(i) for combo in window.findChildren(QComboBox) for i in range(combo.count())]
    window.shut_down()
    data = {"canonical", window.studio.layout.title}
    left = {text for text in shown if sum(map(str.isalpha, text)) > 3 and "«" not in text} - data
    assert left == set()
    assert sum("«" in text for text in shown) > 150
