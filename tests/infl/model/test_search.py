"""Finding faces with the shipped checkpoint: anywhere in the photo, turned, and where the first look misses."""

from __future__ import annotations

import numpy as np
import pytest

import infl
from infl.images import cv2
from infl.resources import resource


@pytest.fixture(scope="module")
def landmarker() -> infl.Landmarker:
    return infl.load_landmarker()


@pytest.fixture(scope="module")
def sample() -> infl.Sample:
    return infl.open_dataset(resource("demo", "demo_studio68")).split("val").samples[0]


def error_in(landmarker: infl.Landmarker, sample: infl.Sample, place: np.ndarray, side: int) -> float:
    """Mean error, over the eyes' distance, of the sample's face moved by `place` (2, 3) into a gray photo."""
    photo = np.full((side, side, 3), 110, np.uint8)
    cv2.warpAffine(sample.load_image(), place, (side, side), photo, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    truth = sample.points @ place[:, :2].T + place[:, 2]
    found = landmarker.query(landmarker.encode(photo), infl.layout("ibug68"), "demo_studio68").points
    return float(np.linalg.norm(found - truth, axis=1).mean() / np.linalg.norm(truth[36] - truth[45]))


@pytest.mark.parametrize("corner", [(10, 10), (320, 20), (150, 300)])
def test_a_face_anywhere_in_a_larger_photo(landmarker, sample, corner):
    place = np.array([[1.0, 0, corner[0]], [0, 1, corner[1]]])
    assert error_in(landmarker, sample, place, 620) < 0.12


@pytest.mark.parametrize("degrees", [-30, 20])
def test_a_head_that_leans(landmarker, sample, degrees):
    place = cv2.getRotationMatrix2D((144, 144), degrees, 1.0)
    assert error_in(landmarker, sample, place, 288) < 0.12


def test_where_the_first_look_misses_parts_are_searched(landmarker, sample, monkeypatch):
    place = np.array([[0.8, 0, 780], [0, 0.8, 60]])
    monkeypatch.setattr("infl.model.search.LOST", np.inf)
    once = error_in(landmarker, sample, place, 1100)
    monkeypatch.undo()
    assert error_in(landmarker, sample, place, 1100) < min(once, 0.15) + 1e-6
