"""Annotations in one folder and their pictures in another: the pictures are found where one says they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from infl.datasets import open_dataset, open_datasets
from infl.errors import FileError
from infl.images import IMAGE_SUFFIXES
from infl.resources import resource

NAMES = ("demo_studio68", "demo_clinic98", "demo_field29")


@pytest.fixture(params=NAMES)
def parted(request, tmp_path: Path) -> tuple[Path, Path, Path]:
    """(the set as it was, its annotations alone, its pictures alone)."""
    whole, notes, pictures = resource("demo", request.param), tmp_path / request.param, tmp_path / "pictures"
    shutil.copytree(whole, notes)
    for path in list(notes.rglob("*")):
        if path.suffix.lower() in IMAGE_SUFFIXES:
            target = pictures / path.relative_to(notes)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
    return whole, notes, pictures


def test_without_its_pictures_a_set_does_not_open(parted):
    with pytest.raises(FileError, match="missing"):
        open_dataset(parted[1])


def test_with_their_folder_everything_is_as_it_was(parted):
    whole, notes, pictures = parted
    before, now = open_dataset(whole), open_datasets([notes], {notes: pictures})[0]
    assert [s.key for s in now.samples] == [s.key for s in before.samples] and now.pictures == pictures
    assert [(s.split, s.subject) for s in now.samples] == [(s.split, s.subject) for s in before.samples]
    np.testing.assert_array_equal(now.samples[3].points, before.samples[3].points)
    np.testing.assert_array_equal(now.samples[3].load_image(), before.samples[3].load_image())


def test_pictures_that_are_beside_their_annotations_stay_there(parted):
    _, notes, pictures = parted
    one = next(p for p in sorted(pictures.rglob("*")) if p.is_file())
    back = notes / one.relative_to(pictures)
    one.rename(back)
    images = [s.image for s in open_dataset(notes, pictures=pictures).samples]
    assert back in images and len({image.is_relative_to(pictures) for image in images}) == 2
    assert all(image.is_file() for image in images)


def test_a_folder_of_pictures_that_is_none_is_told(parted, tmp_path):
    with pytest.raises(FileError, match="no folder"):
        open_dataset(parted[1], pictures=tmp_path / "nowhere")


def test_a_set_says_why_it_is_thought_to_be_what_it_is():
    dataset = open_dataset(resource("demo", "demo_studio68"))
    assert dataset.why and dataset.convention_why
    assert open_dataset(resource("demo", "demo_studio68"), convention="mine").convention_why == "as asked for"
