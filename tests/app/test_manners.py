"""Shortcuts that can be changed, notices that wait, a theme that follows the desktop, what is remembered."""

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog

from app import commands, folders, theme
from app.views.cheat_sheet import CheatSheet
from app.views.shortcut_editor import IDENTIFIER, ShortcutEditor
from app.views.tour import Tour
from app.window import MainWindow

PLAIN, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def active(window, qtbot):
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    window.photo.setFocus()
    return window


@pytest.fixture
def editor(active, qtbot):
    editor = ShortcutEditor(active.actions_, active)
    qtbot.addWidget(editor)
    return editor


def choose(editor, identifier):
    rows = range(editor.list.topLevelItemCount())
    editor.choose(next(r for r in rows if editor.list.topLevelItem(r).data(0, IDENTIFIER) == identifier))


# shortcuts


def test_no_two_actions_come_with_the_same_keys(window):
    for entry in window.actions_.entries():
        for keys in entry.usual:
            assert window.actions_.taken_by(keys, entry.identifier) is None, (entry.identifier, keys)


def test_keys_that_were_changed_do_the_new_thing_and_are_remembered(active, editor, qtbot, settings):
    choose(editor, "edges")
    editor.keys.setKeySequence(QKeySequence("Ctrl+J"))
    assert not editor.conflict.text()
    editor.use.click()
    edges = active.studio.options.edges
    qtbot.keyClick(active.photo, Qt.Key.Key_E, PLAIN)
    assert active.studio.options.edges is edges
    qtbot.keyClick(active.photo, Qt.Key.Key_J, CTRL)
    assert active.studio.options.edges is not edges
    assert "Ctrl+J" in active.actions_["edges"].toolTip()
    later = MainWindow(settings, remember=False)
    qtbot.addWidget(later)
    assert later.actions_["edges"].shortcut() == QKeySequence("Ctrl+J")
    later.shut_down()


def test_keys_of_another_action_are_named_and_taken_from_it(active, editor, qtbot):
    choose(editor, "export")
    editor.keys.setKeySequence(QKeySequence("Ctrl+K"))
    assert "Search actions" in editor.conflict.text() and editor.use.text() == "Take them"
    editor.use.click()
    assert active.actions_["export"].shortcut() == QKeySequence("Ctrl+K")
    assert active.actions_["search"].shortcut().isEmpty()
    editor.reset_all.click()
    assert active.actions_["search"].shortcut() == QKeySequence("Ctrl+K")
    assert active.actions_["export"].shortcut() == QKeySequence("Ctrl+E")


def test_the_start_of_another_s_keys_is_a_conflict_too(window):
    window.actions_.set_keys("crop", "Ctrl+G, Ctrl+C")
    assert window.actions_.taken_by("Ctrl+G", "edges").identifier == "crop"


def test_one_action_can_have_its_own_keys_again(active, editor, settings):
    active.actions_.set_keys("redo", "Ctrl+R")
    choose(editor, "redo")
    editor.reset.click()
    assert [k.toString() for k in active.actions_["redo"].shortcuts()] == ["Ctrl+Shift+Z", "Ctrl+Y"]
    assert not [key for key in settings.allKeys() if key.startswith("shortcuts/")]


def test_the_cheat_sheet_shows_the_keys_as_they_are_now(active, qtbot):
    qtbot.keyClick(active.photo, Qt.Key.Key_F1)
    sheet = active.findChild(CheatSheet)
    assert sheet.isVisible() and ("Export…", "Ctrl+E") in sheet.rows()["File"]
    active.actions_.set_keys("export", "Ctrl+Alt+E")
    assert ("Export…", "Ctrl+Alt+E") in sheet.rows()["File"]


# notices


def test_an_error_stays_until_it_is_closed_and_the_next_one_waits(window, qtbot):
    card, studio = window.card, window.studio
    studio.notify("error", "first", "its traceback")
    studio.notify("info", "by the way")
    studio.notify("error", "second")
    assert card.text.text() == "first" and card.more.text() == "1 more"
    card.copy.click()
    assert QGuiApplication.clipboard().text() == "first\nits traceback"
    card.close_button.click()
    assert card.isVisible() and card.text.text() == "second"
    card.close_button.click()
    assert not card.isVisible()
    logged = [window.log.list.item(i).text() for i in range(window.log.list.count())]
    assert [line.split()[-1] for line in logged[-3:]] == ["first", "way", "second"]


