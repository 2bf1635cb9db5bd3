"""What the network says of one face about two conventions is believed as far as clicks bear it out."""

from __future__ import annotations

import numpy as np
import pytest

from infl.harmonize.apart import Answers, Apart, apart, as_predicted

FACES, POINTS = 300, 8
USUAL = np.array([0.03, -0.02])


def answers(own_to_face: float, noise: float) -> tuple[Answers, Answers]:
    """Two sets of faces in two conventions that lie `USUAL` apart, and `own_to_face` more on each face."""
    rng = np.random.default_rng(0)

    def drawn(spread: float) -> np.ndarray:
        return rng.normal(0, spread, (FACES, POINTS, 2))

    def faces(sign: int) -> Answers:
        true = drawn(0.05)
        there = true + sign * (USUAL + drawn(own_to_face))
        return Answers(true + drawn(0.01), true + drawn(noise), there + drawn(noise))

    return faces(1), faces(-1)


@pytest.mark.parametrize(
    ("own_to_face", "noise", "trust"), [(0.02, 0.001, 1.0), (0.001, 0.02, 0.0), (0.02, 0.02, 1 / 3)]
)
def test_as_much_of_a_face_s_deviation_is_believed_as_is_no_noise(own_to_face, noise, trust):
    found = apart(*answers(own_to_face, noise))
    assert found.trust == pytest.approx(trust, abs=0.1)
    np.testing.assert_allclose(found.usual, np.tile(USUAL, (POINTS, 1)), atol=0.01)


def test_wrong_clicks_tell_nothing():
    ours, theirs = answers(0.02, 0.001)
    clicked = ours.clicked.copy()
    clicked[:20] += 0.5
    clicked[20:40] = np.nan
    assert apart(Answers(clicked, ours.own, ours.other), theirs).trust == pytest.approx(1.0, abs=0.1)


def test_what_is_not_believed_is_replaced_by_what_is_usual():
    said = np.array([[0.05, 0.0]])
    found = Apart(np.array([[0.03, 0.0]]), trust=0.25)
    np.testing.assert_allclose(said + found.correction(said), [[0.035, 0.0]])
    np.testing.assert_array_equal(as_predicted(1).correction(said), 0.0)
