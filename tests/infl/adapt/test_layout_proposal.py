"""Points of which nobody said what they are find their places and names; a person has the last word."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace

import numpy as np
import pytest

import infl
from infl.adapt import propose_layout
from infl.adapt.proposal_table import load_table, save_table
from infl.adapt.symmetry import made_symmetric, mirror_partners
from infl.cli import main
from infl.errors import FileError
from infl.progress import run
from infl.resources import resource


@pytest.fixture(scope="module")
def studio68():
    return replace(infl.open_dataset(resource("demo", "demo_studio68")), layout=None, convention="new")


@pytest.fixture(scope="module")
def proposal(landmarker, studio68):
    layouts = [infl.layout(name) for name in ("ibug68", "wflw98", "aflw21")]
    return run(propose_layout(landmarker, studio68, pictures=12, layouts=layouts))


def test_about_half_of_the_points_of_a_nameless_set_are_named(proposal):
    truth = infl.layout("ibug68")
    assert len(proposal.layout) == 68
    away = np.linalg.norm(proposal.layout.queries - truth.queries, axis=1)
    assert (away < 1.5).mean() > 0.6
    same = [k for k, p in enumerate(proposal.points) if p.same]
    right = [proposal.layout.names[k] == truth.names[k] for k in same]
    assert len(same) > 30 and np.mean(right) > 0.6
    assert all(0 <= p.confidence <= 1 for p in proposal.points)


def test_their_own_places_are_near(proposal):
    truth = infl.layout("ibug68")
    own = np.array([p.query for p in proposal.points])
    assert np.median(np.linalg.norm(own - truth.queries, axis=1)[~truth.contour]) < 3


def test_the_layout_has_partners_and_eyes(proposal):
    truth = infl.layout("ibug68")
    assert (proposal.layout.mirror == truth.mirror).mean() > 0.85
    assert proposal.layout.eye_corners == truth.eye_corners


def test_mirror_partners_are_found_from_places():
    layout = infl.layout("wflw98")
    assert (mirror_partners(layout.queries) == layout.mirror).all()
    rng = np.random.default_rng(0)
    trembling = layout.queries + rng.normal(0, 0.3, (98, 3))
    even = made_symmetric(trembling, layout.mirror)
    assert np.allclose(even[layout.mirror], even * [-1, 1, 1])
    assert mirror_partners(layout.queries[:30]).tolist() == [*range(3), *range(29, 2, -1)]


def test_the_table_means_the_layout(proposal, tmp_path):
    save_table(proposal, tmp_path / "new.csv")
    read = load_table(tmp_path / "new.csv")
    assert read.names == proposal.layout.names and read.eye_corners == proposal.layout.eye_corners
    assert np.abs(read.queries - proposal.layout.queries).max() < 0.05


def test_a_person_edits_the_table(proposal, tmp_path):
    path = tmp_path / "new.csv"
    save_table(proposal, path)
    rows = list(csv.DictReader(path.open()))

    def edited(**cells):
        with path.open("w", newline="") as file:
            table = csv.DictWriter(file, rows[0])
            table.writeheader()
            table.writerows([rows[0] | cells, *rows[1:]])
        return load_table(path)

    other = infl.layout("aflw21")
    assert (
        edited(same_as="aflw21: chin", name="").points[0].xyz == other.points[other.names.index("chin")].xyz
    )
    assert edited(same_as="", name="my own").names[0] == "my own"
    with pytest.raises(FileError, match=r"line 2, column same_as: aflw21 has no point “ear”"):
        edited(same_as="aflw21: ear")
    with pytest.raises(FileError, match=r"line 2, column x"):
        edited(same_as="", x="left")
    with pytest.raises(FileError, match="point 0 was expected"):
        edited(point="4")


def test_on_the_command_line(tmp_path, capsys):
    folder = tmp_path / "set"
    shutil.copytree(resource("demo", "demo_field29"), folder)
    (folder / "dataset.json").unlink()

    def call(*arguments):
        main(
            ["adapt", "--data", str(folder), "--pictures", "10", "--convention", "new", *map(str, arguments)]
        )
        return capsys.readouterr().out

    said = call("--out", tmp_path / "one.safetensors", "--propose", "--layout-out", tmp_path / "new.json")
    assert "29 points, of which" in said and "new.csv" in said and "10 faces" in said
    assert len(infl.layout(tmp_path / "new.json")) == 29
    said = call("--out", tmp_path / "two.safetensors", "--layout", tmp_path / "new.csv", "--checkpoint",
                tmp_path / "one.safetensors")  # fmt: skip
    assert "new.json: the layout of" in said
    knows = infl.load_landmarker(tmp_path / "two.safetensors")
    assert "new" in knows.conventions and "onnxruntime" in knows.runtime
