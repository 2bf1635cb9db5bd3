"""The canonical face's panel: named views, sections, one, two and all sets, two faces side by side,
the photo's shape."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.face_actions import VIEWS
from app.views.figure import section_of

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def rested(window, qtbot):
    """rested(): wait until the faces are drawn as they stay."""
    return lambda: qtbot.waitUntil(lambda: not window.face_panel.busy, timeout=20_000)


@pytest.fixture
def active(window, qtbot):
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    window.face.setFocus()
    return window


def turn(face, by: int) -> None:
    """Drag beside the face with the right button."""
    at = QPoint(6, face.height() // 2)
    QTest.mousePress(face, RIGHT, pos=at)
    end = QPointF(at + QPoint(by, 0))
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, end, face.mapToGlobal(end), Qt.MouseButton.NoButton, RIGHT,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(face, event)
    QTest.mouseRelease(face, RIGHT, pos=end.toPoint())


# views


def test_keys_turn_the_face_to_named_views(active, qtbot):
    for key, name in enumerate(VIEWS, 1):
        qtbot.keyClick(active.face, str(key))
        assert active.face.orbit == VIEWS[name]


def test_the_left_side_is_the_subject_s_left(active, qtbot, rested):
    qtbot.keyClick(active.face, "4")
    rested()
    ears = {side: active.face.face.curves[f"{side}_ear_outline"][5:9] for side in ("left", "right")}
    assert active.actions_["side_left"].shortcut().toString() == "4"
    assert active.face.picture.visible(ears["left"]).all()
    assert not active.face.picture.visible(ears["right"]).any()


def test_the_eyes_and_the_mouth_are_in_the_middle_of_their_views(active, qtbot, rested):
    for name, curve in (("eyes", "_upper_lid"), ("mouth", "_upper_lip_border")):
        active.actions_[name].trigger()
        rested()
        face = active.face
        both = np.vstack([face.face.curves[f"left{curve}"], face.face.curves[f"right{curve}"]])
        middle = face._on_screen(both).mean(0) / [face.width(), face.height()]
        np.testing.assert_allclose(middle, 0.5, atol=0.12)


# sections


def test_a_half_is_cut_off_and_comes_back(active, qtbot, rested):
    qtbot.keyClick(active.face, Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier)
    rested()
    section = section_of(active.studio.options)
    assert section is not None and active.face_panel.section.isVisible()
    assert active.face.picture.vertices[:, 0].min() == pytest.approx(0, abs=1e-5)
    x, y = active.face._on_screen(np.array([[-40.0, -40.0, 10.0]]))[0]
    QTest.mouseClick(active.face, LEFT, pos=QPoint(round(x), round(y)))
    assert not len(active.studio.layout)  # there is no skin any more to put a point on
    QTest.mouseClick(active.face_panel.section.whole, LEFT)
    rested()
    assert active.face.picture.vertices[:, 0].min() < -80 and not active.face_panel.section.isVisible()


def test_the_plane_is_moved_by_its_slider_and_by_keys(active, qtbot, rested):
    active.actions_["section_right"].trigger()
    active.face_panel.section.plane.setValue(20)
    qtbot.keyClick(active.face, ".", Qt.KeyboardModifier.AltModifier)
    rested()
    assert active.studio.options.section_at == 24
    assert active.face.picture.vertices[:, 0].max() == pytest.approx(24, abs=1e-5)


def test_one_half_takes_the_other_s_place(active):
    active.actions_["section_left"].trigger()
    active.actions_["section_right"].trigger()
    assert active.studio.options.section == "right"
    assert not active.actions_["section_left"].isChecked()
    active.actions_["section_right"].trigger()
    assert active.studio.options.section == ""


# one, two, all sets


def test_one_two_and_all_sets_by_their_actions(active):
    studio = active.studio
    active.actions_["compare_one"].trigger()
    assert studio.comparison.b == "canonical" and active.actions_["compare_one"].isChecked()
    active.actions_["compare_two"].trigger()
    assert studio.comparison.b not in ("canonical", studio.comparison.a)
    active.actions_["compare_all"].trigger()
    assert studio.comparison.of == "all" and not active.face_panel.b.isVisible()
    assert active.face_panel.a.currentText() == "all open sets"
    ticked = [k for k in ("one", "two", "all") if active.actions_[f"compare_{k}"].isChecked()]
    assert ticked == ["all"]
    active.actions_["compare_two"].trigger()
    assert active.face_panel.b.isVisible()


def test_all_sets_are_coloured_by_their_rms_from_their_mean(active, rested):
    active.actions_["compare_all"].trigger()
    rested()
    spread, heat = active.derived.spread(), active.derived.heat()
    assert len(spread.conventions) == 3
    at = active.face.face.vertices
    vectors = np.stack([active.studio.landmarker.offsets(name, at=at) for name in spread.conventions])
    inner = np.linalg.norm(at - [0, -30, 40], axis=1) < 15  # all three have points about the nose
    expected = np.sqrt(((vectors - vectors.mean(0)) ** 2).sum(-1).mean(0))
    np.testing.assert_allclose(heat[inner], expected[inner], rtol=5e-3)
    assert [text for text, *_ in active.face.offsets._rows()] == [
        f"mean → {n} ×5" for n in spread.conventions
    ]


def test_with_a_set_closed_the_spread_is_that_of_the_others(active, rested):
    active.actions_["compare_all"].trigger()
    active.studio.remove_set(0)
    rested()
    assert len(active.derived.spread().conventions) == 2
    active.studio.remove_set(0)
    assert active.derived.spread() is None and active.derived.heat() is None


# side by side


def test_two_faces_side_by_side_turn_together(active, rested):
    active.studio.compare(a="demo_clinic98", b="demo_studio68")
    active.actions_["beside"].trigger()
    left, right = active.face_panel.sides
    assert left.isVisible() and right.isVisible() and not active.face.isVisible()
    rested()
    turn(left, 30)
    assert left.orbit.yaw != 0 and right.orbit == left.orbit == active.face.orbit
    turn(right, -30)
    assert left.orbit == right.orbit
    rested()


def test_each_shows_its_own_set_against_the_canonical_convention_on_one_scale(active, rested):
    active.studio.compare(a="demo_clinic98", b="demo_studio68")
    active.actions_["beside"].trigger()
    rested()
    for face, name in zip(active.face_panel.sides, ("demo_clinic98", "demo_studio68"), strict=True):
        offsets = active.derived.offsets(face.side)
        assert (offsets.a, offsets.b) == (name, "canonical")
        assert offsets.layout is active.studio.layout_of(name)
    assert active.face_panel.sides[0]._chart.top == active.face_panel.sides[1]._chart.top > 0


def test_points_are_put_on_either_face(active, rested):
    active.actions_["beside"].trigger()
    rested()
    for count, face in enumerate(active.face_panel.sides, 1):
        x, y = face._on_screen(np.array([[10.0 * count, 40.0, 20.0]]))[0]
        QTest.mouseClick(face, LEFT, pos=QPoint(round(x), round(y)))
        assert len(active.studio.layout) == count


def test_a_tool_holds_for_either_face(active, rested):
    active.actions_["beside"].trigger()
    rested()
    active.actions_["box_tool"].trigger()
    for face in active.face_panel.sides:
        QTest.mouseClick(face, LEFT, pos=face.rect().center())
    assert not len(active.studio.layout), "the box puts no points"


def test_faces_that_are_not_shown_do_not_work(active, rested):
    rested()
    left, _ = active.face_panel.sides
    active.studio.set_options(arrow_scale=9.0)
    assert not left.busy and left._charts <= 1
    rested()


# the photo's shape


def test_the_face_takes_the_shape_of_the_photo_and_points_go_with_it(active, qtbot, rested):
    active.actions_["shape"].trigger()
    rested()
    shape = active.derived.face_shape()
    assert active.face.picture.view.vertices is shape or np.allclose(active.face.picture.vertices, shape)
    active.studio.step(1)
    qtbot.waitUntil(lambda: not active.busy, timeout=20_000)
    other = active.derived.face_shape()
    assert not np.allclose(other, shape)
    assert np.allclose(active.face.picture.vertices, other)
    x, y = active.face._on_screen(np.array([[20.0, 40.0, 20.0]]))[0]
    QTest.mouseClick(active.face, LEFT, pos=QPoint(round(x), round(y)))
    put = active.studio.layout.queries[0]
    assert np.abs(np.linalg.norm(active.face.face.vertices - put, axis=1)).min() < 5  # it is a place on C
    np.testing.assert_allclose(active.face._on_screen(put[None])[0], (x, y), atol=3)
