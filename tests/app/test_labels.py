"""Labels that do not pile up."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from app.views.labels import DISC, place_labels, texts_of
from app.views.marks import points_of
from infl.layouts import layout

AREA = QRectF(0, 0, 560, 520)
SIZE = QSizeF(60, 18)


def strewn(count: int, seed: int = 0) -> list[QPointF]:
    return points_of(np.random.default_rng(seed).uniform((20, 20), (540, 500), (count, 2)))


def disc(point: QPointF) -> QRectF:
    return QRectF(point.x() - DISC, point.y() - DISC, 2 * DISC, 2 * DISC)


@pytest.mark.parametrize("count", [2, 40, 300])
def test_no_label_overlaps_another_one_or_a_point_or_the_edge(count):
    points = strewn(count)
    boxes = list(place_labels(points, [SIZE] * count, range(count), AREA).values())
    assert len(boxes) >= min(count, 30)
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert not any(box.intersects(disc(point)) for box in boxes for point in points)
    assert all(AREA.contains(box) and box.size() == SIZE for box in boxes)


def test_where_there_is_room_every_point_has_its_label_to_the_right():
    points = [QPointF(100, 50 * i) for i in range(1, 9)]
    boxes = place_labels(points, [SIZE] * 8, range(8), AREA)
    assert all(boxes[i].left() > points[i].x() and boxes[i].center().y() == points[i].y() for i in range(8))


def test_in_a_corner_it_goes_to_the_other_side():
    boxes = place_labels([QPointF(555, 5)], [SIZE], [0], AREA)
    assert boxes[0].right() < 555 and AREA.contains(boxes[0])


def test_the_first_choose_first():
    points = [QPointF(100 + 6 * i, 100) for i in range(12)]
    alone = place_labels(points, [SIZE] * 12, [5], AREA)
    boxes = place_labels(points, [SIZE] * 12, [5, *(i for i in range(12) if i != 5)], AREA)
    assert boxes[5] == alone[5] and 2 <= len(boxes) < 12


def test_a_thousand_points_are_labelled_while_the_face_turns():
    points = strewn(1000)
    start = time.perf_counter()
    place_labels(points, [SIZE] * 1000, range(1000), AREA)
    assert time.perf_counter() - start < 0.5


def test_what_is_written_follows_the_switches_and_what_is_selected():
    eyes = layout("ibug68")
    name = eyes.names[36]
    assert texts_of(eyes, [], names=False, numbers=False)[36] == ""
    assert texts_of(eyes, [36], names=False, numbers=False)[36] == name
    assert texts_of(eyes, [], names=False, numbers=True)[36] == "37"
    assert texts_of(eyes, [], names=True, numbers=True)[36] == f"37 {name}"
