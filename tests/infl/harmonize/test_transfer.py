from dataclasses import replace

import numpy as np
import pytest

from infl.datasets.dataset import ABSENT, OCCLUDED, VISIBLE
from infl.export.harmonised_face import HUMAN, PREDICTED, TRANSFERRED
from infl.harmonize.transfer import believed_carrying, same_points, transfer_clicks
from infl.model import load_landmarker

EYES = ("right_eye_outer", "left_eye_outer")
INNER = ("right_eye_inner", "left_eye_inner")
OWN = (*EYES, "nose_tip", "chin")


def test_same_points_are_found_whatever_their_order(layout_of):
    target, own = layout_of("target", *EYES, "nose_tip"), layout_of("own", "chin", "nose_tip", "left_eye_outer",
                                                                    "right_eye_outer")  # fmt: skip
    assert same_points(target, own).tolist() == [3, 2, 1]
    assert same_points(own, target).tolist() == [-1, 2, 1, 0]


def test_a_point_of_the_own_layout_serves_one_target_point_only(layout_of):
    single = layout_of("own", "nose_tip")
    twice = type(single)("twice", "", (single.points[0],) * 2)
    assert same_points(twice, single).tolist() == [0, -1]


@pytest.fixture(scope="module")
def landmarker(untrained_checkpoint):
    return load_landmarker(untrained_checkpoint)


@pytest.fixture(scope="module")
def encoded(landmarker):
    return landmarker.encode(np.random.default_rng(1).integers(0, 256, (96, 96, 3), np.uint8))


def test_clicks_carry_what_is_predicted_near_them_but_not_far_away(landmarker, encoded, layout_of):
    own, target = layout_of("own", *OWN), layout_of("target", *EYES, *INNER, "chin")
    predicted, found = landmarker.query(encoded, own), landmarker.query(encoded, target)
    off = 0.05 * encoded.face_size
    clicked = predicted.points.copy()
    clicked[1] += off
    moved = transfer_clicks(
        clicked, np.full(4, VISIBLE), encoded, predicted, found, believed_carrying(own, target)
    )
    _, outer, _, inner, chin = np.linalg.norm(moved.points - found.points, axis=1) / (off * np.sqrt(2))
    assert outer > 2 * inner > 4 * chin, "the farther along the surface, the less"
    assert outer < 1, "a click has noise too"
    assert moved.provenance[3] == PREDICTED, "nobody clicked there"
    assert (moved.sigma <= found.sigma * 1.001).all(), "clicks do not make it less sure"


def test_clicks_of_equally_careful_people_are_moved_whole(landmarker, encoded, layout_of):
    """Hasty hands are averaged with the network, except among people who are as hasty."""
    own = layout_of("own", *OWN)
    carrying = believed_carrying(own, own)
    predicted = landmarker.query(encoded, own)
    found = landmarker.query(encoded, own, landmarker.conventions[1])
    scattered = predicted.points + np.array([[2, 0], [-2, 0], [0, 2], [0, -2]])
    meant = scattered + found.points - predicted.points
    hasty = replace(carrying.residuals, noise=np.full(4, 0.1))
    for theirs, whole in ((0.0, False), (0.05, False), (0.1, True), (0.2, True)):
        hands = replace(carrying, residuals=hasty, share=hasty.share, scatter=np.full(4, theirs))
        moved = transfer_clicks(scattered, np.full(4, VISIBLE), encoded, predicted, found, hands)
        assert np.allclose(moved.points, meant, atol=0.05) == whole


def test_careful_hands_are_followed_all_the_way(landmarker, encoded, layout_of):
    own = layout_of("own", *OWN)
    carrying = believed_carrying(own, own)
    residuals = replace(carrying.residuals, noise=np.full(4, 1e-4))
    careful = replace(carrying, residuals=residuals, share=residuals.share)
    predicted = landmarker.query(encoded, own)
    found = landmarker.query(encoded, own, landmarker.conventions[1])
    clicked = predicted.points + 5
    moved = transfer_clicks(clicked, np.full(4, VISIBLE), encoded, predicted, found, careful)
    assert np.allclose(moved.points, clicked + found.points - predicted.points, atol=0.05)
    assert (moved.provenance == TRANSFERRED).all()


def test_a_slipped_click_does_not_pull_its_neighbours_along(landmarker, encoded, layout_of):
    own, target = layout_of("own", *OWN), layout_of("target", *INNER)
    predicted, found = landmarker.query(encoded, own), landmarker.query(encoded, target)
    moved = []
    for far in (0.08, 0.9):
        clicked = predicted.points.copy()
        clicked[1] += far * encoded.face_size
        result = transfer_clicks(clicked, np.full(4, VISIBLE), encoded, predicted, found,
                                 believed_carrying(own, target))  # fmt: skip
        moved.append(np.linalg.norm(result.points - found.points))
    assert moved[1] < 3 * moved[0], "11 times as far"


def test_a_click_stays_bit_for_bit_where_the_convention_is_the_same(landmarker, encoded, layout_of):
    own = layout_of("own", *OWN)
    found = landmarker.query(encoded, own)
    clicked = np.array([[1 / 3, 2e4 / 7], [5, 5], [np.nan, np.nan], [9, 9]], np.float32)
    seen = np.array([VISIBLE, OCCLUDED, ABSENT, ABSENT])
    kept = transfer_clicks(clicked, seen, encoded, found, found, believed_carrying(own, own))
    assert kept.points[:2].tobytes() == clicked[:2].tobytes()
    assert kept.provenance[:2].tolist() == [HUMAN, HUMAN]
    assert kept.visibility[:2].tolist() == [VISIBLE, OCCLUDED]
    assert kept.sigma[1] > kept.sigma[0], "a hidden point is clicked with less care"
    assert HUMAN not in kept.provenance[2:], "not clicked, or marked as absent"


def test_without_clicks_everything_is_predicted(landmarker, encoded, layout_of):
    own = layout_of("own", *OWN)
    found = landmarker.query(encoded, own)
    none = np.full((4, 2), np.nan, np.float32)
    result = transfer_clicks(none, np.full(4, ABSENT), encoded, found, found, believed_carrying(own, own))
    assert np.array_equal(result.points, found.points)
    assert np.allclose(result.sigma, found.sigma)
    assert (result.provenance == PREDICTED).all()


def test_without_a_prediction_of_the_own_layout_everything_is_predicted(landmarker, encoded, layout_of):
    own = layout_of("own", *OWN)
    found = landmarker.query(encoded, own)
    result = transfer_clicks(found.points + 3, np.full(4, VISIBLE), encoded, None, found, None)
    assert np.array_equal(result.points, found.points)
    assert (result.provenance == PREDICTED).all()
