import numpy as np
import pytest
from scipy import stats

from infl.comparison.intervals import benjamini_hochberg, draws, hotelling, inflation, interval_of


def test_who_is_in_both_sets_is_drawn_for_both_at_once():
    ours, theirs = np.array(["a", "b", "c"]), np.array(["b", "d", "e", "c", "f"])
    first, second = draws(ours, theirs, 200, np.random.default_rng(0))
    assert np.array_equal(first[:, 1], second[:, 0])
    assert np.array_equal(first[:, 2], second[:, 3])
    assert (first.sum(1) == 3).all() and (second.sum(1) == 5).all()
    assert first[:, 0].tolist() == [1.0] * 200, "alone of its kind"


@pytest.mark.parametrize("subjects", [6, 30])
def test_intervals_of_few_subjects_hold_the_truth_as_often_as_they_say(subjects):
    rng = np.random.default_rng(subjects)
    held, plain = 0, 0
    for _ in range(1000):
        sample = rng.normal(size=subjects)
        drawn = rng.choice(sample, (200, subjects)).mean(1)
        interval = interval_of(sample.mean(), drawn, inflation(subjects))
        held += interval.low <= 0 <= interval.high
        low, high = np.quantile(drawn, [0.025, 0.975])
        plain += low <= 0 <= high
    assert 0.91 < held / 1000 < 0.975, "92 % with 6 subjects, 95 % with 30"
    assert plain < held, "percentiles alone are too narrow"


def test_hotelling_is_uniform_where_nothing_differs():
    rng = np.random.default_rng(0)
    samples = rng.normal(size=(2000, 12, 2)) * [1.0, 3.0]
    means = samples.mean(1)
    away = samples - means[:, None]
    covariance = np.einsum("sna,snb->sab", away, away) / 11 / 12
    p = hotelling(means, covariance, np.full(2000, 11.0))
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_benjamini_hochberg_as_in_their_paper():
    p = np.array([0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
                  0.6528, 0.7590, 1.0])  # fmt: skip
    assert benjamini_hochberg(p).sum() == 4
    assert not benjamini_hochberg(np.array([np.nan, 0.5])).any()
    assert benjamini_hochberg(np.array([np.nan, 0.04])).tolist() == [False, True]
