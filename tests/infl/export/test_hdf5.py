import shutil
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

import infl
from infl.datasets import open_dataset
from infl.errors import FileError
from infl.export.hdf5 import ARRAYS, COLUMNS
from infl.harmonize import harmonise
from infl.model import load_landmarker
from infl.progress import run


@pytest.fixture
def harmonised(untrained_checkpoint, drawn_set, layout_of, tmp_path) -> Path:
    folder = drawn_set("drawn", layout_of("own", "left_eye_outer", "right_eye_outer"), "here", 2)
    job = harmonise(
        load_landmarker(untrained_checkpoint), [open_dataset(folder)], layout_of("target"), tmp_path / "x.h5"
    )
    return run(job)


def test_it_reads_with_h5py_and_pandas_alone(harmonised, layout_of):
    with h5py.File(harmonised) as file:
        faces = pd.DataFrame({name: column.asstr()[:] if column.dtype == object else column[:]
                              for name, column in file["faces"].items()})  # fmt: skip
        names = file["layout/names"].asstr()[:]
        columns = pd.MultiIndex.from_product([names, ["x", "y"]])
        points = pd.DataFrame(file["points"][:].reshape(len(faces), -1), faces["image"], columns)
        provenance = file["provenance"].attrs["names"][file["provenance"][0]]
    assert faces["dataset"].tolist() == ["drawn", "drawn"]
    assert tuple(names) == layout_of("target").names
    assert np.isfinite(points.loc["0.png", ("nose_tip", "x")])
    assert sorted(set(provenance)) == ["predicted", "transferred"]


def test_what_was_written_is_read(harmonised, layout_of):
    faces = infl.open_harmonised(harmonised)
    assert faces.layout == layout_of("target")
    assert faces.sources[0].layout == layout_of("own", "left_eye_outer", "right_eye_outer")
    assert (faces.convention, faces.transfer, faces.checkpoint, len(faces)) == (
        "canonical",
        True,
        "untrained",
        2,
    )
    assert len(faces.weights_sha256) == 64
    assert faces.table()["subject"].tolist() == ["person 0", "person 1"]
    assert np.array_equal(faces.array("points"), np.stack([face.points for face in faces]))
    assert faces[-1].key == faces[1].key == "1.png"
    with pytest.raises(IndexError):
        faces[2]


def test_it_moves_with_its_pictures(harmonised, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.move(harmonised, elsewhere / "x.h5")
    shutil.move(tmp_path / "drawn", elsewhere / "drawn")
    faces = infl.open_harmonised(elsewhere / "x.h5")
    assert (faces.root / faces[0].image).is_file()
    faces = infl.open_harmonised(elsewhere / "x.h5", root=tmp_path / "third place")
    assert faces.root == tmp_path / "third place"


def test_it_says_nothing_of_the_machine(harmonised, tmp_path):
    assert str(tmp_path).encode() not in harmonised.read_bytes()


@pytest.mark.parametrize("member", ["layout/names", "faces/image", *(f"faces/{n}" for n in COLUMNS), *ARRAYS])
def test_a_missing_member_is_named(harmonised, member):
    with h5py.File(harmonised, "a") as file:
        del file[member]
    with pytest.raises(FileError, match=member.split("/")[-1]):
        infl.open_harmonised(harmonised)


def test_arrays_that_do_not_fit_each_other(harmonised):
    with h5py.File(harmonised, "a") as file:
        file["sigma"].resize(1, axis=0)
    with pytest.raises(FileError, match=r"sigma: has the shape \(1, 8\), not \(2, 8\)"):
        infl.open_harmonised(harmonised)


def test_other_files(harmonised, tmp_path):
    with pytest.raises(FileError, match="does not exist"):
        infl.open_harmonised(tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("hello")
    with pytest.raises(FileError, match="no HDF5 file"):
        infl.open_harmonised(tmp_path / "text.h5")
    with h5py.File(tmp_path / "other.h5", "w"):
        pass
    with pytest.raises(FileError, match="no harmonised set"):
        infl.open_harmonised(tmp_path / "other.h5")
    whole = harmonised.read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match=r"no HDF5 file, or a damaged one"):
        infl.open_harmonised(tmp_path / "cut.h5")
    with h5py.File(harmonised, "a") as file:
        file.attrs["format_version"] = 99
    with pytest.raises(FileError, match="version 99"):
        infl.open_harmonised(harmonised)
