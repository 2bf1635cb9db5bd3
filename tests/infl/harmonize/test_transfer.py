import numpy as np
import pytest

from infl.datasets.dataset import ABSENT, OCCLUDED, VISIBLE
from infl.export.harmonised_face import HUMAN, PREDICTED, TRANSFERRED
from infl.geometry.camera import Camera
from infl.geometry.rotations import FRONTAL
from infl.harmonize.transfer import same_points, transfer_clicks
from infl.model.landmarker import Landmarks

EYES = ("right_eye_outer", "left_eye_outer")

CAMERA = Camera(FRONTAL, np.array([0, 0, 600.0]), 400.0, np.zeros(2))


def landmarks(points, queries, convention) -> Landmarks:
    count = len(points)
    return Landmarks(np.array(points, np.float32), np.ones(count, np.float32), np.zeros((count, 3), np.float32),
                     np.array(queries, np.float32), convention, CAMERA, np.zeros(count, bool))  # fmt: skip


def test_same_points_are_found_whatever_their_order(layout_of):
    target, own = layout_of("target", *EYES, "nose_tip"), layout_of("own", "chin", "nose_tip", "left_eye_outer",
                                                                    "right_eye_outer")  # fmt: skip
    assert same_points(target, own).tolist() == [3, 2, 1]
    assert same_points(own, target).tolist() == [-1, 2, 1, 0]


def test_a_point_of_the_own_layout_serves_one_target_point_only(layout_of):
    single = layout_of("own", "nose_tip")
    twice = type(single)("twice", "", (single.points[0],) * 2)
    assert same_points(twice, single).tolist() == [0, -1]


def test_a_click_moves_by_what_the_conventions_differ():
    own = landmarks([[10, 10], [50, 50]], np.zeros((2, 3)), "here")
    target = landmarks([[12, 9], [70, 70]], np.zeros((2, 3)), "there")
    moved = transfer_clicks(np.array([[11.0, 12.0], [0, 0]], np.float32), np.array([OCCLUDED, VISIBLE]), own, target,
                     np.array([VISIBLE, OCCLUDED], np.uint8), np.array([0, -1]))  # fmt: skip
    assert moved.points.tolist() == [[13, 11], [70, 70]]
    assert moved.provenance.tolist() == [TRANSFERRED, PREDICTED]
    assert moved.visibility.tolist() == [OCCLUDED, OCCLUDED]


def test_a_click_stays_bit_for_bit_where_the_convention_is_the_same():
    clicked = np.array([[1 / 3, 2e4 / 7]], np.float32)
    found = landmarks([[10.1, 10.2]], np.ones((1, 3)), "here")
    kept = transfer_clicks(
        clicked, np.array([VISIBLE]), found, found, np.array([VISIBLE], np.uint8), np.array([0])
    )
    assert kept.points.tobytes() == clicked.tobytes()
    assert kept.provenance.tolist() == [HUMAN]


def test_a_neighbouring_query_of_the_same_convention_is_moved_and_says_so():
    own, target = landmarks([[10, 10]], [[1, 1, 1]], "here"), landmarks([[10.5, 10]], [[1.3, 1, 1]], "here")
    moved = transfer_clicks(np.array([[20.0, 20.0]], np.float32), np.array([VISIBLE]), own, target,
                     np.array([VISIBLE], np.uint8), np.array([0]))  # fmt: skip
    assert moved.points.tolist() == [[20.5, 20]]
    assert moved.provenance.tolist() == [TRANSFERRED]


@pytest.mark.parametrize(
    ("clicked", "seen"), [([np.nan, np.nan], ABSENT), ([3.0, 3.0], ABSENT)], ids=["no click", "marked absent"]
)
def test_what_was_not_clicked_is_predicted(clicked, seen):
    found = landmarks([[10, 10]], np.zeros((1, 3)), "here")
    clicks, shown = np.array([clicked], np.float32), np.array([VISIBLE], np.uint8)
    result = transfer_clicks(clicks, np.array([seen]), found, found, shown, np.array([0]))
    assert result.points.tolist() == [[10, 10]]
    assert result.provenance.tolist() == [PREDICTED]


def test_without_a_prediction_of_the_own_layout_everything_is_predicted():
    target = landmarks([[10, 10]], np.zeros((1, 3)), "here")
    result = transfer_clicks(np.array([[1.0, 1.0]], np.float32), np.array([VISIBLE]), None, target,
                      np.array([VISIBLE], np.uint8), np.array([0]))  # fmt: skip
    assert result.provenance.tolist() == [PREDICTED]
