"""Points of the own layout under the hand: chosen with a box, dragged together, mirrored, snapped."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app import commands
from app.snapping import caught
from infl.geometry.canonical_face import canonical_face
from infl.layouts import layout
from infl.rendering.face_view import OrbitCamera

LEFT = Qt.MouseButton.LeftButton
CHEEK, JAW, OTHER_CHEEK = (40.0, -30.0, 20.0), (45.0, -75.0, 0.0), (-40.0, -30.0, 20.0)


@pytest.fixture
def face(empty_window, qtbot):
    for place in (CHEEK, JAW, OTHER_CHEEK):
        commands.add_point(empty_window.studio, place)
    empty_window.studio.select([])
    qtbot.waitUntil(lambda: not empty_window.face.busy, timeout=20_000)
    return empty_window.face


def on_screen(face, index: int) -> QPoint:
    x, y = face._on_screen(face.studio.layout.queries[[index]])[0]
    return QPoint(round(x), round(y))


def drag(face, start: QPoint, end: QPoint, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mousePress(face, LEFT, modifiers, start)
    for part in (0.3, 0.7, 1.0):
        QTest.mouseMove(face, start + (end - start) * part)
    QTest.mouseRelease(face, LEFT, modifiers, end)


def hover(face, at: QPoint) -> None:
    """Come from elsewhere: a hand that is there already does not move."""
    QTest.mouseMove(face, QPoint(1, 1))
    QTest.mouseMove(face, at)


def test_a_box_chooses_what_is_in_it_and_shift_adds(face, empty_window):
    empty_window.actions_["box_tool"].trigger()
    around = QPoint(25, 25)
    drag(face, on_screen(face, 0) - around, on_screen(face, 1) + around)
    assert face.studio.selection == (0, 1)
    drag(face, on_screen(face, 2) - around, on_screen(face, 2) + around, Qt.KeyboardModifier.ShiftModifier)
    assert face.studio.selection == (0, 1, 2)
    assert len(face.studio.layout) == 3, "the box puts no points"


def test_a_lasso_leaves_out_what_it_goes_around(face, empty_window):
    empty_window.actions_["lasso_tool"].trigger()
    a, b = on_screen(face, 0), on_screen(face, 1)
    path = [
        a + QPoint(-20, -20),
        a + QPoint(20, -20),
        a + QPoint(20, 20),
        b + QPoint(60, 0),
        a + QPoint(-20, 20),
    ]
    QTest.mousePress(face, LEFT, pos=path[0])
    for at in path[1:]:
        QTest.mouseMove(face, at)
    QTest.mouseRelease(face, LEFT, pos=path[-1])
    assert face.studio.selection == (0,)


def test_chosen_points_are_dragged_together_along_the_face_as_one_step(face):
    studio = face.studio
    studio.select([0, 1])
    before, steps, start = studio.layout.queries.copy(), studio.undo.index(), on_screen(face, 0)
    drag(face, start, start + QPoint(-12, 9))
    moved = np.linalg.norm(studio.layout.queries - before, axis=1)
    assert (moved[:2] > 1).all() and moved[2] == 0 and studio.selection == (0, 1)
    assert studio.undo.index() == steps + 1
    studio.undo.undo()
    np.testing.assert_array_equal(studio.layout.queries, before)


def test_a_chosen_point_behind_the_head_stays_while_others_are_dragged(face, empty_window):
    studio, nape = face.studio, (0.0, -30.0, -120.0)
    behind = commands.add_point(studio, nape)
    assert not face._ensure_picture().visible(studio.layout.queries)[behind]
    studio.select([0, behind])
    before, start = studio.layout.queries.copy(), on_screen(face, 0)
    drag(face, start, start + QPoint(-12, 9))
    moved = np.linalg.norm(studio.layout.queries - before, axis=1)
    assert moved[0] > 1 and moved[behind] == 0 and studio.selection == (0, behind)


def test_a_click_with_a_trembling_hand_moves_nothing_and_chooses_one_of_several(face):
    studio = face.studio
    studio.select([0, 1])
    before, steps, start = studio.layout, studio.undo.count(), on_screen(face, 1)
    drag(face, start, start + QPoint(2, -1))
    assert studio.layout == before and studio.undo.count() == steps and studio.selection == (1,)


def test_escape_lets_go_of_the_box_and_then_of_the_choice(face, empty_window, qtbot):
    empty_window.actions_["box_tool"].trigger()
    face.studio.select([0])
    QTest.mousePress(face, LEFT, pos=on_screen(face, 1) - QPoint(25, 25))
    QTest.mouseMove(face, on_screen(face, 1) + QPoint(25, 25))
    qtbot.keyClick(face, Qt.Key.Key_Escape)
    QTest.mouseRelease(face, LEFT, pos=on_screen(face, 1) + QPoint(25, 25))
    assert face.studio.selection == (0,), "a box that was let go chooses nothing"
    qtbot.keyClick(face, Qt.Key.Key_Escape)
    assert face.studio.selection == ()


def test_a_point_that_is_undone_under_the_hand_is_gone(face):
    studio, at = face.studio, on_screen(face, 0) + QPoint(-40, 0)
    QTest.mousePress(face, LEFT, pos=at)
    assert len(studio.layout) == 4
    studio.undo.undo()
    QTest.mouseMove(face, at + QPoint(20, 0))
    QTest.mouseRelease(face, LEFT, pos=at + QPoint(20, 0))
    assert len(studio.layout) == 3


def test_the_pointer_says_what_the_left_button_does(face, empty_window):
    bare, point = on_screen(face, 0) + QPoint(-40, 0), on_screen(face, 0)
    shapes = {}
    for tool in ("point", "turn"):
        empty_window.actions_[f"{tool}_tool"].trigger()
        for name, at in (("bare", bare), ("point", point)):
            hover(face, at)
            shapes[tool, name] = face.cursor().shape()
    assert shapes["point", "bare"] == Qt.CursorShape.CrossCursor
    assert shapes["point", "point"] == Qt.CursorShape.PointingHandCursor
    assert shapes["turn", "bare"] == shapes["turn", "point"] == Qt.CursorShape.OpenHandCursor


def test_ctrl_takes_a_point_out_of_the_choice(face):
    face.studio.select([0, 1])
    before, at = face.studio.layout, on_screen(face, 1)
    drag(face, at, at + QPoint(15, 0), Qt.KeyboardModifier.ControlModifier)
    assert face.studio.selection == (0,)
    assert face.studio.layout == before, "the hand is on no chosen point: none goes along"


def test_with_both_sides_on_the_partner_goes_along(empty_window):
    studio = empty_window.studio
    empty_window.actions_["mirrored"].trigger()
    commands.add_point(studio, CHEEK)
    assert len(studio.layout) == 2
    np.testing.assert_allclose(studio.layout.queries[1], studio.layout.queries[0] * [-1, 1, 1], atol=0.05)
    commands.move_points(studio, {0: JAW})
    np.testing.assert_allclose(studio.layout.queries[1], studio.layout.queries[0] * [-1, 1, 1], atol=0.05)
    commands.delete_points(studio, [0])
    assert not len(studio.layout)
    studio.undo.undo()
    assert len(studio.layout) == 2


def test_partners_that_are_both_dragged_stay_each_others_mirror_image(empty_window, qtbot):
    studio, face = empty_window.studio, empty_window.face
    commands.add_point(studio, OTHER_CHEEK)
    commands.mirror_points(studio, [0])
    qtbot.waitUntil(lambda: not face.busy, timeout=20_000)
    empty_window.actions_["mirrored"].trigger()
    studio.select([0, 1])
    start, before = on_screen(face, 1), studio.layout.queries.copy()
    drag(face, start, start + QPoint(18, 0))
    right, left = studio.layout.queries
    assert left[0] > before[1, 0] + 1, "the point under the hand goes with it"
    np.testing.assert_allclose(right, left * [-1, 1, 1], atol=0.1)


def test_a_point_dragged_over_the_midline_and_back_keeps_its_one_partner(empty_window, qtbot):
    studio, face = empty_window.studio, empty_window.face
    empty_window.actions_["mirrored"].trigger()
    commands.add_point(studio, (20.0, -30.0, 40.0))
    qtbot.waitUntil(lambda: not face.busy, timeout=20_000)
    start = on_screen(face, 0)
    middle = QPoint(round(face._on_screen(np.array([[0.0, -30.0, 60.0]]))[0, 0]), start.y())
    QTest.mousePress(face, LEFT, pos=start)
    for at in (middle, middle + (middle - start), middle, start + QPoint(5, 0)):
        QTest.mouseMove(face, at)
    QTest.mouseRelease(face, LEFT, pos=start + QPoint(5, 0))
    assert list(studio.layout.mirror) == [1, 0]
    np.testing.assert_allclose(studio.layout.queries[1], studio.layout.queries[0] * [-1, 1, 1], atol=0.1)


def test_a_place_snaps_to_points_of_layouts_before_curves_and_vertices():
    wflw = layout("wflw98")
    lid = canonical_face().curves["left_upper_lid"][70].astype(float)
    near, reach = wflw.queries[60] + np.float32(0.8), 3.0
    np.testing.assert_array_equal(caught(near, [wflw], reach), wflw.queries[60])
    assert np.linalg.norm(caught(lid + 0.3, [], reach) - lid) < 0.6
    vertex = canonical_face().vertices[1000]
    assert np.linalg.norm(caught(vertex + np.float32(0.01), [], reach) - vertex) < 3.1
    assert caught(np.array([300.0, 0, 0]), [wflw], reach) is None


def test_within_ten_pixels_a_point_goes_to_the_ring_that_shows_what_it_snaps_to(window, qtbot):
    studio, face = window.studio, window.face
    studio.set_options(heat=False, arrows=False)
    window.actions_["snap"].trigger()
    target = studio.sets[0].dataset.layout.queries[54]  # the tip of the nose
    far, near = (OrbitCamera(zoom=zoom) for zoom in (1.0, 8.0))
    for orbit, snaps in ((far, True), (near, False)):
        face.look(orbit)
        qtbot.waitUntil(lambda: not face.busy, timeout=20_000)
        x, y = face._on_screen(target[None])[0]
        at = QPoint(round(x), round(y) + (6 if snaps else 40))
        bare = face.grab().toImage()
        hover(face, at)
        ringed = face.grab().toImage()
        QTest.mouseClick(face, LEFT, pos=at)
        put = studio.layout.queries[-1]
        if snaps:
            np.testing.assert_allclose(put, target, atol=0.01)
            assert ringed != bare, "a ring shows where the point would go"
        else:
            assert np.linalg.norm(put - target) > 0.5, "close by, points are put between those that are known"


@pytest.mark.parametrize("what", ["box_tool", "snap", "mouth"])
def test_the_ring_goes_when_it_no_longer_says_where_a_point_would_go(face, empty_window, what):
    face.studio.set_options(snap=True, heat=False, arrows=False)
    without = face.grab().toImage()
    hover(face, on_screen(face, 0) + QPoint(-60, 0))
    assert face._caught is not None and face.grab().toImage() != without
    empty_window.actions_[what].trigger()
    assert face._caught is None


def test_points_dragged_together_keep_their_shape_while_snapping_is_on(face, empty_window):
    studio = face.studio
    empty_window.actions_["snap"].trigger()
    studio.select([0, 1])
    start, apart = on_screen(face, 0), on_screen(face, 1) - on_screen(face, 0)
    drag(face, start, start + QPoint(-12, 9))
    error = on_screen(face, 1) - on_screen(face, 0) - apart
    assert abs(error.x()) <= 1 and abs(error.y()) <= 1


def test_groups_are_written_in_the_table_and_drawn_in_their_colour(face, empty_window):
    studio, model = face.studio, empty_window.layout_panel.model
    studio.select([0, 1])
    empty_window.layout_panel._refresh()
    assert model.setData(model.index(0, 2), "cheek")
    assert [point.group for point in studio.layout.points] == ["cheek", "cheek", ""]
    commands.set_colour(studio, "cheek", "#ff0000")
    assert model.data(model.index(1, 2), Qt.ItemDataRole.DecorationRole).name() == "#ff0000"
    studio.select([])
    pixel = face.grab().toImage().pixelColor(on_screen(face, 0))
    assert pixel.red() > 200 and pixel.green() < 90


def test_the_table_shows_points_that_were_just_added_and_chosen(face, empty_window, qtbot):
    studio, table = face.studio, empty_window.layout_panel.table
    empty_window.docks["Layout"].raise_()
    commands.add_curve(studio, "left_upper_lid", 30)
    studio.select([31, 32])
    qtbot.waitUntil(lambda: len(table.selectionModel().selectedRows()) == 2)
    rows = [index.row() for index in table.selectionModel().selectedRows()]
    assert sorted(rows) == [31, 32]
    assert table.viewport().rect().contains(table.visualRect(table.model().index(32, 0)))


def test_the_history_goes_back_to_a_step(face, empty_window):
    history, studio = empty_window.history.steps, face.studio
    assert history.model().rowCount() == 4 and len(studio.layout) == 3
    history.setCurrentIndex(history.model().index(1, 0))
    assert len(studio.layout) == 1


def test_the_history_is_reached_with_the_keyboard_and_leafed_with_the_arrows(face, empty_window, qtbot):
    steps = empty_window.history.steps
    empty_window.activateWindow()
    qtbot.waitUntil(empty_window.isActiveWindow)
    empty_window.actions_["go_History"].trigger()
    assert empty_window.panels.current() == "History" and steps.isVisible() and steps.hasFocus()
    qtbot.keyClick(steps, Qt.Key.Key_Up)
    assert len(face.studio.layout) == 2


def test_rows_are_dragged_to_another_place_in_the_order(face, empty_window):
    studio, model = face.studio, empty_window.layout_panel.model
    empty_window.layout_panel._refresh()
    first, second, third = studio.layout.names
    data = model.mimeData([model.index(0, 1), model.index(1, 1)])
    model.dropMimeData(data, Qt.DropAction.MoveAction, -1, 0, model.index(-1, -1))
    assert studio.layout.names == (third, first, second) and studio.selection == (1, 2)
    studio.undo.undo()
    model.dropMimeData(
        model.mimeData([model.index(2, 0)]), Qt.DropAction.MoveAction, 1, 0, model.index(-1, -1)
    )
    assert studio.layout.names == (first, third, second)
