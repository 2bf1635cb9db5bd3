"""σ measured and corrected, on points drawn from known Gaussians."""

import numpy as np
import pytest

from infl.errors import InflError
from infl.evaluation.calibration import (
    WITHIN_ONE,
    WITHIN_TWO,
    SigmaCalibration,
    fit_sigma,
    measure_calibration,
)


def drawn(count: int = 40_000, scale: float = 1.0, power: float = 1.0, seed: int = 0):
    """(σ as claimed, distances r): each point lies off by a Gaussian of scale · σ**power an axis."""
    rng = np.random.default_rng(seed)
    sigma = np.exp(rng.uniform(np.log(0.01), np.log(0.1), count))
    away = rng.normal(0, 1, (count, 2)) * (scale * sigma**power)[:, None]
    return sigma, np.linalg.norm(away, axis=1)


def test_a_right_sigma_has_the_figures_of_a_gaussian():
    measured = measure_calibration(*drawn())
    assert measured.mean_square == pytest.approx(1, abs=0.02)
    assert measured.within_one == pytest.approx(WITHIN_ONE, abs=0.01) == pytest.approx(0.393, abs=0.01)
    assert measured.within_two == pytest.approx(WITHIN_TWO, abs=0.01) == pytest.approx(0.865, abs=0.01)
    assert len(measured.bands) == 10 and sum(band.points for band in measured.bands) == measured.points
    for band in measured.bands:
        assert band.error == pytest.approx(band.sigma, rel=0.05)
        assert band.median == pytest.approx(band.sigma, rel=0.05)


def test_a_sigma_of_half_the_size_is_too_sure():
    sigma, error = drawn(scale=2)
    measured = measure_calibration(sigma, error)
    assert measured.mean_square == pytest.approx(4, rel=0.03)
    assert measured.within_one == pytest.approx(1 - np.exp(-1 / 8), abs=0.01)


def test_figures_small_enough_to_compute_by_hand():
    """r/σ = 1, 3, 2 and 0.5: mean square (1 + 9 + 4 + 0.25) / 4 / 2; the ranks of σ and r agree."""
    measured = measure_calibration(np.array([1, 1, 2, 4]), np.array([1, 3, 4, 2]), bands=2)
    assert measured.mean_square == pytest.approx(14.25 / 8)
    assert (measured.within_one, measured.within_two) == (0.5, 0.75)
    assert [band.points for band in measured.bands] == [2, 2]
    assert measured.bands[1].error == pytest.approx(np.sqrt((16 + 4) / 2 / 2))


def test_the_order_that_sigma_puts_points_in_is_a_rank_correlation():
    sigma = np.arange(1, 101.0)
    assert measure_calibration(sigma, sigma**3).rank_correlation == pytest.approx(1)
    assert measure_calibration(sigma, 1 / sigma).rank_correlation == pytest.approx(-1)
    assert np.isnan(measure_calibration(np.ones(100), sigma).rank_correlation)


@pytest.mark.parametrize("trimmed", [0.0, 0.05, 0.2])
def test_the_scale_is_found_however_many_are_trimmed(trimmed):
    fitted = fit_sigma(*drawn(scale=1.7), trimmed=trimmed)
    assert fitted.power == 1 and fitted.scale == pytest.approx(1.7, rel=0.02)


@pytest.mark.parametrize(("scale", "power"), [(0.3, 0.6), (1.0, 1.0), (8.0, 1.5)])
def test_scale_and_power_are_found_together(scale, power):
    fitted = fit_sigma(*drawn(scale=scale, power=power), power=True)
    assert fitted.power == pytest.approx(power, abs=0.03)
    sigma, error = drawn(scale=scale, power=power, seed=1)
    assert measure_calibration(fitted.apply(sigma), error).mean_square == pytest.approx(1, abs=0.05)


def test_wrong_people_among_the_faces_do_not_move_the_fit():
    """Three points of a hundred lie a whole face away: without trimming σ would grow fivefold."""
    sigma, error = drawn(scale=1.5)
    error[::33] = 1.0
    assert fit_sigma(sigma, error, trimmed=0).scale > 5
    assert fit_sigma(sigma, error).scale == pytest.approx(1.5, rel=0.05)
    assert fit_sigma(sigma, error, power=True).power == pytest.approx(1, abs=0.05)


def test_points_without_annotation_are_left_out():
    sigma, error = drawn(1000)
    holes = np.where(np.arange(1000) % 4 == 0, np.nan, error)
    assert measure_calibration(sigma, holes).points == 750
    some, rest = fit_sigma(sigma, holes), fit_sigma(sigma[np.isfinite(holes)], error[np.isfinite(holes)])
    assert some == rest


def test_a_correction_applies_to_arrays_of_any_shape():
    corrected = SigmaCalibration(2.0, 0.5).apply(np.array([[4.0, 9.0]]))
    np.testing.assert_allclose(corrected, [[4, 6]])


def test_what_cannot_be_measured_is_said():
    with pytest.raises(InflError, match="3 σ for 2 distances"):
        fit_sigma(np.ones(3), np.ones(2))
    with pytest.raises(InflError, match="at least 10 points with a σ and a distance, not 2"):
        measure_calibration(np.ones(3), np.array([1, 2, np.nan]))
    with pytest.raises(InflError, match="above 0"):
        fit_sigma(np.array([1, 0.0]), np.ones(2))
    with pytest.raises(InflError, match="σ is the same everywhere"):
        fit_sigma(np.ones(20), np.arange(20), power=True)
