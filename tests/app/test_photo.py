"""The photo under the hand: points are dragged, nudged and marked; a click finds its place on the canonical face."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.values import Place
from infl.datasets.dataset import ABSENT, OCCLUDED

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def photo(window):
    """The view, with only human points shown: those of an untrained network lie anywhere."""
    window.studio.set_options(predicted=False, custom=False, residuals=False)
    window.photo.setFocus()
    return window.photo


def on_screen(photo, point: int) -> QPoint:
    at = photo._current_zoom().to_screen(photo.studio.photo.sample.points[point][None])[0]
    return QPoint(round(at[0]), round(at[1]))


def drag(photo, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(photo, LEFT, pos=start)
    for step in (0.3, 0.6, 1.0):
        QTest.mouseMove(photo, start + (end - start) * step)
    QTest.mouseRelease(photo, LEFT, pos=end)


def lonely(photo) -> int:
    """A point that no other one is near to."""
    points = photo.studio.photo.sample.points
    distance = np.linalg.norm(points[:, None] - points[None], axis=2) + np.eye(len(points)) * 1e9
    return int(np.nanargmax(distance.min(1)))


def test_a_point_is_dragged_and_one_undo_takes_the_drag_back(photo):
    studio, point = photo.studio, lonely(photo)
    before, steps = studio.photo.sample.points[point].copy(), studio.undo.index()
    start = on_screen(photo, point)
    drag(photo, start, start + QPoint(30, -18))
    scale = photo._current_zoom().scale
    np.testing.assert_allclose(
        studio.photo.sample.points[point], before + np.array([30, -18]) / scale, atol=1e-3
    )
    assert studio.undo.index() == steps + 1 and studio.point == point
    studio.undo.undo()
    np.testing.assert_array_equal(studio.photo.sample.points[point], before)


def test_a_click_that_trembles_moves_no_point(photo):
    studio, point = photo.studio, lonely(photo)
    start = on_screen(photo, point)
    drag(photo, start, start + QPoint(2, 1))
    assert studio.point == point and not studio.corrections.sets


def test_a_predicted_point_is_dragged_where_the_human_ones_are_hidden(window, photo):
    studio = photo.studio
    studio.set_options(human=False, predicted=True)
    predicted = window.derived.prediction().points
    at = photo._current_zoom().to_screen(predicted)
    photo.zoom = photo._current_zoom()
    inside = [
        k for k, (x, y) in enumerate(at) if photo.rect().adjusted(60, 60, -60, -60).contains(int(x), int(y))
    ]
    if not inside:  # an untrained network may put all of them beside the picture
        photo.zoom = photo.zoom.panned(*(np.array([photo.width(), photo.height()]) / 2 - at[0]))
        at = photo.zoom.to_screen(predicted)
        inside = [0]
    start = QPoint(*(round(v) for v in at[inside[0]]))
    drag(photo, start, start + QPoint(40, 0))
    point = studio.point
    moved = studio.photo.sample.points[point] - predicted[point]
    np.testing.assert_allclose(moved, [40 / photo.zoom.scale, 0], atol=1e-2)


@pytest.mark.parametrize(
    ("key", "modifier", "moved"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, (1, 0)),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier, (0, -10)),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier, (0, 0.1)),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier, (-0.1, 0)),
    ],
)
def test_arrow_keys_move_the_chosen_point(photo, key, modifier, moved):
    studio = photo.studio
    studio.choose_point(9)
    before = studio.photo.sample.points[9].copy()
    QTest.keyClick(photo, key, modifier)
    np.testing.assert_allclose(studio.photo.sample.points[9], before + moved, atol=1e-4)


def test_keys_in_a_row_are_one_step_and_another_point_begins_another(photo):
    studio, steps = photo.studio, photo.studio.undo.index()
    for point in (9, 10):
        studio.choose_point(point)
        for _ in range(3):
            QTest.keyClick(photo, Qt.Key.Key_Right)
    assert studio.undo.index() == steps + 2


def test_marking_occluded_and_absent_by_key_and_back(window, photo):
    studio, actions = photo.studio, window.actions_
    assert not actions["occluded"].isEnabled()
    studio.choose_point(3)
    QTest.keyClick(photo, Qt.Key.Key_O)
    assert studio.photo.sample.visibility[3] == OCCLUDED and actions["occluded"].isChecked()
    QTest.keyClick(photo, Qt.Key.Key_X)
    assert studio.photo.sample.visibility[3] == ABSENT and actions["absent"].isChecked()
    assert not actions["occluded"].isEnabled()
    QTest.keyClick(photo, Qt.Key.Key_X)
    assert not studio.corrections.sets
    for _ in range(3):
        studio.undo.undo()
    assert not studio.corrections.sets


def test_brackets_go_through_the_points_and_escape_lets_go(photo):
    studio = photo.studio
    QTest.keyClick(photo, Qt.Key.Key_BracketRight)
    QTest.keyClick(photo, Qt.Key.Key_BracketRight)
    assert studio.point == 1
    QTest.keyClick(photo, Qt.Key.Key_BracketLeft)
    QTest.keyClick(photo, Qt.Key.Key_BracketLeft)
    assert studio.point == len(studio.photo.sample.points) - 1
    QTest.keyClick(photo, Qt.Key.Key_Escape)
    assert studio.point is None


def test_dragging_beside_the_points_pans_and_asks_nothing(photo):
    asked = []
    photo.studio.pixel_asked.connect(lambda x, y: asked.append((x, y)))
    before = photo._current_zoom()
    drag(photo, QPoint(photo.width() - 40, 40), QPoint(photo.width() - 60, 65))
    assert photo.zoom.shift[0] == pytest.approx(before.shift[0] - 20) and not asked
    assert not photo.studio.corrections.sets


def test_zoom_is_kept_between_pictures_only_where_wanted(window, photo, qtbot):
    studio = photo.studio
    for keep in (True, False):
        studio.set_options(keep_zoom=keep)
        photo.zoom = photo._current_zoom().zoomed(2.0, 10, 10)
        zoom = photo.zoom
        window.actions_["next"].trigger()
        qtbot.waitUntil(lambda: studio.photo.place == studio.place, timeout=10_000)
        assert photo.zoom == (zoom if keep else None)


def test_the_loupe_shows_the_pointer_s_surroundings(photo, qtbot):
    still = photo.grab().toImage()
    QTest.mouseMove(photo, QPoint(200, 240))
    photo.studio.set_options(loupe=True)
    QTest.mouseMove(photo, QPoint(201, 240))
    with_loupe = photo.grab().toImage()
    middle = QPoint(201 + 76, 240 - 76)
    assert photo._magnified(photo._current_zoom()) is not None and with_loupe != still
    edge = [with_loupe.pixelColor(middle + QPoint(dx, 0)) for dx in (-76, 76)]
    assert all(
        colour != still.pixelColor(middle + QPoint(dx, 0)) for colour, dx in zip(edge, (-76, 76), strict=True)
    )


def test_each_kind_of_point_can_be_switched(window, photo, qtbot):
    studio = photo.studio
    studio.set_options(human=False, crop=False)
    bare = photo.grab().toImage()
    for name in ("human", "predicted", "harmonised", "sigma", "edges", "residuals"):
        window.actions_[name].trigger()
        qtbot.waitUntil(lambda: not window.busy, timeout=60_000)
        assert photo.grab().toImage() != bare, name
        window.actions_[name].trigger()
        assert photo.grab().toImage() == bare, name


def test_a_click_on_the_face_finds_its_place_on_the_canonical_face(window, photo, qtbot, monkeypatch):
    studio = photo.studio
    at = photo.rect().center()
    pixel = photo._current_zoom().to_photo(at.x(), at.y())
    face_drawn = window.face.grab().toImage()
    # An untrained network folds the face up anywhere; here it is laid flat over the picture.
    lay_flat(monkeypatch, studio.photo.image.shape)
    QTest.mouseClick(photo, LEFT, pos=at)
    qtbot.waitUntil(lambda: studio.probe is not None, timeout=20_000)
    np.testing.assert_allclose(studio.probe.pixel, pixel)
    assert studio.probe.point.xyz[2] > 0
    assert window.face.grab().toImage() != face_drawn
    count = len(studio.layout)
    QTest.keyClick(photo, Qt.Key.Key_A)
    assert len(studio.layout) == count + 1 and studio.selection == (count,) and studio.probe is None
    window.actions_["undo"].trigger()
    assert len(studio.layout) == count


def test_a_place_beside_the_face_is_none(window, photo, qtbot, monkeypatch):
    studio = photo.studio
    lay_flat(monkeypatch, studio.photo.image.shape)
    studio.ask_pixel(-500.0, -500.0)
    qtbot.waitUntil(lambda: not window.inverse.busy, timeout=20_000)
    assert studio.probe is None


def lay_flat(monkeypatch, shape: tuple[int, ...]) -> None:
    from infl.geometry.canonical_face import canonical_face
    from infl.model import inverse_query as module

    def flat(_landmarker, _encoded, convention):
        vertices = canonical_face().vertices.astype(float)
        scale = shape[0] / 400
        points = vertices[:, :2] * [scale, -scale] + [shape[1] / 2, shape[0] / 2]
        return module.SeenSurface(points, -vertices[:, 2] + 700, convention)

    monkeypatch.setattr(module, "seen_surface", flat)


def test_another_picture_lets_go_of_the_place(photo, qtbot, monkeypatch):
    studio = photo.studio
    lay_flat(monkeypatch, studio.photo.image.shape)
    studio.ask_pixel(*(float(v) / 2 for v in studio.photo.image.shape[1::-1]))
    qtbot.waitUntil(lambda: studio.probe is not None, timeout=20_000)
    studio.show(Place(0, 1))
    assert studio.probe is None


def test_the_legend_says_that_sigma_is_a_circle(window, photo):
    assert not [text for _, _, text in photo.points.legend() if "σ" in text]
    window.actions_["sigma"].trigger()
    assert "circle of σ, alike in all directions" in [text for _, _, text in photo.points.legend()]
    assert window.actions_["sigma"].toolTip().startswith("Circles: one standard deviation")
