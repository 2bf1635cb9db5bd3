import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import infl
import infl.images
from infl.cli import main
from infl.layouts import save_layout
from infl.model import load_landmarker
from infl.resources import resource


@pytest.fixture
def folder(drawn_set, layout_of) -> Path:
    return drawn_set("drawn", layout_of("own", "left_eye_outer", "right_eye_outer", "nose_tip"), "here")


@pytest.fixture
def target(layout_of, tmp_path) -> Path:
    save_layout(layout_of("target"), tmp_path / "target.json")
    return tmp_path / "target.json"


def call(*arguments) -> None:
    main([str(argument) for argument in arguments])


def fails(capsys, *arguments) -> str:
    """Call it, and return the single line that it says on stderr."""
    with pytest.raises(SystemExit) as stop:
        call(*arguments)
    assert stop.value.code == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("infl: ")]
    assert len(lines) == 1
    return lines[0]


def test_predict_writes_what_the_library_finds(folder, target, layout_of, untrained_checkpoint, tmp_path):
    out, broken = tmp_path / "x.json", tmp_path / "broken.jpg"
    broken.write_text("no picture")
    call("predict", folder / "0.png", broken, folder / "1.png", "--layout", target, "--convention", "there", "--out",
         out, "--checkpoint", untrained_checkpoint)  # fmt: skip
    said = json.loads(out.read_text())
    assert (said["format"], said["format_version"], said["convention"]) == ("infl-predictions", 1, "there")
    assert said["layout"]["points"] == list(layout_of("target").names)
    first, second, third = said["photos"]
    assert [photo["image"] for photo in said["photos"]] == [
        str(folder / "0.png"),
        str(broken),
        str(folder / "1.png"),
    ]
    assert "no picture" in second["error"]
    landmarker = load_landmarker(untrained_checkpoint)
    encoded = landmarker.encode(infl.images.read_image(folder / "1.png"))
    found = landmarker.query(encoded, layout_of("target"), "there")
    assert np.allclose(third["points"], found.points, atol=1e-2)
    assert np.allclose(third["roi"], encoded.roi, atol=1e-5)
    assert first["size"] == [140, 160]
    assert {"sigma", "points3d", "camera", "crop_size"} <= set(first)


def test_predict_fails_when_no_photograph_can_be_read(target, untrained_checkpoint, tmp_path, capsys):
    out = tmp_path / "x.json"
    said = fails(capsys, "predict", tmp_path / "none.jpg", "--layout", target, "--out", out, "--checkpoint",
                 untrained_checkpoint)  # fmt: skip
    assert "None of 1 photographs" in said
    assert "cannot be read" in json.loads(out.read_text())["photos"][0]["error"]


def test_harmonize_writes_a_set(folder, target, untrained_checkpoint, tmp_path, capsys):
    out = tmp_path / "x.h5"
    shared = (
        "harmonize",
        "--data",
        folder,
        "--target",
        target,
        "--out",
        out,
        "--checkpoint",
        untrained_checkpoint,
    )
    call(*shared, "--convention", "here")
    assert "3 faces, 8 points each; 9 human, 0 transferred, 15 predicted" in capsys.readouterr().out
    assert infl.open_harmonised(out).convention == "here"
    call(*shared)
    assert "0 human, 9 transferred, 15 predicted" in capsys.readouterr().out
    call(*shared, "--plain")
    assert "0 human, 0 transferred, 24 predicted" in capsys.readouterr().out


def test_harmonize_says_what_was_left_out(folder, target, untrained_checkpoint, tmp_path, capsys):
    (folder / "1.png").write_bytes(b"")
    call("harmonize", "--data", folder, "--target", target, "--out", tmp_path / "x.h5", "--checkpoint",
         untrained_checkpoint)  # fmt: skip
    said = capsys.readouterr()
    assert "2 faces" in said.out
    assert "note: " in said.err
    assert "1.png" in said.err


