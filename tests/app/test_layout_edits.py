"""Editing a layout: pure functions from a layout to a layout."""

import numpy as np
import pytest

from app import layout_edits
from infl.errors import InflError

CHEEK, CHIN = (40.0, -30.0, 20.0), (0.0, -110.0, 25.0)


@pytest.fixture
def layout():
    made = layout_edits.add(layout_edits.empty(), CHEEK, "left cheek")
    return layout_edits.add(made, CHIN, "chin")


def test_an_added_point_lies_on_the_face_near_where_it_was_put(layout):
    assert layout.names == ("left cheek", "chin")
    assert np.linalg.norm(layout.queries[0] - CHEEK) < 15
    assert sum(layout.points[0].barycentric) == pytest.approx(1)


def test_mirroring_makes_a_partner_on_the_other_side_once(layout):
    mirrored, partners = layout_edits.mirror(layout, [0])
    assert mirrored.names == ("left cheek", "chin", "right cheek") and partners == [2]
    np.testing.assert_allclose(mirrored.queries[2], mirrored.queries[0] * [-1, 1, 1], atol=0.05)
    assert list(mirrored.mirror) == [2, 1, 0]
    again, _ = layout_edits.mirror(mirrored, [0])
    assert len(again) == 3


def test_a_point_on_the_midline_is_its_own_mirror_image(layout):
    mirrored, partners = layout_edits.mirror(layout, [1])
    assert len(mirrored) == 2 and partners == [1]


def test_deleting_keeps_partners_and_edges_of_the_rest(layout):
    mirrored, _ = layout_edits.mirror(layout, [0])
    joined = layout_edits.toggle_edge(layout_edits.toggle_edge(mirrored, 0, 2), 0, 1)
    left = layout_edits.delete(joined, [1])
    assert left.names == ("left cheek", "right cheek")
    assert list(left.mirror) == [1, 0] and left.edges == ((0, 1),)


def test_a_point_whose_partner_goes_is_its_own(layout):
    mirrored, _ = layout_edits.mirror(layout, [0])
    assert list(layout_edits.delete(mirrored, [2]).mirror) == [0, 1]


def test_reordering_takes_partners_along(layout):
    mirrored, _ = layout_edits.mirror(layout, [0])
    moved = layout_edits.reorder(mirrored, 2, 0)
    assert moved.names == ("right cheek", "left cheek", "chin") and list(moved.mirror) == [1, 0, 2]


@pytest.mark.parametrize("name", ["", "  ", "chin"])
def test_a_name_must_be_there_and_be_new(layout, name):
    with pytest.raises(InflError):
        layout_edits.rename(layout, 0, name)


def test_fresh_names_never_repeat(layout):
    one = layout_edits.add(layout, CHEEK)
    two = layout_edits.add(layout_edits.delete(one, [0]), CHEEK)
    assert len(set(two.names)) == len(two)
