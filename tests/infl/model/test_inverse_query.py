"""From a pixel back to C: exactly on a head that is C itself, and nearly on a photograph of somebody."""

from __future__ import annotations

import numpy as np
import pytest

from infl.datasets import open_dataset
from infl.geometry.camera import Camera
from infl.geometry.canonical_face import canonical_face
from infl.geometry.rotations import FRONTAL, head_rotation
from infl.geometry.surface import points_at
from infl.geometry.visibility import visible_points
from infl.model import load_landmarker
from infl.model.inverse_query import SeenSurface, inverse_query, seen_surface
from infl.resources import resource


def turned(yaw: float) -> Camera:
    return Camera(
        FRONTAL @ head_rotation(yaw, 5.0, 3.0), np.array([5.0, 4.0, 700.0]), 900.0, np.array([320.0, 240.0])
    )


def seen_through(camera: Camera) -> SeenSurface:
    vertices = canonical_face().vertices.astype(np.float64)
    depth = vertices @ camera.rotation[2] + camera.translation[2]
    return SeenSurface(camera.project(vertices), depth, "canonical")


@pytest.mark.parametrize("yaw", [0.0, 40.0, -70.0])
def test_a_seen_point_is_found_again_under_its_pixel(yaw):
    face, camera, rng = canonical_face(), turned(yaw), np.random.default_rng(4)
    places = points_at(face, rng.integers(0, len(face.triangles), 300), rng.dirichlet(np.ones(3), 300))
    places = places[visible_points(camera, places)]
    surface = seen_through(camera)
    found = [surface.at(*pixel) for pixel in camera.project(places)]
    distance = np.array(
        [np.linalg.norm(f.xyz - p) for f, p in zip(found, places, strict=True) if f is not None]
    )
    assert len(distance) == len(places) > 100
    # `visible_points` lets things stand 2 mm before a point, so a few at the outline lie just behind another triangle.
    assert np.quantile(distance, 0.9) < 0.1


def test_a_hidden_point_gives_way_to_what_hides_it():
    camera = turned(0.0)
    back = np.array([[0.0, 20.0, -150.0]])  # inside the head, behind the bridge of the nose
    found = seen_through(camera).at(*camera.project(back)[0])
    assert found is not None and found.xyz[2] > 0


def test_beside_the_face_there_is_nothing():
    assert seen_through(turned(0.0)).at(5.0, 5.0) is None


def test_what_is_found_names_its_place_on_the_mesh_and_its_region():
    found = seen_through(turned(0.0)).at(*turned(0.0).project(np.array([[0.0, -25.0, 40.0]]))[0])
    assert found is not None and found.region
    on_mesh = points_at(canonical_face(), np.array([found.triangle]), found.barycentric[None])
    np.testing.assert_allclose(on_mesh[0], found.xyz)


def test_on_a_photograph_the_prediction_falls_back_onto_the_pixel():
    landmarker = load_landmarker()
    sample = open_dataset(resource("demo", "demo_studio68")).samples[0]
    encoded = landmarker.encode(sample.load_image())
    surface = seen_surface(landmarker, encoded)
    middle = np.nanmean(sample.points, 0)
    reach = 0.35 * encoded.face_size
    missed = []
    for x, y in middle + np.random.default_rng(0).uniform(-reach, reach, (20, 2)):
        point = inverse_query(landmarker, encoded, surface, x, y)
        assert point is not None
        missed.append(np.linalg.norm(landmarker.query(encoded, point.xyz[None]).points[0] - [x, y]))
    assert np.median(missed) < 0.005 * encoded.face_size
