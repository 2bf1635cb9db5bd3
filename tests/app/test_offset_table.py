"""The columns and words that offsets have in the studio."""

import numpy as np
import pytest

from app.derived import Offsets
from app.offset_table import origin_in_words, pair_table, spread_table
from infl.comparison.intervals import Interval
from infl.comparison.pixel_origin import OriginDifference
from infl.comparison.spread import Spread
from infl.geometry.canonical_face import canonical_face
from infl.layouts import layout

FIVE = layout("five")


def origin(x: float, y: float, taken: bool) -> OriginDifference:
    difference, half = np.array([x, y]), np.array([0.1, 0.4])
    return OriginDifference(
        difference, Interval(difference - half, difference + half), np.full(2, 0.5), taken
    )


def column(table, title: str):
    return next(c for c in table if c.title == title)


def test_outward_reads_alike_on_both_halves_of_the_face():
    away = np.sign(FIVE.queries[:, :1]) * [[1.0, 0.0, 0.0]]
    table = pair_table(Offsets("a", "b", FIVE, away.astype(np.float32)), None)
    assert column(table, "outward mm").texts == ["+1.00", "+1.00", "+0.00", "+1.00", "+1.00"]
    share = 100 / canonical_face().interocular
    assert column(table, "% of interocular").texts[0] == f"{share:.1f} %"


def test_the_spread_is_told_only_where_two_conventions_have_points():
    vectors = np.zeros((2, 5, 3))
    vectors[0, :, 0], vectors[1, :, 0] = 1.0, -1.0
    weights = np.ones((2, 5))
    weights[1, 0] = 0.0
    table = spread_table(FIVE, Spread(("a", "b"), vectors, weights))
    assert column(table, "conventions").texts == ["1", "2", "2", "2", "2"]
    assert column(table, "spread mm").texts == ["–", "1.00", "1.00", "1.00", "1.00"]
    assert column(table, "farthest from the mean").texts[0] == ""


@pytest.mark.parametrize(
    ("x", "words"), [(1.0, "1.00 ± 0.10 px to the right"), (-1.0, "1.00 ± 0.10 px to the left")]
)
def test_the_pixel_origin_is_told_by_its_direction(x, words):
    assert words in origin_in_words(origin(x, 0.5, taken=True), "here", "there", turned=False)


def test_the_other_way_round_it_is_the_other_set_s():
    said = origin_in_words(origin(1.0, 1.0, taken=True), "there", "here", turned=True)
    assert said.startswith("there counts its pixels from elsewhere than here") and "to the left and" in said


def test_a_difference_within_chance_is_called_alike():
    assert "count their pixels alike" in origin_in_words(
        origin(0.05, 0.3, taken=False), "here", "there", turned=False
    )


def test_too_few_subjects_tell_nothing():
    unknown = np.full(2, np.inf)
    nothing = OriginDifference(np.zeros(2), Interval(-unknown, unknown), np.ones(2), taken=False)
    assert "Nothing is known" in origin_in_words(nothing, "here", "there", turned=False)
