"""A set whose layout nobody described trains all the same: its queries start roughly right and are optimised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import infl
from infl.errors import InflError
from infl.geometry.camera import Camera
from infl.geometry.rotations import FRONTAL, head_rotation
from infl.model import load_landmarker
from infl.progress import run
from infl.training import FineTune, Recipe, fine_tune, train
from infl.training.rough_queries import rough_queries

RECIPE = Recipe("test", steps=8, search_batch=1, crop_batch=3, points=30, deformer_steps=0, threads=1,
                validate_every=100, validate_faces=1)  # fmt: skip


@pytest.mark.parametrize("name", ["ibug68", "wflw98", "imm73"])
def test_the_rough_guess_is_near(name):
    layout = infl.layout(name)
    rng = np.random.default_rng(0)
    faces = []
    for _ in range(30):
        rotation = FRONTAL @ head_rotation(*rng.normal(0, [15, 8, 8]))
        camera = Camera(rotation, np.array([0, 0, 700.0]), rng.uniform(300, 900), rng.uniform(50, 300, 2))
        faces.append(camera.project(layout.queries))
    guess = rough_queries(np.array(faces))
    assert np.median(np.linalg.norm(guess - layout.queries, axis=1)) < 10


def test_training_moves_the_queries_and_keeps_them(datasets, tmp_path):
    nameless = replace(datasets[0], layout=None)
    landmarker = load_landmarker(run(train(RECIPE, [nameless, datasets[1]], tmp_path / "run")))
    start = rough_queries(np.stack([sample.points for sample in datasets[0].split("train").samples]))
    learned = landmarker.network.queries_of("ours").detach().numpy()
    assert learned.shape == (68, 3) and 0 < np.abs(learned - start).max() < 5
    layout = landmarker.learned_layout("ours")
    assert len(layout) == 68 and np.linalg.norm(layout.queries - learned, axis=1).max() < 5
    with pytest.raises(InflError, match="was not learned"):
        landmarker.learned_layout("theirs")


def test_fine_tuning_adds_an_undescribed_set(datasets, tmp_path):
    start = load_landmarker(run(train(RECIPE, [datasets[1]], tmp_path / "run")))
    nameless = replace(datasets[0], layout=None)
    how = FineTune("deformer", steps=2, faces_a_step=4, validate_faces=1)
    tuned = run(fine_tune(start, [nameless], how)).landmarker
    assert tuned.conventions == ("canonical", "theirs", "ours") and len(tuned.learned_layout("ours")) == 68
