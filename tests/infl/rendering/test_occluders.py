"""Things before the face: they hide it where they are nearer, and change no label."""

import numpy as np
import pytest

from infl.rendering import occluders
from infl.rendering.backgrounds import background
from infl.rendering.head import head
from infl.rendering.light import Shadow, random_light
from infl.rendering.occluders import Occluder, random_occluder
from infl.rendering.people import photograph
from infl.rendering.person import random_expression, random_person
from infl.rendering.poses import Pose

FRONTAL = Pose(yaw=0, pitch=0, roll=0, size=0.6, shift=(0, 0), lens=3, torso=0.5)
SKIN = np.array([0.6, 0.4, 0.3])


def picture(occluded: bool):
    rng = np.random.default_rng(11)
    person, expression, light = random_person(rng), random_expression(rng), random_light(rng)
    return photograph(rng, person, expression, FRONTAL, light, background(rng, 192), occluded)


def test_labels_are_those_without_the_thing():
    bare, hidden = picture(False), picture(True)
    np.testing.assert_array_equal(hidden.face, bare.face)
    np.testing.assert_array_equal(hidden.seen_triangles, bare.seen_triangles)
    assert np.abs(hidden.image.astype(int) - bare.image).max() > 20


@pytest.mark.parametrize("kind", ["_hand", "_mask", "_scarf", "_cap", "_microphone", "_held_up"])
def test_every_kind_is_a_sound_mesh_near_the_head(kind):
    for seed in range(4):
        thing = getattr(occluders, kind)(np.random.default_rng(seed), head().vertices, SKIN)
        assert thing.triangles.min() >= 0 and thing.triangles.max() < len(thing.vertices)
        assert np.isfinite(thing.vertices).all() and np.abs(thing.vertices).max() < 700
        assert thing.albedo.shape == thing.vertices.shape and (thing.albedo >= 0).all()


def test_a_mask_covers_the_mouth_and_leaves_the_eyes():
    thing = occluders._mask(np.random.default_rng(0), head().vertices, SKIN)
    corners = thing.vertices[thing.triangles].mean(1)
    assert np.linalg.norm(corners - head().face.vertices[_region("upper_lip")].mean(0), axis=1).min() < 15
    assert thing.vertices[:, 1].max() < -15


def test_what_is_behind_the_head_is_not_drawn():
    bare = picture(False)
    behind = head().vertices * 0.3 + [0, -20, -300]
    thing = Occluder(behind, head().triangles, np.ones_like(behind))
    image = np.zeros((96, 96, 3), np.float32)
    light = random_light(np.random.default_rng(0))
    there = behind @ bare.camera.rotation.T + bare.camera.translation
    shadow = Shadow(light.direction, there, thing.triangles, there.mean(0))
    depth = np.full((96, 96), 1.0, np.float32)  # something very near everywhere
    thing.draw(image, depth, bare.camera, light, shadow)
    assert image.max() == 0
    thing.draw(image, np.full((96, 96), np.inf, np.float32), bare.camera, light, shadow)
    assert image.max() > 0


def test_kinds_are_drawn_by_chance():
    sizes = {
        len(random_occluder(np.random.default_rng(k), head().vertices, SKIN).triangles) for k in range(12)
    }
    assert len(sizes) > 3


def _region(name: str) -> np.ndarray:
    return np.unique(np.asarray(head().face.triangles)[head().face.regions[name]])
