import hashlib
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pytest

from infl.datasets import open_dataset
from infl.errors import FileError, InflError
from infl.export import hdf5_writer
from infl.export.harmonised_face import HUMAN, PREDICTED, TRANSFERRED
from infl.export.hdf5 import HarmonisedSet, open_harmonised
from infl.harmonize import harmonise
from infl.model import load_landmarker
from infl.progress import run

OWN = ("left_eye_outer", "right_eye_outer", "nose_tip", "left_mouth", "right_mouth")


@pytest.fixture(scope="module")
def landmarker(untrained_checkpoint):
    return load_landmarker(untrained_checkpoint)


@pytest.fixture
def folder(drawn_set, layout_of) -> Path:
    return drawn_set("drawn", layout_of("own", *OWN), "here")


def made(landmarker, folders: Sequence[Path], target, out: Path, **how) -> HarmonisedSet:
    return open_harmonised(run(harmonise(landmarker, [open_dataset(f) for f in folders], target, out, **how)))


def test_clicks_stay_where_the_convention_is_the_same(landmarker, folder, layout_of, tmp_path):
    target = layout_of("target")
    result = made(landmarker, [folder], target, tmp_path / "x.h5", convention="here")
    shared = [target.names.index(name) for name in OWN]
    for face, sample in zip(result, open_dataset(folder).samples, strict=True):
        assert face.points[shared].tobytes() == sample.points.tobytes()
        assert (face.provenance[shared] == HUMAN).all()
        assert (np.delete(face.provenance, shared) == PREDICTED).all()


def test_clicks_move_by_the_offset_between_the_conventions(landmarker, folder, layout_of, tmp_path):
    target, own = layout_of("target"), layout_of("own", *OWN)
    result = made(landmarker, [folder], target, tmp_path / "x.h5", convention="there")
    shared = [target.names.index(name) for name in OWN]
    assert np.abs(landmarker.offsets("there", "here", at=own)).max() > 0.1
    for face, sample in zip(result, open_dataset(folder).samples, strict=True):
        assert (face.provenance[shared] == TRANSFERRED).all()
        encoded = landmarker.encode(sample.load_image())
        if not np.allclose(encoded.roi, face.roi):
            continue  # the face's surroundings were looked at instead
        here, there = (landmarker.query(encoded, own, name).points for name in ("here", "there"))
        moved = sample.points + there - here
        assert np.linalg.norm(face.points[shared] - moved) < 0.8 * np.linalg.norm(there - moved)


def test_plain_prediction_keeps_no_click(landmarker, folder, layout_of, tmp_path):
    result = made(
        landmarker, [folder], layout_of("target"), tmp_path / "x.h5", convention="here", transfer=False
    )
    assert not result.transfer
    assert (result.array("provenance") == PREDICTED).all()


def test_what_is_written_of_a_face(landmarker, folder, layout_of, tmp_path):
    result = made(landmarker, [folder], layout_of("target"), tmp_path / "x.h5")
    sample, face = open_dataset(folder).samples[1], result[1]
    assert result.root / face.image == sample.image
    assert face.sha256 == hashlib.sha256(sample.image.read_bytes()).hexdigest()
    assert (face.dataset, face.convention, face.split, face.subject) == ("drawn", "here", "train", "person 1")
    assert face.size == (140, 160)
    assert np.array_equal(face.original.points, sample.points)
    projected = face.camera.project(face.points3d) @ face.roi[:, :2].T + face.roi[:, 2]
    assert np.abs(projected - face.points)[face.provenance == PREDICTED].max() < 8, (
        "camera and θ are the crop's"
    )
    assert (face.sigma > 0).all()


def test_a_picture_that_cannot_be_read_is_noted_and_left_out(landmarker, folder, layout_of, tmp_path):
    (folder / "1.png").write_bytes(b"no picture")
    result = made(landmarker, [folder], layout_of("target"), tmp_path / "x.h5")
    assert [face.image for face in result] == ["0.png", "2.png"]
    assert [face.original.points[0, 0] for face in result] == [
        s.points[0, 0] for s in open_dataset(folder).samples[::2]
    ]
    [(where, message)] = result.problems
    assert where == "1.png"
    assert "no picture" in message


