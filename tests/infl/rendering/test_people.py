"""Synthetic people: exact labels, mirror symmetry, expressions that do what they say, one picture a seed."""

from dataclasses import replace

import numpy as np
import pytest

from infl.layouts import layout
from infl.rendering.expressions import smoothstep
from infl.rendering.head import Part, head
from infl.rendering.morphs import EXPRESSION, IDENTITY
from infl.rendering.people import random_photograph
from infl.rendering.person import Expression, random_person, shape
from infl.rendering.rasteriser import rasterise

SEED, SIZE = 12, 128


@pytest.fixture(scope="module")
def picture():
    return random_photograph(SEED, SIZE)


@pytest.fixture(scope="module")
def plain():
    """A person with the canonical face itself."""
    person = random_person(np.random.default_rng(0))
    return replace(person, identity=np.zeros(len(IDENTITY)), skew=np.zeros((0, 6)))


def points(vertices: np.ndarray, name: str = "ibug68") -> np.ndarray:
    """(K, 3) mm of a layout on a deformed head."""
    places = layout(name).points
    corners = vertices[np.asarray(head().face.triangles)[[p.triangle for p in places]]]
    return np.einsum("kc,kcd->kd", np.array([p.barycentric for p in places]), corners)


def weights(**named: float) -> np.ndarray:
    names = list(EXPRESSION)
    out = np.zeros(len(names))
    for name, value in named.items():
        out[names.index(name.replace("_", " "))] = value
    return out


def test_the_same_seed_gives_the_same_picture(picture):
    again = random_photograph(SEED, SIZE)
    np.testing.assert_array_equal(again.image, picture.image)
    np.testing.assert_array_equal(again.face, picture.face)
    assert not np.array_equal(random_photograph(SEED + 1, SIZE).image, picture.image)


def test_labels_lie_where_the_geometry_was_drawn(picture):
    """Each visible label falls on the triangle that the raster shows there, or touches it."""
    outline = layout("wflw98")
    pixels, seen = picture.points(outline), picture.visible(outline)
    assert 20 < seen.sum() <= 98
    raster = rasterise(picture.screen, (2 * SIZE, 2 * SIZE))
    np.testing.assert_array_equal(raster.triangle, picture.seen_triangles)
    space = picture.points3d(outline)
    whole = np.vstack([picture.face, np.full((len(head().vertices) - len(picture.face), 3), np.inf)])
    for k in np.flatnonzero(seen):
        x, y = np.round(2 * pixels[k] + 0.5).astype(int)
        around = raster.triangle[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
        shown = np.unique(around[around >= 0])
        assert len(shown)
        assert np.linalg.norm(whole[head().triangles[shown]] - space[k], axis=-1).min() < 6  # mm


def test_projection_is_that_of_the_camera(picture):
    space = picture.points3d(layout("ibug68"))
    there = space @ picture.camera.rotation.T + picture.camera.translation
    assert (there[:, 2] > 0).all()
    expected = picture.camera.focal_length * there[:, :2] / there[:, 2:] + (SIZE - 1) / 2
    np.testing.assert_allclose(picture.points(layout("ibug68")), expected, atol=1e-6)


def test_a_person_without_identity_is_the_canonical_face(plain):
    vertices = shape(plain, Expression.neutral())
    for name in ("ibug68", "wflw98", "webmorph189", "mtfl5"):
        np.testing.assert_allclose(points(vertices, name), layout(name).queries, atol=0.01)


def test_faces_are_symmetric_without_skew(plain):
    person = replace(plain, identity=np.random.default_rng(3).normal(size=len(IDENTITY)))
    expression = Expression(weights(smile=0.7, brow_raise=0.5), jaw=8.0)
    face = shape(person, expression)[: len(head().face.vertices)]
    mirrored = face[head().face.mirror_vertices] * [-1, 1, 1]
    assert np.abs(face - mirrored).max() < 0.05


def test_the_eyes_stay_around_the_origin():
    person = random_person(np.random.default_rng(8))
    vertices = shape(person, Expression.neutral())
    centres = [vertices[ids].mean(0) for ids in head().eye_vertices]
    at_rest = [head().vertices[ids].mean(0) for ids in head().eye_vertices]
    np.testing.assert_allclose(np.mean(centres, 0), np.mean(at_rest, 0), atol=1e-6)


def test_opening_the_jaw_parts_the_lips(plain):
    closed = points(shape(plain, Expression.neutral()))
    opened = points(shape(plain, Expression(weights(), jaw=18.0)))
    assert closed[62, 1] - closed[66, 1] < 2.5
    assert opened[62, 1] - opened[66, 1] > 14
    assert np.linalg.norm(opened[30] - closed[30]) < 1.0  # the nose does not move
    assert closed[8, 1] - opened[8, 1] > 14  # the chin does


def test_closed_lids_meet_and_stay_on_the_eyeball(plain):
    shut = shape(plain, Expression(weights(), lids=(1.0, 1.0)))
    place = points(shut)
    at_rest = points(shape(plain, Expression.neutral()))
    gap, was = place[[37, 38], 1] - place[[41, 40], 1], at_rest[[37, 38], 1] - at_rest[[41, 40], 1]
    assert (np.abs(gap) < 0.25 * was).all()
    for eye, centre in enumerate(head().eye_centres):
        skin = shut[head().part == Part.SKIN]
        near = skin[(np.linalg.norm(skin - centre, axis=1) < 20) & (skin[:, 2] > centre[2] + 8)]
        assert np.linalg.norm(near - centre, axis=1).min() > head().eye_radius, eye


def test_pupils_follow_the_gaze(plain):
    pupils = points(shape(plain, Expression(weights(), gaze=(20.0, 0.0))), "mtfl5")[:2]
    ahead = points(shape(plain, Expression.neutral()), "mtfl5")[:2]
    assert ((pupils - ahead)[:, 0] > 3).all()  # both to the subject's left


def test_smiling_raises_and_widens_the_mouth(plain):
    rest, smile = (points(shape(plain, Expression(w))) for w in (weights(), weights(smile=1.0)))
    assert (smile[[48, 54], 1] - rest[[48, 54], 1] > 2).all()
    assert smile[54, 0] - smile[48, 0] > rest[54, 0] - rest[48, 0] + 6


def test_far_points_of_a_turned_head_are_hidden():
    outline = layout("ibug68")
    turned = [
        p
        for p in (random_photograph(seed, 96) for seed in range(40, 46))
        if abs(p.camera.euler_degrees[0]) > 35
    ]
    assert turned
    for photo in turned:
        far, near = (
            (slice(0, 5), slice(12, 17))
            if photo.camera.euler_degrees[0] < 0
            else (slice(12, 17), slice(0, 5))
        )
        seen = photo.visible(outline)
        assert seen[near].sum() > seen[far].sum()


def test_smoothstep_runs_either_way():
    np.testing.assert_allclose(smoothstep(0.0, 2.0, np.array([-1, 0, 1, 2, 3])), [0, 0, 0.5, 1, 1])
    np.testing.assert_allclose(smoothstep(2.0, 0.0, np.array([-1, 0, 1, 2, 3])), [1, 1, 0.5, 0, 0])
