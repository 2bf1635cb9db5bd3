"""Finding faces with the shipped checkpoint: anywhere in the photo, turned, small, several, and none."""

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
def samples() -> list[infl.Sample]:
    return list(infl.open_dataset(resource("demo", "demo_studio68")).split("val").samples)


def pasted(photo: np.ndarray, sample: infl.Sample, place: np.ndarray) -> np.ndarray:
    """Put the sample's picture into `photo`, moved by `place` (2, 3); returns where its points come to lie."""
    size = photo.shape[1::-1]
    cv2.warpAffine(sample.load_image(), place, size, photo, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    return sample.points @ place[:, :2].T + place[:, 2]


def error(landmarker: infl.Landmarker, encoded: infl.Encoded, truth: np.ndarray) -> float:
    """Mean error over the eyes' distance."""
    found = landmarker.query(encoded, infl.layout("ibug68"), "demo_studio68").points
    return float(np.linalg.norm(found - truth, axis=1).mean() / np.linalg.norm(truth[36] - truth[45]))


def gray(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 110, np.uint8)


@pytest.mark.parametrize("corner", [(10, 10), (320, 20), (150, 300)])
def test_a_face_anywhere_in_a_larger_photo(landmarker, samples, corner):
    photo = gray(620, 620)
    truth = pasted(photo, samples[0], np.array([[1.0, 0, corner[0]], [0, 1, corner[1]]]))
    assert error(landmarker, landmarker.encode(photo), truth) < 0.12


@pytest.mark.parametrize("degrees", [-40, -20, 20, 40])
def test_a_head_that_leans(landmarker, samples, degrees):
    photo = gray(288, 288)
    truth = pasted(photo, samples[0], cv2.getRotationMatrix2D((144, 144), degrees, 1.0))
    assert error(landmarker, landmarker.encode(photo), truth) < 0.12


def test_a_small_face_is_searched_in_parts(landmarker, samples):
    photo = gray(1200, 1200)
    truth = pasted(photo, samples[0], np.array([[0.6, 0, 900], [0, 0.6, 80]]))
    assert error(landmarker, landmarker.encode(photo), truth) < 0.15


def test_all_faces_of_a_photo_are_found_best_first(landmarker, samples):
    photo = gray(600, 900)
    truths = [pasted(photo, sample, np.array([[1.0, 0, x], [0, 1.0, y]]))
              for sample, (x, y) in zip(samples[::4], [(10, 10), (320, 300), (600, 40)], strict=False)]  # fmt: skip
    found = landmarker.encode_all(photo)
    scores = [encoded.score for encoded in found]
    assert scores == sorted(scores, reverse=True) and min(scores) >= 0.5
    for truth in truths:
        assert min(error(landmarker, encoded, truth) for encoded in found) < 0.12
    assert len(found) == len(truths)


def test_a_photo_without_a_face_says_so(landmarker):
    noise = np.random.default_rng(0).integers(0, 256, (12, 16, 3)).astype(np.uint8)
    for photo in (gray(300, 400), cv2.resize(noise, (400, 300), interpolation=cv2.INTER_CUBIC)):
        assert landmarker.encode(photo).score < 0.5
        assert landmarker.encode_all(photo) == []
