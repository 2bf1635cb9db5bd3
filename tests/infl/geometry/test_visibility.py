"""What of the canonical face is seen through a camera, and what another part of the head hides."""

from __future__ import annotations

import numpy as np
import pytest

from infl.geometry.camera import Camera
from infl.geometry.canonical_face import canonical_face
from infl.geometry.rotations import FRONTAL, head_rotation
from infl.geometry.surface import closest_points, points_at
from infl.geometry.visibility import IN_FRONT, visible_points
from infl.layouts import layout
from infl.rendering.people import random_photograph
from infl.rendering.rasteriser import ScreenTriangles, points_visible, rasterise


def turned(yaw: float, pitch: float = 0.0) -> Camera:
    """A head seen from 90 cm."""
    return Camera(
        FRONTAL @ head_rotation(yaw, pitch, 0), np.array([0, 0, 900.0]), 1000.0, np.array([127.5, 127.5])
    )


def seen_at(yaw: float) -> dict[str, bool]:
    """Which of AFLW's points are seen, by name, of a head turned by `yaw` degrees."""
    points = layout("aflw21")
    return dict(zip(points.names, visible_points(turned(yaw), points.queries).tolist(), strict=True))


def test_a_frontal_face_shows_eyes_nose_and_mouth():
    seen = seen_at(0)
    assert all(seen[name] for name in seen if "ear" not in name)


@pytest.mark.parametrize(("yaw", "hidden", "shown"), [(80, "left", "right"), (-80, "right", "left")])
def test_a_head_turned_to_one_side_hides_that_side(yaw, hidden, shown):
    seen = seen_at(yaw)
    assert not seen[f"{hidden} outer eye corner"]
    assert seen[f"{shown} outer eye corner"]


def test_the_nose_hides_skin_that_is_turned_towards_us():
    camera, face = turned(60), canonical_face()
    behind_the_nose = np.array([[18.0, -25, 12]])  # on the far side, between eye and nostril
    triangle, weights, place = closest_points(face, behind_the_nose)
    normal = np.einsum("kc,kcd->kd", weights, face.normals[face.triangles[triangle]])
    seen = place @ camera.rotation.T + camera.translation
    assert (seen * (normal @ camera.rotation.T)).sum() < 0, "turned towards the camera"
    assert not visible_points(camera, place)[0]
    assert visible_points(turned(0), place)[0]


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (35, -20), (-65, 25), (88, 0)])
def test_the_answer_is_that_of_an_exact_picture_of_the_face(yaw, pitch):
    face, camera = canonical_face(), turned(yaw, pitch)
    random = np.random.default_rng(5)
    places = points_at(face, random.integers(0, len(face.triangles), 400), random.dirichlet([1, 1, 1], 400))

    def seen(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        fine = (camera.project(points) + 0.5) * 3 - 0.5
        return fine, points @ camera.rotation[2] + camera.translation[2]

    screen = ScreenTriangles.of(*seen(face.vertices.astype(float)), face.triangles)
    picture = rasterise(screen, (768, 768)).triangle
    fine, depth = seen(places)
    inside = ((fine > 0) & (fine < 767)).all(1)
    assert inside.sum() > 250
    drawn = points_visible(screen, picture, fine, depth, IN_FRONT)
    assert 0.2 < drawn[inside].mean() < 0.8
    assert (visible_points(camera, places) == drawn)[inside].mean() > 0.98


def test_hidden_points_of_people_are_found_on_the_canonical_face():
    """Their faces and expressions differ from C, and are not known to it."""
    points = layout("wflw98")
    said, true = [], []
    for seed in range(16):
        person = random_photograph(seed, 96)
        pixels = person.points(points)
        judged = ((pixels > 0) & (pixels < 95)).all(1) & ~points.contour
        said.append(visible_points(person.camera, points.queries)[judged])
        true.append(person.visible(points)[judged])
    hidden, truly = ~np.concatenate(said), ~np.concatenate(true)
    assert truly.sum() > 80
    assert (hidden & truly).sum() / truly.sum() > 0.75
    assert (hidden & truly).sum() / hidden.sum() > 0.75


def test_a_point_off_the_surface_is_seen_where_the_skin_next_to_it_is():
    points = layout("ibug51")
    face, camera = canonical_face(), turned(50)
    triangle, weights, places = closest_points(face, points.queries)
    normals = np.einsum("kc,kcd->kd", weights, face.normals[face.triangles[triangle]])
    on, above = visible_points(camera, places), visible_points(camera, places + 1.5 * normals)
    below = visible_points(camera, places - 1.5 * normals)
    assert 5 < (~on).sum() < 30
    assert (above == on).mean() > 0.9 and (below == on).mean() > 0.9


def test_contour_points_are_where_the_outline_is_seen():
    points, camera = layout("ibug68"), turned(80)
    seen = visible_points(camera, points.queries, points.contour)
    assert seen[points.contour].all()
    assert not seen.all()
    assert not visible_points(camera, points.queries)[points.contour].all()


def test_a_point_does_not_depend_on_what_else_is_asked():
    every_vertex, camera = layout("dense").queries, turned(40, 10)
    together = visible_points(camera, every_vertex)
    assert (visible_points(camera, np.tile(every_vertex, (2, 1))) == np.tile(together, 2)).all()
    some = np.arange(0, len(every_vertex), 301)
    assert [visible_points(camera, every_vertex[k : k + 1])[0] for k in some] == together[some].tolist()


def test_no_points_give_no_answer():
    assert visible_points(turned(0), np.empty((0, 3))).shape == (0,)
