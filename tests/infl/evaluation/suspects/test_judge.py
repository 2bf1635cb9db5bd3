from dataclasses import replace

import numpy as np
import pytest

from infl.evaluation.planted import Plant, spoil
from infl.evaluation.suspects import Kind
from infl.evaluation.suspects.judge import LISTED, Judge
from infl.layouts import layout


def spoilt(looks, what, face=7, seed=0):
    """The same faces, one of them with an error, and its wrong clicks."""
    made = spoil(looks.samples[face], looks.layout, what, np.random.default_rng(seed))
    assert made is not None
    sample, points = made
    clicked = looks.clicked.copy()
    clicked[face] = sample.points
    return replace(looks, clicked=clicked), points


@pytest.mark.parametrize("name", ["ibug68", "wflw98", "cofw29", "aflw21", "scut86"])
def test_right_clicks_are_hardly_ever_suspected(looks_at, name):
    looks = looks_at(name, 300)
    assert len(Judge.of(looks).suspicious(looks)) <= 300 * 10**-LISTED * 3


@pytest.mark.parametrize("name", ["ibug68", "wflw98", "cofw29", "aflw21", "scut86"])
@pytest.mark.parametrize("what", [Plant.SHIFT, Plant.SWAP_ALL, Plant.SWAP_GROUP])
def test_names_that_are_wrong_together_are_found_together(looks_at, name, what):
    looks, points = spoilt(looks_at(name), what)
    judge = Judge.of(looks)
    assert 7 in judge.suspicious(looks)
    suspicions, misplaced = judge.suspicions(looks, 7)
    first = suspicions[0]
    assert first.kind == what.kind
    assert len(set(points) & set(first.points.tolist())) >= 0.6 * len(points)
    assert set(first.points.tolist()) <= set(points)
    assert misplaced < LISTED


def test_a_swap_is_put_right_by_the_names_that_it_says(looks_at):
    right = looks_at("ibug68")
    looks, _ = spoilt(right, Plant.SWAP_ALL)
    (swap,), _ = Judge.of(looks).suspicions(looks, 7)
    mended = looks.clicked[7].copy()
    mended[swap.names] = looks.clicked[7][swap.points]
    assert np.array_equal(mended, right.clicked[7])


def test_the_one_wrong_face_of_a_small_set_is_no_excuse_for_itself(looks_at):
    looks, _ = spoilt(looks_at("cofw29", 12), Plant.SWAP_GROUP)
    suspicions, _ = Judge.of(looks).suspicions(looks, 7)
    assert [suspicion.kind for suspicion in suspicions] == [Kind.SWAPPED]


def test_one_click_that_slipped_is_named(looks_at):
    looks = looks_at("ibug68")
    clicked = looks.clicked.copy()
    clicked[7, 45] += [25, 0]
    looks = replace(looks, clicked=clicked)
    (slip,), _ = Judge.of(looks).suspicions(looks, 7)
    assert slip.kind == Kind.SLIPPED
    assert slip.points.tolist() == [45]


def test_where_the_network_does_not_know_nobody_is_accused(looks_at):
    looks = looks_at("ibug68")
    clicked, sigma = looks.clicked.copy(), looks.sigma.copy()
    clicked[7, 45] += [25, 0]
    sigma[7, 45] = 30
    looks = replace(looks, clicked=clicked, sigma=sigma)
    assert 7 not in Judge.of(looks).suspicious(looks)


def test_a_convention_of_its_own_is_no_error(looks_at):
    """All of a set's humans click the mouth's corner far out."""
    looks = looks_at("ibug68")
    clicked = looks.clicked.copy()
    clicked[:, 54] += [25, 0]
    looks = replace(looks, clicked=clicked)
    assert not len(Judge.of(looks).suspicious(looks))


def test_a_click_that_goes_along_with_its_neighbours_is_suspected_less(looks_at):
    """In this set brows are often seen too low as a whole; one brow point alone never is."""
    looks, rng = looks_at("ibug68", 200), np.random.default_rng(5)
    clicked = looks.clicked.copy()
    clicked[:, 17:27, 1] -= rng.normal(0, 6, (200, 1))
    together, alone = clicked.copy(), clicked.copy()
    together[7] = alone[7] = looks.found[7]
    together[7, 17:27, 1] -= 20
    alone[7, 24, 1] -= 20

    def score(clicked):
        made = replace(looks, clicked=clicked)
        judge = Judge.of(made)
        return judge._slips(judge.usual.fit(made))[7, 24]

    assert score(alone) > score(together) + 1


def test_an_annotation_beside_its_face_is_misplaced(looks_at):
    looks, _ = spoilt(looks_at("cofw29"), Plant.BESIDE)
    suspicions, misplaced = Judge.of(looks).suspicions(looks, 7)
    assert misplaced > LISTED
    assert not suspicions


def test_absent_points_give_no_evidence(looks_at):
    """A profile of which only half was clicked, with left and right swapped."""
    looks = looks_at("aflw21")
    clicked = looks.clicked.copy()
    right = [k for k, name in enumerate(looks.layout.names) if name.startswith("right")]
    clicked[:20, right] = np.nan
    clicked[7] = clicked[7][layout("aflw21").mirror]
    looks = replace(looks, clicked=clicked)
    judge = Judge.of(looks)
    assert judge.suspicious(looks).tolist() == [7]
    (swap,), _ = judge.suspicions(looks, 7)
    assert swap.kind == Kind.SWAPPED
    assert set(swap.points.tolist()) == set(right)
