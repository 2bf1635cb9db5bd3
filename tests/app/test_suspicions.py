"""Suspicious annotations of the set on screen: searched in the background, listed, opened, filtered, ticked off."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import correction_commands
from app.views.suspects_dock import FACE, KIND, REMEDY

SLIPPED, SWAPPED = 5, 11
"""Faces of the set in which a click slipped and left and right are swapped."""
NOSE = 30


@pytest.fixture(scope="module")
def spoilt(demo_sets):
    """demo_studio68 with two errors of the annotators."""
    own = demo_sets[2]
    samples = list(own.samples)

    def spoil(index: int, points: np.ndarray) -> None:
        samples[index] = replace(samples[index], points=points.astype(np.float32))

    slipped = samples[SLIPPED].points.copy()
    slipped[NOSE] += 0.3 * np.ptp(slipped, axis=0)
    spoil(SLIPPED, slipped)
    spoil(SWAPPED, samples[SWAPPED].points[own.layout.mirror])
    return replace(own, samples=tuple(samples))


@pytest.fixture
def searched(empty_window, qtbot, trained, spoilt):
    window = empty_window
    window.studio.add_sets([spoilt])
    window.studio.set_landmarker(trained, "shipped")
    window.docks["Suspects"].raise_()
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
    assert "not been searched" in window.suspects.summary.text()
    window.actions_["suspects"].trigger()
    qtbot.waitUntil(lambda: window.jobs.running is None, timeout=90_000)
    return window


def row_of(window, face: int) -> int:
    key = window.studio.sets[0].dataset.samples[face].key
    model = window.suspects.model
    return next(r for r in range(model.rowCount()) if model.index(r, FACE).data() == key)


def click(window, row: int) -> None:
    table = window.suspects.table
    table.scrollTo(window.suspects.model.index(row, 0))
    at = table.visualRect(window.suspects.model.index(row, FACE)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_errors_are_listed_surest_first_with_what_to_do(searched):
    model = searched.suspects.model
    scores = [finding.score for finding in model.findings]
    assert scores == sorted(scores, reverse=True)
    assert {row_of(searched, SLIPPED), row_of(searched, SWAPPED)} <= set(range(4))
    assert model.index(row_of(searched, SWAPPED), KIND).data() == "swapped left/right"
    assert "click it again" in model.index(row_of(searched, SLIPPED), REMEDY).data()
    assert searched.studio.notices[-1].text.startswith("demo_studio68: findings on")


def test_a_click_on_one_opens_its_photo_and_chooses_the_point(searched, qtbot):
    click(searched, row_of(searched, SLIPPED))
    qtbot.waitUntil(lambda: not searched.busy, timeout=20_000)
    assert searched.studio.photo.place.sample == SLIPPED and searched.studio.point == NOSE
    assert "click it again" in searched.suspects.remedy.text()


def test_arrow_keys_go_through_the_list(searched, qtbot):
    click(searched, 0)
    for row in range(1, searched.suspects.model.rowCount()):
        qtbot.keyClick(searched.suspects.table, Qt.Key.Key_Down)
        finding = searched.suspects.model.findings[row]
        assert searched.studio.sample_at(searched.studio.place).key == finding.sample.key
        assert searched.studio.point == finding.points[0]


def test_what_was_corrected_is_ticked_off_until_it_is_undone(searched, qtbot):
    row = row_of(searched, SLIPPED)
    click(searched, row)
    qtbot.waitUntil(lambda: not searched.busy, timeout=20_000)
    x, y = searched.derived.prediction().points[NOSE]
    correction_commands.move_point(searched.studio, NOSE, (float(x), float(y)), gesture=1)
    assert searched.suspects.model.index(row, KIND).data() == "✓ slipped click, corrected"
    searched.studio.undo.undo()
    assert searched.suspects.model.index(row, KIND).data() == "slipped click"


def test_the_photographs_can_be_filtered_for_suspicious_ones(searched, qtbot):
    filters, datasets = searched.datasets.filters, searched.datasets
    filters.status.setCurrentIndex(filters.status.findData("suspicious"))
    listed = {place.sample for place in datasets.model.places}
    assert {SLIPPED, SWAPPED} <= listed and len(listed) == len(
        searched.studio.suspects.faces[searched.studio.sets[0].key]
    )
    tips = [datasets.model.index(r).data(Qt.ItemDataRole.ToolTipRole) for r in range(len(listed))]
    assert any("swapped" in tip for tip in tips)


def test_a_closed_set_takes_its_list_along(searched):
    searched.studio.remove_set(0)
    assert searched.suspects.model.rowCount() == 0 and "Open a data set" in searched.suspects.summary.text()


def test_a_set_that_is_too_small_is_told(empty_window, qtbot, trained, spoilt):
    empty_window.studio.add_sets([replace(spoilt, samples=spoilt.samples[:5])])
    empty_window.studio.set_landmarker(trained, "shipped")
    empty_window.actions_["suspects"].trigger()
    qtbot.waitUntil(lambda: empty_window.jobs.running is None, timeout=20_000)
    assert "too few" in empty_window.studio.notices[-1].text
