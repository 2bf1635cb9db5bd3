"""What all readers have in common: recognised, pixel convention, splits, damaged files."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infl.datasets import ABSENT, VISIBLE, Dataset, find_annotations, open_dataset
from infl.errors import FileError
from infl.images import IMAGE_SUFFIXES


def test_a_folder_is_recognised_and_says_why(small_set):
    name, folder, expected = small_set
    annotation = find_annotations(folder)[0]
    assert annotation.format == name
    assert annotation.sources[0].split("/")[-1].split(".")[0] in annotation.why or annotation.why
    assert open_dataset(folder).point_count == len(expected)


def test_points_are_counted_from_the_centre_of_the_top_left_pixel(small_set):
    _, folder, expected = small_set
    dataset = open_dataset(folder)
    assert len(dataset) == 3 and not dataset.problems and dataset.pixel_origin
    for sample in dataset.samples:
        np.testing.assert_allclose(sample.points, expected, atol=2e-4)
        assert sample.points.dtype == np.float32 and (sample.visibility == VISIBLE).all()
        assert sample.image.is_file() and sample.key == sample.image.relative_to(folder).as_posix()
        assert sample.load_image().shape == (48, 64, 3)


def test_splits_come_from_splits_csv_and_are_empty_without(small_set):
    _, folder, _ = small_set
    assert {s.split for s in open_dataset(folder).samples} == {""}
    keys = [s.key for s in open_dataset(folder).samples]
    lines = [f"{keys[0]},train,anna", f"{keys[1]},val,bert", f"{keys[2]},val,bert"]
    (folder / "splits.csv").write_text("\n".join(["image,split,subject", *lines]))
    dataset = open_dataset(folder)
    assert [(s.split, s.subject) for s in dataset.samples] == [
        ("train", "anna"),
        ("val", "bert"),
        ("val", "bert"),
    ]
    assert [s.key for s in dataset.split("val").samples] == keys[1:]


def test_a_missing_picture_is_a_problem_of_one_face_only(small_set):
    _, folder, _ = small_set
    gone = open_dataset(folder).samples[1]
    gone.image.unlink()
    dataset = open_dataset(folder)
    assert len(dataset) == 2 and gone.key not in {s.key for s in dataset.samples}
    assert len(dataset.problems) == 1 and "missing" in str(dataset.problems[0])


def test_opening_does_not_decode_pictures(small_set, monkeypatch):
    name, folder, _ = small_set
    if name == "imm_asf":
        pytest.skip("fractions of a picture need its size")
    monkeypatch.setattr("infl.images.cv2.imdecode", lambda *_: pytest.fail("a picture was decoded"))
    assert len(open_dataset(folder)) == 3


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_gives_errors_that_name_the_file_and_never_a_crash(small_set, data):
    """Cut, overwrite or append bytes anywhere: a set, or one FileError, and nothing that is no number."""
    _, folder, _ = small_set
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.suffix not in IMAGE_SUFFIXES)
    file = data.draw(st.sampled_from(files))
    whole = file.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    junk = data.draw(
        st.one_of(
            st.binary(max_size=12), st.sampled_from([b"nan", b"-1e999", b"\n", b",", b"\xff", b"9" * 5000])
        )
    )
    kept = whole[at:] if data.draw(st.booleans()) else whole[at + len(junk) :]
    file.write_bytes(whole[:at] + junk + kept)
    try:
        dataset = open_dataset(folder)
        _check_sound(dataset)
        for problem in dataset.problems:
            assert str(problem).startswith(str(folder))
    except FileError as error:
        assert str(folder) in str(error)
    finally:
        file.write_bytes(whole)


def _check_sound(dataset: Dataset) -> None:
    assert len(dataset.samples) + len(dataset.problems) >= 1
    for sample in dataset.samples:
        assert sample.points.shape == (dataset.point_count, 2)
        absent = sample.visibility == ABSENT
        assert np.isnan(sample.points[absent]).all() and np.isfinite(sample.points[~absent]).all()