def test_one_of_several_annotations_of_a_folder(folder, target, untrained_checkpoint, tmp_path, capsys):
    (folder / "dataset.json").unlink()
    text = (folder / "points.csv").read_text()
    (folder / "others.csv").write_text("\n".join(text.splitlines()[:2]) + "\n")
    out = tmp_path / "x.h5"
    for annotation, count in (("points", 3), ("others", 1)):
        call("harmonize", "--data", f"{folder}:{annotation}", "--target", target, "--out", out, "--checkpoint",
             untrained_checkpoint)  # fmt: skip
        assert len(infl.open_harmonised(out)) == count
    said = fails(capsys, "harmonize", "--data", f"{folder}:nothing", "--target", target, "--out", out, "--checkpoint",
                 untrained_checkpoint)  # fmt: skip
    assert "points" in said
    assert "others" in said


def test_evaluate_writes_a_report_and_shows_it(folder, untrained_checkpoint, tmp_path, capsys):
    call("evaluate", "--data", folder, "--out", tmp_path / "x.json", "--checkpoint", untrained_checkpoint)
    shown = capsys.readouterr().out
    rows = json.loads((tmp_path / "x.json").read_text())["rows"]
    assert [(row["convention"], row["faces"], row["split"]) for row in rows] == [("here", 1, "val"),
                                                                             ("canonical", 1, "val")]  # fmt: skip
    assert all(f"{row['nme_percent']:.2f}" in shown for row in rows)
    call("evaluate", "--data", folder, "--split", "all", "--out", tmp_path / "x.json", "--checkpoint",
         untrained_checkpoint)  # fmt: skip
    assert json.loads((tmp_path / "x.json").read_text())["rows"][0]["faces"] == 3


def test_train_goes_on_where_it_was_and_its_checkpoint_predicts(folder, target, tmp_path, capsys):
    recipe = {"name": "short", "steps": 2, "deformer_steps": 1, "search_batch": 1, "crop_batch": 1, "points": 3,
              "save_every": 1, "threads": 1}  # fmt: skip
    (tmp_path / "short.json").write_text(json.dumps(recipe))
    for _ in range(2):
        call("train", "--data", folder, "--out", tmp_path / "run", "--recipe", tmp_path / "short.json")
    steps = [
        json.loads(line)["step"] for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    ]
    assert steps == sorted(set(steps)), "the second call found nothing left to do"
    checkpoint = tmp_path / "run" / "checkpoint.safetensors"
    call("predict", folder / "0.png", "--layout", target, "--convention", "here", "--out", tmp_path / "x.json",
         "--checkpoint", checkpoint)  # fmt: skip
    assert "1 faces" in capsys.readouterr().out


def test_ctrl_c_says_how_training_goes_on(folder, tmp_path):
    recipe = {"name": "long", "steps": 10000, "search_batch": 1, "crop_batch": 1, "points": 3, "threads": 1}
    (tmp_path / "long.json").write_text(json.dumps(recipe))
    command = [
        "train",
        "--data",
        str(folder),
        "--out",
        str(tmp_path / "run"),
        "--recipe",
        str(tmp_path / "long.json"),
    ]
    code = "from infl.cli import main; main()"
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); " + code
    )  # a shell may ignore it
    job = subprocess.Popen([sys.executable, "-c", code, *command], stderr=subprocess.PIPE, text=True)
    assert job.stderr is not None
    for line in job.stderr:
        if line.startswith("training"):
            job.send_signal(signal.SIGINT)
            break
    said = job.stderr.read()
    assert job.wait(30) == 130
    assert "the same command goes on" in said
    assert "Traceback" not in said


def test_ctrl_c_says_how_harmonising_goes_on(drawn_set, layout_of, target, untrained_checkpoint, tmp_path):
    folder = drawn_set("many", layout_of("own", "left_eye_outer", "right_eye_outer", "nose_tip"), "here", 34)
    command = ["harmonize", "--data", folder, "--target", target, "--out", tmp_path / "x.h5", "--checkpoint",
               untrained_checkpoint]  # fmt: skip
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from infl.cli import console, main\n"
        "console.REPORT_EVERY = 0.0\n"
        "main()"
    )
    job = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, command)], stderr=subprocess.PIPE, text=True
    )
    assert job.stderr is not None
    for line in job.stderr:
        if line.startswith("harmonising 33/34"):
            job.send_signal(signal.SIGINT)
            break
    said = job.stderr.read()
    assert job.wait(30) == 130
    assert "x.h5.parts: the same command goes on from there" in said
    assert "Traceback" not in said
    assert not (tmp_path / "x.h5").exists()
    again = subprocess.run([sys.executable, "-c", code, *map(str, command)], capture_output=True, text=True)
    assert "harmonising 2/2" in again.stderr and "(32 faces were done before)" in again.stderr
    assert "x.h5: 34 faces, 8 points each" in again.stdout


