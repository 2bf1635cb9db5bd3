"""The likelihoods are what their names say."""

from __future__ import annotations

import math

import pytest
import torch

from infl.training.losses import likelihood


@pytest.mark.parametrize(("kind", "scatter"), [("gaussian", math.sqrt(2)), ("laplace", 2.0)])
def test_the_best_sigma_is_the_scatter_of_the_residuals(kind, scatter):
    """2D residuals of RMS √2·σ (Gaussian) or mean length 2·σ (Laplace) are likeliest under σ."""
    far = torch.full((1,), 0.05 * scatter)
    at = {s: float(likelihood(far, torch.log(torch.tensor([s])), kind)) for s in (0.04, 0.05, 0.06)}
    assert min(at, key=at.get) == 0.05


def test_a_gaussian_is_its_textbook_formula():
    value = likelihood(torch.tensor([0.3]), torch.tensor([math.log(0.1)]), "gaussian")
    assert float(value) == pytest.approx(0.5 * 0.3**2 / 0.1**2 + 2 * math.log(0.1), rel=1e-4)
