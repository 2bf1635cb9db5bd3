"""A head cut by a sagittal plane: what stays, what is seen of its inside, where the cut runs."""

import numpy as np
import pytest

from infl.geometry.canonical_face import canonical_face
from infl.layouts import layout
from infl.rendering.face_view import FaceView, OrbitCamera
from infl.rendering.section import Section, cut

SIZE = (200, 200)


def area(vertices: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


@pytest.fixture(scope="module")
def view() -> FaceView:
    return FaceView(canonical_face())


@pytest.mark.parametrize("at", [0.0, 17.3])
def test_the_two_sides_of_a_cut_are_the_whole(view, at):
    left, right = view.cut(Section("left", at)), view.cut(Section("right", at))
    whole = area(view.vertices, view.triangles)
    assert area(left.vertices, left.triangles) + area(right.vertices, right.triangles) == pytest.approx(
        whole, 1e-6
    )
    assert left.vertices[:, 0].min() == pytest.approx(at, abs=1e-5)
    assert right.vertices[:, 0].max() == pytest.approx(at, abs=1e-5)


def test_the_line_lies_on_the_plane_and_is_the_profile(view):
    half = view.cut(Section("left", 0.0))
    line = half.vertices[half.line]
    np.testing.assert_allclose(line[..., 0], 0, atol=1e-5)
    assert line[..., 2].max() == pytest.approx(view.vertices[:, 2].max(), abs=0.5)  # the nose's tip


def test_split_triangles_face_as_their_parents_did(view):
    section = Section("right", 5.0)
    piece = cut(section.distance(view.places), view.triangles)
    vertices = piece.weights @ view.places
    a, b, c = (vertices[piece.triangles[:, k]] for k in range(3))
    p, q, r = (view.places[view.triangles[piece.parents, k]] for k in range(3))
    same = (np.cross(b - a, c - a) * np.cross(q - p, r - p)).sum(1)
    assert (same >= 0).all()


def test_points_of_the_side_that_is_gone_are_not_seen(view):
    points = layout("ibug68").queries
    picture = view.cut(Section("left", 0.0)).fast(OrbitCamera(), SIZE)
    assert not picture.visible(points[36:42]).any()  # the subject's right eye
    assert picture.visible(points[42:48]).all()
    assert picture.visible(points[27:31]).all()  # the nose's ridge, on the plane itself
    behind = view.cut(Section("left", 0.0)).fast(OrbitCamera(yaw=179), SIZE)
    assert behind.keeps(points[42:48]).all() and not behind.keeps(points[36:42]).any()  # hidden, but there


def test_the_inside_is_drawn_where_it_is_seen(view):
    half = view.cut(Section("left", 0.0))
    inside = half.fast(OrbitCamera(yaw=80), SIZE)  # from the subject's right
    whole = view.fast(OrbitCamera(yaw=80), SIZE)
    covered = [(p.triangle >= 0).mean() for p in (inside, whole)]
    assert covered[0] > 0.9 * covered[1]
    assert inside.image[inside.triangle >= 0, :3].mean() < 0.8 * whole.image[whole.triangle >= 0, :3].mean()
    assert len(inside.cut_line()) > 100


def test_a_heat_map_of_the_whole_face_colours_the_piece(view):
    red = np.tile(np.array([200, 0, 0], np.uint8), (len(view.vertices), 1))
    image = view.cut(Section("right", 0.0)).smooth(OrbitCamera(), SIZE, colours=red, strength=1.0).image
    seen = image[image[..., 3] == 255].astype(int)
    assert (seen[:, 0] - seen[:, 1]).mean() > 80


def test_somebody_s_shape_is_drawn_and_points_go_with_it(view):
    wider = view.places * [1.2, 1.0, 1.0]
    shaped = FaceView(canonical_face(), wider)
    points = layout("ibug68").queries
    np.testing.assert_allclose(shaped.carried(points), points * [1.2, 1, 1], atol=0.3)
    picture = shaped.fast(OrbitCamera(), SIZE)
    x, y = picture.project(points[30:31])[0]
    pick = picture.pick(x, y)
    assert pick is not None and np.linalg.norm(pick.xyz - points[30]) < 0.5  # what comes out is on C again
    assert picture.visible(points[36:48]).mean() > 0.9
