"""Outline points slide over C as the head turns, and only they."""

from __future__ import annotations

import numpy as np
import pytest

from infl.geometry.contour import slid, slides_of
from infl.geometry.rotations import head_rotation
from infl.layouts import layout

IBUG = layout("ibug68")


def shift(*pose: float) -> np.ndarray:
    """(68, 3) mm by which iBUG's points have slid."""
    return slid(IBUG, head_rotation(*pose)[None])[0] - IBUG.queries


def test_a_frontal_face_has_its_outline_where_the_layout_says():
    assert np.abs(shift(0, 0, 0)).max() < 1e-4
    assert np.abs(shift(0, 0, 35)).max() < 1e-4  # a lean shows no other skin


def test_the_far_cheek_gives_the_outline_of_a_turned_head():
    moved = shift(35, 0, 0)  # to the subject's left: the left cheek turns away
    assert np.linalg.norm(moved[12:16], axis=1).min() > 15 and (moved[12:16, 2] > 10).all()
    assert np.linalg.norm(moved[:6], axis=1).max() < 7  # the near side keeps to the jaw line
    assert not moved[17:].any()


def test_mirrored_heads_have_mirrored_outlines():
    left, right = shift(40, 10, 5), shift(-40, 10, -5)
    assert np.allclose(left[IBUG.mirror] * [-1, 1, 1], right, atol=0.2)


@pytest.mark.parametrize("yaw", np.arange(-80, 80, 20.0))
def test_sliding_is_continuous(yaw):
    assert np.linalg.norm(shift(yaw + 1, 0, 0) - shift(yaw, 0, 0), axis=1).max() < 6


def test_slid_points_reach_furthest_outwards_of_their_paths():
    slides, head = slides_of(IBUG), head_rotation(50, 0, 0)
    reach = np.einsum("smd,sd->sm", (slides.paths @ head.T)[..., :2], slides.outward)
    places = slides.paths[:, 0] + slides.shifts(head[None])[0]
    own = np.einsum("sd,sd->s", (places @ head.T)[:, :2], slides.outward)
    assert (own > reach.max(1) - 5).all()


def test_layouts_without_an_outline_stay_as_they_are():
    aflw = layout("aflw21")
    assert np.array_equal(slid(aflw, head_rotation(60, 0, 0)[None])[0], aflw.queries)
