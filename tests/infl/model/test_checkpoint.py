"""Checkpoints come back as they went, and say clearly when they are none."""

from __future__ import annotations

import numpy as np
import pytest

from infl.errors import FileError
from infl.model import InfiniteLandmarks, Landmarker, load_landmarker
from infl.model.checkpoint import checkpoint_file, load_checkpoint, save_checkpoint

PHOTO = np.random.default_rng(0).integers(0, 256, (150, 220, 3)).astype(np.uint8)


def test_a_checkpoint_answers_as_its_network_did(network: InfiniteLandmarks, tmp_path):
    save_checkpoint(network, {"trained_on": "nothing"}, tmp_path / "x.safetensors")
    again = load_landmarker(tmp_path / "x.safetensors")
    before = Landmarker(network, {})
    queries = np.random.default_rng(1).normal(0, 40, (20, 3)).astype(np.float32)
    ours = again.query(again.encode(PHOTO), queries, "first").points
    theirs = before.query(before.encode(PHOTO), queries, "first").points
    assert again.conventions == network.conventions and again.card == {"trained_on": "nothing"}
    assert np.abs(ours - theirs).max() < 1.0  # weights are kept in half precision
    assert list(tmp_path.iterdir()) == [tmp_path / "x.safetensors"]


def test_what_is_no_checkpoint_is_refused(tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"nonsense")
    with pytest.raises(FileError, match="is no checkpoint"):
        load_checkpoint(tmp_path / "x.safetensors")
    with pytest.raises(FileError, match="does not exist"):
        load_checkpoint(tmp_path / "y.safetensors")


def test_checkpoints_that_come_with_the_program_are_called_by_name():
    assert checkpoint_file() == checkpoint_file("research") != checkpoint_file("open")
    assert "webmorph189" in load_landmarker("open").conventions
    with pytest.raises(FileError, match="open, research"):
        checkpoint_file("closed")
