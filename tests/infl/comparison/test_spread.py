"""Where several conventions disagree."""

import numpy as np
import pytest

from infl.comparison.spread import Spread, spread_of
from infl.geometry.canonical_face import canonical_face
from infl.geometry.nearness import FAR, NEAR, nearness
from infl.layouts import layout

SETS = {"demo_clinic98": "wflw98", "demo_field29": "cofw29", "demo_studio68": "ibug68"}


@pytest.fixture(scope="module")
def layouts():
    return {name: layout(own) for name, own in SETS.items()}


def test_two_conventions_are_spread_by_half_their_offset(landmarker, layouts):
    two = {name: layouts[name] for name in ("demo_clinic98", "demo_studio68")}
    eyes = layout("ibug68").queries[36:48]
    offset = landmarker.offsets("demo_clinic98", reference="demo_studio68", at=eyes)
    np.testing.assert_allclose(
        spread_of(landmarker, two, eyes).rms, np.linalg.norm(offset, axis=1) / 2, rtol=1e-3, atol=1e-4
    )


def test_the_vectors_about_the_mean_cancel(landmarker, layouts):
    spread = spread_of(landmarker, layouts, layout("five").queries)
    np.testing.assert_allclose((spread.weights[..., None] * spread.vectors).sum(0), 0, atol=1e-4)


def test_a_convention_without_points_near_has_no_say(landmarker, layouts):
    jaw = layout("ibug68").queries[:5]  # demo_field29 has no jaw
    with_all = spread_of(landmarker, layouts, jaw)
    without = spread_of(landmarker, {k: v for k, v in layouts.items() if k != "demo_field29"}, jaw)
    assert (with_all.weights[list(SETS).index("demo_field29")] < 0.5).all()
    assert np.abs(with_all.rms - without.rms).max() < 0.5 * without.rms.max()


def test_where_only_one_has_points_there_is_nothing_to_disagree():
    weights = np.array([[1.0, 1.0, 0.2], [0.1, 0.9, 0.1], [0.0, 0.8, 0.0]])
    spread = Spread(("a", "b", "c"), np.zeros((3, 3, 3)), weights)
    assert spread.evidence.tolist() == [0.1, 0.9, 0.1]


def test_nearness_fades_from_one_to_nothing():
    at = np.array([[0.0, 0, 0], [NEAR, 0, 0], [(NEAR + FAR) / 2, 0, 0], [FAR, 0, 0], [1e3, 0, 0]])
    np.testing.assert_allclose(nearness(np.zeros((1, 3)), at), [1, 1, 0.5, 0, 0])
    assert not nearness(np.zeros((0, 3)), canonical_face().vertices).any()
