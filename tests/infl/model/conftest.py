"""A small-as-it-gets but whole network with random weights, so that nothing is trivially zero."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from infl.model import InfiniteLandmarks, Landmarker, ModelConfig, load_landmarker
from infl.model.checkpoint import save_checkpoint


def random_network(config: ModelConfig, seed: int = 0) -> InfiniteLandmarks:
    """Every weight random, the zero-initialised last layers too."""
    torch.manual_seed(seed)
    network = InfiniteLandmarks(config, ("canonical", "first", "second"))
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if not parameter.any():
                last = name.startswith(("spatial_transformer.head", "feature_extractor.pose"))
                parameter.normal_(0, 0.01 if last else 0.05)
    return network.eval()


@pytest.fixture(scope="session", params=["similarity", "affine"])
def network(request: pytest.FixtureRequest) -> InfiniteLandmarks:
    return random_network(ModelConfig(transform=request.param))


@pytest.fixture(scope="session", params=["torch", "onnxruntime"])
def landmarker(request: pytest.FixtureRequest, network: InfiniteLandmarks, tmp_path_factory) -> Landmarker:
    if request.param == "torch":
        return Landmarker(network, {})
    pytest.importorskip("onnxruntime")
    path: Path = tmp_path_factory.mktemp("random") / "random.safetensors"
    save_checkpoint(network, {}, path)
    landmarker = load_landmarker(path)
    assert landmarker.runtime.startswith("onnxruntime")
    return landmarker
