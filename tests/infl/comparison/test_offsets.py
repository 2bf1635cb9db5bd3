from dataclasses import replace

import numpy as np
import pytest

from infl.comparison import offsets_between, witness_of
from infl.errors import InflError

BROWS = {f"{side} brow {which}": (0.0, -3.0) for side in ("left", "right")
         for which in ("upper edge", "lower edge", "inner end")}  # fmt: skip


def compared(first, second):
    return offsets_between(witness_of(first), witness_of(second))


def test_a_rule_is_exact_between_two_annotations_of_the_same_pictures(field, planted):
    pair = compared(planted(field, BROWS), field)
    moved = np.isin(pair.points, list(BROWS))
    assert pair.points == field.layout.names
    assert np.abs(pair.offset[moved] - [0.0, -3.0]).max() < 0.05
    assert np.abs(pair.offset[~moved]).max() < 0.05
    assert np.allclose(pair.size[moved], 3.0, atol=0.05)
    assert pair.sure[moved].all() and not pair.sure[~moved].any()
    assert pair.interval.half.max() < 0.05, "what is the same in both cancels"


def test_intervals_hold_a_planted_rule_as_often_as_they_say(halves, planted):
    held, calls, found = [], [], []
    for ours, theirs in halves:
        pair = compared(planted(ours, BROWS), theirs)
        truth = np.array([BROWS.get(name, (0.0, 0.0)) for name in pair.points])
        held.append((pair.interval.low <= truth) & (truth <= pair.interval.high))
        moved = np.isin(pair.points, list(BROWS))
        calls.append(pair.sure[~moved].mean())
        found.append(pair.sure[moved].mean())
    assert 0.90 < np.mean(held) < 0.995
    assert np.mean(calls) < 0.05, "points that were not moved are not called different"
    assert np.mean(found) > 0.8


def test_the_size_has_an_interval_along_its_own_direction(halves, planted):
    pair = compared(planted(halves[0][0], BROWS), halves[0][1])
    assert np.allclose(pair.size, np.linalg.norm(pair.offset, axis=1))
    assert (pair.size_interval.low <= pair.size).all() and (pair.size <= pair.size_interval.high).all()
    assert (pair.size_interval.low >= 0).all()
    assert (np.linalg.eigvalsh(pair.spread) > 0).all()


def test_absurd_faces_do_not_spoil_it(field, planted):
    spoilt = planted(field, BROWS)
    residual = spoilt.residual.copy()
    residual[:3] += 80.0
    clean, wrong = compared(planted(field, BROWS), field), compared(replace(spoilt, residual=residual), field)
    off = np.abs(clean.offset - wrong.offset)
    assert off.mean() < 0.4 and off.max() < 1.2, "the mean would be off by 6 mm"


def test_nothing_is_said_of_a_point_that_too_few_subjects_tell(field):
    residual = field.residual.copy()
    tip = field.layout.names.index("nose tip")
    residual[np.isin(field.clusters, np.unique(field.clusters)[4:]), tip] = np.nan
    pair = compared(replace(field, residual=residual), field)
    assert np.isnan(pair.offset[tip]).all() and np.isnan(pair.p[tip]) and not pair.sure[tip]
    assert np.isfinite(np.delete(pair.offset, tip, 0)).all()


def test_the_same_input_gives_the_same_figures(halves):
    one, other = (compared(*halves[0]) for _ in range(2))
    assert one.offset.tobytes() == other.offset.tobytes()
    assert one.interval.low.tobytes() == other.interval.low.tobytes()


def test_the_order_of_the_sets_is_the_sign(halves):
    one, other = compared(*halves[0]), compared(*halves[0][::-1])
    assert np.allclose(one.offset, -other.offset)


def test_what_the_deformer_says_is_told_along_the_same_axes(field):
    learned = np.tile([0.0, 2.0, 0.0], (len(field.layout), 1))
    pair = offsets_between(witness_of(field), witness_of(field), learned)
    assert np.allclose(pair.learned, np.einsum("kd,kda->ka", learned, pair.axes))
    assert np.isnan(compared(field, field).learned).all()


def test_layouts_without_a_common_point_are_refused(field):
    far = replace(field.layout, points=tuple(replace(p, xyz=(0.0, 90.0, 20.0)) for p in field.layout.points))
    with pytest.raises(InflError, match="no point in common"):
        compared(field, replace(field, layout=far, name="far"))
