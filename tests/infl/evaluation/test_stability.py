"""The jitter protocol, on tracks and pictures whose answers are known."""

from pathlib import Path

import numpy as np
import pytest

from infl.datasets import Dataset, Sample
from infl.evaluation.stability import FRAMES, LARGEST_STEP, jitter, measure_stability, smooth_path
from infl.geometry.transforms import move
from infl.images import write_image
from infl.layouts import Layout, LayoutPoint
from infl.progress import run

CORNERS = np.array([[60, 60], [140, 60], [140, 140], [60, 140]], np.float32)
"""Of a bright square on black: the eye corners are the upper two, 80 px apart."""


def test_steady_and_evenly_moving_points_do_not_tremble():
    steady = np.zeros((10, 3, 2))
    moving = steady + np.arange(10)[:, None, None] * (0.5, -0.25)
    assert jitter(steady, 50) == 0 and jitter(moving, 50) == pytest.approx(0)


def test_a_point_that_jumps_to_and_fro_by_one_pixel():
    """x = 0, 1, 0, 1: each second difference is ±2 px, so 2 px of 50 px are 4 %."""
    track = np.zeros((8, 1, 2))
    track[1::2, 0, 0] = 1
    assert jitter(track, 50) == pytest.approx(4)


def test_lost_frames_are_left_out():
    track = np.zeros((8, 1, 2))
    track[3] = np.nan
    assert jitter(track, 50) == 0
    assert np.isnan(jitter(np.full((8, 1, 2), np.nan), 50))


@pytest.mark.parametrize("seed", range(5))
def test_the_path_is_smooth_and_its_fastest_step_is_two_per_cent(seed):
    path = smooth_path(np.array([100.0, 100.0]), 80, np.random.default_rng(seed))
    at = np.array([move(motion, CORNERS) for motion in path])
    steps = np.linalg.norm(np.diff(at, axis=0), axis=2)
    assert len(path) == FRAMES and steps.max() == pytest.approx(LARGEST_STEP * 80, rel=1e-3)
    np.testing.assert_allclose(path[0], np.eye(3)[:2], atol=1e-12)
    assert np.linalg.norm(np.diff(at, n=2, axis=0), axis=2).max() < 0.5 * LARGEST_STEP * 80


def squares(folder: Path) -> Dataset:
    picture = np.zeros((200, 200, 3), np.uint8)
    picture[60:141, 60:141] = 200
    write_image(folder / "a.png", picture)
    sample = Sample(folder / "a.png", "a.png", CORNERS, np.full(4, 2, np.uint8), "val")
    points = tuple(LayoutPoint(str(i), (0, 0, 0), 0, (1, 0, 0), i) for i in range(4))
    return Dataset("squares", folder, "test", "own", Layout("four", "", points, (), (0, 1)), 4, (sample,))


def centroid(image: np.ndarray) -> np.ndarray:
    """(1, 2): where the light is; the moved square's middle to a small fraction of a pixel."""
    weight = np.clip(image.mean(2) - 20, 0, None)
    y, x = np.indices(weight.shape)
    return np.array([[(x * weight).sum(), (y * weight).sum()]]) / weight.sum()


def test_what_follows_the_picture_is_steady_and_what_stays_behind_is_not(tmp_path):
    dataset = squares(tmp_path)
    following = run(measure_stability(centroid, dataset))
    assert following.lost == 0 and following.frames == FRAMES and following.mean < 0.1
    staying = run(measure_stability(lambda image: np.array([[100.0, 100.0]]), dataset))
    assert staying.mean > 5 * following.mean


def test_everybody_sees_the_same_frames(tmp_path):
    dataset, seen = squares(tmp_path), []
    for _ in range(2):
        frames: list[np.ndarray] = []
        run(measure_stability(lambda image, frames=frames: frames.append(image), dataset))
        seen.append(np.array(frames))
    np.testing.assert_array_equal(seen[0], seen[1])
    noise = seen[0][0][:40].astype(float)  # black border: half of the noise is cut off at 0
    assert noise[noise > 0].std() == pytest.approx(3 * 0.6, rel=0.15)


def test_frames_without_a_face_are_counted(tmp_path):
    result = run(measure_stability(lambda image: None, squares(tmp_path)))
    assert (result.lost, result.jitter) == (FRAMES, {}) and np.isnan(result.mean)
