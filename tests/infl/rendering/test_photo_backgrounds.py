"""Photographs as backgrounds: no pixel of an annotated face is left, no picture of another part than “train” used."""

from dataclasses import replace

import numpy as np
import pytest

from infl.datasets import Dataset, open_dataset
from infl.datasets.dataset import ABSENT, VISIBLE, Sample
from infl.images import cv2, read_image, write_image
from infl.layouts import layout
from infl.rendering.head import head
from infl.rendering.people import random_photograph
from infl.rendering.photo_backgrounds import FACE, photo_backgrounds, photo_scene

SIZE = 128


@pytest.fixture(scope="module")
def portraits():
    return [random_photograph(seed, SIZE) for seed in (3, 21, 22, 23)]


def as_dataset(portraits, folder, name: str, splits: str = "train") -> Dataset:
    """The portraits on wide grey cards, annotated with the points of a layout that are seen."""
    outline, samples = layout(name), []
    for k, picture in enumerate(portraits):
        card = np.full((3 * SIZE, 3 * SIZE, 3), 128, np.uint8)
        card[SIZE : 2 * SIZE, SIZE : 2 * SIZE] = picture.image
        path = folder / f"{k}.png"
        write_image(path, card)
        seen = picture.visible(outline)
        points = np.where(seen[:, None], picture.points(outline) + SIZE, np.nan).astype(np.float32)
        there = np.where(seen, VISIBLE, ABSENT).astype(np.uint8)
        samples.append(Sample(path, path.name, points, there, split=splits))
    return Dataset("cards", folder, "test", name, outline, len(outline), tuple(samples))


def face_pixels(picture) -> np.ndarray:
    """(3 S, 3 S) bool of a card: where the picture shows the face itself."""
    face = head().face
    shown = np.zeros(len(head().triangles), bool)
    shown[np.concatenate([face.regions[name] for name in FACE])] = True
    fine = (picture.seen_triangles >= 0) & shown[picture.seen_triangles]
    out = np.zeros((3 * SIZE, 3 * SIZE), bool)
    out[SIZE : 2 * SIZE, SIZE : 2 * SIZE] = fine.reshape(SIZE, 2, SIZE, 2).any((1, 3))
    return out


@pytest.mark.parametrize("name", ["ibug68", "mtfl5", "aflw21", "webmorph189"])
def test_masks_cover_every_pixel_of_the_face(portraits, tmp_path, name):
    for photo in photo_backgrounds([as_dataset(portraits, tmp_path, name)]):
        picture = portraits[int(photo.path.stem)]
        face = face_pixels(picture)
        assert face.sum() > 500
        left = face & ~photo.mask(face.shape)
        assert left.sum() <= 0.001 * face.sum()


def test_what_is_filled_knows_nothing_of_the_face(portraits, tmp_path):
    photo = photo_backgrounds([as_dataset(portraits[:1], tmp_path, "ibug68")])[0]
    filled, mask = photo.filled()
    picture = read_image(photo.path)
    np.testing.assert_array_equal(filled[~mask], picture[~mask])
    picture[mask] = np.random.default_rng(0).integers(0, 256, (mask.sum(), 3))
    write_image(photo.path, picture)
    np.testing.assert_array_equal(photo.filled()[0], filled)


def test_large_pictures_are_shrunk_with_their_masks(portraits, tmp_path):
    photo = photo_backgrounds([as_dataset(portraits[:1], tmp_path, "ibug68")])[0]
    share = photo.filled()[1].mean()
    write_image(photo.path, cv2.resize(read_image(photo.path), None, fx=3, fy=3))
    large = replace(photo, discs=3 * photo.discs)
    filled, mask = large.filled()
    assert filled.shape == (640, 640, 3)
    assert mask.mean() == pytest.approx(share, abs=0.02)


def test_pictures_with_a_face_of_another_part_are_left_out(portraits, tmp_path):
    training = as_dataset(portraits, tmp_path, "ibug68")
    whole = photo_backgrounds([training])
    assert {photo.name for photo in whole} <= {f"cards/{k}.png" for k in range(4)} and whole
    held_out = training.samples[int(whole[0].path.stem)]
    other = replace(training, samples=(replace(held_out, split="val"),))
    assert [photo.path for photo in photo_backgrounds([training, other])] == [
        photo.path for photo in whole[1:]
    ]


def test_scenes_come_out_the_same_again(portraits, tmp_path):
    photos = photo_backgrounds([as_dataset(portraits, tmp_path, "ibug68")])
    one, again = (photo_scene(np.random.default_rng(1), photos, 96) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert one.shape == (96, 96, 3) and one.min() >= 0 and one.std() > 0
    with_photos = random_photograph(3, 64, photos)
    np.testing.assert_array_equal(random_photograph(3, 64, photos).image, with_photos.image)


def test_published_sets_give_training_pictures_only(infl_data):
    dataset = open_dataset(infl_data / "webmorph189")
    photos = photo_backgrounds([dataset])
    training = {sample.image for sample in dataset.samples if sample.split == "train"}
    assert len(photos) > 50 and {photo.path for photo in photos} <= training
