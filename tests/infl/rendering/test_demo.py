"""The demo data: opens with the readers, carries the planted rules, and comes out the same again."""

import json

import numpy as np
import pytest

from infl.datasets import open_dataset
from infl.geometry.canonical_face import canonical_face
from infl.images import read_image
from infl.layouts import layout
from infl.rendering import demo
from infl.resources import resource

NAMES = [one.name for one in demo.SETS]


@pytest.mark.parametrize("one", demo.SETS, ids=NAMES)
def test_each_set_opens_as_what_it_is(one):
    dataset = open_dataset(resource("demo", one.name))
    assert dataset.layout is not None
    assert (dataset.convention, dataset.layout.name) == (one.name, one.layout)
    assert len(dataset) == demo.SUBJECTS * demo.PICTURES_EACH and not dataset.problems
    training, held_out = ({s.subject for s in dataset.split(name).samples} for name in ("train", "val"))
    assert held_out and training and not held_out & training


@pytest.mark.parametrize("one", demo.SETS, ids=NAMES)
def test_planted_offsets_are_written_down(one):
    rules = json.loads(resource("demo", "rules.json").read_text())["rules"][one.name]
    points = layout(one.layout)
    # To a millimetre: when the canonical face has moved further, render the demo again.
    np.testing.assert_allclose(rules["queries"], points.queries, atol=1.0)
    offset = np.array(rules["offsets"])
    np.testing.assert_allclose(offset, demo.planted(points, one.rule)[2], atol=0.3)
    np.testing.assert_allclose(offset[points.mirror] * [-1, 1, 1], offset, atol=0.35)


def test_the_rules_conflict_by_millimetres():
    clinic = demo.planted(layout("wflw98"), demo.clinic_rule)[2]
    brows, jaw = slice(33, 51), slice(0, 33)
    assert clinic[brows, 1].min() < -3 and np.linalg.norm(clinic[jaw], axis=1).max() > 4.5
    assert np.abs(clinic[60:76]).max() < 0.1  # the eyes are left alone
    field = demo.planted(layout("cofw29"), demo.field_rule)[2]
    queries = layout("cofw29").queries
    corners = np.flatnonzero((np.abs(queries[:, 0]) > 42) & (np.abs(queries[:, 1]) < 4))
    assert len(corners) == 2 and (field[corners, 0] * np.sign(queries[corners, 0])).min() > 1.8


def test_rules_are_smooth():
    face = canonical_face()
    vertices, edges = face.vertices.astype(float), face.triangles[:, :2]
    for one in demo.SETS:
        change = np.diff(one.rule(vertices)[edges], axis=1)[:, 0]
        step = np.diff(vertices[edges], axis=1)[:, 0]
        steep = np.linalg.norm(change, axis=1) / np.maximum(np.linalg.norm(step, axis=1), 0.5)
        assert np.quantile(steep, 0.99) < 0.8


def test_a_picture_comes_out_as_it_is_stored():
    one = demo.SETS[0]
    person = demo.random_person(np.random.default_rng((one.seed, 0)))
    picture = demo.shoot(np.random.default_rng((one.seed, 0, 1)), person, one.scenes)
    again = demo.shoot(np.random.default_rng((one.seed, 0, 1)), person, one.scenes)
    np.testing.assert_array_equal(again.image, picture.image)
    stored = read_image(resource("demo", one.name, "subject01_1.jpg")).astype(int)
    assert np.abs(stored - picture.image).mean() < 4  # JPEG; and machines round differently


def test_stored_points_are_the_geometry_and_a_tremble():
    one = demo.SETS[2]
    person = demo.random_person(np.random.default_rng((one.seed, 0)))
    picture = demo.shoot(np.random.default_rng((one.seed, 0, 1)), person, one.scenes)
    points = layout(one.layout)
    triangle, barycentric, _ = demo.planted(points, one.rule)
    corners = picture.face[np.asarray(canonical_face().triangles)[triangle]]
    exact = picture.camera.project(np.einsum("kc,kcd->kd", barycentric, corners))
    stored = open_dataset(resource("demo", one.name)).samples[0].points
    eyes = np.linalg.norm(np.subtract(*picture.points(layout("ibug68"))[[36, 45]]))
    error = np.linalg.norm(stored - exact, axis=1)
    assert error.max() < 5 * demo.TREMBLE * max(eyes, 60)
    assert error.mean() > 0.1