def test_a_notice_stays_in_front_when_another_panel_is_chosen(window, qtbot):
    window.studio.notify("error", "look here")
    window.docks["Log"].raise_()
    middle = window.card.geometry().center()
    qtbot.waitUntil(lambda: window.docks["Log"].visibleRegion().boundingRect().height() > 0)
    qtbot.waitUntil(
        lambda: window.card.isAncestorOf(window.childAt(middle)) or window.childAt(middle) is window.card
    )


def test_the_buttons_beside_the_menus_do_not_grow_with_what_is_undone(window):
    width = window.menuBar().cornerWidget().sizeHint().width()
    commands.add_point(window.studio, (10.0, 10.0, 10.0))
    assert "point" in window.actions_["undo"].text()
    assert window.menuBar().cornerWidget().sizeHint().width() == width


def test_a_line_of_the_log_is_copied_with_its_details(window):
    window.studio.notify("warning", "look", "closely")
    window.log.list.setCurrentRow(window.log.list.count() - 1)
    window.log.copy.click()
    assert QGuiApplication.clipboard().text() == "look\nclosely"


# theme


def test_the_theme_that_is_worn_is_ticked(window):
    window.actions_["theme_dark"].trigger()
    ticked = [name for name in theme.NAMES if window.actions_[f"theme_{name}"].isChecked()]
    assert ticked == ["dark"] and theme.theme().dark
    window.actions_["theme_dark"].trigger()
    assert window.actions_["theme_dark"].isChecked(), "choosing it again does not take it off"
    window.actions_["theme_light"].trigger()
    assert not theme.theme().dark


def test_the_theme_follows_the_desktop_when_that_was_chosen(window, monkeypatch):
    hints = QGuiApplication.styleHints()
    window.actions_["theme_system"].trigger()
    monkeypatch.setattr(
        theme, "choose", lambda name: theme.DARK if name in ("system", "dark") else theme.LIGHT
    )
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.theme().dark
    window.actions_["theme_light"].trigger()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert not theme.theme().dark


# what is remembered


def test_the_tour_is_shown_once_and_again_from_the_menu(dressed, qtbot, settings):
    for times in (1, 0):
        window = MainWindow(settings)
        qtbot.addWidget(window)
        window.show()
        window.begin([])
        assert len(window.findChildren(Tour)) == times
        if times:
            for _ in range(4):
                window.findChild(Tour).on.click()
            assert not window.findChild(Tour).isVisible()
        else:
            window.actions_["tour"].trigger()
            assert window.findChild(Tour).isVisible()
        qtbot.waitUntil(lambda window=window: not window.busy, timeout=60_000)
        window.shut_down()
        assert window.close()


def test_the_next_dialog_begins_where_the_last_one_ended(window, monkeypatch, tmp_path):
    begun = []

    def chosen(_parent, _title, start, *_):
        begun.append(start)
        return str(tmp_path / "deep" / "mine.json"), ""

    (tmp_path / "deep").mkdir()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", chosen)
    window.operations.ask_layout()
    window.operations.ask_layout()
    assert begun[1] == str(tmp_path / "deep") and folders.last_folder() == tmp_path / "deep"


def test_docks_and_the_border_in_the_middle_are_as_they_were_left(dressed, qtbot, settings):
    first = MainWindow(settings)
    qtbot.addWidget(first)
    first.resize(first.minimumSizeHint())  # the default is larger, and the screen of these tests small
    first.show()
    first.docks["Log"].hide()
    first.middle.setSizes([900, 300])
    left, size = first.middle.sizes(), first.size()
    first.close()
    first.shut_down()
    second = MainWindow(settings)
    qtbot.addWidget(second)
    second.show()
    assert second.size() == size
    assert not second.docks["Log"].isVisible() and second.docks["Layout"].isVisible()
    assert second.middle.sizes() == pytest.approx(left, abs=8)
    second.close()
    second.shut_down()


# languages


class Quoting(QTranslator):
    def translate(self, context, text, *_):
        return f"«{text}»" if context == "" else ""

    def isEmpty(self):
        return False


def test_strings_are_translated_and_keep_their_numbers(dressed, qtbot, settings):
    translator = Quoting()
    QCoreApplication.installTranslator(translator)
    try:
        window = MainWindow(settings, remember=False)
        qtbot.addWidget(window)
        assert window.actions_["save_project"].text() == "«Save project»"
        assert window.menuBar().actions()[0].text() == "«&File»"
        window.shut_down()
    finally:
        QCoreApplication.removeTranslator(translator)
