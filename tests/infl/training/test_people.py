"""Rendered people as a training set: what is there is loaded, whoever rendered it."""

import numpy as np
import pytest

from infl.errors import FileError
from infl.model.config import HEAD_CENTRE
from infl.progress import run
from infl.rendering.render_people import render_people
from infl.rendering.training_people import open_people
from infl.training.people import load_people


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return run(render_people(2, seed=9, size=96, out_folder=tmp_path_factory.mktemp("people")))


def test_a_rendered_folder_is_loaded_whatever_rendered_it(folder):
    (faces,) = run(load_people(folder, 2))
    people = open_people(folder)
    assert len(faces.faces) == 2 and faces.convention == "canonical"
    face, firm = faces.faces[1], ~faces.contour
    places = people.places(faces.queries[firm].astype(float))
    np.testing.assert_array_equal(face.picture, people.image(1))
    np.testing.assert_allclose(face.points[firm], people.points(1, places), atol=0.05)
    np.testing.assert_allclose(face.centre, people.camera(1).project(np.array([HEAD_CENTRE]))[0])
    np.testing.assert_allclose(face.head @ face.head.T, np.eye(3), atol=1e-9)


def test_outline_points_lie_on_the_skin_where_the_head_s_turn_slides_them(folder):
    (faces,) = run(load_people(folder, 2))
    people = open_people(folder)
    for i, face in enumerate(faces.faces):
        jaw = np.flatnonzero(faces.contour)[:17]
        on_skin = people.points3d(i, people.places(face.queries[jaw].astype(float)))
        assert (
            np.linalg.norm(face.points3d[jaw] - on_skin, axis=1).max() < 4
        )  # mm; a path's chords are not skin
        np.testing.assert_allclose(people.camera(i).project(face.points3d[jaw]), face.points[jaw], atol=0.05)


def test_fewer_people_than_the_folder_holds_can_be_taken(folder):
    (faces,) = run(load_people(folder, 1))
    assert len(faces.faces) == 1


def test_more_people_than_another_rendering_holds_are_refused(folder):
    with pytest.raises(FileError, match="other people"):
        run(load_people(folder, 3))
