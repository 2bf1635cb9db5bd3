import numpy as np
import pytest

from infl.harmonize.residuals import Clicks, Places, learn_residuals
from infl.layouts import layout

FACES, SHARE, LENGTH = 80, 0.9, 30.0


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.of(layout("aflw21").queries)


def drawn(places: Places, noise: np.ndarray, seed: int = 0) -> Clicks:
    """Clicks of made-up annotators whose scatter is known, on a network whose errors are known to be smooth."""
    rng = np.random.default_rng(seed)
    count = len(places.queries)
    sigma = rng.uniform(0.02, 0.05, (FACES, count))
    smooth = np.linalg.cholesky(np.exp(-places.within / LENGTH) + 1e-9 * np.eye(count))
    errors = (
        SHARE * sigma[..., None] * np.einsum("kl,nld->nkd", smooth, rng.standard_normal((FACES, count, 2)))
    )
    hand = noise[:, None] * rng.standard_normal((FACES, count, 2))
    return Clicks(errors + hand, sigma, np.zeros((FACES, count), bool))


def test_places_keep_about_their_distances_along_the_surface(places):
    assert np.allclose(places.to(places.queries), places.within, atol=1e-3)
    lips = Places.of(layout("ibug68").queries)
    upper, lower = (layout("ibug68").names.index(f"inner {side} lip centre") for side in ("upper", "lower"))
    assert lips.within[upper, lower] > 30, "1.3 mm apart across the gap"


def test_the_hands_scatter_is_told_from_the_networks_errors(places):
    noise = np.where(np.arange(len(places.queries)) % 2, 0.006, 0.025)
    found = learn_residuals(places, drawn(places, noise))
    assert np.allclose(np.log(found.noise / noise).mean(), 0, atol=0.4)
    assert found.noise[1::2].max() < found.noise[::2].min()
    assert found.share == pytest.approx(SHARE, rel=0.3)
    assert found.length == pytest.approx(LENGTH, rel=0.5)


def test_wrong_clicks_hardly_change_what_is_learned(places):
    clicks = drawn(places, np.full(len(places.queries), 0.01))
    honest = learn_residuals(places, clicks)
    spoilt = Clicks(clicks.residual.copy(), clicks.sigma, clicks.hidden)
    spoilt.residual[::20] += 0.8  # another face of the photograph
    assert np.median(learn_residuals(places, spoilt).noise / honest.noise) == pytest.approx(1, abs=0.3)


def test_what_is_carried_is_nearer_to_the_truth_and_says_how_near(places):
    target = Places.of(np.concatenate([places.queries, layout("ibug68").queries[36:48]]))
    rng = np.random.default_rng(3)
    count, own = len(target.queries), len(places.queries)
    sigma = rng.uniform(0.02, 0.05, (FACES, count))
    smooth = np.linalg.cholesky(np.exp(-target.within / LENGTH) + 1e-9 * np.eye(count))
    truth = (
        SHARE * sigma[..., None] * np.einsum("kl,nld->nkd", smooth, rng.standard_normal((FACES, count, 2)))
    )
    clicks = Clicks(truth[:, :own] + 0.012 * rng.standard_normal((FACES, own, 2)), sigma[:, :own],
                    np.zeros((FACES, own), bool))  # fmt: skip
    learned, distances = learn_residuals(places, clicks), places.to(target.queries)
    carried = [learned.carried(clicks, i, sigma[i], distances, learned.share) for i in range(FACES)]
    left = truth - np.stack([one.shift for one in carried])
    assert np.abs(left).mean() < 0.75 * np.abs(truth).mean()
    scores = (
        left
        / np.sqrt(
            np.maximum(np.stack([one.sigma for one in carried]) ** 2 - (1 - SHARE**2) * sigma**2, 1e-8)
        )[..., None]
    )
    assert 0.75 < scores.std() < 1.25


def test_a_set_without_clicks_is_believed_to_be_like_others(places):
    count = len(places.queries)
    none = learn_residuals(
        places, Clicks(np.full((3, count, 2), np.nan), np.ones((3, count)), np.zeros((3, count), bool))
    )
    assert none.share == pytest.approx(0.8)
    assert (none.habit == 0).all()
