import numpy as np

from infl.comparison.robust_fit import RobustFit, Witnesses, robust_fit

TRUTH = np.array([[2.0, -1.0], [0.0, 0.5]])
SHIFT = np.array([0.7, -0.4])


def experiment(seed: int, wrong: int = 0, faces: int = 60) -> RobustFit:
    """Two groups of two mirrored points each on faces of different size, each seen twice; `wrong` faces are somebody
    else's."""
    rng = np.random.default_rng(seed)
    scale = np.repeat(rng.uniform(0.6, 1.6, faces // 2), 2)
    outwards = np.array([1, -1, 1, -1])
    jacobian = np.zeros((faces, 4, 2, 2))
    jacobian[..., 0, 0], jacobian[..., 1, 1] = scale[:, None] * outwards, -scale[:, None]
    group = np.array([0, 0, 1, 1])
    noise = rng.normal(size=(faces // 2, 4, 2)).repeat(2, axis=0) + 0.5 * rng.normal(size=(faces, 4, 2))
    residual = np.einsum("fkia,ka->fki", jacobian, TRUTH[group]) + SHIFT + noise
    residual[:wrong] += 60.0
    residual[0, 3] = np.nan
    subject = np.arange(faces) // 2
    return robust_fit(
        Witnesses(residual, jacobian, np.ones((faces, 4)), subject, faces // 2, group), with_shift=True
    )


def test_displacements_and_shift_are_told_apart_though_some_faces_are_wrong():
    fit = experiment(0, wrong=4, faces=400)
    assert np.abs(fit.displacement - TRUTH).max() < 0.4
    assert np.abs(fit.shift - SHIFT).max() < 0.4
    assert fit.subjects.tolist() == [200, 200]


def test_resamples_spread_as_repeated_experiments_do():
    fits = [experiment(seed, wrong=2) for seed in range(100)]
    counts = np.random.default_rng(0).multinomial(30, np.full(30, 1 / 30), 400).astype(float)
    spread = np.median([fit.resampled_shift(counts).std(0) for fit in fits[:40]], axis=0)
    assert np.allclose(spread, np.std([fit.shift for fit in fits], axis=0), rtol=0.35)
    still = np.zeros((400, 2))
    known = [fit.resampled(counts, still).std(0) for fit in fits[:40]]  # with the shift held where it is
    both = [fit.resampled(counts, fit.resampled_shift(counts) - fit.shift).std(0) for fit in fits[:40]]
    assert np.allclose(np.median(both, axis=0), np.std([fit.displacement for fit in fits], axis=0), rtol=0.3)
    assert (np.median(known, axis=0)[:, 1] < np.median(both, axis=0)[:, 1]).all(), "y hangs on the shift"


def test_a_point_that_nobody_annotated_is_not_known():
    residual = np.full((6, 2, 2), np.nan)
    residual[:, 0] = 1.0
    jacobian = np.broadcast_to(np.eye(2), (6, 2, 2, 2))
    fit = robust_fit(
        Witnesses(residual, jacobian, np.ones((6, 2)), np.arange(6), 6, np.arange(2)), with_shift=False
    )
    assert np.allclose(fit.displacement[0], 1.0, atol=1e-2)
    assert np.isnan(fit.displacement[1]).all()
    assert fit.subjects.tolist() == [6, 0]
