"""The yaw that annotated points tell, against cameras and fitted poses that are known."""

import numpy as np
import pytest

from infl.datasets import open_dataset
from infl.geometry.annotated_yaw import annotated_yaw
from infl.geometry.camera import Camera
from infl.geometry.rotations import FRONTAL, head_rotation
from infl.layouts import layout


@pytest.mark.parametrize("name", ["ibug68", "cofw29", "wflw98", "aflw21"])
def test_a_known_turn_is_told_from_the_points(name):
    points, yaws = [], [-60, -30, 0, 20, 50]
    for yaw in yaws:
        camera = Camera(
            FRONTAL @ head_rotation(yaw, 8.0, 10.0), np.array([0, 0, 600.0]), 900.0, np.full(2, 100.0)
        )
        points.append(camera.project(layout(name).queries))
    np.testing.assert_allclose(annotated_yaw(layout(name), np.array(points)), yaws, atol=5)


def test_faces_with_too_few_points_tell_nothing():
    ibug = layout("ibug68")
    camera = Camera(FRONTAL, np.array([0, 0, 600.0]), 900.0, np.full(2, 100.0))
    points = np.repeat(camera.project(ibug.queries)[None], 2, 0)
    points[1, 4:] = np.nan
    yaw = annotated_yaw(ibug, points)
    assert abs(yaw[0]) < 5 and np.isnan(yaw[1])


def test_real_annotations_tell_about_what_fitted_poses_say(infl_data):
    dataset = open_dataset(infl_data / "aflw2000")
    yaw = annotated_yaw(dataset.layout, np.stack([s.points for s in dataset.samples]))
    fitted = np.degrees([s.extra["pose"][1] for s in dataset.samples])  # counted the other way
    assert np.median(np.abs(yaw + fitted)) < 8 and np.corrcoef(yaw, fitted)[0, 1] < -0.95
