"""The z-buffer against geometry worked out by hand, and rays against the z-buffer."""

import numpy as np
import pytest

from infl.rendering.rasteriser import ScreenTriangles, interpolate, paint, points_visible, rasterise

ONE = np.array([[0, 1, 2]])


def triangles(points, depth, which=ONE, perspective=True) -> ScreenTriangles:
    return ScreenTriangles.of(np.array(points, float), np.array(depth, float), np.array(which), perspective)


def random_soup(count: int, seed: int = 0) -> ScreenTriangles:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-10, 74, (count, 1, 2)) + rng.normal(0, 12, (count, 3, 2))
    depth = rng.uniform(300, 600, (count, 1)) + rng.normal(0, 20, (count, 3))
    return triangles(points.reshape(-1, 2), depth.ravel(), np.arange(3 * count).reshape(-1, 3))


def test_pixel_is_covered_when_its_centre_is_inside():
    raster = rasterise(triangles([(1, 1), (5, 1), (1, 5)], [1, 1, 1]), (8, 8))
    y, x = np.mgrid[:8, :8]
    np.testing.assert_array_equal(raster.covered, (x >= 1) & (y >= 1) & (x + y <= 6))


def test_barycentrics_reproduce_the_pixel():
    corners = np.array([(3.2, 1.1), (27.6, 9.3), (8.4, 29.9)])
    raster = rasterise(triangles(corners, [5, 5, 5]), (32, 32))
    y, x = np.nonzero(raster.covered)
    np.testing.assert_allclose(raster.barycentric[y, x] @ corners, np.c_[x, y], atol=1e-4)
    np.testing.assert_allclose(raster.barycentric[y, x].sum(1), 1, atol=1e-6)


def test_perspective_interpolates_in_space_and_not_on_the_screen():
    space = np.array([(-20.0, -10, 100), (30, -15, 180), (0, 25, 400)])
    raster = rasterise(triangles(space[:, :2] / space[:, 2:] * 120 + 32, space[:, 2]), (64, 64))
    y, x = np.nonzero(raster.covered)
    seen = interpolate(raster, ONE, space)
    np.testing.assert_allclose(seen[:, :2] / seen[:, 2:] * 120 + 32, np.c_[x, y], atol=1e-3)
    np.testing.assert_allclose(raster.depth[y, x], seen[:, 2], rtol=1e-5)


def test_the_nearer_of_two_crossing_triangles_is_seen():
    square = [(0, 0), (40, 0), (0, 40)]
    two = np.array([[0, 1, 2], [3, 4, 5]])
    soup = triangles(square + square, [1, 3, 1, 3, 1, 3], two, perspective=False)
    raster = rasterise(soup, (40, 40))
    assert raster.triangle[4, 2] == 0  # depth 1 on the left side of the first …
    assert raster.triangle[2, 30] == 1  # … which lies behind the second on the right


def test_shared_edges_leave_no_cracks():
    rng = np.random.default_rng(3)
    x, y = np.meshgrid(np.linspace(-5, 70, 14), np.linspace(-5, 70, 14))
    points = np.c_[x.ravel(), y.ravel()] + rng.normal(0, 1, (196, 2))
    i = np.arange(13 * 14).reshape(13, 14)[:, :13].ravel()
    grid = np.vstack([np.c_[i, i + 1, i + 14], np.c_[i + 1, i + 15, i + 14]])
    assert rasterise(triangles(points, np.ones(196), grid), (64, 64)).covered[2:62, 2:62].all()


def test_a_ray_finds_what_the_z_buffer_shows():
    soup = random_soup(120)
    raster = rasterise(soup, (64, 64))
    for y in range(0, 64, 3):
        for x in range(0, 64, 3):
            hit = soup.hit(x, y)
            assert (hit[0] if hit else -1) == raster.triangle[y, x]
            if hit:
                np.testing.assert_allclose(hit[1], raster.barycentric[y, x], atol=1e-5)


def test_what_reaches_behind_the_camera_is_left_out():
    assert not rasterise(triangles([(0, 0), (9, 0), (0, 9)], [5, 5, -1]), (8, 8)).covered.any()


@pytest.mark.parametrize("size", [(1, 1), (5, 200), (200, 5)])
def test_any_size_of_picture(size):
    raster = rasterise(random_soup(50), size)
    assert raster.triangle.shape == (size[1], size[0])


def test_the_painter_agrees_away_from_edges():
    soup = random_soup(40, seed=2)
    exact, painted = rasterise(soup, (64, 64)), paint(soup, (64, 64))
    w = soup.weights[exact.triangle]
    y, x = np.mgrid[:64, :64]
    screen = w[..., 0] * x[..., None] + w[..., 1] * y[..., None] + w[..., 2]
    inner = exact.covered & (screen.min(-1) > 0.15)
    assert (painted == exact.triangle)[inner].mean() > 0.9
    assert (painted >= 0)[exact.covered].all()


def test_points_behind_a_triangle_are_hidden():
    wall = triangles([(0, 0), (60, 0), (0, 60)], [100, 100, 100])
    buffer = rasterise(wall, (50, 50)).triangle
    points = np.array([(10.0, 10), (10, 10), (45, 45), (-3, 5)])
    seen = points_visible(wall, buffer, points, np.array([99.0, 120, 120, 90]), tolerance=1.5)
    assert seen.tolist() == [True, False, True, False]