def test_train_finds_the_sets_of_a_recipe_below_a_root(folder, tmp_path, capsys):
    recipe = {"name": "rooted", "sets": [{"folder": "drawn", "annotation": "points"}], "steps": 1, "deformer_steps": 0,
              "search_batch": 1, "crop_batch": 1, "threads": 1}  # fmt: skip
    (tmp_path / "rooted.json").write_text(json.dumps(recipe))
    assert "--root" in fails(capsys, "train", "--out", tmp_path / "run", "--recipe", tmp_path / "rooted.json")
    call("train", "--out", tmp_path / "run", "--recipe", tmp_path / "rooted.json", "--root", tmp_path)
    card = load_landmarker(tmp_path / "run" / "checkpoint.safetensors").card
    assert card["faces"] == {"drawn (here)": 2}, "the val part is not trained on"


def test_layouts(capsys):
    call("layouts")
    listed = capsys.readouterr().out
    assert all(name in listed for name in infl.layout_names())
    call("layouts", "ibug68")
    shown = capsys.readouterr().out
    assert shown.count("\n") == 69


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("layouts", "nope"), "There is no layout “nope”"),
        (("predict", "a.jpg", "--layout", "nope", "--out", "x.json"), "There is no layout “nope”"),
        (("predict", "--layout", "ibug68", "--out", "x.json"), "no photographs"),
        (
            ("predict", "a.jpg", "--layout", "ibug68", "--out", "x.json", "--checkpoint", "no.file"),
            "does not exist",
        ),
        (("harmonize", "--data", "nowhere", "--target", "ibug68", "--out", "x.h5"), "is no folder"),
        (("harmonize", "--data", "--target", "ibug68", "--out", "x.h5"), "no data"),
        (("evaluate", "--data", "nowhere", "--out", "x.json"), "is no folder"),
        (("train", "--out", "run"), "no data"),
        (("train", "--out", "run", "--recipe", "nope"), "There is no recipe “nope”"),
        (("train", "--out", "run", "--data", "nowhere"), "is no folder"),
    ],
)
def test_a_mistake_is_one_line(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert said in fails(capsys, *arguments)
    assert not any(tmp_path.iterdir())


def test_an_unknown_convention_and_a_folder_that_does_not_exist(
    folder, target, untrained_checkpoint, tmp_path, capsys
):
    shared = ("predict", folder / "0.png", "--layout", target, "--checkpoint", untrained_checkpoint, "--out")
    assert "canonical, here, there" in fails(
        capsys, *shared, tmp_path / "x.json", "--convention", "elsewhere"
    )
    assert "folder does not exist" in fails(capsys, *shared, tmp_path / "no" / "x.json")
    assert not (tmp_path / "x.json").exists()


def test_as_a_program(tmp_path):
    """The entry point itself, in a process of its own: the exit code, one line, no traceback."""
    code = "from infl.cli import main; main()"
    told = subprocess.run(
        [sys.executable, "-c", code, "layouts", "no such layout"], capture_output=True, text=True
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("infl: There is no layout")
    assert told.stderr.count("\n") == 1


def test_the_shipped_checkpoint_harmonises(folder, tmp_path, capsys):
    if not resource("models", "research.safetensors").exists():
        pytest.skip("no checkpoint comes with this copy")
    (folder / "dataset.json").write_text(
        '{"format": "infl-dataset", "format_version": 1, "convention": "ibug68", "layout": "layout.json"}'
    )
    call(
        "harmonize",
        "--data",
        folder,
        "--target",
        "wflw98",
        "--convention",
        "wflw98",
        "--out",
        tmp_path / "x.h5",
    )
    faces = infl.open_harmonised(tmp_path / "x.h5")
    assert faces.array("points").shape == (3, 98, 2)
    assert np.isfinite(faces.array("points")).all()
