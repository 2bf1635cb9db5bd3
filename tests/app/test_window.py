"""The window as a person uses it: open sets, go through photos, edit the layout, fine-tune, export."""

import shutil
from dataclasses import replace

import h5py
import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt

from app import commands
from app.jobs import encode_sample
from app.values import OpenSet, Place
from app.views.command_search import CommandSearch
from app.views.export_dialog import ExportDialog
from infl.layouts import load_layout

CHEEK, CHIN = (40.0, -30.0, 20.0), (0.0, -110.0, 25.0)


def settle(window, qtbot, timeout=30_000):
    qtbot.waitUntil(lambda: not window.busy, timeout=timeout)


def test_opening_folders_shows_their_sets_and_the_first_photo(empty_window, qtbot, demo_folders):
    empty_window.operations.open(demo_folders)
    settle(empty_window, qtbot)
    studio = empty_window.studio
    assert [s.label for s in studio.sets] == [f.name for f in demo_folders]
    assert len({s.colour for s in studio.sets}) == len({s.mark for s in studio.sets}) == 3
    assert studio.photo.image.ndim == 3 and studio.photo.encoded is None
    assert empty_window.datasets.sets.topLevelItemCount() == 3


def test_a_folder_that_is_no_set_is_told_and_the_others_open(empty_window, qtbot, demo_folders, tmp_path):
    empty_window.operations.open([tmp_path / "nowhere", *demo_folders])
    settle(empty_window, qtbot)
    assert len(empty_window.studio.sets) == 3
    told = [n.text for n in empty_window.studio.notices if n.level == "error"]
    assert len(told) == 1 and "nowhere" in told[0]


def test_files_that_cannot_be_read_are_shown_and_the_rest_opens(empty_window, qtbot, demo_folders, tmp_path):
    copy = tmp_path / "damaged"
    shutil.copytree(demo_folders[2], copy)
    next(copy.rglob("*.pts")).write_text("nothing")
    empty_window.operations.open([copy])
    settle(empty_window, qtbot)
    assert len(empty_window.studio.sets[0].dataset) > 0
    assert empty_window.datasets.problems.isVisible()
    assert any("could not be read" in n.text for n in empty_window.studio.notices)


def test_a_missing_checkpoint_is_told_and_the_window_works(empty_window, qtbot, demo_folders, tmp_path):
    empty_window.operations.load_model(tmp_path / "none.safetensors")
    empty_window.operations.open(demo_folders[:1])
    settle(empty_window, qtbot)
    assert empty_window.studio.photo is not None
    assert any("none.safetensors" in n.text for n in empty_window.studio.notices)


def test_a_photo_that_is_gone_is_told_and_the_next_one_shows(window, qtbot, demo_folders, tmp_path):
    copy = tmp_path / "gone"
    shutil.copytree(demo_folders[2], copy)
    window.operations.open([copy])
    settle(window, qtbot)
    studio = window.studio
    studio.sets[3].dataset.samples[1].image.unlink()
    studio.show(Place(3, 1))
    qtbot.waitUntil(lambda: any(n.level == "error" for n in studio.notices), timeout=10_000)
    studio.show(Place(3, 2))
    qtbot.waitUntil(lambda: studio.photo is not None and studio.photo.place == Place(3, 2), timeout=10_000)


def test_the_prediction_of_a_photo_is_in_its_own_layout_and_convention(window):
    found = window.derived.prediction()
    dataset = window.studio.open_set.dataset
    assert found.points.shape == (len(dataset.layout), 2) and found.convention == dataset.convention


def test_next_and_previous_go_round_the_set(window, qtbot):
    studio, count = window.studio, len(window.studio.sets[0].dataset)
    window.actions_["previous"].trigger()
    assert studio.place == Place(0, count - 1)
    window.actions_["next"].trigger()
    assert studio.place == Place(0, 0)
    qtbot.waitUntil(lambda: studio.photo.place == studio.place, timeout=10_000)


def test_filtering_and_choosing_a_thumbnail(window, qtbot):
    window.studio.show(Place(2, 0))
    model = window.datasets.model
    wanted = window.studio.sets[2].dataset.samples[5].key
    qtbot.keyClicks(window.datasets.filter, wanted)
    assert len(model.places) == 1
    window.datasets.grid.setCurrentIndex(model.index(0))
    assert window.studio.place == Place(2, 5)


