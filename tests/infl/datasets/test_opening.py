"""Choosing: what is looked for, `annotation=`, `dataset.json`, several sets at once."""

import json

import numpy as np
import pytest

from infl.datasets import find_annotations, open_dataset, open_datasets
from infl.errors import FileError
from infl.layouts import Layout, LayoutPoint, save_layout

from .conftest import FORMATS, picture, points, table, write


def small_layout(count: int, names=None, name="mine") -> Layout:
    names = names or [f"p{i}" for i in range(count)]
    return Layout(
        name, "Mine", tuple(LayoutPoint(n, (0, 0, i), 0, (1, 0, 0), i) for i, n in enumerate(names))
    )


def header(folder, **fields):
    write(folder / "dataset.json", json.dumps({"format": "infl-dataset", **fields}))


def test_an_empty_folder_says_what_was_looked_for(tmp_path):
    with pytest.raises(FileError) as error:
        open_dataset(tmp_path)
    message = str(error.value)
    assert message.startswith(f"{tmp_path}: holds no pictures")
    for word in (
        "iBUG",
        "WFLW",
        "MTFL",
        "SCUT",
        "AFLW",
        "WebMorph",
        "IMM",
        "FaceSynthetics",
        "dlib",
        "COCO",
        ".csv",
    ):
        assert word in message


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match="is no folder"):
        open_dataset(tmp_path / "gone")


def test_an_unknown_annotation_lists_those_there_are(tmp_path):
    FORMATS["aflw2000"][0](tmp_path)
    with pytest.raises(FileError, match=r"no annotation “x”\. It has: aflw2000, aflw2000_re68, aflw21"):
        open_dataset(tmp_path, "x")


def test_a_single_annotation_file_can_be_opened(tmp_path):
    FORMATS["aflw2000"][0](tmp_path)
    assert open_dataset(tmp_path / "aflw21.csv").convention == "aflw21"


def test_open_datasets_gives_every_annotation_under_its_own_name(tmp_path):
    folder = tmp_path / "aflw2000"
    folder.mkdir()
    FORMATS["aflw2000"][0](folder)
    names = [(d.name, d.convention) for d in open_datasets([folder])]
    assert names == [
        ("aflw2000", "aflw2000"),
        ("aflw2000_re68", "aflw2000_re68"),
        ("aflw2000_aflw21", "aflw21"),
    ]


def test_an_annotation_that_cannot_be_read_at_all_does_not_hide_the_others(tmp_path):
    FORMATS["aflw2000"][0](tmp_path)
    write(tmp_path / "aflw21.csv", table("zzz", 21))
    datasets = open_datasets([tmp_path])
    assert [d.convention for d in datasets] == ["aflw2000", "aflw2000_re68"]
    assert "holds no face that can be read" in str(datasets[0].problems[-1])


def test_a_folder_of_sets_stands_for_all_of_them(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        FORMATS["csv"][0](tmp_path / name)
        header(tmp_path / name)
    assert [d.name for d in open_datasets([tmp_path])] == ["one", "two"]
    with pytest.raises(FileError, match=r"holds 2 sets\. Open one of them: one, two"):
        open_dataset(tmp_path)


def test_a_header_names_the_set_its_convention_its_layout_and_its_pixel_origin(tmp_path):
    FORMATS["csv"][0](tmp_path)
    save_layout(small_layout(12), tmp_path / "mine.json")
    header(tmp_path, name="My set", convention="outer", layout="mine.json", pixel_origin=1, normaliser="box")
    dataset = open_dataset(tmp_path)
    assert (dataset.name, dataset.convention, dataset.normaliser) == ("My set", "outer", "box")
    assert dataset.layout is not None and dataset.layout.name == "mine"
    np.testing.assert_allclose(dataset.samples[0].points, points(12) - 1, atol=1e-4)
    assert "1 subtracted" in dataset.pixel_origin


def test_a_header_chooses_one_of_several_annotations(tmp_path):
    FORMATS["aflw2000"][0](tmp_path)
    header(tmp_path, annotations="aflw21.csv", name="set")
    assert [(d.name, d.convention) for d in open_datasets([tmp_path])] == [("set", "aflw21")]
    assert open_dataset(tmp_path).point_count == 21


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "line 1: is no JSON"),
        ('{"format": "infl-dataset", "colour": 1}', "colour: is no header"),
        ('{"format": "other"}', "format: is no header"),
        ('{"format": "infl-dataset", "pixel_origin": 2}', "pixel_origin"),
        ('{"format": "infl-dataset", "layout": "nobody"}', "layout: there is no layout “nobody”"),
        ('{"format": "infl-dataset", "annotations": "nobody"}', "no annotation “nobody”"),
        ("[" * 100_000, "is no JSON that can be read"),
    ],
)
def test_a_header_that_is_wrong_names_the_field(tmp_path, content, said):
    FORMATS["csv"][0](tmp_path)
    write(tmp_path / "dataset.json", content)
    with pytest.raises(FileError, match=said):
        open_dataset(tmp_path)


