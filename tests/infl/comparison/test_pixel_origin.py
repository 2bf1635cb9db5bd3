from dataclasses import replace

import numpy as np

from infl.comparison import offsets_between, witness_of

ONE = np.array([1.0, 1.0], np.float32)


def shifted(evidence, shift=ONE):
    """As if the files counted pixels from elsewhere."""
    return replace(evidence, residual=evidence.residual + shift)


def compared(first, second):
    return offsets_between(witness_of(first), witness_of(second))


def test_a_file_that_counts_from_one_is_recognised_and_is_no_semantic_offset(field):
    pair = compared(shifted(field), field)
    assert np.allclose(pair.origin.difference, 1.0, atol=0.01)
    assert pair.origin.taken
    assert np.abs(pair.offset).max() < 0.01
    assert not pair.sure.any()


def test_also_between_different_people(halves):
    difference, inside, taken, calls, unshifted = [], [], [], [], []
    for ours, theirs in halves[:8]:
        pair = compared(shifted(ours), theirs)
        origin = pair.origin
        difference.append(origin.difference)
        inside.append((origin.interval.low <= 1.0) & (origin.interval.high >= 1.0))
        taken.append(origin.taken)
        calls.append(pair.sure.mean())
        unshifted.append(compared(ours, theirs).origin.taken)
    assert np.allclose(np.mean(difference, axis=0), 1.0, atol=0.3)
    assert np.mean(inside) > 0.8
    assert np.mean(taken) > 0.9
    assert np.mean(calls) < 0.1
    assert np.mean(unshifted) < 0.13, "no shift, no correction"


def test_a_mirrored_rule_is_no_shift(field, planted):
    corners = {
        f"{side} {where}": (3.0, 0.0)
        for side in ("left", "right")
        for where in ("outer eye corner", "mouth corner")
    }
    pair = compared(planted(field, corners), field)
    assert not pair.origin.taken
    assert np.abs(pair.origin.difference).max() < 0.1
    assert np.allclose(pair.offset[np.isin(pair.points, list(corners))], [3.0, 0.0], atol=0.05)


def test_a_shift_in_one_axis_moves_nothing_in_the_other(field):
    pair = compared(shifted(field, np.array([1.0, 0.0], np.float32)), field)
    assert pair.origin.taken
    assert np.allclose(pair.origin.difference, [1.0, 0.0], atol=0.01)
    assert np.abs(pair.offset).max() < 0.01


def test_without_mirror_partners_nothing_is_known(field):
    alone = replace(
        field.layout, points=tuple(replace(p, mirror=k) for k, p in enumerate(field.layout.points))
    )
    witness = witness_of(replace(field, layout=alone))
    assert witness.origin.fit is None and np.isinf(witness.origin.interval.high).all()
    pair = offsets_between(witness, witness_of(field))
    assert not pair.origin.taken
    assert np.isfinite(pair.offset).all()


def test_too_few_frontal_faces_tell_nothing(field):
    assert witness_of(replace(field, turned=np.full(len(field), 0.9))).origin.fit is None
