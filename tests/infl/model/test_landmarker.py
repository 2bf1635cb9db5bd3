"""The properties that DESIGN 2 demands of the whole network, on random weights."""

from __future__ import annotations

import numpy as np
import pytest

from infl.errors import InflError
from infl.geometry.camera import Camera, euler_in_photo
from infl.geometry.rotations import FRONTAL
from infl.geometry.transforms import move
from infl.model import Landmarker
from infl.model.config import FACE_SIZE

PHOTO = np.random.default_rng(0).integers(0, 256, (150, 220, 3)).astype(np.uint8)
QUERIES = np.random.default_rng(1).normal(0, 40, (50, 3)).astype(np.float32)


def pixels_a_mm(landmarker: Landmarker, encoded) -> float:
    scale = float(encoded.features.gamma.scale[0]) * landmarker.network.config.crop_size / 2
    return scale * np.sqrt(abs(np.linalg.det(encoded.roi[:, :2])))


def test_shapes_and_units(landmarker: Landmarker):
    encoded = landmarker.encode(PHOTO)
    found = landmarker.query(encoded, QUERIES, "first")
    assert encoded.image_size == (220, 150)
    assert (
        encoded.roi.shape == (2, 3) and encoded.crop.shape == (128, 128, 3) and encoded.crop.dtype == np.uint8
    )
    assert found.points.shape == (50, 2) and found.sigma.shape == (50,) and found.points3d.shape == (50, 3)
    assert (found.sigma > 0).all()


def test_a_query_does_not_depend_on_the_others(landmarker: Landmarker):
    encoded = landmarker.encode(PHOTO)
    together = landmarker.query(encoded, QUERIES, "first").points
    alone = np.vstack([landmarker.query(encoded, q[None], "first").points for q in QUERIES])
    backwards = landmarker.query(encoded, QUERIES[::-1].copy(), "first").points[::-1]
    face = FACE_SIZE * pixels_a_mm(landmarker, encoded)
    assert np.abs(together - alone).max() <= 1e-4 * face
    assert np.abs(together - backwards).max() <= 1e-4 * face


def test_more_queries_than_one_pass_takes_are_asked_in_chunks(landmarker: Landmarker, monkeypatch):
    encoded = landmarker.encode(PHOTO)
    together = landmarker.query(encoded, QUERIES).points
    monkeypatch.setattr("infl.model.landmarker.QUERIES_AT_ONCE", 7)
    face = FACE_SIZE * pixels_a_mm(landmarker, encoded)
    assert np.abs(landmarker.query(encoded, QUERIES).points - together).max() <= 1e-4 * face


def test_a_continuous_walk_on_the_face_is_one_in_the_photo(landmarker: Landmarker):
    encoded = landmarker.encode(PHOTO)
    walk = np.linspace([-30, -60, 20], [30, 30, 30], 2001).astype(np.float32)
    points = landmarker.query(encoded, walk, "second").points
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert steps.max() < 20 * np.median(steps) + 0.01 * FACE_SIZE * pixels_a_mm(landmarker, encoded)


def test_3d_landmarks_project_to_the_2d_ones(landmarker: Landmarker):
    encoded = landmarker.encode(PHOTO)
    found = landmarker.query(encoded, QUERIES, "first")
    assert np.allclose(move(encoded.roi, encoded.camera.project(found.points3d)), found.points, atol=0.02)


def test_the_normalised_crop_is_what_the_roi_says(landmarker: Landmarker):
    encoded = landmarker.encode(np.full((90, 90, 3), (200, 10, 60), np.uint8))
    corners = move(encoded.roi, np.array([[0.0, 0], [127, 127]]))
    inside = ((corners > 1) & (corners < 88)).all(1)
    for pixel, seen in zip(encoded.crop[[0, 127], [0, 127]], inside, strict=True):
        assert not seen or tuple(pixel) == (200, 10, 60)


def test_no_queries_no_points(landmarker: Landmarker):
    found = landmarker.query(landmarker.encode(PHOTO), np.zeros((0, 3)))
    assert found.points.shape == (0, 2) and found.sigma.shape == (0,)


def test_offsets_are_differences_between_codes(landmarker: Landmarker):
    both = landmarker.offsets("first", reference="second", at=QUERIES)
    single = landmarker.offsets("first", at=QUERIES) - landmarker.offsets("second", at=QUERIES)
    assert np.allclose(both, single, atol=1e-5) and np.abs(both).max() > 0
    assert not landmarker.offsets("canonical", at=QUERIES).any()


def test_errors_name_what_is_wrong(landmarker: Landmarker):
    with pytest.raises(InflError, match=r"knows no convention “nobody”.*canonical, first, second"):
        landmarker.query(landmarker.encode(PHOTO), QUERIES, "nobody")
    with pytest.raises(InflError, match=r"\(H, W, 3\) uint8 RGB"):
        landmarker.encode(PHOTO[..., 0])
    with pytest.raises(InflError, match=r"\(K, 3\) finite"):
        landmarker.query(landmarker.encode(PHOTO), QUERIES[:, :2])


def test_pose_in_the_photo_counts_the_crops_own_turn(landmarker: Landmarker):
    """A crop that lies turned clockwise in the photo shows upright a head that leans clockwise there."""
    angle = np.radians(30)
    roi = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0]])
    camera = Camera(FRONTAL, np.array([0, 0, 600.0]), 400.0, np.zeros(2))
    assert np.allclose(euler_in_photo(camera, roi), (0, 0, 30))
    encoded = landmarker.encode(PHOTO)
    assert encoded.euler_degrees == euler_in_photo(encoded.camera, encoded.roi)
