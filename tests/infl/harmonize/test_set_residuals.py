"""What is known of a target convention's own annotators, where a set of theirs is among those that are harmonised."""

import numpy as np
import pytest

from infl.datasets import open_dataset
from infl.harmonize.residuals import STRANGERS
from infl.harmonize.set_residuals import carryings
from infl.model import load_landmarker
from infl.progress import run

OWN = ("left_eye_outer", "right_eye_outer", "nose_tip", "left_mouth", "right_mouth")


@pytest.fixture(scope="module")
def landmarker(untrained_checkpoint):
    return load_landmarker(untrained_checkpoint)


@pytest.fixture
def ours(drawn_set, layout_of):
    return open_dataset(drawn_set("ours", layout_of("own", *OWN), "here"))


@pytest.fixture
def theirs(drawn_set, layout_of):
    return open_dataset(drawn_set("theirs", layout_of("own", *OWN), "there", 4))


def test_of_strangers_nothing_is_believed(landmarker, ours, layout_of):
    [carrying] = run(carryings(landmarker, [ours], layout_of("target"), "there"))
    assert carrying.share <= STRANGERS
    assert not carrying.habit.any() and not carrying.scatter.any()


def test_what_a_set_of_theirs_shows_is_known(landmarker, ours, theirs, layout_of):
    target = layout_of("target")
    mine, own = run(carryings(landmarker, [ours, theirs], target, "there"))
    shared = [target.names.index(name) for name in OWN]
    assert np.allclose(mine.scatter[shared], own.residuals.noise), "their scatter, where they have the point"
    assert not np.delete(mine.scatter, shared).any()
    assert np.allclose(mine.habit, own.residuals.habit_at(own.distances)) and mine.habit.any()
    assert mine.share == own.residuals.share


def test_a_set_without_a_layout_or_of_an_unknown_convention_is_carried_nowhere(
    landmarker, ours, drawn_set, layout_of
):
    unknown = open_dataset(drawn_set("unknown", layout_of("own", *OWN), "nobody's"))
    known, nowhere = run(carryings(landmarker, [ours, unknown], layout_of("target"), "there"))
    assert known is not None and nowhere is None
