"""Skin off photographs: whose can be taken, where on the face it comes to lie, and what it leaves as it was."""

from dataclasses import replace

import numpy as np
import pytest

from infl.datasets import Dataset
from infl.datasets.dataset import VISIBLE, Sample
from infl.images import cv2, read_image, write_image
from infl.layouts import layout
from infl.rendering.head import head
from infl.rendering.light import random_light
from infl.rendering.people import Photograph, photograph
from infl.rendering.person import Expression, Person, random_person
from infl.rendering.photo_skin import laid_over, skin_photos, skin_sheet, toned
from infl.rendering.poses import Pose
from infl.rendering.skin import paint_skin, random_complexion
from infl.rendering.surfaces import sampled

SIZE = 192


def portrait(person: Person, yaw: float = 0.0, jaw: float = 0.0) -> Photograph:
    rng = np.random.default_rng(1)
    expression = replace(Expression.neutral(), jaw=jaw)
    pose = Pose(yaw, 0.0, 0.0, size=0.6, shift=(0.0, 0.0), lens=4.0, torso=0.5)
    scene = np.full((2 * SIZE, 2 * SIZE, 3), 0.3, np.float32)
    return photograph(rng, person, expression, pose, random_light(rng), scene)


@pytest.fixture(scope="module")
def person() -> Person:
    whoever = random_person(np.random.default_rng(11))
    return replace(whoever, glasses=None, identity=0.5 * whoever.identity, skew=0 * whoever.skew)


@pytest.fixture(scope="module")
def frontal(person: Person) -> Photograph:
    return portrait(person)


def annotated(picture: Photograph, folder, name: str = "webmorph189", split: str = "train") -> Dataset:
    path = folder / "portrait.png"
    write_image(path, picture.image)
    rule = layout(name)
    points = picture.points(rule).astype(np.float32)
    sample = Sample(path, path.name, points, np.full(len(rule), VISIBLE, np.uint8), split=split)
    return Dataset("portraits", folder, "test", name, rule, len(rule), (sample,))


def test_a_dense_frontal_photograph_with_its_mouth_closed_lends_its_skin(frontal, tmp_path):
    assert [photo.name for photo in skin_photos([annotated(frontal, tmp_path)])] == ["portraits/portrait.png"]


def test_others_do_not(person, frontal, tmp_path):
    assert not skin_photos([annotated(frontal, tmp_path, "ibug68")])
    assert not skin_photos([annotated(frontal, tmp_path, split="val")])
    assert not skin_photos([annotated(portrait(person, yaw=40), tmp_path)])
    assert not skin_photos([annotated(portrait(person, jaw=12), tmp_path)])


@pytest.mark.parametrize("place", ["left_cheek", "right_cheek", "forehead", "philtrum"])
def test_what_is_seen_at_a_place_of_c_lies_there_on_the_sheet(frontal, tmp_path, place):
    whole = head()
    region = whole.face.vertices[np.unique(whole.face.triangles[whole.face.regions[place]])]
    vertex = int(np.argmin(np.linalg.norm(whole.vertices - region.mean(0), axis=1)))
    at = frontal.camera.project(frontal.face[vertex][None])[0]
    photo = skin_photos([annotated(frontal, tmp_path)])[0]
    marked = read_image(photo.path)
    cv2.circle(marked, tuple(np.round(at).astype(int).tolist()), 2, (0, 255, 0), -1)
    write_image(photo.path, marked)
    near = whole.plane[vertex] + np.random.default_rng(0).uniform(-8, 8, (4000, 2))
    colours = sampled(skin_sheet(replace(photo)).albedo, near)
    green = colours[:, 1] > 2 * colours[:, 0]
    assert green.sum() > 20
    assert np.linalg.norm(near[green].mean(0) - whole.plane[vertex]) < 3.0  # mm, of which a pixel is 1.7


@pytest.mark.parametrize(
    ("region", "from_photo"),
    [("left_ear", 0), ("right_ear", 0), ("scalp", 0), ("neck", 0), ("nose_tip", 1), ("upper_lip", 1)],
)
def test_the_photograph_ends_before_hair_ears_and_neck(frontal, tmp_path, region, from_photo):
    photo = skin_photos([annotated(frontal, tmp_path)])[0]
    painted = paint_skin(head().face, random_complexion(np.random.default_rng(0), True))
    cover = skin_sheet(photo).cover
    there = head().plane[np.unique(head().face.triangles[head().face.regions[region]])]
    assert sampled(cover, there).mean() == pytest.approx(from_photo, abs=0.03)
    bare = cover == 0
    np.testing.assert_array_equal(laid_over(painted, photo, np.full(3, 0.3))[bare], painted[bare])


def test_another_skin_leaves_the_shape_as_it_is(person, frontal, tmp_path):
    photo = skin_photos([annotated(frontal, tmp_path)])[0]
    complexion = toned(np.random.default_rng(0), person.complexion, photo)
    other = portrait(replace(person, skin=photo, complexion=complexion))
    np.testing.assert_array_equal(other.face, frontal.face)
    assert np.abs(other.image.astype(int) - frontal.image).mean() > 2