def test_undo_and_redo_of_every_edit(window):
    studio = window.studio
    layouts = [studio.layout]
    for edit in (
        lambda: commands.add_point(studio, CHEEK),
        lambda: commands.add_point(studio, CHIN),
        lambda: commands.mirror_points(studio, [0]),
        lambda: commands.rename_point(studio, 1, "chin"),
        lambda: commands.reorder_point(studio, 1, 0),
        lambda: commands.move_points(studio, {0: (0.0, 50.0, 30.0)}),
        lambda: commands.toggle_edge(studio, 0, 1),
        lambda: commands.delete_points(studio, [1, 2]),
    ):
        edit()
        layouts.append(studio.layout)
    for layout in reversed(layouts[:-1]):
        window.actions_["undo"].trigger()
        assert studio.layout == layout
    for layout in layouts[1:]:
        window.actions_["redo"].trigger()
        assert studio.layout == layout


def test_the_table_and_the_face_share_the_selection(window, qtbot):
    for place in (CHEEK, CHIN):
        commands.add_point(window.studio, place)
    table, model = window.layout_panel.table, window.layout_panel.model
    qtbot.waitUntil(lambda: model.rowCount() == 2)
    chosen = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    table.selectionModel().select(model.index(0, 0), chosen)
    assert window.studio.selection == (0,)
    window.studio.select([1])
    qtbot.waitUntil(lambda: {i.row() for i in table.selectionModel().selectedRows()} == {1})


def test_a_name_typed_in_the_table_renames_and_a_taken_one_is_refused(window, qtbot):
    for place in (CHEEK, CHIN):
        commands.add_point(window.studio, place)
    model = window.layout_panel.model
    qtbot.waitUntil(lambda: model.rowCount() == 2)
    assert model.setData(model.index(0, 1), "left cheek")
    assert not model.setData(model.index(1, 1), "left cheek")
    assert window.studio.layout.names[0] == "left cheek"


def test_a_saved_layout_comes_back_as_it_was(window, tmp_path):
    commands.add_point(window.studio, CHEEK)
    commands.mirror_points(window.studio, [0])
    window.operations.save_layout(tmp_path / "mine.json")
    assert len(load_layout(tmp_path / "mine.json")) == 2
    saved = window.studio.layout
    window.operations.new_layout()
    window.operations.load_layout(tmp_path / "mine.json")
    assert window.studio.layout.points == saved.points and window.studio.layout.name == "mine"
    window.studio.undo.undo()
    assert len(window.studio.layout) == 0


def test_a_broken_layout_file_is_told(window, tmp_path):
    (tmp_path / "broken.json").write_text("{}")
    window.operations.load_layout(tmp_path / "broken.json")
    assert "broken.json" in window.studio.notices[-1].text


def test_export_writes_every_face_in_the_custom_layout(window, qtbot, tmp_path, trained):
    window.studio.set_landmarker(trained, "research")
    for place in (CHEEK, CHIN):
        commands.add_point(window.studio, place)
    dialog = ExportDialog(window.studio, window.jobs, window)
    for i in (0, 1):
        dialog.sets.item(i).setCheckState(Qt.CheckState.Unchecked)
    dialog.path.setText(str(tmp_path / "out.h5"))
    dialog.begin()
    qtbot.waitUntil(lambda: window.jobs.running is None, timeout=600_000)
    faces = len(window.studio.sets[2].dataset)
    assert f"Wrote {faces} faces with 2 points" in window.studio.notices[-1].text
    with h5py.File(tmp_path / "out.h5") as file:
        shapes = []
        file.visititems(lambda _name, item: shapes.append(getattr(item, "shape", ())))
        assert (faces, 2, 2) in shapes


def test_measuring_puts_the_worst_photos_first(window, qtbot, trained):
    window.studio.set_landmarker(trained, "research")
    window.datasets.order.setCurrentText("worst first")
    qtbot.waitUntil(lambda: bool(window.studio.disagreement), timeout=600_000)
    assert np.isfinite(list(window.studio.disagreement.values())).all()

    def errors() -> list[float]:
        return [window.studio.disagreement[p] for p in window.datasets.model.places]

    qtbot.waitUntil(lambda: errors() == sorted(errors(), reverse=True))


