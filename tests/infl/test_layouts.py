"""The layouts that come with the program, and what happens to a layout file that is wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest

from infl.errors import FileError, InflError
from infl.geometry.canonical_face import canonical_face
from infl.geometry.surface import points_at
from infl.layouts import layout, layout_names, load_layout, save_layout

COUNTS = {
    "ibug68": 68, "ibug51": 51, "wflw98": 98, "scut86": 86, "aflw21": 21, "aflw19": 19, "mtfl5": 5, "five": 5,
    "webmorph189": 189, "imm73": 73, "facesynthetics70": 70, "cofw29": 29, "bioid20": 20, "lapa106": 106,
    "helen194": 194,
}  # fmt: skip


def test_all_conventions_are_there():
    assert {name: len(layout(name)) for name in COUNTS} == COUNTS
    assert len(layout("dense")) == len(canonical_face().vertices)
    assert set(layout_names()) == {*COUNTS, "dense"}


@pytest.mark.parametrize("name", [*COUNTS, "dense"])
def test_points_lie_on_the_mesh_and_mirror_each_other(name):
    drawn = layout(name)
    triangle = np.array([p.triangle for p in drawn.points])
    weight = np.array([p.barycentric for p in drawn.points])
    assert (weight >= 0).all() and np.allclose(weight.sum(1), 1, atol=1e-5)
    assert np.allclose(points_at(canonical_face(), triangle, weight), drawn.queries, atol=2e-3)
    assert np.array_equal(drawn.mirror[drawn.mirror], np.arange(len(drawn)))
    assert np.allclose(drawn.queries[drawn.mirror], drawn.queries * [-1, 1, 1], atol=2e-3)
    assert np.array_equal(drawn.contour[drawn.mirror], drawn.contour)


@pytest.mark.parametrize("name", COUNTS)
def test_names_tell_the_subjects_sides(name):
    drawn = layout(name)
    assert len(set(drawn.names)) == len(drawn)
    for point in drawn.points:
        x = point.xyz[0]
        assert point.name.startswith(
            "left " if x > 0.01 else "right " if x < -0.01 else drawn.points[point.mirror].name
        )
        assert point.group
    used = {end for edge in drawn.edges for end in edge}
    alone = {drawn.points[i].group for i in set(range(len(drawn))) - used}
    assert alone <= {"pupil", "eye", "jaw", "temple", "ear", "neck", "nose"}


@pytest.mark.parametrize("name", COUNTS)
def test_eye_corners_are_the_subjects_right_and_left(name):
    right, left = layout(name).eye_corners or (0, 0)
    assert layout(name).mirror[right] == left
    assert layout(name).queries[right, 0] < 0 < layout(name).queries[left, 0]
    if name not in ("mtfl5", "five"):
        assert layout(name).names[left] == layout(name).names[right].replace("right", "left")
        assert layout(name).queries[left, 0] == pytest.approx(canonical_face().interocular / 2, abs=0.01)


def test_the_indices_are_those_that_the_conventions_define():
    ibug = layout("ibug68")
    assert [ibug.names[i] for i in (8, 27, 30, 33, 36, 39, 42, 45, 48, 51, 54, 57, 62, 66)] == [
        "chin", "nose bridge 1", "nose tip", "nose base centre", "right outer eye corner", "right inner eye corner",
        "left inner eye corner", "left outer eye corner", "right mouth corner", "upper lip centre", "left mouth corner",
        "lower lip centre", "inner upper lip centre", "inner lower lip centre",
    ]  # fmt: skip
    assert ibug.contour[:17].all() and not ibug.contour[17:].any()
    assert not layout("facesynthetics70").contour.any()  # its jaw is a line in 3D
    assert layout("wflw98").contour[:33].all() and layout("scut86").contour[:22].all()
    assert layout("imm73").contour[62:].all()
    assert np.array_equal(layout("ibug51").queries, ibug.queries[17:])


def test_mirrors_are_those_published_with_the_data(infl_data):
    published = json.loads((infl_data / "conventions.json").read_text())
    names = {"imm_frontal73": "imm73", "frl189": "webmorph189", "aflw2000-3d-68": "ibug68"}
    for convention, entry in published.items():
        assert layout(str(names.get(convention, convention))).mirror.tolist() == entry["flip"], convention


@pytest.mark.parametrize(
    ("first", "i", "second", "j"),
    [
        ("ibug68", 45, "wflw98", 72), ("ibug68", 45, "aflw21", 11), ("ibug68", 42, "webmorph189", 23),
        ("ibug68", 54, "mtfl5", 4), ("ibug68", 30, "imm73", 45), ("ibug68", 35, "aflw21", 15),
        ("ibug68", 26, "aflw21", 5), ("ibug68", 22, "cofw29", 3), ("ibug68", 8, "scut86", 11),
        ("wflw98", 97, "mtfl5", 1), ("wflw98", 97, "webmorph189", 1), ("scut86", 73, "aflw21", 19),
    ],
)  # fmt: skip
def test_places_that_two_conventions_name_are_one_place(first, i, second, j):
    assert layout(first).points[i].xyz == layout(second).points[j].xyz


def test_a_layout_survives_saving(tmp_path):
    save_layout(layout("scut86"), tmp_path / "mine.json")
    assert layout(tmp_path / "mine.json") == layout("scut86")


def _broken(tmp_path, change) -> FileError:
    path = tmp_path / "broken.json"
    save_layout(layout("five"), path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(FileError) as caught:
        load_layout(path)
    assert caught.value.path == path
    return caught.value


def test_errors_name_the_field(tmp_path):
    assert _broken(tmp_path, lambda c: c["points"][2].pop("xyz")).place == "points.2.xyz"
    assert _broken(tmp_path, lambda c: c["points"][1].update(mirror=7)).place == "points.1"
    assert _broken(tmp_path, lambda c: c["edges"].append([0, 9])).place.startswith("edges.")
    assert _broken(tmp_path, lambda c: c.update(format_version=2)).place == "format_version"
    assert _broken(tmp_path, lambda c: c.update(colour="red")).place == "colour"
    assert _broken(tmp_path, lambda c: c.update(eye_corners=[0, 5])).place == "eye_corners"


def test_a_file_that_is_no_json_or_absent_is_named(tmp_path):
    path = tmp_path / "layout.json"
    with pytest.raises(FileError, match=r"layout\.json.*cannot be read"):
        load_layout(path)
    path.write_text("{")
    with pytest.raises(FileError, match=r"layout\.json.*no layout file"):
        load_layout(path)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(InflError, match=r"“ibug69”.*ibug68"):
        layout("ibug69")
