"""Editing a layout: pure functions from a layout to a layout."""

import numpy as np
import pytest

from app import layout_edits
from infl.errors import InflError
from infl.layouts import layout as layout_of
from infl.layouts import load_layout, save_layout

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


def test_a_pair_stays_one_where_it_meets_on_the_midline(layout):
    mirrored, _ = layout_edits.mirror(layout, [0])
    met, partners = layout_edits.mirror(layout_edits.move(mirrored, 0, (0.2, -30.0, 60.0)), [0])
    assert partners == [2] and list(met.mirror) == [2, 1, 0]
    np.testing.assert_allclose(met.queries[2], met.queries[0] * [-1, 1, 1], atol=0.05)


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


def test_a_line_has_as_many_points_as_asked_for_in_even_steps_joined_by_edges(layout):
    drawn = layout_edits.add_line(layout, np.array([CHEEK, (60.0, -60.0, 0.0)]), 5, "fold")
    assert drawn.names[2:] == ("fold 1", "fold 2", "fold 3", "fold 4", "fold 5")
    assert drawn.edges == ((2, 3), (3, 4), (4, 5), (5, 6))
    assert {point.group for point in drawn.points[2:]} == {"fold"}
    steps = np.linalg.norm(np.diff(drawn.queries[2:], axis=0), axis=1)
    assert np.ptp(steps) < 0.1 * steps.mean()


def test_curves_and_regions_are_added_by_name(layout):
    lid = layout_edits.add_curve(layout, "left_upper_lid", 9)
    assert len(lid) == 11 and lid.names[2] == "left upper lid 1"
    again = layout_edits.add_curve(lid, "left_upper_lid", 2)
    assert again.names[-2:] == ("left upper lid 10", "left upper lid 11")
    cheek = layout_edits.add_region(layout, "left_cheek", 6)
    assert len(cheek) == 8 and not cheek.edges and (cheek.queries[2:, 0] >= 0).all()


def test_points_of_another_layout_come_with_what_belongs_to_them():
    wflw = layout_of("wflw98")
    eyes = [i for i, point in enumerate(wflw.points) if point.group == "eye"]
    copied = layout_edits.copy_points(layout_edits.empty(), wflw, eyes)
    np.testing.assert_array_equal(copied.queries, wflw.queries[eyes])
    assert all(eyes[partner] == wflw.mirror[i] for i, partner in zip(eyes, copied.mirror, strict=True))
    assert copied.edges and copied.eye_corners and wflw.eye_corners
    assert copied.names[copied.eye_corners[0]] == wflw.names[wflw.eye_corners[0]]
    twice = layout_edits.copy_points(copied, wflw, eyes[:1])
    assert twice.names[-1] == f"{wflw.names[eyes[0]]} (2)" and twice.mirror[-1] == len(eyes)


def test_groups_and_their_colours_are_kept_in_the_file(layout, tmp_path):
    grouped = layout_edits.set_group(layout, [0, 1], " marks ")
    coloured = layout_edits.set_colour(grouped, "marks", "#FF8800")
    save_layout(coloured, tmp_path / "mine.json")
    assert load_layout(tmp_path / "mine.json") == coloured
    assert coloured.colours == (("marks", "#ff8800"),)
    assert layout_edits.set_colour(coloured, "marks", None) == grouped


def test_several_points_are_moved_at_once(layout):
    moved = layout_edits.move_many(layout, {0: CHIN, 1: CHEEK})
    np.testing.assert_allclose(moved.queries, layout.queries[::-1], atol=1e-4)
    assert moved.names == layout.names
