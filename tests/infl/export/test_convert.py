"""Other formats: what is written is what infl reads again, and what cannot be written is said."""

import json
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

import infl.export.formats
from infl.cli import main
from infl.datasets import ABSENT, OCCLUDED, VISIBLE, open_dataset
from infl.errors import FileError, InflError
from infl.export.convert import convert
from infl.export.entries import Options
from infl.export.formats import FORMATS
from infl.export.preflight import preflight
from infl.harmonize import harmonise
from infl.model import load_landmarker
from infl.progress import run

SUFFIXES = {name: known.suffix for name, known in FORMATS.items()}


@pytest.fixture
def dataset(drawn_set, layout_of):
    return open_dataset(drawn_set("drawn", layout_of("own"), "here", 3))


@pytest.fixture
def harmonised(untrained_checkpoint, drawn_set, layout_of, tmp_path):
    folder = drawn_set("drawn", layout_of("own", "left_eye_outer", "right_eye_outer"), "here", 2)
    job = harmonise(
        load_landmarker(untrained_checkpoint), [open_dataset(folder)], layout_of("target"), tmp_path / "x.h5"
    )
    return run(job)


def changed(dataset, number, **changes):
    """The set with something else in one of its samples."""
    samples = list(dataset.samples)
    samples[number] = replace(samples[number], **changes)
    return replace(dataset, samples=tuple(samples))


def marked(dataset, number, marks):
    """The set with some points of one face marked: {point: visibility}."""
    points, visibility = (
        a.copy() for a in (dataset.samples[number].points, dataset.samples[number].visibility)
    )
    for point, mark in marks.items():
        visibility[point] = mark
        points[point] = np.nan if mark == ABSENT else points[point]
    return changed(dataset, number, points=points, visibility=visibility)


def read_again(path, dataset):
    return open_dataset(path, pictures=dataset.root, layout=dataset.layout)


@pytest.mark.parametrize("name", FORMATS)
def test_what_was_written_opens_as_a_data_set(dataset, name, tmp_path):
    out = tmp_path / "out" / f"x{SUFFIXES[name]}"
    out.parent.mkdir()
    done = run(convert(dataset, FORMATS[name], out))
    assert done.path == out and done.report.written == 3
    again = read_again(out, dataset)
    assert [s.image for s in again.samples] == [s.image for s in dataset.samples]
    for one, other in zip(again.samples, dataset.samples, strict=True):
        np.testing.assert_allclose(one.points, other.points, atol=1e-3)
    assert [p.name for p in out.parent.iterdir()] == [out.name]


@pytest.mark.parametrize("name", ["coco", "csv"])
def test_hidden_and_absent_points_survive(dataset, name, tmp_path):
    dataset = marked(dataset, 1, {0: OCCLUDED, 2: ABSENT})
    run(convert(dataset, FORMATS[name], tmp_path / f"x{SUFFIXES[name]}"))
    again = read_again(tmp_path / f"x{SUFFIXES[name]}", dataset)
    assert again.samples[1].visibility.tolist() == [OCCLUDED, VISIBLE, ABSENT, *[VISIBLE] * 5]


def test_pts_leaves_out_faces_that_lack_points_and_says_so(dataset, tmp_path):
    dataset = marked(marked(dataset, 1, {2: ABSENT}), 0, {0: OCCLUDED, 1: OCCLUDED})
    report = preflight(dataset, FORMATS["pts"], tmp_path / "x", Options())
    assert (report.faces, report.written) == (3, 2)
    assert any(note.startswith("1 faces are left out: they lack points") for note in report.notes)
    assert any(note.startswith("2 points are hidden") for note in report.notes)
    run(convert(dataset, FORMATS["pts"], tmp_path / "x"))
    assert sorted(p.name for p in (tmp_path / "x").glob("*.pts")) == ["0.pts", "2.pts"]


def test_pts_count_from_one_or_from_zero_as_wanted(dataset, tmp_path):
    first = dataset.samples[0].points[0].astype(float)
    for origin, folder in ((None, "usual"), (1, "one"), (0, "zero")):
        run(convert(dataset, FORMATS["pts"], tmp_path / folder, Options(origin=origin)))
        line = (tmp_path / folder / "0.pts").read_text().splitlines()[3]
        written = np.array(line.split(), float)
        np.testing.assert_allclose(written, first + (0 if origin == 0 else 1), atol=1e-3)
        again = open_dataset(tmp_path / folder, pictures=dataset.root)
        np.testing.assert_allclose(again.samples[0].points[0], first, atol=1e-3)
        assert again.layout == dataset.layout and again.convention == "here"


def test_faces_of_one_picture_get_pts_files_of_their_own(dataset, tmp_path):
    first = dataset.samples[0]
    dataset = changed(dataset, 1, image=first.image, key=f"{first.key}#2")
    report = run(convert(dataset, FORMATS["pts"], tmp_path / "x")).report
    assert sorted(p.name for p in (tmp_path / "x").glob("*.pts")) == ["0.pts", "0_2.pts", "2.pts"]
    assert any("share a picture" in note for note in report.notes)


@pytest.mark.parametrize("name", ["coco", "csv"])
def test_faces_of_one_picture_stay_apart_in_one_file(dataset, name, tmp_path):
    first = dataset.samples[0]
    dataset = changed(dataset, 1, image=first.image, key=f"{first.key}#2")
    run(convert(dataset, FORMATS[name], tmp_path / f"x{SUFFIXES[name]}"))
    again = read_again(tmp_path / f"x{SUFFIXES[name]}", dataset)
    assert [s.key for s in again.samples][:2] == ["drawn/0.png", "drawn/0.png#2"]
    np.testing.assert_allclose(again.samples[1].points, dataset.samples[1].points, atol=1e-3)


