"""The properties that DESIGN 2 demands of the whole network, on random weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from infl.errors import InflError
from infl.geometry.camera import Camera, euler_in_photo
from infl.geometry.rotations import FRONTAL, head_rotation
from infl.geometry.transforms import move
from infl.layouts import layout
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
    seen = move(encoded.roi, encoded.camera.project(found.points3d)) + landmarker.pixel_shift("first")
    assert np.allclose(seen, found.points, atol=0.02)


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


def test_many_photographs_at_once_are_encoded_as_one_by_one(landmarker: Landmarker):
    photos = [PHOTO, PHOTO[:, ::-1].copy(), PHOTO[:100, :90].copy()]
    for alone, together in zip(map(landmarker.encode, photos), landmarker.encode_many(photos), strict=True):
        assert together.image_size == alone.image_size
        assert np.allclose(together.roi, alone.roi, rtol=1e-3, atol=1e-2)
        assert abs(together.score - alone.score) < 1e-3


def test_the_face_s_size_is_in_pixels_of_the_photo(landmarker: Landmarker):
    encoded = landmarker.encode(PHOTO)
    assert np.isclose(encoded.face_size, FACE_SIZE * pixels_a_mm(landmarker, encoded))


def test_sigma_is_calibrated_by_what_the_card_says(network):
    plain, corrected = Landmarker(network, {}), Landmarker(network, {"sigma": {"scale": 0.5, "power": 2.0}})
    encoded = plain.encode(PHOTO)
    raw, sigma = (each.query(encoded, QUERIES).sigma / encoded.face_size for each in (plain, corrected))
    assert np.allclose(sigma, 0.5 * raw**2, rtol=1e-4)


def test_outline_points_are_always_seen_and_the_far_eye_is_not(network):
    encoded = Landmarker(network, {}).encode(PHOTO)
    profile = Camera(FRONTAL @ head_rotation(75, 0, 0), np.array([0, 0, 700.0]), 400.0, np.full(2, 63.5))
    found = Landmarker(network, {}).query(replace(encoded, camera=profile), layout("ibug68"))
    assert found.visible[:17].all() and found.visible[36:42].all()  # the face turns to the subject's left
    assert not found.visible[42:48].any()