def test_the_offsets_table_lists_every_point_of_the_comparison(window, qtbot):
    window.studio.compare(a="demo_field29", b="demo_studio68")
    qtbot.waitUntil(lambda: window.offsets.model.rowCount() == 29)
    lengths = [float(window.offsets.sorted.index(i, 5).data()) for i in range(29)]
    assert lengths == sorted(lengths, reverse=True)


def test_command_search_finds_and_does(window, qtbot):
    search = CommandSearch(window.actions_, window)
    qtbot.addWidget(search)
    qtbot.keyClicks(search.field, "heat")
    was = window.studio.options.heat
    qtbot.keyClick(search.field, Qt.Key.Key_Return)
    assert window.studio.options.heat is not was


def test_a_project_brings_back_what_was_on_screen(window, qtbot, tmp_path):
    studio = window.studio
    commands.add_point(studio, CHEEK)
    studio.show(Place(1, 3))
    studio.compare(a="demo_studio68", b="canonical", at="custom")
    studio.set_options(sigma=True, arrow_scale=9.0)
    settle(window, qtbot)
    layout = studio.layout
    assert window.session.save(tmp_path / "p.inflstudio")
    window.operations.new_layout()
    studio.set_options(sigma=False)
    window.session.open(tmp_path / "p.inflstudio")
    settle(window, qtbot)
    assert len(studio.sets) == 3 and studio.place == Place(1, 3) and studio.layout == layout
    assert studio.options.sigma and studio.options.arrow_scale == 9.0
    assert (studio.comparison.a, studio.comparison.at) == ("demo_studio68", "custom")


def test_a_file_that_is_no_project_is_told(window, tmp_path):
    (tmp_path / "p.inflstudio").write_text('{"format": "infl-project", "format_version": 1, "sets": 3}')
    window.session.open(tmp_path / "p.inflstudio")
    assert "sets" in window.studio.notices[-1].text and len(window.studio.sets) == 3


@pytest.mark.parametrize("size", [(1280, 800), (1600, 1000)])
@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_window_fits_the_screen_in_both_themes(window, size, name):
    window.wear(name)
    window.resize(*size)
    assert (window.width(), window.height()) == size
    assert not window.grab().isNull()


def test_closing_remembers_the_arrangement(empty_window, settings):
    empty_window.remember = True
    empty_window.close()
    assert settings.value("state") is not None


def test_harmonised_points_follow_the_human_ones_by_the_difference(window, qtbot):
    studio, dataset = window.studio, window.studio.open_set.dataset
    studio.set_target_convention(dataset.convention)
    studio.set_options(harmonised=True)
    qtbot.waitUntil(lambda: window.harmonised.found is not None, timeout=60_000)
    at_home = window.harmonised.found
    np.testing.assert_allclose(at_home.points, studio.photo.sample.points, atol=0.05)
    studio.set_target_convention("demo_studio68")
    own = window.derived.prediction().points
    other = studio.landmarker.query(studio.photo.encoded, dataset.layout, "demo_studio68").points
    whole = studio.photo.sample.points + other - own
    qtbot.waitUntil(lambda: window.harmonised.found is not at_home, timeout=60_000)
    harmonised = window.harmonised.found.points
    left, predicted = (np.linalg.norm(points - whole, axis=1).mean() for points in (harmonised, other))
    assert left < 0.5 * predicted, "nearer to the moved click than to the plain prediction"


def test_of_several_faces_in_a_photo_the_annotated_one_is_encoded(window, demo_sets):
    one, other = demo_sets[0].samples[:2]
    crowd = replace(demo_sets[0], samples=(one, replace(other, image=one.image, key=one.key + "#2")))
    assert OpenSet(demo_sets[0], "", "").crowded == frozenset()
    crowded = OpenSet(crowd, "", "")
    assert crowded.crowded == {one.image}
    encoded = encode_sample(window.studio.landmarker, one.load_image(), crowded, one)
    assert encoded.image_size == one.load_image().shape[1::-1]
