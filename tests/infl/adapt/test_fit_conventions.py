"""Codes of several sets at once: each is measured before and after, and none is taken that makes its set worse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infl.adapt import fit_conventions
from infl.errors import InflError
from infl.progress import run


def test_a_new_set_gets_a_code_and_is_measured(landmarker, field29):
    nameless = replace(field29, name="nameless", convention="nobody", layout=None)
    seen = []
    done = run(fit_conventions(landmarker, [nameless, field29], pictures=24), seen.append)
    assert done.landmarker.conventions == (*landmarker.conventions, "new") and done.step == 1
    assert done.after["new"] < done.before["new"]
    assert "nameless has no code to fit" in done.trouble
    assert [set(p.metrics) for p in seen if p.metrics] == [{"val.new"}, {"val.new"}]


def test_where_no_set_can_be_fitted_it_says_why(landmarker, field29):
    with pytest.raises(InflError, match="nobody said what its points mean"):
        run(fit_conventions(landmarker, [replace(field29, layout=None)]))