def test_coco_is_what_others_expect(dataset, layout_of, tmp_path):
    run(convert(dataset, FORMATS["coco"], tmp_path / "x.json"))
    content = json.loads((tmp_path / "x.json").read_text())
    [category] = content["categories"]
    assert category["keypoints"] == list(layout_of("own").names) and category["skeleton"] == [[1, 2]]
    assert content["images"][0] == {"id": 1, "file_name": "drawn/0.png", "width": 140, "height": 160}
    face = content["annotations"][0]
    assert (face["num_keypoints"], face["category_id"], face["image_id"]) == (8, 1, 1)
    x, y, width, height = face["bbox"]
    low, high = dataset.samples[0].points.min(0), dataset.samples[0].points.max(0)
    np.testing.assert_allclose([x, y, x + width, y + height], [*low, *high], atol=2e-3)


def test_a_picture_that_cannot_be_read_is_in_the_coco_file_without_its_size(dataset, tmp_path):
    dataset.samples[1].image.write_bytes(b"")
    done = run(convert(dataset, FORMATS["coco"], tmp_path / "x.json"))
    assert len(done.problems) == 1 and "1.png" in done.problems[0]
    assert "width" not in json.loads((tmp_path / "x.json").read_text())["images"][1]


def test_a_table_says_split_subject_and_convention(dataset, tmp_path):
    run(convert(dataset, FORMATS["csv"], tmp_path / "x.csv"))
    head, first = (tmp_path / "x.csv").read_text().splitlines()[:2]
    assert head.startswith("image,split,subject,convention,x0,y0,x1,y1")
    assert first.startswith("drawn/0.png,val,person 0,here,")


def test_only_the_clicked_points_of_a_harmonised_set(harmonised, tmp_path):
    dataset = open_dataset(harmonised)
    report = run(convert(dataset, FORMATS["csv"], tmp_path / "x.csv", Options("clicked"))).report
    again = open_dataset(tmp_path / "x.csv")
    assert [np.isfinite(s.points).all(1).sum() for s in again.samples] == [2, 2]
    assert any("12 points that were only predicted" in note for note in report.notes)
    assert any("no place for σ" in note and "transferred" in note for note in report.notes)


def test_a_face_without_points_is_left_out_and_a_set_without_any_is_refused(dataset, tmp_path):
    empty = marked(dataset, 0, dict.fromkeys(range(8), ABSENT))
    report = run(convert(empty, FORMATS["csv"], tmp_path / "x.csv")).report
    assert report.written == 2 and report.notes[0].startswith("1 faces are left out: they have no points")
    for number in (1, 2):
        empty = marked(empty, number, dict.fromkeys(range(8), ABSENT))
    with pytest.raises(InflError, match="no face would be in it"):
        run(convert(empty, FORMATS["csv"], tmp_path / "y.csv"))
    assert not (tmp_path / "y.csv").exists()


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_reads_otherwise_is_not_kept(dataset, name, tmp_path, monkeypatch):
    into = FORMATS[name]

    def careless(entries, *rest):
        entries[1].points.setflags(write=True)
        moved = replace(entries[1], points=entries[1].points + 0.01)
        yield from into.write([entries[0], moved, *entries[2:]], *rest)

    out = tmp_path / f"x{SUFFIXES[name]}"
    with pytest.raises(FileError, match=r"not written well: of .*1.png, a point is 0\.010 px"):
        run(convert(dataset, replace(into, write=careless), out))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["drawn"]


def test_a_cancelled_job_leaves_nothing(dataset, tmp_path):
    job = convert(dataset, FORMATS["pts"], tmp_path / "x")
    next(job)
    next(job)
    job.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["drawn"]


def test_a_folder_with_something_in_it_is_left_alone(dataset, tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "mine.txt").write_text("mine")
    with pytest.raises(FileError, match="is there already"):
        run(convert(dataset, FORMATS["pts"], tmp_path / "x"))
    with pytest.raises(FileError, match=r"must end with \.csv"):
        run(convert(dataset, FORMATS["csv"], tmp_path / "x.txt"))


def test_a_shipped_layout_is_named_in_the_table(dataset, tmp_path):
    shipped = infl.layout("ibug68")
    points = np.tile(dataset.samples[0].points, (9, 1))[:68]
    seen = np.full(68, VISIBLE, np.uint8)
    sample = replace(dataset.samples[0], points=points, visibility=seen, extra=MappingProxyType({}))
    wide = replace(dataset, layout=shipped, point_count=68, samples=(sample,), convention="ibug68")
    run(convert(wide, FORMATS["csv"], tmp_path / "x.csv"))
    again = open_dataset(tmp_path / "x.csv")
    assert again.layout == shipped and again.convention == "ibug68"


def test_the_command_line_converts_a_harmonised_set(harmonised, tmp_path, capsys):
    main(["convert", str(harmonised), "--to", "csv", "--out", str(tmp_path / "x.csv")])
    said = capsys.readouterr()
    assert "2 of 2 faces, 8 points each; read back and compared, all equal" in said.out
    assert "no place for σ" in said.err
    np.testing.assert_allclose(
        open_dataset(tmp_path / "x.csv").samples[0].points,
        open_dataset(harmonised).samples[0].points,
        atol=1e-3,
    )
    with pytest.raises(SystemExit):
        main(["convert", f"{harmonised}:clicked", "--to", "pts", "--out", str(tmp_path / "p")])
    assert "lack points" in capsys.readouterr().err
