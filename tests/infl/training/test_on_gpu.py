"""A GPU is kept busy and computes what a CPU does; where there is none, nothing changes."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch

import infl
from infl.layouts import layout
from infl.model import InfiniteLandmarks, ModelConfig, load_landmarker
from infl.model.network import placed
from infl.progress import run
from infl.resources import resource
from infl.training import Recipe
from infl.training.batches import Batches
from infl.training.faces import load_faces
from infl.training.losses import losses
from infl.training.on_gpu import CAN_FORK, OWN_CORES, loaders

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")


def test_cores_that_do_the_arithmetic_are_not_given_to_loaders():
    assert loaders("cpu") == 0


@pytest.mark.skipif(not CAN_FORK, reason="this system cannot fork")
def test_a_gpu_gets_batches_from_the_other_cores():
    assert loaders("cuda") == max((os.cpu_count() or 1) - OWN_CORES, 1)


@needs_cuda
def test_the_loss_is_the_same_on_a_gpu(datasets):
    recipe, config = Recipe("test", search_batch=4, crop_batch=4, twins=1), ModelConfig()
    torch.manual_seed(1)
    network = InfiniteLandmarks(config, ("canonical", "ours", "theirs"))
    batch = Batches(run(load_faces(datasets)), network.conventions, recipe, config).batch(0)
    here, _ = losses(placed(network, "cpu"), batch, recipe, 0.5)
    there, _ = losses(placed(network, "cuda"), batch.to(torch.device("cuda")), recipe, 0.5)
    assert float(there) == pytest.approx(float(here), rel=1e-2)


@needs_cuda
def test_a_gpu_finds_the_same_points():
    photo = infl.open_dataset(resource("demo", "demo_studio68")).samples[0].load_image()
    here, there = load_landmarker(device="cpu"), load_landmarker(device="cuda")
    found = [each.query(each.encode(photo), layout("ibug68")).points for each in (here, there)]
    assert np.abs(found[0] - found[1]).max() < 0.01 * here.encode(photo).face_size
