"""The figures, on cases small enough to compute by hand."""

import numpy as np
import pytest

from infl.evaluation.nme import area_under_curve, box_size, failure_rate, nme, unit

FACE = np.array([[0, 0], [100, 0], [50, 60], [50, np.nan]], np.float32)
"""Two eye corners 100 px apart, a chin, and a point that nobody annotated."""


def test_nme_is_the_mean_distance_of_annotated_points_in_per_cent():
    found = np.array([[3, 4], [100, 0], [50, 70], [999, 999]])
    assert nme(found, FACE, 100) == pytest.approx((5 + 0 + 10) / 3)


@pytest.mark.parametrize("found", [None, np.full((4, 2), np.nan)])
def test_a_face_that_is_not_found_counts_a_hundred(found):
    assert nme(found, FACE, 50) == 100


def test_nothing_annotated_is_no_error_at_all():
    assert np.isnan(nme(np.zeros((4, 2)), np.full((4, 2), np.nan), 100))


def test_the_unit_is_the_eyes_distance_or_the_root_of_the_boxs_area():
    assert unit(FACE, (0, 1), "eyes") == (100, "eyes")
    assert unit(FACE, (0, 1), "box") == (pytest.approx(np.sqrt(100 * 60)), "box")


def test_without_both_eye_corners_the_box_stands_in():
    profile = np.array([[np.nan, np.nan], [80, 0], [0, 20]])
    assert unit(profile, (0, 1), "eyes") == (40, "box")
    assert unit(FACE, None, "eyes")[1] == "box"
    assert box_size(np.full((2, 2), np.nan)) == 0


def test_failure_rate_counts_what_is_above_eight_per_cent():
    assert failure_rate([1, 8, 8.01, 100]) == 50


def test_area_under_curve_is_the_area_of_the_steps():
    """Errors 2 and 6: the curve is 0 up to 2, ½ from 2 to 6, 1 from 6 to 8: (4·½ + 2·1) / 8 = ½."""
    assert area_under_curve([2, 6]) == pytest.approx(50)
    assert area_under_curve([0, 0]) == 100
    assert area_under_curve([8, 50]) == 0


def test_area_under_curve_agrees_with_a_sampled_curve():
    errors = np.random.default_rng(0).gamma(2, 2, 200)
    at = np.linspace(0, 8, 20001)
    curve = (errors[:, None] <= at).mean(0)
    assert area_under_curve(errors) == pytest.approx(100 * curve.mean(), abs=0.02)
