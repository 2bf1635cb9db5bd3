"""The rigid fit finds a known pose again."""

from __future__ import annotations

import numpy as np
import pytest

from infl.geometry.rotations import euler_degrees, head_rotation
from infl.model.config import HEAD_CENTRE
from infl.training.rigid_fit import rigid_fit

QUERIES = np.random.default_rng(0).normal(0, 1, (30, 3)) * [45, 45, 25]


def seen(yaw: float, pitch: float, roll: float, scale: float = 2.0) -> np.ndarray:
    turned = (QUERIES - HEAD_CENTRE) @ head_rotation(yaw, pitch, roll).T
    return turned[:, :2] * [1, -1] * scale + [120, 80]


@pytest.mark.parametrize("angles", [(0, 0, 0), (40, 10, -20), (-75, -15, 5), (10, 25, 38)])
def test_pose_size_and_place_come_back(angles):
    fit = rigid_fit(QUERIES, np.zeros(30, bool), seen(*angles)[None])
    assert np.allclose(euler_degrees(fit.head[0]), angles, atol=1.5)
    assert np.allclose(fit.centre[0], [120, 80], atol=1.5) and fit.scale[0] == pytest.approx(2, rel=0.02)
    assert fit.error[0] < 0.01


def test_absent_points_and_one_outlier_hardly_matter():
    points = seen(30, 0, 0)
    points[:8] = np.nan
    points[20] += 60
    fit = rigid_fit(QUERIES, np.zeros(30, bool), points[None])
    assert np.allclose(euler_degrees(fit.head[0]), (30, 0, 0), atol=4)
