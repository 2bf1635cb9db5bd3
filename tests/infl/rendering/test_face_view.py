"""The canonical face on screen: picking, projection, visibility, symmetry, framing."""

import numpy as np
import pytest

from infl.geometry.canonical_face import canonical_face
from infl.geometry.surface import points_at
from infl.layouts import layout
from infl.rendering.face_view import FaceView, OrbitCamera

SIZE = (200, 160)


@pytest.fixture(scope="module")
def view() -> FaceView:
    return FaceView(canonical_face())


def nearest_hit_in_space(picture, x: float, y: float):
    """Möller and Trumbore's ray test over all triangles, in space, with nothing of the rasteriser in it."""
    camera = picture.camera
    origin = -camera.rotation.T @ camera.translation
    ray = camera.rotation.T @ np.array(
        [*((np.array([x, y]) - camera.principal_point) / camera.focal_length), 1]
    )
    a, b, c = (picture.vertices[picture.triangles[:, k]] for k in range(3))
    p = np.cross(ray, c - a)
    with np.errstate(all="ignore"):
        inverse = 1 / ((b - a) * p).sum(1)
        u = ((origin - a) * p).sum(1) * inverse
        q = np.cross(origin - a, b - a)
        v = (q @ ray) * inverse
        t = ((c - a) * q).sum(1) * inverse
    hits = np.flatnonzero((u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (t > 0))
    return origin + ray * t[hits].min() if len(hits) else None


@pytest.mark.parametrize("orbit", [OrbitCamera(), OrbitCamera(40, -15, 1.7, (0.1, -0.05))])
def test_a_pick_is_where_the_ray_meets_the_mesh(view, orbit):
    picture = view.fast(orbit, SIZE)
    rng = np.random.default_rng(1)
    for x, y in rng.uniform((0, 0), SIZE, (150, 2)):
        expected, pick = nearest_hit_in_space(picture, x, y), picture.pick(x, y)
        assert (pick is None) == (expected is None)
        if pick is not None and expected is not None:
            np.testing.assert_allclose(pick.xyz, expected, atol=1e-3)
            np.testing.assert_allclose(picture.project(pick.xyz[None])[0], (x, y), atol=1e-3)
            on_mesh = points_at(canonical_face(), np.array([pick.triangle]), pick.barycentric[None])
            np.testing.assert_allclose(on_mesh[0], pick.xyz, atol=1e-3)


def test_what_is_drawn_is_what_is_picked(view):
    picture = view.smooth(OrbitCamera(25, 10), SIZE)
    ys, xs = np.nonzero(picture.triangle >= 0)
    for i in np.random.default_rng(0).choice(len(xs), 60):
        inner = picture.pick(xs[i], ys[i])
        drawn = picture.triangle[
            ys[i], xs[i]
        ]  # sampled a quarter of a pixel away: the same triangle or its neighbour
        assert (
            inner is None
            or np.linalg.norm(picture.vertices[picture.triangles[drawn]] - inner.xyz, axis=1).min() < 9
        )


def test_fast_and_smooth_pictures_show_the_same_face(view):
    fast = view.fast(OrbitCamera(20, 5), SIZE, background=(30, 30, 30)).image.astype(float)
    smooth = view.smooth(OrbitCamera(20, 5), SIZE, background=(30, 30, 30)).image.astype(float)
    assert np.abs(fast - smooth)[..., :3].mean() < 4


def test_a_stretched_picture_is_nearly_one_that_was_drawn_in_that_size(view):
    orbit = OrbitCamera(25, 10, 1.2, (0.1, -0.05))
    stretched = view.smooth(orbit, SIZE).stretched(orbit, (300, 220))
    drawn = view.smooth(orbit, (300, 220))
    points = layout("cofw29").queries
    assert np.allclose(stretched.project(points), drawn.project(points))
    assert (stretched.visible(points) == drawn.visible(points)).mean() > 0.9
    both = (stretched.triangle >= 0) & (drawn.triangle >= 0)
    assert both.sum() > 0.97 * (drawn.triangle >= 0).sum()
    assert np.abs(stretched.image[both].astype(int) - drawn.image[both]).mean() < 4


def test_a_frontal_face_is_symmetric(view):
    alpha = view.smooth(OrbitCamera(), SIZE).image[..., 3].astype(int)
    assert np.abs(alpha - alpha[:, ::-1]).max() <= 64  # of 255: edges fall on either side of a sample
    assert (np.abs(alpha - alpha[:, ::-1]) > 0).mean() < 0.01


def test_transparent_where_there_is_no_face(view):
    image = view.smooth(OrbitCamera(zoom=0.6), SIZE).image
    assert image[0, 0, 3] == 0 and image[SIZE[1] // 2, SIZE[0] // 2, 3] == 255
    opaque = view.fast(OrbitCamera(zoom=0.6), SIZE, background=(10, 20, 30)).image
    assert opaque[0, 0].tolist() == [10, 20, 30, 255]


def test_a_heat_map_covers_the_clay_where_it_is_strong(view):
    count = len(canonical_face().vertices)
    red = np.tile(np.array([200, 0, 0], np.uint8), (count, 1))
    strength = (canonical_face().vertices[:, 0] > 0).astype(
        float
    )  # the subject's left half: right in the picture
    image = view.fast(OrbitCamera(), SIZE, colours=red, strength=strength).image.astype(int)
    y, x = SIZE[1] // 2 - 20, SIZE[0] // 2
    assert image[y, x + 20, 0] - image[y, x + 20, 1] > 80
    assert image[y, x - 20, 0] - image[y, x - 20, 1] < 60


def test_turning_hides_the_far_side(view):
    points = layout("ibug68").queries
    right_eye, left_eye = points[36:42], points[42:48]
    assert view.smooth(OrbitCamera(), SIZE).visible(points[17:]).mean() > 0.9
    turned = view.smooth(OrbitCamera(yaw=75), SIZE)  # to the subject's left: the right side is seen
    assert turned.visible(right_eye).mean() > 0.8
    assert not turned.visible(left_eye).any()


def test_yaw_and_pitch_turn_the_nose_as_they_say(view):
    nose = layout("ibug68").queries[30:31]
    middle = view.fast(OrbitCamera(), SIZE).project(nose)[0]
    assert view.fast(OrbitCamera(yaw=30), SIZE).project(nose)[0][0] > middle[0] + 5
    assert view.fast(OrbitCamera(pitch=30), SIZE).project(nose)[0][1] < middle[1] - 5


def test_zooming_at_a_pixel_keeps_it_in_place(view):
    orbit = OrbitCamera(10, 5, 1.2, (0.05, 0.02))
    pick = view.fast(orbit, SIZE).pick(110, 90)
    assert pick is not None
    closer = view.fast(orbit.zoomed(2.0, (110, 90), SIZE), SIZE)
    np.testing.assert_allclose(closer.project(pick.xyz[None])[0], (110, 90), atol=0.6)
    panned = view.fast(orbit.panned(7, -4, SIZE), SIZE)
    np.testing.assert_allclose(panned.project(pick.xyz[None])[0], (117, 86), atol=0.2)
