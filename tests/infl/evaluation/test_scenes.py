"""Scenes with one face: where it is, how large, and what of it can be seen, checked on a picture of marked points."""

from pathlib import Path

import numpy as np
import pytest

from infl.datasets import Sample
from infl.errors import InflError
from infl.evaluation.scenes import (
    CUT_OFF,
    HEIGHT,
    HEIGHTS,
    OUTSIDE,
    TURN,
    WIDTH,
    Scene,
    beside_the_face,
    decoy_scene,
    empty_scene,
    face_points,
    scene_of,
)
from infl.images import cv2, write_image
from infl.layouts import layout

IBUG = layout("ibug68")
POINTS = (IBUG.queries[:, :2] * [1, -1] + [150, 160]).astype(np.float32)
"""A frontal face of 1 px a mm in a picture of 300 × 400 px."""
NUMBERS = range(30)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A green picture with a red dot at each point."""
    picture = np.full((400, 300, 3), (0, 160, 0), np.uint8)
    for x, y in POINTS:
        cv2.circle(picture, (round(float(x)), round(float(y))), 5, (255, 0, 0), -1)
    path = tmp_path_factory.mktemp("scenes") / "face.png"
    write_image(path, picture)
    return Sample(path, "face.png", POINTS, np.full(68, 2, np.uint8), "val")


@pytest.fixture(scope="module")
def scenes(sample: Sample) -> list[Scene]:
    return [scene_of(sample, IBUG, number) for number in NUMBERS]


def test_the_points_lie_where_the_pasted_picture_shows_them(scenes):
    for scene in scenes:
        assert scene.image.shape == (HEIGHT, WIDTH, 3) and scene.image.dtype == np.uint8
        if scene.height < 1 / 8:
            continue  # the dots are under a pixel then
        seen = scene.points[scene.inside].round().astype(int)
        red, green, _ = np.moveaxis(scene.image[seen[:, 1], seen[:, 0]].astype(int), 1, 0)
        assert (red > green).mean() > 0.9  # a few lie on the seam


def test_sizes_and_angles_are_those_that_the_scene_says(scenes):
    sizes = set()
    for scene in scenes:
        low, high = HEIGHTS[scene.size]
        assert low - 1e-6 <= scene.height <= high + 1e-6 and abs(scene.turned) <= TURN
        level = scene.points[45] - scene.points[36]
        assert np.degrees(np.arctan2(level[1], level[0])) == pytest.approx(scene.turned, abs=1e-3)
        grown = np.linalg.norm(level) / np.linalg.norm(POINTS[45] - POINTS[36])
        assert scene.height * HEIGHT == pytest.approx(np.ptp(POINTS[:, 1]) * grown, rel=1e-4)
        assert scene.unit == pytest.approx(np.sqrt(np.ptp(POINTS, axis=0).prod()) * grown, rel=1e-4)
        sizes.add(scene.size)
    assert sizes == set(HEIGHTS)


def test_a_face_is_cut_off_by_as_much_as_it_should_or_wholly_there(scenes):
    for scene in scenes:
        low, high = scene.points.min(0), scene.points.max(0)
        beyond = np.stack([-low, high - [WIDTH - 1, HEIGHT - 1]]) / (high - low)
        if scene.size == CUT_OFF:
            assert OUTSIDE[0] <= beyond.max() <= OUTSIDE[1] and not scene.inside.all()
        else:
            assert beyond.max() < 0 and scene.inside.all()


def test_a_scene_is_a_function_of_key_and_number(sample, scenes):
    np.testing.assert_array_equal(scenes[3].image, scene_of(sample, IBUG, 3).image)
    assert (scenes[3].image != scenes[4].image).any()


def test_only_annotated_points_between_brows_and_chin_are_the_face():
    layout189 = layout("webmorph189")
    points = layout189.queries[:, :2].copy()
    on_face = face_points(points, layout189)
    eyes = list(layout189.eye_corners)
    assert on_face[eyes].all() and 100 < on_face.sum() < 189
    assert not on_face[layout189.queries[:, 1] > 70].any()  # hairline
    points[eyes[0]] = np.nan
    assert not face_points(points, layout189)[eyes[0]]
    assert face_points(POINTS, IBUG).all()


def test_too_few_points_are_no_face(sample):
    points = np.full((68, 2), np.nan, np.float32)
    points[:2] = POINTS[:2]
    with pytest.raises(InflError, match=r"face\.png: only 2 annotated points"):
        scene_of(Sample(sample.image, sample.key, points, sample.visibility), IBUG)


def test_the_empty_scene_is_the_background_of_the_same_scene(sample, scenes):
    """Where the picture's green does not reach, both differ by noise alone."""
    small = [number for number in NUMBERS if scenes[number].height < 1 / 8]
    assert small
    for number in small:
        differ = np.abs(scenes[number].image.astype(int) - empty_scene(sample.key, number)).max(2) > 20
        assert 0 < differ.mean() < 0.2


def test_the_part_beside_the_face_holds_none_of_its_points(sample):
    part = beside_the_face(sample, IBUG)
    assert part is not None and min(part.shape[:2]) >= 48
    assert (part == (0, 160, 0)).all()  # no red dot


def test_no_part_is_left_of_a_picture_that_the_face_fills(sample, tmp_path: Path):
    path = tmp_path / "close.png"
    write_image(path, np.zeros((int(POINTS[:, 1].max()) + 20, 300, 3), np.uint8))
    assert beside_the_face(Sample(path, "close", POINTS, sample.visibility), IBUG) is None


def test_a_decoy_is_pasted_over_the_background():
    part = np.full((60, 90, 3), (255, 0, 0), np.uint8)
    scene, empty = decoy_scene(part, "key"), empty_scene("key")
    differ = np.abs(scene.astype(int) - empty).max(2) > 20
    assert 0.01 < differ.mean() < 0.9
    red, green, _ = scene[differ].astype(int).T
    assert (red > green).mean() > 0.8


@pytest.mark.parametrize("number", range(5))
def test_a_long_strip_is_shrunk_until_it_fits(number):
    strip = np.full((50, 2000, 3), 255, np.uint8)
    assert decoy_scene(strip, "strip", number).shape == (HEIGHT, WIDTH, 3)
