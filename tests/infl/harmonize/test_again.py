"""A harmonised set used as any other: harmonised again, trained on, measured."""

import json
from pathlib import Path

import numpy as np
import pytest

import infl
from infl.cli import main
from infl.datasets import Dataset, open_dataset
from infl.errors import InflError
from infl.evaluation.held_out import refuse_trained
from infl.export.harmonised_face import HUMAN, PREDICTED, TRANSFERRED
from infl.harmonize import harmonise
from infl.model import load_landmarker
from infl.progress import run
from infl.training.faces import load_faces
from infl.training.trainer import trained_on

OWN = ("left_eye_outer", "right_eye_outer", "nose_tip", "left_mouth", "right_mouth")


@pytest.fixture(scope="module")
def landmarker(untrained_checkpoint):
    return load_landmarker(untrained_checkpoint)


@pytest.fixture
def original(drawn_set, layout_of) -> Dataset:
    return open_dataset(drawn_set("drawn", layout_of("own", *OWN), "here"))


@pytest.fixture
def harmonised(landmarker, original, layout_of, tmp_path) -> Dataset:
    """In the convention “there”: five points of each face were moved, three predicted."""
    return open_dataset(run(harmonise(landmarker, [original], layout_of("t"), tmp_path / "all.h5", "there")))


def test_again_what_was_predicted_is_predicted_and_what_was_moved_is_no_humans(
    landmarker, harmonised, original, layout_of, tmp_path
):
    target = layout_of("t")
    again = infl.open_harmonised(
        run(harmonise(landmarker, [harmonised], target, tmp_path / "again.h5", "there"))
    )
    for face, sample, first in zip(again, harmonised.samples, original.samples, strict=True):
        moved = sample.provenance == TRANSFERRED
        assert moved.sum() == len(OWN) and (sample.provenance[~moved] == PREDICTED).all()
        assert face.provenance.tolist() == sample.provenance.tolist()
        assert face.points[moved].tobytes() == sample.points[moved].tobytes()
        assert np.array_equal(face.original.points, sample.points), "the annotation is in it as it was"
        assert face.original.extra["provenance"] == sample.provenance.tolist()
        assert face.key == f"drawn/{first.key}"
    reopened = open_dataset(tmp_path / "again.h5")
    assert reopened.samples[0].origins == (("there", "drawn/0.png"), ("here", "0.png"))
    assert reopened.samples[0].image.samefile(original.samples[0].image)


def test_a_humans_own_click_stays_one(landmarker, original, layout_of, tmp_path):
    for name in ("x.h5", "y.h5"):
        source = original if name == "x.h5" else open_dataset(tmp_path / "x.h5")
        run(harmonise(landmarker, [source], layout_of("t"), tmp_path / name, "here"))
        assert (infl.open_harmonised(tmp_path / name).array("provenance") == HUMAN).sum() == 3 * len(OWN)


def test_who_trained_on_it_has_trained_on_the_sets_before_it(harmonised, original):
    card = {"training_keys": trained_on({}, run(load_faces([harmonised.split("train")])))}
    assert card["training_keys"]["there"] == [s.key for s in harmonised.split("train").samples]
    for dataset in (original, harmonised):
        refuse_trained(card, dataset, dataset.split("val").samples)
        with pytest.raises(InflError, match="was trained on 2 of these 3"):
            refuse_trained(card, dataset, dataset.samples)


def test_the_command_line_trains_on_it_and_measures_it(harmonised, original, tmp_path, capsys):
    recipe = {"name": "short", "sets": [{"folder": "all.h5", "annotation": "clicked"}], "steps": 1, "deformer_steps": 0,
              "search_batch": 1, "crop_batch": 1, "points": 3, "threads": 1}  # fmt: skip
    (tmp_path / "short.json").write_text(json.dumps(recipe))
    main(
        [
            *map(
                str,
                ("train", "--recipe", tmp_path / "short.json", "--root", tmp_path, "--out", tmp_path / "run"),
            )
        ]
    )
    checkpoint = tmp_path / "run" / "checkpoint.safetensors"

    def measure(data: Path, split: str) -> dict:
        main([*map(str, ("evaluate", "--data", data, "--split", split, "--out", tmp_path / "r.json", "--checkpoint",
                         checkpoint))])  # fmt: skip
        return json.loads((tmp_path / "r.json").read_text())

    row = measure(tmp_path / "all.h5", "val")["rows"][0]
    assert (row["dataset"], row["convention"], row["faces"]) == ("all", "there", 1)
    for data in (tmp_path / "all.h5", original.root):
        with pytest.raises(SystemExit):
            measure(data, "all")
        assert "this checkpoint was trained on 2 of these 3 samples" in capsys.readouterr().err
