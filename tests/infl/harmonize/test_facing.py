import numpy as np
import pytest

from infl.datasets.dataset import OCCLUDED, VISIBLE
from infl.geometry.camera import Camera
from infl.geometry.rotations import FRONTAL, head_rotation
from infl.harmonize.facing import facing, layout_normals
from infl.layouts import layout


def seen_at(yaw: float) -> dict[str, int]:
    """Visibility by name of AFLW's points (its sliding ones aside) of a head turned by `yaw` degrees."""
    points = layout("aflw21")
    camera = Camera(FRONTAL @ head_rotation(yaw, 0, 0), np.array([0, 0, 900.0]), 1000.0, np.zeros(2))
    seen = facing(camera, points.queries, layout_normals(points), np.zeros(len(points), bool))
    return dict(zip(points.names, seen.tolist(), strict=True))


def test_a_frontal_face_shows_eyes_nose_and_mouth():
    seen = seen_at(0)
    assert all(seen[name] == VISIBLE for name in seen if "ear" not in name)


@pytest.mark.parametrize(("yaw", "hidden", "shown"), [(80, "left", "right"), (-80, "right", "left")])
def test_a_head_turned_to_one_side_hides_that_side(yaw, hidden, shown):
    seen = seen_at(yaw)
    assert seen[f"{hidden} outer eye corner"] == OCCLUDED
    assert seen[f"{shown} outer eye corner"] == VISIBLE


def test_contour_points_are_where_the_outline_is_seen():
    points = layout("ibug68")
    camera = Camera(FRONTAL @ head_rotation(80, 0, 0), np.array([0, 0, 900.0]), 1000.0, np.zeros(2))
    seen = facing(camera, points.queries, layout_normals(points), points.contour)
    assert (seen[points.contour] == VISIBLE).all()
    assert (seen == OCCLUDED).any()
