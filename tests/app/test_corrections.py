"""Corrections of annotations: how they change a set, how undo takes them back, who gets them."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from app import correction_commands as commands
from app.corrections import (
    CORRECTED,
    Corrections,
    PointCorrection,
    SetKey,
    corrected,
    corrected_sample,
    from_json,
    to_json,
)
from app.state import Studio
from app.values import Place
from infl.datasets.dataset import ABSENT, OCCLUDED, VISIBLE
from infl.errors import InflError
from infl.export.harmonised_face import HUMAN
from infl.export.hdf5 import open_harmonised
from infl.harmonize import harmonise
from infl.layouts import layout


@pytest.fixture
def studio(qapp, demo_sets) -> Studio:
    """The demo sets, the first picture of the first one on screen, without a window."""
    studio = Studio()
    studio.add_sets(demo_sets)
    show(studio, Place(0, 0))
    return studio


def show(studio: Studio, place: Place) -> None:
    from app.values import Photo

    studio.show(place)
    studio.photo_arrived(Photo(place, studio.sample_at(place), np.zeros((8, 8, 3), np.uint8)))


def test_only_the_corrected_points_differ_from_the_file(demo_sets):
    sample = demo_sets[0].samples[0]
    face = {
        3: PointCorrection((10.5, 20.25)),
        5: PointCorrection(None),
        7: PointCorrection((1, 2), occluded=True),
    }
    new = corrected_sample(sample, face)
    np.testing.assert_array_equal(new.points[[3, 7]], [[10.5, 20.25], [1, 2]])
    assert np.isnan(new.points[5]).all()
    assert new.visibility[[3, 5, 7]].tolist() == [VISIBLE, ABSENT, OCCLUDED]
    others = np.setdiff1d(np.arange(len(sample.points)), [3, 5, 7])
    np.testing.assert_array_equal(new.points[others], sample.points[others])
    assert new.extra[CORRECTED] == [3, 5, 7] and CORRECTED not in sample.extra


def test_a_number_without_a_point_is_left_out(demo_sets):
    sample = demo_sets[0].samples[0]
    assert corrected_sample(sample, {10_000: PointCorrection(None)}) is sample


def test_a_set_without_corrections_is_the_very_same(demo_sets):
    key = SetKey.of(demo_sets[1])
    corrections = Corrections().with_face(key, demo_sets[1].samples[0].key, {0: PointCorrection(None)})
    assert corrected(demo_sets[0], corrections) is demo_sets[0]
    assert corrected(demo_sets[1], corrections) is not demo_sets[1]


def test_corrections_survive_json_and_a_move_of_the_folder(demo_sets):
    face = {3: PointCorrection((10.5, 20.25)), 5: PointCorrection(None), 7: PointCorrection((1.0, 2.0), True)}
    corrections = Corrections().with_face(SetKey.of(demo_sets[0]), "a.jpg", face)
    plain = json.loads(json.dumps(to_json(corrections, lambda path: path.name)))
    back = from_json(plain, lambda text: Path("/moved") / text)
    key = SetKey(Path(os.path.abspath("/moved")) / demo_sets[0].root.name, demo_sets[0].convention)
    assert dict(back.of(key, "a.jpg")) == face


@pytest.mark.parametrize("point", [[1], [1, 2, "gone"], ["x", 2], [1e999, 0], "no"])
def test_damaged_json_is_told(point):
    entry = {"folder": "f", "convention": "c", "faces": {"a.jpg": {"0": point}}}
    with pytest.raises(InflError, match=r"corrections\.0"):
        from_json([entry], Path)


def test_moving_marking_and_taking_away_are_undone_and_redone(studio):
    filed = studio.photo.sample
    states = [filed]
    commands.move_point(studio, 4, (30.0, 40.0))
    states.append(studio.photo.sample)
    commands.mark_occluded(studio, 4, True)
    states.append(studio.photo.sample)
    commands.mark_absent(studio, 6)
    states.append(studio.photo.sample)
    commands.restore_points(studio, (4,))
    states.append(studio.photo.sample)
    assert states[2].visibility[4] == OCCLUDED and states[3].visibility[6] == ABSENT
    np.testing.assert_array_equal(states[4].points[4], filed.points[4])
    for state in reversed(states[:-1]):
        studio.undo.undo()
        np.testing.assert_array_equal(studio.photo.sample.points, state.points)
        np.testing.assert_array_equal(studio.photo.sample.visibility, state.visibility)
    for state in states[1:]:
        studio.undo.redo()
        np.testing.assert_array_equal(studio.photo.sample.points, state.points)


def test_the_steps_of_one_drag_are_one_undo(studio):
    before = studio.undo.index()
    for x in (10.0, 11.0, 12.0):
        commands.move_point(studio, 4, (x, 5.0), gesture=9)
    commands.move_point(studio, 4, (50.0, 5.0), gesture=10)
    assert studio.undo.index() == before + 2
    studio.undo.undo()
    assert studio.photo.sample.points[4].tolist() == [12.0, 5.0]


def test_undo_goes_to_the_picture_that_it_changes(studio):
    commands.move_point(studio, 4, (30.0, 40.0))
    show(studio, Place(1, 2))
    studio.undo.undo()
    assert studio.place == Place(0, 0) and studio.point == 4
    assert not studio.corrections.sets


def test_a_set_that_is_closed_and_opened_again_is_still_corrected(studio, demo_sets):
    commands.move_point(studio, 4, (30.0, 40.0))
    studio.remove_set(0)
    studio.add_sets([demo_sets[0]])
    assert studio.sets[2].dataset.samples[0].points[4].tolist() == [30.0, 40.0]
    assert studio.sets[2].original is demo_sets[0]


def test_a_predicted_point_of_a_harmonised_set_becomes_a_human_one(demo_sets):
    from dataclasses import replace

    sample = demo_sets[0].samples[0]
    predicted = replace(sample, provenance=np.full(len(sample.points), 2, np.uint8))
    new = corrected_sample(predicted, {1: PointCorrection((3.0, 4.0))})
    assert new.provenance is not None
    assert new.provenance[1] == HUMAN and (np.delete(new.provenance, 1) == 2).all()


def test_what_was_measured_before_a_correction_is_forgotten(studio):
    studio.set_disagreement({Place(0, 0): 3.0, Place(0, 1): 4.0})
    commands.mark_absent(studio, 2)
    assert studio.disagreement == {Place(0, 1): 4.0}


def test_a_project_brings_the_corrections_back(window, qtbot, tmp_path):
    studio = window.studio
    commands.move_point(studio, 4, (30.0, 40.0))
    commands.mark_absent(studio, 6)
    window.session.save(tmp_path / "p.inflstudio")
    for _ in range(2):
        studio.undo.undo()
    assert not studio.corrections.sets
    window.session.open(tmp_path / "p.inflstudio")
    qtbot.waitUntil(lambda: not window.busy and len(studio.sets) == 3, timeout=30_000)
    sample = studio.sets[0].dataset.samples[0]
    assert sample.points[4].tolist() == [30.0, 40.0] and sample.visibility[6] == ABSENT


def test_a_harmonised_file_holds_the_corrected_points_and_says_which(studio, landmarker, tmp_path):
    """Fine-tuning and export both take `studio.sets[…].dataset`."""
    x, y = (float(v) for v in studio.photo.sample.points[0] + 3)
    commands.move_point(studio, 0, (x, y))
    first = studio.photo.sample.key
    dataset = studio.sets[0].dataset.where(lambda sample: sample.key == first)
    for _ in harmonise(landmarker, [dataset], layout("ibug68"), tmp_path / "out.h5", "canonical", True):
        pass
    original = open_harmonised(tmp_path / "out.h5")[0].original
    np.testing.assert_allclose(original.points[0], [x, y], atol=1e-3)
    assert list(original.extra[CORRECTED]) == [0]
