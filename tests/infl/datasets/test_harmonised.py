"""A harmonised file as a data set: written by hand here, so that every number in it is known."""

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import infl
from infl.cli.arguments import open_data
from infl.datasets import ABSENT, OCCLUDED, VISIBLE, Dataset, find_annotations, open_dataset, open_datasets
from infl.errors import FileError
from infl.export import hdf5_probe
from infl.export.harmonised_face import HUMAN, PREDICTED, TRANSFERRED, HarmonisedFace, Original, Source
from infl.export.hdf5_writer import HarmonisedWriter
from infl.geometry.camera import Camera

from .conftest import picture

NAMES = ("left_eye_outer", "right_eye_outer", "nose_tip")
POINTS = np.array([[10, 20], [30, 20], [20, 30]], np.float32)
WORTH = np.array([HUMAN, TRANSFERRED, PREDICTED], np.uint8)


def face(
    image: str, key: str, split="train", worth=WORTH, seen=(VISIBLE, OCCLUDED, VISIBLE)
) -> HarmonisedFace:
    return HarmonisedFace(
        image=image, key=key, dataset="mine", convention="here", split=split, subject="anna", size=(64, 48), sha256="0",
        points=POINTS, sigma=np.array([1, 2, 3], np.float32), visibility=np.array(seen, np.uint8), provenance=worth,
        points3d=np.zeros((3, 3), np.float32), camera=Camera(np.eye(3), np.array([0, 0, 500.0]), 800.0, np.zeros(2)),
        roi=np.eye(2, 3), original=Original(POINTS[:2], np.array([2, 2], np.uint8), {}),
        origins=(("older", "x/" + key),),
    )  # fmt: skip


@pytest.fixture
def write(layout_of) -> Callable[..., Path]:
    """write(path, faces): a harmonised set in the convention “there”, whose pictures are in `../photos` beside it."""

    def written(path: Path, *faces: HarmonisedFace) -> Path:
        own = layout_of("own", "left_eye_outer", "right_eye_outer")
        source = Source("mine", "a", "csv", "here", own, 2, "eyes", "", np.array([0, 1, -1], np.int32))
        about = {"root": "../photos", "convention": "there", "transfer": True, "checkpoint": "", "weights_sha256": "",
                 "infl": ""}  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        with HarmonisedWriter(path, layout_of("target", *NAMES), [source], about) as writer:
            for one in faces:
                writer.append(one)
            return writer.commit()

    return written


@pytest.fixture
def harmonised(write, tmp_path) -> Path:
    """Three faces in two pictures."""
    for name in "01":
        picture(tmp_path / "photos" / "a" / f"{name}.jpg")
    faces = face("a/0.jpg", "0.jpg"), face("a/1.jpg", "1.jpg", "val"), face("a/1.jpg", "1.jpg#2", "val")
    return write(tmp_path / "out" / "all.h5", *faces)


def test_it_is_a_data_set_in_its_targets_layout_and_convention(harmonised, layout_of, tmp_path):
    dataset = infl.open_dataset(harmonised)
    assert (dataset.name, dataset.convention, dataset.format) == ("all", "there", "infl_harmonised")
    assert (dataset.layout, dataset.point_count) == (layout_of("target", *NAMES), 3)
    assert dataset.path == harmonised
    assert (dataset.root, dataset.problems, dataset.normaliser) == (tmp_path / "photos", (), "eyes")
    assert [s.key for s in dataset.samples] == ["mine/0.jpg", "mine/1.jpg", "mine/1.jpg#2"]
    assert [(s.split, s.subject) for s in dataset.samples] == [
        ("train", "anna"),
        ("val", "anna"),
        ("val", "anna"),
    ]
    for sample in dataset.samples:
        assert sample.points.tobytes() == POINTS.tobytes()
        assert sample.visibility.tolist() == [VISIBLE, OCCLUDED, VISIBLE]
        assert sample.load_image().shape == (48, 64, 3)


def test_every_point_says_what_it_is_worth_and_every_face_where_it_comes_from(harmonised):
    sample = open_dataset(harmonised).samples[2]
    assert sample.provenance.tolist() == [HUMAN, TRANSFERRED, PREDICTED]
    assert sample.sigma.tolist() == [1, 2, 3]
    assert dict(sample.extra) == {"dataset": "mine"}
    assert sample.origins == (("here", "1.jpg#2"), ("older", "x/1.jpg#2"))
    with pytest.raises(ValueError, match="read-only"):
        sample.sigma[0] = 0


def test_the_clicked_points_alone(harmonised):
    clicked, everything = open_dataset(harmonised, "clicked"), open_dataset(harmonised)
    assert [s.key for s in clicked.samples] == [s.key for s in everything.samples]
    for sample, whole in zip(clicked.samples, everything.samples, strict=True):
        assert np.isnan(sample.points[2]).all() and sample.visibility.tolist() == [VISIBLE, OCCLUDED, ABSENT]
        np.testing.assert_array_equal(sample.points[:2], POINTS[:2])
        np.testing.assert_array_equal(sample.points, whole.clicked().points)
        np.testing.assert_array_equal(sample.visibility, whole.clicked().visibility)
    [named] = open_data([f"{harmonised}:clicked"])
    assert np.isnan(named.samples[0].points[2]).all()
    with pytest.raises(FileError, match=r"no annotation “x”\. It has: all, clicked"):
        open_dataset(harmonised, "x")


