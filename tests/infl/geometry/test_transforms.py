"""Affine maps of the plane, one after another and back."""

from __future__ import annotations

import numpy as np

from infl.geometry.transforms import chain, invert, move, pixels_from_normalised, similarity

PLACES = np.array([[0.0, 0.0], [3.0, -1.0], [-20.0, 7.5]])


def test_a_chain_applies_its_last_map_first():
    turn, shift = similarity(2.0, 0.3, np.array([5.0, -1.0])), np.array([[1.0, 0, 10], [0, 3, 0]])
    flat = pixels_from_normalised(128)
    assert np.allclose(move(chain(flat, turn, shift), PLACES), move(flat, move(turn, move(shift, PLACES))))
    assert np.array_equal(chain(turn), turn)


def test_an_inverse_leads_back():
    there = np.array([[2.0, 0.5, 3], [-1.0, 4, -7]])
    assert np.allclose(move(invert(there), move(there, PLACES)), PLACES)
    assert np.allclose(chain(invert(there), there), [[1, 0, 0], [0, 1, 0]])
