"""Points in even steps along lines and curves of the canonical face, and over its regions."""

from __future__ import annotations

import numpy as np
import pytest

from infl.errors import InflError
from infl.geometry.canonical_face import canonical_face
from infl.geometry.geodesics import surface_distances
from infl.geometry.lines import curve, evenly_along, evenly_over, line_through, surface_line
from infl.geometry.surface import closest_points


def length_of(line: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def off_the_surface(points: np.ndarray) -> float:
    return float(np.linalg.norm(closest_points(canonical_face(), points)[2] - points, axis=1).max())


def test_a_line_over_the_cheek_stays_on_the_skin_and_is_short():
    start, end = closest_points(canonical_face(), np.array([[30.0, -30, 30], [50.0, -70, 0]]))[2]
    line = surface_line(start, end)
    np.testing.assert_allclose(line[[0, -1]], [start, end], atol=1e-6)
    assert off_the_surface(line) < 1e-6
    shortest = surface_distances(start[None], end[None])[0, 0]
    assert np.linalg.norm(end - start) <= length_of(line) <= 1.02 * shortest


def test_a_line_from_lip_to_lip_goes_round_the_corner_of_the_mouth():
    upper = curve("left_upper_lip_inner")[:1]
    lower = curve("left_lower_lip_inner")[:1]
    line = surface_line(upper[0], lower[0])
    assert length_of(line) > 5 * max(np.linalg.norm(upper - lower), 1.0)


def test_points_through_several_places_are_in_even_steps():
    places = closest_points(canonical_face(), np.array([[-40.0, 25, 20], [0.0, 40, 30], [40.0, 25, 20]]))[2]
    points = evenly_along(line_through(places), 9)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert off_the_surface(points) < 1e-6 and np.ptp(steps) < 0.1 * steps.mean()
    np.testing.assert_allclose(points[[0, -1]], places[[0, -1]], atol=1e-6)


def test_nine_points_of_the_upper_left_lid():
    lid = curve("left_upper_lid")
    points = evenly_along(lid, 9)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert np.ptp(steps) < 0.15 * steps.mean()
    assert (points[:, 0] > 0).all(), "left is the subject's left, where x is positive"
    np.testing.assert_allclose(evenly_along(lid, 1)[0], lid[len(lid) // 2], atol=1.0)


def test_points_spread_over_a_region_keep_their_distance():
    points = evenly_over("left_cheek", 12)
    far = np.linalg.norm(points[:, None] - points[None], axis=2) + 1e9 * np.eye(12)
    assert far.min() > 8 and off_the_surface(points) < 1e-3


def test_what_c_has_not_is_said_with_what_it_has():
    with pytest.raises(InflError, match=r"no curve “left_moustache”.*left_upper_lid"):
        curve("left_moustache")
    with pytest.raises(InflError, match=r"no region “moustache”.*philtrum"):
        evenly_over("moustache", 3)
    with pytest.raises(InflError, match="too small for 9999"):
        evenly_over("left_cheek", 9999)
