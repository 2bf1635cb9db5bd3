"""Adapting a detector's points to a set's, where the rule between the two is known."""

import numpy as np
import pytest

from infl.errors import InflError
from infl.evaluation.adaptation import fit_adaptation, nearest_points
from infl.geometry.transforms import move, similarity


def faces(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(N, 12, 2) found and (N, 5, 2) wanted points, in the picture anywhere, turned and of any size.

    The wanted ones lie a quarter of the way between neighbouring found ones, so that a linear map is exact.
    """
    rng = np.random.default_rng(seed)
    base = np.random.default_rng(99).normal(0, 1, (12, 2))
    found, wanted = [], []
    for _ in range(count):
        shape = base + rng.normal(0, 0.1, (12, 2))
        between = 0.75 * shape[:5] + 0.25 * shape[5:10]
        to_picture = similarity(rng.uniform(20, 200), rng.uniform(-3, 3), rng.uniform(0, 500, 2))
        found.append(move(to_picture, shape))
        wanted.append(move(to_picture, between))
    return np.array(found), np.array(wanted)


def sizes(points: np.ndarray) -> np.ndarray:
    return points.std(1).mean(1)[:, None]


def test_a_linear_rule_is_learned_on_other_faces_whatever_their_place_angle_and_size():
    adaptation = fit_adaptation(*faces(200))
    found, wanted = faces(50, seed=1)
    adapted = np.array([adaptation.apply(face) for face in found])
    left_over = np.linalg.norm(adapted - wanted, axis=2) / sizes(found)
    before = np.linalg.norm(found[:, :5] - wanted, axis=2) / sizes(found)
    assert left_over.mean() < 0.01 * before.mean()


def test_noise_is_not_learned():
    """Of 40 faces with 24 coordinates, a map without a ridge would say what their noise says."""
    rng = np.random.default_rng(5)
    found, wanted = faces(40)
    noisy = wanted + rng.normal(0, 0.5, wanted.shape) * sizes(found)[..., None]
    adaptation = fit_adaptation(found, noisy)
    assert adaptation.strength > 1e-2
    found, wanted = faces(50, seed=1)
    adapted = np.array([adaptation.apply(face) for face in found])
    far = np.linalg.norm(adapted - wanted, axis=2) / sizes(found)
    assert far.mean() < 0.3  # the noise itself is 0.63 on the mean


def test_faces_with_absent_points_are_left_out():
    found, wanted = faces(60)
    holes = wanted.copy()
    holes[::3, 2] = np.nan
    there = np.isfinite(holes).all((1, 2))
    some, all_of_them = fit_adaptation(found, holes), fit_adaptation(found[there], wanted[there])
    np.testing.assert_array_equal(some.weights, all_of_them.weights)
    with pytest.raises(InflError, match="at least 5 faces with all points, not 4"):
        fit_adaptation(found[:4], wanted[:4])


def test_the_nearest_found_point_is_the_one_nearest_on_the_mean():
    found, _ = faces(30)
    order = [7, 0, 3]
    wanted = found[:, order] + 0.01 * sizes(found)[..., None]
    wanted[4, 1] = np.nan
    assert nearest_points(found, wanted).tolist() == order


def test_one_large_face_does_not_outvote_the_small_ones():
    """In 9 of 10 faces point 0 is the nearest; the tenth, a hundred times larger, says point 1."""
    found = np.tile(np.array([[[0.0, 0], [1, 0], [5, 5]]]), (10, 1, 1))
    wanted = np.tile(np.array([[[0.2, 0], [4, 4]]]), (10, 1, 1))
    found[9] *= 100
    wanted[9] = [[90, 0], [400, 400]]
    assert nearest_points(found, wanted).tolist() == [0, 2]