def test_nothing_is_written_when_no_picture_can_be_read(landmarker, folder, layout_of, tmp_path):
    for picture in folder.glob("*.png"):
        picture.write_bytes(b"")
    with pytest.raises(InflError, match="none of 3 faces"):
        made(landmarker, [folder], layout_of("target"), tmp_path / "x.h5")
    assert not list(tmp_path.glob("x.h5*"))


def test_a_cancelled_job_leaves_nothing_and_an_older_file_untouched(landmarker, folder, layout_of, tmp_path):
    out = tmp_path / "x.h5"
    out.write_text("an older file")
    job = harmonise(landmarker, [open_dataset(folder)], layout_of("target"), out)
    assert next(job).total == 3
    job.close()
    assert [path.name for path in tmp_path.glob("x.h5*")] == ["x.h5"]
    assert out.read_text() == "an older file"


def test_what_a_killed_job_left_does_not_disturb_the_next(landmarker, folder, layout_of, tmp_path):
    (tmp_path / "x.h5.part").write_bytes(b"half a file")
    assert len(made(landmarker, [folder], layout_of("target"), tmp_path / "x.h5")) == 3
    assert [path.name for path in tmp_path.glob("x.h5*")] == ["x.h5"]


def test_sets_of_one_name_and_unknown_conventions(landmarker, drawn_set, layout_of, tmp_path):
    (tmp_path / "b").mkdir()
    first = drawn_set("a", layout_of("own", *OWN), "here", 2)
    second = drawn_set("b/a", layout_of("eyes", "left_eye_outer", "right_eye_outer"), "nobody's", 1)
    result = made(landmarker, [first, second], layout_of("target"), tmp_path / "x.h5")
    assert [(face.dataset, face.image) for face in result] == [
        ("a", "a/0.png"),
        ("a", "a/1.png"),
        ("a 2", "b/a/0.png"),
    ]
    assert (result[2].provenance == PREDICTED).all()
    assert [source.point_count for source in result.sources] == [5, 2]
    assert any("does not know its convention “nobody's”" in message for _, message in result.problems)


def test_two_faces_of_one_picture_are_told_apart(landmarker, folder, layout_of, tmp_path):
    table = folder / "points.csv"
    rows = table.read_text().splitlines()
    shifted = rows[1].split(",")
    shifted[3:] = [str(float(cell) * 0.5) for cell in shifted[3:]]
    table.write_text("\n".join([rows[0], rows[1], ",".join(shifted)]) + "\n")
    first, second = made(landmarker, [folder], layout_of("target"), tmp_path / "x.h5")
    assert (first.image, second.image, second.key) == ("0.png", "0.png", "0.png#2")
    assert not np.allclose(first.roi, second.roi), "each is looked for around its own annotation"


def test_an_unknown_target_convention_is_said_before_the_work(landmarker, folder, layout_of, tmp_path):
    with pytest.raises(InflError, match="canonical, here, there"):
        next(
            harmonise(
                landmarker, [open_dataset(folder)], layout_of("t"), tmp_path / "x.h5", convention="elsewhere"
            )
        )


def test_a_folder_that_does_not_exist(landmarker, folder, layout_of, tmp_path):
    with pytest.raises(FileError, match="folder does not exist"):
        next(harmonise(landmarker, [open_dataset(folder)], layout_of("t"), tmp_path / "no" / "x.h5"))


def test_faces_are_written_in_pieces(landmarker, drawn_set, layout_of, tmp_path, monkeypatch):
    monkeypatch.setattr(hdf5_writer, "CHUNK_BYTES", 200)  # two faces of eight points
    folder = drawn_set("many", layout_of("own", *OWN), "here", 5)
    result = made(landmarker, [folder], layout_of("target"), tmp_path / "x.h5")
    with h5py.File(result.path) as file:
        assert file["points"].chunks == (2, 8, 2)
        assert file["points"].compression == "gzip"
        assert file["originals/0/row"][:].tolist() == [0, 1, 2, 3, 4]
    assert [face.key for face in result] == [sample.key for sample in open_dataset(folder).samples]
