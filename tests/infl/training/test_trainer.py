"""Training writes what it says, goes on to the step after a kill, and fine-tuning leaves the original alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from infl.errors import FileError, InflError
from infl.model import Landmarker, load_landmarker
from infl.progress import run
from infl.training import FineTune, Recipe, fine_tune, load_recipe, train
from infl.training.trainer import CHECKPOINT, METRICS, STATE

RECIPE = Recipe("test", steps=5, deformer_steps=1, search_batch=1, crop_batch=1, points=10, threads=1, save_every=2,
                validate_every=100, validate_faces=1)  # fmt: skip


def test_a_killed_run_goes_on_to_the_step(datasets, tmp_path):
    whole = run(train(RECIPE, datasets, tmp_path / "whole"))
    job = train(RECIPE, datasets, tmp_path / "killed")
    for progress in job:
        if progress.phase == "training" and progress.done == 4:
            break
    job.close()
    assert not (tmp_path / "killed" / CHECKPOINT).samefile(whole)
    resumed = train(RECIPE, datasets, tmp_path / "killed")
    steps = [progress.total for progress in resumed if progress.phase == "training"]
    assert steps == [2, 2]  # the state of step 4 was saved; two steps are left of six
    ours, theirs = (
        load_landmarker(whole).network.state_dict(),
        load_landmarker(tmp_path / "killed" / CHECKPOINT),
    )
    for name, tensor in theirs.network.state_dict().items():
        assert torch.allclose(ours[name], tensor, atol=1e-3), name


def test_a_run_leaves_metrics_a_checkpoint_and_its_origin(datasets, tmp_path):
    path = run(train(RECIPE, datasets, tmp_path / "run"))
    landmarker = load_landmarker(path)
    assert landmarker.conventions == ("canonical", "ours", "theirs")
    assert landmarker.card["training_keys"]["ours"] == [s.key for s in datasets[0].split("train").samples]
    last = json.loads((tmp_path / "run" / METRICS).read_text().splitlines()[-1])
    assert last["step"] == 6 and {"loss", "nme", "val.ours", "val.theirs"} <= last.keys()


def test_the_state_of_another_run_is_refused(datasets, tmp_path):
    run(train(RECIPE, datasets, tmp_path / "run"))
    with pytest.raises(FileError, match="another recipe"):
        run(train(replace(RECIPE, seed=2), datasets, tmp_path / "run"))
    (tmp_path / "run" / STATE).write_bytes(b"nonsense")
    with pytest.raises(FileError, match="is no training state"):
        run(train(RECIPE, datasets, tmp_path / "run"))


def test_nothing_to_train_on_is_said(datasets, tmp_path):
    with pytest.raises(InflError, match="nothing to train on"):
        run(train(RECIPE, [dataset.split("val") for dataset in datasets], tmp_path))


def test_fine_tuning_the_deformer_changes_nothing_else(datasets, tmp_path):
    start = load_landmarker(run(train(RECIPE, [datasets[0]], tmp_path / "run")))
    before = {name: tensor.clone() for name, tensor in start.network.state_dict().items()}
    how = FineTune("deformer", steps=3, faces_a_step=4, validate_every=2, validate_faces=1)
    seen = []
    tuned = run(fine_tune(start, datasets, how), seen.append).landmarker
    assert isinstance(tuned, Landmarker) and tuned.conventions == ("canonical", "ours", "theirs")
    after = tuned.network.state_dict()
    for name, tensor in start.network.state_dict().items():
        assert torch.equal(tensor, before[name]), f"{name} of the original changed"
        if not name.startswith(("query_deformer.", "dataset_codes", "pixel_shifts")):
            assert torch.equal(after[name], tensor), f"{name} changed"
    assert not torch.equal(after["query_deformer.out.weight"], before["query_deformer.out.weight"])
    assert {"loss", "nme"} <= seen[-1].metrics.keys() and "val.theirs" in seen[-1].metrics


def test_recipes_name_the_field_that_is_wrong(tmp_path):
    (tmp_path / "r.json").write_text('{"name": "x", "stepps": 3}')
    with pytest.raises(FileError, match="stepps"):
        load_recipe(tmp_path / "r.json")
