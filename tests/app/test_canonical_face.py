"""Pointing at the canonical face: a press adds a query at once, a drag moves it, everything can be undone."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.window import MainWindow

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def on_face(window: MainWindow, xyz=(20.0, 40.0, 20.0)) -> QPoint:
    """The widget's pixel that shows a place of the face."""
    x, y = window.face._on_screen(np.array([xyz]))[0]
    return QPoint(round(x), round(y))


def move(window: MainWindow, at: QPoint, button=LEFT) -> None:
    place = QPointF(at)
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, place, window.face.mapToGlobal(place), Qt.MouseButton.NoButton, button,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(window.face, event)


def test_a_press_adds_a_query_there_and_on_the_photo_before_the_release(window):
    at = on_face(window)
    QTest.mousePress(window.face, LEFT, pos=at)
    assert len(window.studio.layout) == 1
    x, y = window.face._on_screen(window.studio.layout.queries)[0]
    assert abs(x - at.x()) < 1 and abs(y - at.y()) < 1
    found = window.derived.custom_prediction()
    assert found.points.shape == (1, 2) and np.isfinite(found.points).all()
    QTest.mouseRelease(window.face, LEFT, pos=at)


def test_a_press_and_drag_is_one_step_to_undo(window):
    start = on_face(window)
    QTest.mousePress(window.face, LEFT, pos=start)
    for i in range(1, 6):
        move(window, start + QPoint(4 * i, 2 * i))
    QTest.mouseRelease(window.face, LEFT, pos=start + QPoint(20, 10))
    assert window.studio.undo.count() == 1
    x, y = window.face._on_screen(window.studio.layout.queries)[0]
    assert abs(x - start.x() - 20) < 1 and abs(y - start.y() - 10) < 1
    window.studio.undo.undo()
    assert len(window.studio.layout) == 0


def test_dragging_a_point_that_is_there_merges_into_one_move(window):
    start = on_face(window)
    QTest.mouseClick(window.face, LEFT, pos=start)
    before = window.studio.layout
    QTest.mousePress(window.face, LEFT, pos=start)
    for i in range(1, 6):
        move(window, start + QPoint(5 * i, 0))
    QTest.mouseRelease(window.face, LEFT, pos=start + QPoint(25, 0))
    after = window.studio.layout
    assert window.studio.undo.count() == 2 and len(after) == 1
    window.studio.undo.undo()
    assert window.studio.layout == before
    window.studio.undo.redo()
    assert window.studio.layout == after


def test_two_drags_are_two_steps(window):
    start = on_face(window)
    QTest.mouseClick(window.face, LEFT, pos=start)
    for _ in range(2):
        QTest.mousePress(window.face, LEFT, pos=start)
        move(window, start + QPoint(20, 0))
        move(window, start)
        QTest.mouseRelease(window.face, LEFT, pos=start)
    assert window.studio.undo.count() == 3


def test_the_right_button_turns_and_adds_nothing(window, qtbot):
    at, yaw = on_face(window), window.face.orbit.yaw
    QTest.mousePress(window.face, RIGHT, pos=at)
    move(window, at + QPoint(40, 0), RIGHT)
    QTest.mouseRelease(window.face, RIGHT, pos=at + QPoint(40, 0))
    assert window.face.orbit.yaw != yaw and len(window.studio.layout) == 0
    qtbot.waitUntil(lambda: not window.face.busy, timeout=10_000)


def test_beside_the_face_a_press_adds_nothing(window):
    QTest.mouseClick(window.face, LEFT, pos=QPoint(4, window.face.height() // 2))
    assert len(window.studio.layout) == 0


def test_in_another_size_the_face_is_stretched_at_once_and_drawn_anew_when_it_rests(
    window, qtbot, monkeypatch
):
    drawn, before = [], window.face.size()
    monkeypatch.setattr(window.face.drawing, "fast", lambda *_args, **_how: drawn.append(1))
    window.resize(1100, 700)
    qtbot.waitUntil(lambda: window.face.size() != before)
    at = on_face(window)
    QTest.mousePress(window.face, LEFT, pos=at)
    QTest.mouseRelease(window.face, LEFT, pos=at)
    x, y = window.face._on_screen(window.studio.layout.queries)[0]
    assert abs(x - at.x()) < 1 and abs(y - at.y()) < 1 and not drawn
    qtbot.waitUntil(lambda: not window.face.busy, timeout=10_000)
    height, width = window.face.picture.image.shape[:2]
    assert (width, height) == (window.face.width(), window.face.height())


def test_the_heat_map_colours_the_face_where_the_sets_have_points(window, qtbot):
    def colourful() -> float:
        window.face.redraw()
        qtbot.waitUntil(lambda: not window.face.busy, timeout=10_000)
        x, y = window.face.picture.project(np.array([[0.0, -30.0, 45.0]]))[0]
        pixel = window.face.picture.image[round(y), round(x), :3].astype(int)
        return float(np.ptp(pixel))

    window.studio.compare(a="demo_clinic98", b="demo_studio68")
    with_heat = colourful()
    window.studio.set_options(heat=False)
    assert with_heat > colourful() + 20


def test_choosing_for_a_what_b_is_swaps_them(window):
    window.studio.compare(a="demo_clinic98", b="demo_studio68")
    window.studio.compare(a="demo_studio68")
    assert (window.studio.comparison.a, window.studio.comparison.b) == ("demo_studio68", "demo_clinic98")


def test_a_comparison_with_itself_shows_no_offsets(window):
    window.studio.compare(a="demo_clinic98", b="demo_clinic98")
    assert window.derived.offsets() is None and window.derived.heat() is None
