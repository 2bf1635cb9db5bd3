"""Fine-tuning in the window: tried first, watched, paused, stopped, discarded, taken back, and gone on with later."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox

from app.values import Place
from app.views.cheat_sheet import CheatSheet
from app.views.command_search import CommandSearch
from app.views.shortcut_editor import ShortcutEditor
from app.window import MainWindow
from infl.model import Landmarker
from infl.model.checkpoint import load_checkpoint

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
CONTROL_SHIFT = CONTROL | Qt.KeyboardModifier.ShiftModifier
LONG = 120_000


@pytest.fixture(scope="module")
def landmarker() -> Landmarker:
    """The shipped one: it finds faces at once, so that looking at val parts is quick."""
    return Landmarker(*load_checkpoint())


@pytest.fixture
def panel(window):
    """The panel in front, with the smallest set ticked alone."""
    window.docks["Fine-tune"].raise_()
    panel = window.fine_tune
    for i in (0, 2):
        panel.sets.topLevelItem(i).setCheckState(0, Qt.CheckState.Unchecked)
    panel.faces.setValue(4)
    panel.length.setValue(4)
    return panel


def under_way(window, qtbot, steps=1):
    """Wait until a run has done some steps."""
    qtbot.waitUntil(lambda: len(window.fine_tune.loss.values("loss")) >= steps, timeout=LONG)


def over(window, qtbot):
    qtbot.waitUntil(lambda: window.jobs.running is None and window.tuning.job is None, timeout=LONG)


def test_a_run_shows_curves_and_errors_and_puts_the_new_weights_in_use(window, panel, qtbot):
    before = window.studio.landmarker
    window.studio.show(Place(1, 0))
    qtbot.mouseClick(panel.start, LEFT)
    assert panel.pause.isVisible() and not panel.start.isVisible() and not panel.sets.isEnabled()
    with qtbot.waitSignal(window.studio.landmarker_changed, timeout=LONG):
        pass
    after = window.studio.landmarker
    assert after is not before and after.card["fine_tuned_on"] == ["demo_field29"]
    over(window, qtbot)
    assert len(panel.loss.values("loss")) == 4 and len(panel.nme.values("val.demo_field29")) == 2
    row = panel.sets.topLevelItem(1)
    assert float(row.text(1)) > 0 and float(row.text(2)) > 0 and not panel.sets.topLevelItem(0).text(1)
    qtbot.waitUntil(lambda: not window.busy, timeout=LONG)
    assert window.earlier.found is not None and window.derived.prediction() is not None
    qtbot.mouseClick(panel.revert, LEFT)
    assert window.studio.landmarker is before
    qtbot.mouseClick(panel.revert, LEFT)
    assert window.studio.landmarker is after


def test_checking_says_what_a_run_needs_and_trains_nothing(window, panel, qtbot):
    before = window.studio.landmarker
    panel.length.setValue(100)
    qtbot.mouseClick(panel.check, LEFT)
    over(window, qtbot)
    assert window.studio.landmarker is before and not panel.loss.values("loss")
    assert "s a step" in panel.words.text() and "100 steps in about" in panel.words.text()


def test_minutes_become_as_many_steps_as_fit(window, panel, qtbot):
    panel.length.setValue(1)
    panel.unit.setCurrentIndex(1)
    qtbot.mouseClick(panel.start, LEFT)
    under_way(window, qtbot)
    assert window.jobs.running.latest.total > 1
    qtbot.mouseClick(panel.discard, LEFT)
    over(window, qtbot)


def test_a_paused_run_rests_and_goes_on(window, panel, qtbot):
    panel.length.setValue(10_000)
    qtbot.mouseClick(panel.start, LEFT)
    under_way(window, qtbot)
    qtbot.mouseClick(panel.pause, LEFT)
    assert panel.pause.text() == "Go on" and "resting" in panel.words.text()
    qtbot.wait(1500)  # the step that was under way comes to its end
    rested = len(panel.loss.values("loss"))
    qtbot.wait(1000)
    assert len(panel.loss.values("loss")) == rested
    qtbot.mouseClick(panel.pause, LEFT)
    under_way(window, qtbot, rested + 1)
    qtbot.mouseClick(panel.discard, LEFT)
    over(window, qtbot)


def test_stopping_keeps_the_best_weights(window, panel, qtbot):
    before = window.studio.landmarker
    panel.length.setValue(10_000)
    qtbot.mouseClick(panel.start, LEFT)
    under_way(window, qtbot)
    qtbot.mouseClick(panel.keep, LEFT)
    over(window, qtbot)
    assert window.studio.landmarker is not before and window.studio.previous_landmarker is before


def test_discarding_leaves_the_model_alone(window, panel, qtbot):
    before = window.studio.landmarker
    panel.length.setValue(10_000)
    qtbot.mouseClick(panel.start, LEFT)
    under_way(window, qtbot)
    qtbot.mouseClick(panel.discard, LEFT)
    over(window, qtbot)
    assert window.studio.landmarker is before and "unchanged" in panel.words.text()


def test_codes_alone_are_fitted_without_steps(window, panel, qtbot):
    panel.parts.setCurrentIndex(panel.parts.findData("code"))
    assert not panel.length.isEnabled() and not panel.check.isEnabled() and panel.start.isEnabled()
    before = window.studio.landmarker
    qtbot.mouseClick(panel.start, LEFT)
    over(window, qtbot)
    assert window.studio.previous_landmarker is before or "unchanged" in panel.words.text()
    assert not window.fine_tune.loss.values("loss")


def test_a_run_that_diverges_is_told_with_what_to_do(window, panel, qtbot):
    panel.rate.addItem("wild", 1e6)
    panel.rate.setCurrentIndex(panel.rate.count() - 1)
    panel.parts.setCurrentIndex(panel.parts.findData("everything"))
    panel.length.setValue(1000)
    qtbot.mouseClick(panel.start, LEFT)
    over(window, qtbot)
    assert "diverged" in panel.words.text() and "learning rate" in panel.words.text()


def test_too_little_memory_is_told_before_the_run(window, panel, qtbot, monkeypatch):
    import infl.training.rehearsal

    monkeypatch.setattr(infl.training.rehearsal, "free_memory", lambda _device: 1 << 20)
    panel.faces.setValue(16)
    qtbot.mouseClick(panel.start, LEFT)
    over(window, qtbot)
    assert "1 MB are free" in panel.words.text() and "8 faces a step" in panel.words.text()
    assert not panel.loss.values("loss")


# without the panel's buttons

RUNS = ("pause_run", "keep_best", "discard_run")
LEFT_RUNS = ("go_on_left", "use_left", "forget_left")


def able(window) -> set[str]:
    """The actions of fine-tuning that can do something now."""
    named = ("fine_tune", "check_run", "revert", *RUNS, *LEFT_RUNS)
    return {name for name in named if window.actions_[name].isEnabled()}


def test_nothing_of_it_can_be_done_without_a_set_and_a_model(empty_window):
    assert able(empty_window) == set()


def test_menu_and_command_search_know_what_the_buttons_do(window, panel):
    menu = next(m for m in window.menuBar().findChildren(QMenu) if m.title() == "&Model")
    listed = {action.text() for action in menu.actions()}
    editor = ShortcutEditor(window.actions_, window)
    editable = {editor.list.topLevelItem(i).text(1) for i in range(editor.list.topLevelItemCount())}
    for button in (panel.check, panel.start, panel.pause, panel.keep, panel.discard, panel.revert, panel.go_on,
                   panel.use_best, panel.forget):  # fmt: skip
        action = button.defaultAction()
        assert action is not None and action.text() in listed & editable
        assert window.actions_.search(action.text())[0].action is action
    keys = dict(CheatSheet(window.actions_, window).rows()["Model"])
    assert keys["Pause fine-tuning"] == "Ctrl+Shift+R" and keys["Stop fine-tuning, keep the best"]


def test_a_run_is_led_by_keys_and_the_command_search(window, panel, qtbot):
    def press(key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.keyClick(window, key, modifiers)

    def say(words: str) -> None:
        """Into the command search, and Enter."""
        press(Qt.Key.Key_K, CONTROL)
        search = window.findChildren(CommandSearch)[-1]
        qtbot.keyClicks(search.field, words)
        qtbot.keyClick(search.field, Qt.Key.Key_Return)

    assert able(window) == {"fine_tune", "check_run"}
    before = window.studio.landmarker
    panel.length.setValue(10_000)
    window.docks["Log"].raise_()
    say("fine-tune on")
    assert panel.isVisible(), "the panel comes to the front"
    under_way(window, qtbot)
    assert able(window) == set(RUNS)
    press(Qt.Key.Key_R, CONTROL_SHIFT)
    assert window.tuning.job.paused
    assert window.actions_["pause_run"].text() == "Go on fine-tuning" and panel.pause.text() == "Go on"
    say("go on fine")
    assert not window.tuning.job.paused and panel.pause.text() == "Pause"
    press(Qt.Key.Key_K, CONTROL_SHIFT)
    over(window, qtbot)
    assert window.studio.landmarker is not before
    assert able(window) == {"fine_tune", "check_run", "revert"}
    say("weights from before")
    assert window.studio.landmarker is before


def test_a_run_is_discarded_from_the_menu(window, panel, qtbot):
    before = window.studio.landmarker
    panel.length.setValue(10_000)
    window.actions_["fine_tune"].trigger()
    under_way(window, qtbot)
    menu = next(m for m in window.menuBar().findChildren(QMenu) if m.title() == "&Model")
    menu.popup(window.mapToGlobal(window.rect().center()))
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(window.actions_["discard_run"]).center())
    assert able(window) == set(), "it ends after its step"
    over(window, qtbot)
    assert window.studio.landmarker is before and able(window) == {"fine_tune", "check_run"}


# closing the window


@pytest.fixture
def lasting(dressed, qtbot, settings, tmp_path, landmarker, demo_sets):
    """Makes windows that remember and keep what is not saved; all are closed in the end."""
    made = []

    def make():
        window = MainWindow(settings, recovery=tmp_path / "recovery")
        settings.setValue("tour_seen", "yes")
        made.append(window)
        window.show()
        qtbot.waitExposed(window)
        window.studio.set_landmarker(landmarker, "untrained")
        return window

    yield make
    for window in made:
        window.remember = False
        window.shut_down()
        window.close()
        window.deleteLater()
    dressed.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def close_and_choose(window, monkeypatch, text, then="Discard"):
    """Close the window; in the boxes that ask, press `text`, then `then`."""
    asked = []

    def press(box):
        asked.append([button.text().replace("&", "") for button in box.buttons()])
        wanted = text if len(asked) == 1 else then
        button = next(b for b in box.buttons() if wanted in b.text().replace("&", ""))
        button.click()
        return box.result()

    monkeypatch.setattr(QMessageBox, "exec", press)
    window.close()
    return asked


def train(window, qtbot, demo_sets, steps=10_000):
    window.studio.add_sets([demo_sets[1]])
    qtbot.waitUntil(lambda: not window.busy, timeout=LONG)
    window.docks["Fine-tune"].raise_()
    window.fine_tune.faces.setValue(4)
    window.fine_tune.length.setValue(steps)
    window.fine_tune.begin()
    under_way(window, qtbot)


def test_a_run_can_go_on_instead_of_the_window_closing(lasting, qtbot, demo_sets, monkeypatch):
    window = lasting()
    train(window, qtbot, demo_sets)
    asked = close_and_choose(window, monkeypatch, "Go on training")
    assert len(asked[0]) == 4 and window.isVisible()
    under_way(window, qtbot, 2)
    window.tuning.discard()
    over(window, qtbot)
    assert not list((window.session._recovery / "runs").iterdir())


def test_stop_and_keep_closes_with_the_best_weights_as_unsaved_work(lasting, qtbot, demo_sets, monkeypatch):
    window = lasting()
    train(window, qtbot, demo_sets)
    asked = close_and_choose(window, monkeypatch, "Stop, keep the best", then="Cancel")
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=LONG)
    assert window.isVisible() and window.session.modified, "whether to save was asked, and cancelled"
    assert window.studio.model_name == "fine-tuned"


def test_a_run_goes_on_at_the_next_start(lasting, qtbot, demo_sets, monkeypatch):
    window = lasting()
    train(window, qtbot, demo_sets, steps=6)
    close_and_choose(window, monkeypatch, "Close, go on next time")
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=LONG)
    later = lasting()
    later.tuning.look_for_left()
    left = later.tuning.left[0]
    assert 1 <= left.done < 6 and left.how.steps == 6
    later.docks["Fine-tune"].raise_()
    QApplication.processEvents()
    assert (
        later.fine_tune.left_over.isVisible()
        and f"step {left.done} of 6" in later.fine_tune.left_words.text()
    )
    assert able(later) == set(LEFT_RUNS), "its set is not open yet"
    before = later.studio.landmarker
    qtbot.mouseClick(later.fine_tune.go_on, LEFT)
    qtbot.waitUntil(lambda: later.studio.landmarker is not before, timeout=LONG)
    assert [s.label for s in later.studio.sets] == ["demo_field29"], "its set was opened"
    assert len(later.fine_tune.loss.values("loss")) == 6 - left.done
    assert later.tuning.left == [] and not list((later.session._recovery / "runs").iterdir())


def test_the_best_weights_of_a_run_that_was_left_can_be_taken(lasting, qtbot, demo_sets):
    window = lasting()
    train(window, qtbot, demo_sets, steps=40)  # measured every 5
    qtbot.waitUntil(lambda: len(window.fine_tune.nme.values("val.demo_field29")) >= 2, timeout=LONG)
    window.tuning.leave()
    over(window, qtbot)
    assert window.fine_tune.left_over.isVisible(), "offered at once, too"
    before = window.studio.landmarker
    qtbot.mouseClick(window.fine_tune.use_best, LEFT)
    over(window, qtbot)
    assert window.studio.landmarker is not before and not window.fine_tune.left_over.isVisible()
