import numpy as np

from infl.comparison.axes import outward_and_up, sides
from infl.layouts import layout


def test_the_two_sides_are_mirror_images():
    points = layout("ibug68")
    axes = outward_and_up(points.queries, points.contour)
    paired, middle = sides(points.queries, points.mirror)
    assert paired.all() and middle.sum() == 10
    assert np.allclose(axes[points.mirror][~middle], axes[~middle] * [[-1.0], [1.0], [1.0]], atol=1e-3)
    assert np.allclose(axes[middle][:, :, 0], [1.0, 0.0, 0.0]), "to the subject's left"


def test_they_lie_along_the_skin_and_at_right_angles():
    axes = outward_and_up(layout("wflw98").queries, np.zeros(98, bool))
    assert np.allclose(np.einsum("kda,kdb->kab", axes, axes), np.eye(2), atol=1e-6)
    temple = outward_and_up(np.array([[72.5, -1.7, -50.6]]), np.zeros(1, bool))[0]
    assert temple[2, 0] < -0.8, "outwards is backwards on the side of the head"
    assert temple[1, 1] > 0.8


def test_outlines_move_in_the_plane_of_the_picture():
    points = layout("ibug68")
    axes = outward_and_up(points.queries, points.contour)[points.contour]
    assert np.allclose(axes[:, 2], 0.0)
    assert np.allclose(axes[:, 1, 1], 1.0)


def test_points_without_a_partner_are_known():
    queries = np.array([[30.0, 0, 10], [-30, 0, 10], [12, -20, 30], [0, -40, 40]])
    paired, middle = sides(queries, np.array([1, 0, 2, 3]))
    assert paired.tolist() == [True, True, False, True]
    assert middle.tolist() == [False, False, False, True]
