"""Augmented examples keep their labels on the face, and depend on seed and step alone."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from infl.model import ModelConfig
from infl.progress import run
from infl.training import Recipe
from infl.training.batches import Batches
from infl.training.faces import load_faces
from infl.training.losses import apart
from infl.training.on_gpu import CAN_FORK

RECIPE = Recipe("test", search_batch=8, crop_batch=8, rotation=25)


def batches(datasets, recipe=RECIPE) -> Batches:
    return Batches(run(load_faces(datasets)), ("canonical", "ours", "theirs"), recipe, ModelConfig())


def test_a_batch_is_a_function_of_seed_and_step(datasets):
    first, second = batches(datasets), batches(datasets)
    for field in fields(first.batch(3)):
        assert torch.equal(getattr(first.batch(3), field.name), getattr(second.batch(3), field.name))
    assert not torch.equal(first.batch(3).targets, first.batch(4).targets)
    streamed = list(first.stream(2, 6))
    assert len(streamed) == 4 and torch.equal(streamed[1].targets, first.batch(3).targets)


@pytest.mark.skipif(not CAN_FORK, reason="this system cannot fork")
def test_processes_make_the_same_batches_in_the_same_order(datasets):
    made = batches(datasets)
    alone, together = list(made.stream(2, 6)), list(made.stream(2, 6, workers=2))
    for one, other in zip(alone, together, strict=True):
        assert all(torch.equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))


def test_labels_stay_on_the_drawn_dots(datasets):
    """The faces are white dots on dark noise: where nothing disturbs them, the picture is bright at the labels."""
    made = batches([datasets[0]]).batch(0)
    size = made.crops.shape[1]
    bright = []
    for picture, targets in zip(made.crops.numpy(), made.targets[8:].numpy(), strict=True):
        x, y = np.clip(np.round(((targets + 1) * size - 1) / 2).astype(int), 0, size - 1).T
        gray = picture.mean(2)
        bright.append(gray[y, x].mean() - np.median(gray))
    assert np.median(bright) > 25


def test_the_head_rotation_follows_mirror_and_turn(datasets):
    """Fitted poses of drawn (rigid) faces explain the augmented labels: each target is C seen through its head."""
    made = batches([datasets[0]]).batch(1)
    for queries, targets, head, size in zip(made.queries, made.targets, made.head, made.size, strict=True):
        flat = ((queries @ head.T)[:, :2] * torch.tensor([1.0, -1.0])).numpy()
        centred, aim = flat - flat.mean(0), (targets - targets.mean(0)).numpy()
        scale = (centred * aim).sum() / (centred**2).sum()
        assert np.linalg.norm(aim - scale * centred, axis=1).mean() < 0.06 * float(size)


def test_absent_points_are_never_asked_for(datasets):
    made = batches([datasets[1]]).batch(0)
    assert torch.isfinite(made.targets).all() and torch.equal(made.present.all(1), made.face)
    absent = torch.from_numpy(datasets[1].layout.queries[3])
    for queries, side in zip(made.queries, made.side, strict=True):
        assert torch.cdist(queries, (absent * torch.stack([side, *torch.ones(2)]))[None]).min() > 1e-3


def test_faces_are_kept_in_the_resolution_that_training_needs(datasets):
    faces = run(load_faces([datasets[0]]))[0].faces
    for face, sample in zip(faces, datasets[0].samples, strict=True):
        assert face.picture.shape == sample.load_image().shape  # small pictures stay as they are
        assert np.allclose(face.points, sample.points, atol=1e-3)


def test_twins_are_the_same_points_laid_anew_and_stay_together(datasets):
    made = batches(datasets, replace(RECIPE, twins=3)).batch(0)
    assert made.twin.nonzero()[:, 0].tolist() == [9, 11, 13], "crops come after the eight photographs"
    for i in (9, 11, 13):
        assert torch.equal(made.queries[i], made.queries[i - 1]) and torch.equal(
            made.index[i], made.index[i - 1]
        )
        assert not torch.equal(made.targets[i], made.targets[i - 1])
    shares = made.split(2)
    assert sum(len(share.queries) for share in shares) == len(made.queries)
    for share in shares:
        for i in share.twin.nonzero()[:, 0].tolist():
            assert torch.equal(share.queries[i], share.queries[i - 1])


def test_the_annotation_has_no_part_in_how_far_twins_are_apart(datasets):
    """Wherever the labels lie beside what was meant: two looks that agree are nothing apart."""
    made = batches(datasets, replace(RECIPE, twins=4, faceless=0)).batch(1)
    second = made.twin.nonzero()[:, 0]
    turn = made.pixel / torch.linalg.det(made.pixel).abs().sqrt()[:, None, None]
    beside = torch.tensor([0.3, -0.2]).repeat(made.queries.shape[1], 1)
    off = beside @ turn.mT
    assert apart(off, made.pixel, second).max() < 1e-5
    off[second] += 0.1
    assert torch.allclose(apart(off, made.pixel, second), torch.tensor(0.1 * 2**0.5))
