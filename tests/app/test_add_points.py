"""Many points at once, from the dialog."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import commands
from app.views.add_points_dialog import AddPointsDialog
from infl.layouts import layout


@pytest.fixture
def studio(empty_window):
    return empty_window.studio


@pytest.fixture
def dialog(empty_window, qtbot):
    empty_window.actions_["add_points"].trigger()
    found = empty_window.findChild(AddPointsDialog)
    qtbot.waitExposed(found)
    return found


def choose(page, text: str) -> None:
    QTest.keyClicks(page.search, text)
    shown = [page.list.item(i) for i in range(page.list.count()) if not page.list.item(i).isHidden()]
    page.list.setCurrentItem(shown[0])


def test_nine_points_of_the_upper_lids_are_one_step(studio, dialog):
    choose(dialog.curves, "left upper lid")
    dialog.curves.both.setChecked(True)
    dialog.add()
    names = studio.layout.names
    assert len(names) == 18 and names[0] == "left upper lid 1" and names[9] == "right upper lid 1"
    assert studio.selection == tuple(range(9, 18))
    studio.undo.undo()
    assert not len(studio.layout)


def test_points_spread_over_a_region(studio, dialog):
    dialog.pages.setCurrentWidget(dialog.regions)
    choose(dialog.regions, "left cheek")
    dialog.regions.count.setValue(5)
    dialog.add()
    assert len(studio.layout) == 5 and studio.layout.points[0].group == "left cheek"


def test_a_line_needs_two_selected_points(studio, dialog, empty_window, qtbot):
    dialog.pages.setCurrentWidget(dialog.line)
    dialog.add()
    assert "Select two points" in dialog.problem.text() and dialog.problem.isVisible()
    dialog.reject()
    dialog.deleteLater()
    ends = commands.add_point(studio, (30.0, -30, 30)), commands.add_point(studio, (50.0, -70, 0))
    studio.select(ends)
    again = AddPointsDialog(studio, empty_window)
    qtbot.addWidget(again)
    assert again.pages.currentWidget() is again.line
    again.line.name.selectAll()
    QTest.keyClicks(again.line.name, "fold")
    again.line.count.setValue(4)
    again.add()
    assert studio.layout.names[2:] == ("fold 1", "fold 2", "fold 3", "fold 4")
    assert len(studio.layout.edges) == 3


def test_groups_of_another_layout_are_copied(studio, dialog):
    dialog.pages.setCurrentWidget(dialog.copy)
    layouts, groups = dialog.copy.layouts, dialog.copy.groups
    wanted = [i for i in range(layouts.count()) if layouts.item(i).data(Qt.ItemDataRole.UserRole) == "wflw98"]
    layouts.setCurrentRow(wanted[0])
    groups.clearSelection()
    next(groups.item(i) for i in range(groups.count()) if groups.item(i).text() == "pupil (2)").setSelected(
        True
    )
    dialog.add()
    wflw = layout("wflw98")
    assert studio.layout.names == tuple(p.name for p in wflw.points if p.group == "pupil")


def test_nothing_chosen_is_said(studio, dialog):
    dialog.curves.list.setCurrentRow(-1)
    dialog.add()
    assert "Choose something" in dialog.problem.text() and not len(studio.layout)
