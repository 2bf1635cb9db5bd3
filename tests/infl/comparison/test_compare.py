"""From folders to the report: one half of a demo set was moved by a known rule, the other half not."""

import base64
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from infl.cli import main
from infl.comparison import Comparison, compare, gather, write_report
from infl.datasets import Dataset, open_dataset
from infl.errors import FileError, InflError
from infl.images import cv2
from infl.layouts import layout
from infl.progress import run
from infl.resources import resource

BROWS = [i for i, name in enumerate(layout("cofw29").names) if "brow" in name and "outer" not in name]
DOWN = 3.0
"""mm; the chin is 116 mm below the middle between the eyes."""


def lowered(dataset: Dataset) -> Dataset:
    """The brows moved down by what 3 mm are on this face, as the annotated points themselves tell it."""
    samples = []
    for sample in dataset.samples:
        points = sample.points.copy()
        eyes = points[[8, 9]].mean(0)
        points[BROWS] += DOWN / 116.0 * (points[28] - eyes)
        samples.append(replace(sample, points=points))
    return replace(dataset, samples=tuple(samples), name="low <brows>")


@pytest.fixture(scope="module")
def comparison(landmarker) -> Comparison:
    dataset = open_dataset(resource("demo", "demo_field29"))
    odd = {f"subject{i:02d}" for i in range(1, 16, 2)}
    ours = lowered(dataset.where(lambda sample: sample.subject in odd))
    theirs = dataset.where(lambda sample: sample.subject not in odd)
    return run(compare(landmarker, [ours, theirs], pictures=24, at=layout("five")))


def test_a_rule_that_was_planted_in_the_files_is_found(comparison):
    (pair,) = comparison.pairs
    moved = np.isin(np.arange(len(pair)), BROWS)
    assert [len(witness.evidence) for witness in comparison.sets] == [24, 24]
    assert np.allclose(pair.offset[moved].mean(0), [0.0, -DOWN], atol=1.2)
    assert pair.sure[moved].mean() > 0.5
    assert pair.sure[~moved].mean() < 0.15
    assert not pair.origin.taken
    assert np.allclose(pair.learned, 0.0), "both halves have one convention"


def test_the_tables_hold_what_the_library_says(comparison, tmp_path):
    _, table, origins = write_report(comparison, tmp_path / "x.html")
    (pair,) = comparison.pairs
    rows = pd.read_csv(table)
    measured = rows[rows.kind == "measured"]
    assert measured.point.tolist() == list(pair.points)
    assert np.allclose(measured.up, pair.offset[:, 1], atol=1e-3)
    assert np.allclose(measured.outward_high, pair.interval.high[:, 0], atol=1e-3)
    assert measured.sure.astype(bool).tolist() == pair.sure.tolist()
    assert np.allclose(measured.size_percent, pair.size / 0.912, rtol=1e-3)
    deformer = rows[rows.kind == "deformer"]
    assert deformer.point.tolist() == list(layout("five").names)
    assert deformer.up.isna().all() and deformer.deformer_up.notna().all()
    shifts = pd.read_csv(origins)
    assert shifts["first"].tolist() == ["low <brows>", "demo_field29", "low <brows>"]
    assert shifts.faces[:2].tolist() == [24, 24]
    assert np.isclose(shifts.y.iloc[2], pair.origin.difference[1], atol=1e-3)


def test_the_page_needs_nothing_else(comparison, tmp_path):
    page, *_ = write_report(comparison, tmp_path / "x.html")
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text and "http" not in text and "url(" not in text
    assert all(link.startswith(("#", "data:")) for link in re.findall(r'(?:href|src)="([^"]*)"', text))
    assert "low &lt;brows&gt;" in text and "low <brows>" not in text
    png = base64.b64decode(re.findall(r"data:image/png;base64,([^\"]+)", text)[0])
    face = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert face.shape[2] == 4 and face[0, 0, 3] == 0 and face[500, 500, 3] == 255
    assert "prefers-color-scheme: dark" in text and "×" in text
    assert not list(tmp_path.glob("*.part"))


def test_pictures_show_the_exaggerated_arrows(comparison):
    from infl.comparison.picture import EXAGGERATIONS, LONGEST, exaggeration, offsets_picture

    (pair,) = comparison.pairs
    times = exaggeration(pair.size)
    assert times in EXAGGERATIONS and times * pair.size.max() <= LONGEST
    picture = offsets_picture(pair)
    assert picture.count("<ellipse") == len(pair)
    assert f"drawn × {times}" in picture
    assert exaggeration(np.array([40.0])) == 1


def test_another_face_than_the_annotated_one_is_left_out(landmarker):
    dataset = open_dataset(resource("demo", "demo_field29"))
    samples = dataset.samples[:2]
    astray = replace(samples[0], points=samples[0].points * 0.1)
    evidence = run(gather(landmarker, replace(dataset, samples=(astray, samples[1]))))
    assert (len(evidence), evidence.left_out) == (1, 1)
    assert np.isfinite(evidence.residual).any()


def test_photographs_are_chosen_evenly_and_a_job_can_be_cancelled(landmarker):
    dataset = open_dataset(resource("demo", "demo_field29"))
    job = gather(landmarker, dataset, pictures=3)
    moments = [next(job)]
    assert (moments[0].done, moments[0].total) == (1, 3)
    job.close()
    with pytest.raises(StopIteration):
        next(job)


def test_what_cannot_be_compared_is_said_in_one_line(landmarker, drawn_set, layout_of, tmp_path, capsys):
    dataset = open_dataset(drawn_set("drawn", layout_of("own"), "here"))
    with pytest.raises(InflError, match="at least two sets"):
        run(compare(landmarker, [dataset]))
    with pytest.raises(InflError, match="no sample of the part “test”, but of train, val"):
        run(compare(landmarker, [dataset, dataset], split="test"))
    with pytest.raises(InflError, match="nobody said"):
        run(compare(landmarker, [dataset, replace(dataset, layout=None)], pictures=1))
    for arguments, why in (
        ((str(dataset.root), "--out", str(tmp_path / "x.html")), "at least two sets"),
        ((str(dataset.root), str(dataset.root), "--out", str(tmp_path / "x.csv")), "Name it .html"),
        (
            (str(dataset.root), str(dataset.root), "--out", str(tmp_path / "x.html"), "--pictures", "0"),
            "1 or more",
        ),
    ):
        with pytest.raises(SystemExit):
            main(["compare", *arguments])
        assert why in capsys.readouterr().err


def test_the_report_is_not_written_into_a_folder_that_is_not_there(comparison, tmp_path):
    with pytest.raises(FileError, match="cannot be written"):
        write_report(comparison, tmp_path / "none" / "x.html")


def test_on_the_command_line(tmp_path, capsys):
    folders = [str(resource("demo", name)) for name in ("demo_studio68", "demo_field29")]
    main(["compare", *folders, "--out", str(tmp_path / "x.html"), "--pictures", "8", "--split", "train"])
    said = capsys.readouterr().out
    assert "demo_studio68 − demo_field29 (8, 8 faces)" in said and "pixel origin" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.csv", "x.html", "x_pixel_origin.csv"]