def test_convention_and_layout_can_be_given(tmp_path):
    FORMATS["csv"][0](tmp_path)
    dataset = open_dataset(tmp_path, convention="inner", layout=small_layout(12))
    assert dataset.convention == "inner" and dataset.layout == small_layout(12)
    with pytest.raises(FileError, match="has 12 points a face, but the layout mine has 3"):
        open_dataset(tmp_path, layout=small_layout(3))


def test_a_table_of_named_points_follows_the_layouts_order(tmp_path):
    picture(tmp_path / "a.jpg")
    write(tmp_path / "p.csv", "image,b_x,b_y,a_x,a_y\na.jpg,1,2,3,4\n")
    np.testing.assert_array_equal(open_dataset(tmp_path).samples[0].points, [[1, 2], [3, 4]])
    layout = small_layout(2, ["a", "b"])
    np.testing.assert_array_equal(open_dataset(tmp_path, layout=layout).samples[0].points, [[3, 4], [1, 2]])


def test_a_table_can_say_its_convention(tmp_path):
    picture(tmp_path / "a.jpg")
    write(tmp_path / "p.csv", "image,convention,x0,y0\na.jpg,inner,1,2\n")
    assert open_dataset(tmp_path).convention == "inner"


def test_a_set_that_says_nothing_is_a_convention_of_its_own(tmp_path):
    folder = tmp_path / "holiday"
    folder.mkdir()
    FORMATS["csv"][0](folder)
    dataset = open_dataset(folder)
    assert (dataset.name, dataset.convention, dataset.layout) == ("holiday", "holiday", None)


def test_splits_rows_that_cannot_be_used_are_named(tmp_path):
    FORMATS["csv"][0](tmp_path)
    write(tmp_path / "splits.csv", "image,split,subject\na.jpg,train\nz.jpg,val,z\nb.jpg,val,b\n")
    dataset = open_dataset(tmp_path)
    assert [s.split for s in dataset.samples] == ["", "val", ""]
    told = [str(p) for p in dataset.problems]
    assert any("line 2: 2 cells" in t for t in told) and any("line 3: the picture z.jpg" in t for t in told)
    assert any("says nothing of 2 annotated pictures" in t for t in told)


def test_splits_may_name_a_picture_without_its_folder(tmp_path):
    FORMATS["webmorph_tem"][0](tmp_path)
    write(tmp_path / "splits.csv", "image,split,subject\n" + "\n".join(f"{n}.jpg,train,{n}" for n in "abc"))
    dataset = open_dataset(tmp_path)
    assert {s.split for s in dataset.samples} == {"train"} and not dataset.problems


def test_two_pictures_of_one_name_are_told_apart_or_refused(tmp_path):
    for sub in ("one", "two"):
        picture(tmp_path / sub / "a.jpg")
    write(tmp_path / "p.csv", "image,x0,y0\na.jpg,1,2\none/a.jpg,1,2\n")
    dataset = open_dataset(tmp_path)
    assert [s.key for s in dataset.samples] == ["one/a.jpg"]
    assert "could be any of 2" in str(dataset.problems[0])


def test_why_is_said_for_every_annotation(tmp_path):
    FORMATS["aflw2000"][0](tmp_path)
    assert [a.why for a in find_annotations(tmp_path)] == [
        "3 .mat files, the first a.mat",
        "reannotated68.csv, a table with a picture and 68 points a row",
        "aflw21.csv, a table with a picture and 21 points a row",
    ]
