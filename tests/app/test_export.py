"""Exporting from the studio: every format, what will be missing, and that what was written is right."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app import commands, correction_commands
from app.views.export_dialog import OWN, ExportDialog
from infl.datasets import open_dataset

CHEEK, CHIN = (40.0, -30.0, 20.0), (0.0, -110.0, 25.0)


@pytest.fixture
def dialog(window, qtbot, tmp_path):
    """The dialog with one small set ticked, and two points of one's own."""
    for place in (CHEEK, CHIN):
        commands.add_point(window.studio, place)
    few = window.studio.sets[2].dataset
    chosen = {sample.key for sample in few.samples[:4]}
    window.studio.add_sets([few.where(lambda sample: sample.key in chosen)])
    dialog = ExportDialog(window.studio, window.jobs, window)
    qtbot.addWidget(dialog)
    dialog.open()
    for i in (0, 1):
        dialog.sets.item(i).setCheckState(Qt.CheckState.Unchecked)
    dialog.path.setText(str(tmp_path / "out.h5"))
    return dialog


def choose(combo, data):
    combo.setCurrentIndex(combo.findData(data))


def export(dialog, window, qtbot):
    before = len(window.studio.notices)
    dialog.go.click()
    qtbot.waitUntil(
        lambda: window.jobs.running is None and len(window.studio.notices) > before, timeout=600_000
    )
    return window.studio.notices[-1]


@pytest.mark.parametrize(("name", "file"), [("coco", "out.json"), ("csv", "out.csv"), ("pts", "out")])
def test_harmonised_points_in_another_format(dialog, window, qtbot, tmp_path, name, file):
    choose(dialog.format, name)
    assert dialog.path.text() == str(tmp_path / file), "the name follows the format"
    told = export(dialog, window, qtbot)
    assert (
        told.level == "info" and "Wrote 4 faces with 2 points" in told.text and "were read back" in told.text
    )
    assert "no place for σ" in told.details
    root = window.studio.sets[2].dataset.root
    again = open_dataset(tmp_path / file, pictures=root, layout=window.studio.layout)
    assert len(again) == 4 and np.isfinite(again.samples[0].points).all()
    assert [p.name for p in tmp_path.glob("out*")] == [file], "what was made on the way is gone"


def test_hdf5_is_read_back_and_told(dialog, window, qtbot, tmp_path):
    told = export(dialog, window, qtbot)
    assert "Wrote 4 faces with 2 points" in told.text and "8 predicted" in told.text
    assert len(open_dataset(tmp_path / "out.h5")) == 4


def test_what_will_be_missing_is_said_while_choosing(dialog, qtbot):
    def said(text):
        qtbot.waitUntil(lambda: text in dialog.report.toPlainText(), timeout=20_000)

    said("2 of 2 points have no click in it and are predicted")
    choose(dialog.format, "pts")
    said("Faces that lack a point are left out")
    said("which points are hidden")
    choose(dialog.points, "clicked")
    said("2 of 2 points have no click in it and are absent")
    dialog.transfer.setChecked(False)
    assert "No point would be left" in dialog.problem.text() and not dialog.go.isEnabled()


def test_a_set_s_own_corrected_points_need_no_model(dialog, window, qtbot, tmp_path):
    studio = window.studio
    studio.show(studio.place.__class__(2, 0))
    qtbot.waitUntil(lambda: studio.photo is not None and studio.photo.place == studio.place, timeout=20_000)
    correction_commands.move_point(studio, 5, (12.0, 34.0))
    again = ExportDialog(studio, window.jobs, window)
    qtbot.addWidget(again)
    choose(again.format, "csv")
    choose(again.layout_name, OWN)
    again.path.setText(str(tmp_path / "own.csv"))
    assert "tick one" in again.problem.text()
    for i in (0, 1):
        again.sets.item(i).setCheckState(Qt.CheckState.Unchecked)
    told = export(again, window, qtbot)
    assert "Wrote 4 faces with 68 points" in told.text
    read = open_dataset(tmp_path / "own.csv", pictures=studio.sets[2].dataset.root)
    assert read.samples[0].points[5].tolist() == [12, 34]


def test_a_cancelled_export_leaves_no_file_under_the_name(dialog, window, qtbot, tmp_path):
    choose(dialog.format, "csv")
    dialog.go.click()
    qtbot.waitUntil(
        lambda: window.jobs.running is None or window.jobs.running.latest is not None, timeout=60_000
    )
    if window.jobs.running is not None:
        window.statusBar().cancel.click()
    qtbot.waitUntil(lambda: window.jobs.running is None, timeout=60_000)
    assert not (tmp_path / "out.csv").exists() or "Wrote" in window.studio.notices[-1].text


def test_a_folder_that_is_not_there_is_said_at_once(dialog, tmp_path):
    dialog.path.setText(str(tmp_path / "none" / "x.h5"))
    assert "There is no folder" in dialog.problem.text() and not dialog.go.isEnabled()
