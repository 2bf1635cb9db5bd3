"""A run that starts from a checkpoint instead of anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from infl.errors import FileError
from infl.model import InfiniteLandmarks, ModelConfig
from infl.model.checkpoint import load_checkpoint
from infl.progress import run
from infl.training import Recipe, train
from infl.training.trainer import take_over

RECIPE = Recipe("short", search_batch=1, crop_batch=2, points=4, steps=2, deformer_steps=0, threads=1)


@pytest.fixture
def first(datasets, tmp_path):
    return run(train(RECIPE, datasets[:1], tmp_path / "first"))


def test_weights_and_known_codes_are_taken_over(first):
    before, _ = load_checkpoint(first)
    network = InfiniteLandmarks(RECIPE.model, ("canonical", "new", "ours"))
    fresh = network.dataset_codes.detach().clone()
    take_over(network, first)
    assert torch.equal(network.dataset_codes[1], before.dataset_codes[0])
    assert torch.equal(network.dataset_codes[0], fresh[0]), "nobody knows this convention yet"
    for name, tensor in network.feature_extractor.state_dict().items():
        assert torch.equal(tensor, before.feature_extractor.state_dict()[name])


def test_the_card_tells_all_pictures_that_ever_trained(first, datasets, tmp_path):
    path = run(train(replace(RECIPE, name="longer"), datasets[1:], tmp_path / "second", start_from=first))
    card = load_checkpoint(path)[1]
    assert set(card["training_keys"]) == {"ours", "theirs"}
    assert card["started_from"]["recipe"]["name"] == "short" and card["started_from"]["steps"] == 2


def test_another_model_is_refused(first):
    network = InfiniteLandmarks(ModelConfig(hidden_size=64), ("canonical", "ours"))
    with pytest.raises(FileError, match="another configuration"):
        take_over(network, first)


def test_a_model_that_looks_more_softly_goes_on(first):
    network = InfiniteLandmarks(replace(RECIPE.model, softness=2.0), ("canonical", "ours"))
    take_over(network, first)
    assert network.config.softness == 2.0
    assert torch.equal(network.dataset_codes, load_checkpoint(first)[0].dataset_codes)
