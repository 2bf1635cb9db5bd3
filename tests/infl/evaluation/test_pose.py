"""Angles between rotations that are known, and heads beside the camera's axis."""

import numpy as np
import pytest

from infl.evaluation.pose import geodesic_degrees, head_as_seen
from infl.geometry.camera import Camera
from infl.geometry.rotations import FRONTAL, euler_degrees, head_rotation
from infl.model.config import HEAD_CENTRE


@pytest.mark.parametrize("angle", [0, 1e-4, 12, 90, 179])
def test_one_turn_about_one_axis_is_as_large_as_its_angle(angle):
    for turn in ((angle, 0, 0), (0, 0, angle)):
        assert geodesic_degrees(np.eye(3), head_rotation(*turn)) == pytest.approx(angle, abs=1e-6)


def test_many_pairs_at_once_and_whatever_they_are_turned_by():
    rng = np.random.default_rng(0)
    a = np.array([head_rotation(*rng.uniform(-60, 60, 3)) for _ in range(5)])
    b = np.array([rotation @ head_rotation(0, 0, 30) for rotation in a])
    np.testing.assert_allclose(geodesic_degrees(a, b), 30)


def looking(head: np.ndarray, at: tuple[float, float, float]) -> Camera:
    """A camera that sees `head` with its centre at a place in the camera's frame, mm."""
    rotation = FRONTAL @ head
    return Camera(rotation, np.array(at) - rotation @ np.array(HEAD_CENTRE), 800.0, np.zeros(2))


def test_on_the_axis_the_head_is_seen_as_it_is():
    head = head_rotation(20, -10, 5)
    np.testing.assert_allclose(head_as_seen(looking(head, (0, 0, 600))), head, atol=1e-12)


def test_a_frontal_head_at_the_right_border_is_seen_from_its_side():
    """Camera x = z: the ray leaves at 45° to the right; what is seen of the head is what a camera that faces
    it sees of one turned by 45° to the subject's left, which is the picture's right."""
    seen = head_as_seen(looking(np.eye(3), (500, 0, 500)))
    np.testing.assert_allclose(euler_degrees(seen), (45, 0, 0), atol=1e-9)