def test_absent_points_are_nan(write, tmp_path):
    picture(tmp_path / "photos" / "0.jpg")
    file = write(tmp_path / "out" / "x.h5", face("0.jpg", "0.jpg", seen=(ABSENT, VISIBLE, VISIBLE)))
    sample = open_dataset(file).samples[0]
    assert np.isnan(sample.points[0]).all() and np.isfinite(sample.points[1:]).all()


def test_errors_are_divided_by_the_box_where_the_layout_has_no_eye_corners(
    write, layout_of, tmp_path, monkeypatch
):
    picture(tmp_path / "photos" / "0.jpg")
    file = write(tmp_path / "out" / "x.h5", face("0.jpg", "0.jpg"))
    with h5py.File(file, "a") as opened:
        del opened["layout"].attrs["eye_corners"]
    assert open_dataset(file).normaliser == "box"


def test_file_and_pictures_move_together_and_not_alone(harmonised, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    for folder in ("out", "photos"):
        shutil.move(tmp_path / folder, tmp_path / "elsewhere" / folder)
    moved = tmp_path / "elsewhere" / "out" / "all.h5"
    assert open_dataset(moved).samples[0].load_image().shape == (48, 64, 3)
    shutil.move(moved, tmp_path / "all.h5")
    with pytest.raises(
        FileError, match=r"all\.h5: its pictures were in the folder .*photos, which is not there\. Put"
    ):
        open_dataset(tmp_path / "all.h5")


def test_a_missing_picture_is_a_problem_of_its_faces_only(harmonised, tmp_path):
    (tmp_path / "photos" / "a" / "0.jpg").unlink()
    dataset = open_dataset(harmonised)
    assert [s.key for s in dataset.samples] == ["mine/1.jpg", "mine/1.jpg#2"]
    assert f"{harmonised}, face 0: the picture a/0.jpg is missing." in str(dataset.problems[0])


def test_it_is_found_in_a_folder_after_what_else_is_there(harmonised, tmp_path):
    folder = harmonised.parent
    [found] = find_annotations(folder)
    assert found.why == "all.h5, a harmonised set of 3 faces"
    assert open_dataset(folder).convention == "there"
    picture(folder / "p.jpg")
    (folder / "points.csv").write_text("image,x0,y0\np.jpg,1,2\n")
    (folder / "splits.csv").write_text("image,split\np.jpg,val\n")
    (folder / "dataset.json").write_text('{"format": "infl-dataset", "convention": "own"}')
    assert open_dataset(folder).convention == "own", (
        "what was made of other sets is no set's first annotation"
    )
    names = [(d.name, d.convention, len(d.problems)) for d in open_datasets([folder])]
    assert names == [("out", "own", 0), ("all", "there", 0)]
    assert [s.split for s in open_dataset(harmonised).samples] == ["train", "val", "val"]


def test_other_hdf5_files_in_a_folder_are_nobodys(harmonised, tmp_path):
    with h5py.File(harmonised.parent / "other.h5", "w"):
        pass
    (harmonised.parent / "text.h5").write_text("no HDF5")
    assert [a.sources for a in find_annotations(harmonised.parent)] == [("all.h5",)]
    with pytest.raises(FileError, match=r"other\.h5, attribute format: is no harmonised set"):
        open_dataset(harmonised.parent / "other.h5")
    with pytest.raises(FileError, match=r"none\.h5: does not exist"):
        open_dataset(tmp_path / "none.h5")


def test_a_file_on_which_reading_never_ends_is_damaged(harmonised, monkeypatch):
    """The size of the first text is one that leads the HDF5 library back to where it was."""
    monkeypatch.setattr(hdf5_probe, "PATIENCE", 5.0)
    whole = bytearray(harmonised.read_bytes())
    size = whole.index(b"GCOL") + 24
    whole[size : size + 8] = (2**64 - 16).to_bytes(8, "little")
    harmonised.write_bytes(whole)
    with pytest.raises(FileError, match=r"all\.h5: is damaged: reading it does not come to an end"):
        open_dataset(harmonised)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_gives_errors_that_name_the_file_and_never_a_crash(harmonised, data):
    whole = harmonised.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=64))
    harmonised.write_bytes(whole[:at] + junk + (whole[at + len(junk) :] if data.draw(st.booleans()) else b""))
    try:
        _check_sound(open_dataset(harmonised))
    except FileError as error:
        assert str(harmonised.parent) in str(error) or "photos" in str(error)
    finally:
        harmonised.write_bytes(whole)


def _check_sound(dataset: Dataset) -> None:
    for sample in dataset.samples:
        absent = sample.visibility == ABSENT
        assert np.isnan(sample.points[absent]).all() and np.isfinite(sample.points[~absent]).all()
