"""A folder of rendered people: written, resumed, refused, read."""

import json

import numpy as np
import pytest

from infl.errors import FileError
from infl.geometry.canonical_face import canonical_face
from infl.layouts import layout
from infl.progress import run
from infl.rendering.people import random_photograph
from infl.rendering.render_people import render_people
from infl.rendering.training_people import open_people


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return run(render_people(2, seed=4, size=64, out_folder=tmp_path_factory.mktemp("people")))


def test_labels_come_back_as_they_were_rendered(folder):
    people, outline = open_people(folder), layout("ibug68")
    seed = int(np.load(folder / "labels" / "0000.npz")["seed"][1])
    picture = random_photograph(seed, 64)
    places = people.places(outline.queries)
    np.testing.assert_allclose(people.points3d(1, places), picture.points3d(outline), atol=0.02)
    np.testing.assert_allclose(people.points(1, places), picture.points(outline), atol=0.02)
    agree = people.visible(1, places) == picture.visible(outline)
    assert agree.mean() > 0.9
    assert people.image(1).shape == (64, 64, 3)
    assert np.abs(people.image(1).astype(int) - picture.image).mean() < 12  # JPEG


def test_random_places_are_on_the_face(folder):
    people = open_people(folder)
    places = people.random_places(np.random.default_rng(0), 300)
    np.testing.assert_allclose(places.barycentric.sum(1), 1, atol=1e-9)
    assert places.barycentric.min() >= 0
    hidden = np.concatenate([canonical_face().regions[name] for name in ("scalp", "neck", "left_ear")])
    assert not np.isin(places.triangle, hidden).any()


def test_rendering_goes_on_where_it_stopped(tmp_path):
    job = render_people(2, seed=4, size=48, out_folder=tmp_path)
    next(job)
    next(job)
    job.close()
    assert not list((tmp_path / "labels").glob("*.npz"))
    run(render_people(2, seed=4, size=48, out_folder=tmp_path))
    before = (tmp_path / "labels" / "0000.npz").stat().st_mtime_ns
    run(render_people(2, seed=4, size=48, out_folder=tmp_path))
    assert (tmp_path / "labels" / "0000.npz").stat().st_mtime_ns == before


def test_other_people_are_not_overwritten(folder):
    with pytest.raises(FileError, match="other people"):
        run(render_people(3, seed=4, size=64, out_folder=folder))


def test_what_is_no_folder_of_people_is_refused(tmp_path):
    with pytest.raises(FileError, match="no folder of rendered people"):
        open_people(tmp_path)
    (tmp_path / "people.json").write_text(json.dumps({"format": "something"}))
    with pytest.raises(FileError):
        open_people(tmp_path)


def test_the_same_pictures_on_any_number_of_processes(folder, tmp_path):
    run(render_people(2, seed=4, size=64, out_folder=tmp_path, workers=2))
    for name in ("images/000000.jpg", "images/000001.jpg", "people.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    one, other = (np.load(place / "labels" / "0000.npz") for place in (folder, tmp_path))
    for name in one.files:
        np.testing.assert_array_equal(one[name], other[name])
