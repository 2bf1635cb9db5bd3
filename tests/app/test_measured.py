"""How surely two sets disagree: asked of their pictures in the background, kept, drawn and told."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import correction_commands
from app.measured import Measurements, how_sure, measured_at
from infl.datasets.dataset import Dataset
from infl.progress import run

FACES = 24
CORNERS = (48, 54)
"""The mouth's corners in iBUG's 68 points."""


@pytest.fixture(scope="module")
def studio68(demo_sets) -> Dataset:
    own = demo_sets[2]
    return replace(own, samples=own.samples[:FACES])


def twin(own: Dataset, moved, name: str = "ibug68") -> Dataset:
    """The same pictures annotated by somebody else: moved(points (K, 2) px) → points."""
    samples = tuple(replace(s, points=moved(s.points.copy()).astype(np.float32)) for s in own.samples)
    return replace(own, name=name, convention=name, samples=samples)


def widened(points: np.ndarray) -> np.ndarray:
    """The mouth's corners a tenth of the mouth's width farther out."""
    right, left = CORNERS
    across = 0.1 * (points[left] - points[right])
    points[left] += across
    points[right] -= across
    return points


@pytest.fixture
def pair(empty_window, qtbot, trained, studio68):
    """A window with demo_studio68 and its twin with a wider mouth, compared."""
    window = empty_window
    window.studio.add_sets([studio68, twin(studio68, widened)])
    window.studio.set_landmarker(trained, "shipped")
    window.studio.compare(a="ibug68", b="demo_studio68")
    window.docks["Offsets"].raise_()
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
    return window


def finish(window, qtbot) -> None:
    qtbot.waitUntil(lambda: window.jobs.running is None, timeout=60_000)
    qtbot.waitUntil(lambda: not window.busy and not window.offsets._soon.isActive(), timeout=20_000)


def test_what_surely_differs_is_found_drawn_and_told(pair, qtbot):
    pair.actions_["how_sure"].trigger()
    assert pair.jobs.running is not None
    finish(pair, qtbot)
    measured = pair.derived.measured()
    assert set(np.flatnonzero(measured.sure)) == set(CORNERS)
    assert (measured.vectors[54] @ [1, 0, 0] > 1) and (measured.vectors[48] @ [1, 0, 0] < -1)
    assert "2 of 68 points differ surely" in pair.offsets.measured.text()
    titles = [column.title for column in pair.offsets.model.table]
    assert titles[-3:] == ["measured mm", "± mm", "differs"]
    row = pair.offsets.model.table[0].texts.index(pair.studio.layout_of("ibug68").names[54])
    assert pair.offsets.model.table[-1].texts[row] == "surely"
    assert "surely different" in pair.face.offsets.told_at(54)
    assert "not surely different" in pair.face.offsets.told_at(30)


def test_regions_are_drawn_on_the_face_and_can_be_switched_off(pair, qtbot):
    def picture() -> np.ndarray:
        qtbot.waitUntil(lambda: not pair.busy, timeout=20_000)
        image = pair.face.grab().toImage()
        return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1).copy()

    before = picture()
    assert not pair.actions_["intervals"].isEnabled()
    pair.actions_["how_sure"].trigger()
    finish(pair, qtbot)
    after = picture()
    assert (before != after).any()
    assert len(pair.face.offsets._rows()) == 2
    pair.actions_["intervals"].trigger()
    assert (picture() == before).mean() > 0.999


def test_asking_again_and_the_other_way_round_starts_no_job(pair, qtbot):
    pair.actions_["how_sure"].trigger()
    finish(pair, qtbot)
    there = pair.derived.measured()
    pair.actions_["how_sure"].trigger()
    assert pair.jobs.running is None
    pair.studio.compare(a="demo_studio68")
    back = pair.derived.measured()
    np.testing.assert_allclose(back.vectors, -there.vectors)
    assert back.turned is not there.turned and (back.sure == there.sure).all()


def test_it_can_be_cancelled_and_nothing_is_kept(pair, qtbot):
    pair.actions_["how_sure"].trigger()
    qtbot.waitUntil(lambda: pair.jobs.running is None or pair.jobs.running.latest is not None, timeout=20_000)
    QTest.mouseClick(pair.statusBar().cancel, Qt.MouseButton.LeftButton)
    finish(pair, qtbot)
    assert not pair.studio.measurements.pairs and pair.derived.measured() is None


def test_a_correction_makes_what_was_measured_out_of_date(pair, qtbot):
    pair.actions_["how_sure"].trigger()
    finish(pair, qtbot)
    correction_commands.move_point(pair.studio, 30, (50.0, 50.0), gesture=1)
    assert pair.derived.measured() is None
    finish(pair, qtbot)
    assert not pair.offsets.measured.isVisible() and pair.offsets.how_sure.isEnabled()


def test_with_the_canonical_convention_there_are_no_pictures_to_ask(pair, qtbot):
    pair.studio.compare(b="canonical")
    finish(pair, qtbot)
    assert not pair.offsets.how_sure.isEnabled()


def test_a_set_that_counts_pixels_from_elsewhere_is_told_in_words(pair, qtbot, studio68):
    pair.studio.add_sets([twin(studio68, lambda points: points + 2.0)])
    pair.actions_["how_sure"].trigger()
    finish(pair, qtbot)
    said = pair.offsets.measured.text()
    assert "0 of 68 points differ surely" in said
    assert "ibug68 counts its pixels from elsewhere than demo_studio68: its points lie 2.00" in said
    assert "taken off" in said and pair.studio.notices[-1].level == "warning"


def test_what_is_known_of_a_set_is_not_asked_again(trained, studio68):
    wide = twin(studio68, widened)
    first = run(how_sure(trained, studio68, wide, Measurements()))
    known = Measurements().with_pair(first, [studio68, wide], [trained])
    third = twin(studio68, lambda points: points, "wflw98")
    reports = []
    again = run(how_sure(trained, studio68, third, known), reports.append)
    assert again.first is first.first
    assert not any("demo_studio68" in report.phase for report in reports)
    gone = known.with_pair(again, [studio68, third], [trained])
    assert gone.of_pair(trained, studio68, wide) is None, "its set is not open any more"
    assert gone.of_pair(trained, third, studio68) == (again.pair, True)


def test_points_of_another_layout_take_what_was_measured_at_the_same_place(trained, studio68):
    from infl.layouts import layout

    measured = run(how_sure(trained, studio68, twin(studio68, widened), Measurements()))
    five = measured_at(measured.pair, layout("five"), turned=False)
    own = measured_at(measured.pair, studio68.layout, turned=False)
    corner = layout("five").names.index("left mouth corner")
    np.testing.assert_allclose(five.vectors[corner], own.vectors[54])
