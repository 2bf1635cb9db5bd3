"""Points in space to places on the mesh and back."""

from __future__ import annotations

import numpy as np

from infl.geometry.canonical_face import canonical_face
from infl.geometry.surface import closest_points, points_at


def test_a_place_on_the_mesh_is_found_again():
    face = canonical_face()
    random = np.random.default_rng(0)
    triangle = random.choice(face.regions["forehead"], 40)
    weight = random.dirichlet([1, 1, 1], 40)
    xyz = points_at(face, triangle, weight)
    found, weights, near = closest_points(face, xyz)
    assert np.allclose(near, xyz, atol=1e-6)
    assert np.allclose(points_at(face, found, weights), near)
    assert (weights >= -1e-9).all() and np.allclose(weights.sum(1), 1)


def test_the_nearest_of_all_triangles_is_taken():
    face = canonical_face()
    random = np.random.default_rng(1)
    xyz = random.uniform([-60, -110, 0], [60, 60, 60], (20, 3))
    near = closest_points(face, xyz)[2]
    corners = face.vertices[face.triangles]
    samples = np.concatenate([corners.mean(1), *(corners[:, i] for i in range(3))])
    for point, place in zip(xyz, near, strict=True):
        assert np.linalg.norm(place - point) <= np.linalg.norm(samples - point, axis=1).min() + 1e-6


def test_the_search_keeps_to_the_regions_asked_for():
    face = canonical_face()
    pupil = np.array([[32.0, 0, 20]])
    triangle, _, near = closest_points(face, pupil, ("left_upper_lid",))
    assert triangle[0] in face.regions["left_upper_lid"]
    assert near[0, 1] > 3
    assert face.region_of_triangle[closest_points(face, pupil)[0][0]] == "left_pupil"


def test_no_points_give_no_points():
    triangle, weights, near = closest_points(canonical_face(), np.empty((0, 3)))
    assert triangle.shape == (0,) and weights.shape == (0, 3) and near.shape == (0, 3)
