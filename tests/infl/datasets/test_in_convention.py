"""A set whose points a person takes to follow another convention than was found out."""

from dataclasses import replace

import pytest

from infl.datasets import open_dataset
from infl.layouts import layout
from infl.resources import resource


@pytest.fixture(scope="module")
def studio68():
    return open_dataset(resource("demo", "demo_studio68"))


def test_it_keeps_its_points_and_remembers_what_was_found_out(studio68):
    taken = studio68.in_convention("ibug68")
    assert (taken.convention, taken.found_convention) == ("ibug68", "demo_studio68")
    assert taken.samples is studio68.samples and taken.layout is studio68.layout
    assert taken.in_convention("wflw98").found_convention == "demo_studio68"
    assert studio68.in_convention("demo_studio68") is studio68


def test_a_set_that_nobody_described_gets_the_layout_of_its_convention_if_it_fits(studio68):
    nameless = replace(studio68, layout=None)
    assert nameless.in_convention("ibug68").layout is layout("ibug68")
    assert nameless.in_convention("wflw98").layout is None  # 98 points are not 68
