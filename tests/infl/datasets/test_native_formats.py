"""What is particular to one format each."""

import json
import struct

import numpy as np
import pytest

from infl.datasets import ABSENT, OCCLUDED, VISIBLE, open_dataset

from .conftest import FORMATS, picture, points, pts, write


def open_made(name, folder, annotation=None):
    FORMATS[name][0](folder)
    return open_dataset(folder, annotation)


def problem(dataset) -> str:
    assert len(dataset.problems) == 1
    return str(dataset.problems[0])


def test_pts_a_bad_number_is_named_by_file_and_line(tmp_path):
    FORMATS["ibug_pts"][0](tmp_path)
    file = tmp_path / "b.pts"
    lines = file.read_text().split("\n")
    lines[7] = "12.5 abc"
    file.write_text("\n".join(lines))
    dataset = open_dataset(tmp_path)
    assert [s.key for s in dataset.samples] == ["a.jpg", "c.jpg"]
    assert problem(dataset) == f"{file}, line 8: “abc” is no number."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not closed"),
        ("version: 1\nn_points: 2\n{\n1 1\n}\n", "1 points where “n_points” says 2"),
        ("version: 1\nn_points: 1\n{\n1 1\n", "not closed"),
        ("version: 1\n{\n1 1 1\n}\n", "line 3: 3 numbers where a point has 2"),
        ("hello\n", "line 1: “hello” is neither"),
        ("version: 1\n{\n}\n", "holds no points"),
    ],
)
def test_pts_each_kind_of_damage_has_its_message(tmp_path, text, said):
    FORMATS["ibug_pts"][0](tmp_path)
    write(tmp_path / "b.pts", text)
    dataset = open_dataset(tmp_path)
    assert len(dataset) == 2 and said in problem(dataset) and "b.pts" in problem(dataset)


def test_pts_in_a_folder_beside_the_pictures_and_windows_line_ends(tmp_path):
    for clip in ("001", "002"):
        picture(tmp_path / clip / "imgs" / "000006.jpg")
        file = pts(tmp_path / clip / "annot", "000006", points(68) + 1)
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        (tmp_path / clip / "annot" / "000006.jpg").unlink()
    assert [s.key for s in open_dataset(tmp_path).samples] == ["001/imgs/000006.jpg", "002/imgs/000006.jpg"]


def test_pts_of_another_count_is_a_problem(tmp_path):
    FORMATS["ibug_pts"][0](tmp_path)
    pts(tmp_path, "tongue", points(19))
    dataset = open_dataset(tmp_path)
    assert dataset.point_count == 68 and "19 points where the set has 68" in problem(dataset)


def test_wflw_attributes_and_box(tmp_path):
    sample = open_made("wflw", tmp_path).samples[0]
    assert sample.key == "WFLW_images/a 1.jpg" and sample.extra["box"] == (1, 2, 30, 40)
    flags = {
        "pose": False,
        "expression": True,
        "illumination": False,
        "make_up": True,
        "occlusion": False,
        "blur": True,
    }
    assert {k: sample.extra[k] for k in flags} == flags
    with pytest.raises(TypeError):
        sample.extra["pose"] = True  # pyright: ignore


def test_wflw_a_short_line_is_named(tmp_path):
    FORMATS["wflw"][0](tmp_path)
    file = tmp_path / "list_98pt_rect_attr_train.txt"
    lines = file.read_text().split("\n")
    lines[1] = lines[1][60:]
    file.write_text("\n".join(lines))
    dataset = open_dataset(tmp_path)
    assert len(dataset) == 2 and f"{file}, line 2: " in problem(dataset)


def test_mtfl_x_come_before_y(tmp_path):
    """In the file: x1 … x5, then y1 … y5; point 0 is its “left eye”, the subject's right."""
    dataset = open_made("mtfl", tmp_path)
    np.testing.assert_allclose(dataset.samples[0].points, points(5), atol=1e-4)
    assert dict(dataset.samples[0].extra) == {"gender": 1, "smile": 2, "glasses": 2, "pose": 3}


def test_scut_a_cut_file_says_how_many_bytes(tmp_path):
    FORMATS["scut_pts"][0](tmp_path)
    file = tmp_path / "facial landmark" / "b.pts"
    file.write_bytes(file.read_bytes()[:100])
    dataset = open_dataset(tmp_path)
    assert len(dataset) == 2 and problem(dataset) == f"{file}: 100 bytes where 86 points take 692."
    file.write_bytes(struct.pack("<i", 85) + points(86).astype("<f4").tobytes())
    assert "says 85 points" in problem(open_dataset(tmp_path))
    file.write_bytes(struct.pack("<i", 86) + np.full((86, 2), np.nan, "<f4").tobytes())
    assert "point 0: is no finite number" in problem(open_dataset(tmp_path))


def test_aflw_empty_cells_are_absent_and_the_box_normalises(tmp_path):
    FORMATS["aflw_csv"][0](tmp_path)
    file = tmp_path / "annotations.csv"
    lines = file.read_text().split("\n")
    cells = lines[1].split(",")
    cells[2:4] = ["", ""]
    file.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]))
    dataset = open_dataset(tmp_path)
    sample = dataset.samples[0]
    assert sample.visibility.tolist() == [ABSENT] + [VISIBLE] * 20 and np.isnan(sample.points[0]).all()
    assert sample.extra["yaw_deg"] == 12.5 and dataset.normaliser == "box" and dataset.convention == "aflw21"


def test_aflw2000_carries_three_conventions(tmp_path):
    fitted = open_made("aflw2000", tmp_path)
    assert (fitted.convention, fitted.normaliser, fitted.point_count) == ("aflw2000", "box", 68)
    np.testing.assert_array_equal(fitted.samples[0].extra["z"], np.arange(68))
    assert fitted.samples[0].extra["pose"] == pytest.approx((0.1, 0.2, 0.3))
    for annotation, count in (("aflw2000", 68), ("aflw2000_re68", 68), ("aflw21", 21)):
        dataset = open_dataset(tmp_path, annotation)
        assert (dataset.convention, dataset.point_count, dataset.normaliser) == (annotation, count, "box")
        np.testing.assert_allclose(dataset.samples[0].points, points(count), atol=2e-4)


def test_aflw2000_a_damaged_mat_is_named(tmp_path):
    FORMATS["aflw2000"][0](tmp_path)
    (tmp_path / "b.mat").write_bytes((tmp_path / "b.mat").read_bytes()[:200])
    dataset = open_dataset(tmp_path)
    assert len(dataset) == 2 and str(tmp_path / "b.mat") in problem(dataset)


def test_imm_fractions_grow_with_the_picture(tmp_path):
    FORMATS["imm_asf"][0](tmp_path)
    picture(tmp_path / "a.jpg", 128, 96)
    small, large = (next(s for s in open_dataset(tmp_path).samples if s.key == k) for k in ("b.jpg", "a.jpg"))
    np.testing.assert_allclose((large.points + 0.5) / 2, small.points + 0.5, atol=1e-4)


def test_imglab_has_several_faces_a_picture_and_absent_parts(tmp_path):
    picture(tmp_path / "a.jpg")
    box = "<box top='1' left='2' width='3' height='4'{}>{}</box>"
    one = box.format("", "<part name='0' x='1' y='2'/><part name='1' x='3' y='4'/>")
    two = box.format("", "<part name='1' x='5' y='6'/>")
    skipped = box.format(" ignore='1'", "<part name='1' x='7' y='8'/>") + box.format("", "")
    images = f"<image file='a.jpg'>{one}{two}{skipped}</image>"
    write(tmp_path / "faces.xml", f"<dataset><images>{images}</images></dataset>")
    dataset = open_dataset(tmp_path)
    assert [s.key for s in dataset.samples] == ["a.jpg", "a.jpg#2"]
    assert dataset.samples[1].visibility.tolist() == [ABSENT, VISIBLE]
    np.testing.assert_array_equal(dataset.samples[1].points[1], [5, 6])
    assert dataset.samples[0].extra["box"] == (2, 1, 3, 4)


def test_imglab_entities_are_refused(tmp_path):
    FORMATS["imglab"][0](tmp_path)
    bomb = '<?xml version="1.0"?>\n<!DOCTYPE d [<!ENTITY a "aaaa">]>\n<dataset><part name="&a;"/></dataset>'
    write(tmp_path / "bomb.xml", bomb)
    dataset = open_dataset(tmp_path)
    assert len(dataset) == 3 and "bomb.xml, line 2: declares entities" in problem(dataset)


@pytest.mark.parametrize(
    "content",
    [
        {"version": 1, "groups": [{"landmarks": [{"point": [2, 1]}, {"point": [None, None]}]}]},
        {"version": 2, "landmarks": {"points": [[2, 1], [None, None]]}},
        {
            "version": 3,
            "groups": {
                "few": {"landmarks": {"points": []}},
                "all": {"landmarks": {"points": [[2, 1], [None, None]]}},
            },
        },
    ],
)
def test_ljson_versions_are_y_before_x(tmp_path, content):
    picture(tmp_path / "a.jpg")
    write(tmp_path / "a.ljson", json.dumps(content))
    sample = open_dataset(tmp_path).samples[0]
    np.testing.assert_array_equal(sample.points, [[1, 2], [np.nan, np.nan]])
    assert sample.visibility.tolist() == [VISIBLE, ABSENT]


def test_coco_visibility_and_bodies(tmp_path):
    picture(tmp_path / "a.jpg")
    body = {"id": 1, "name": "person", "keypoints": ["nose", "left_ankle", *map(str, range(15))]}
    content = {
        "images": [{"id": 7, "file_name": "a.jpg"}],
        "annotations": [
            {"image_id": 7, "category_id": 2, "keypoints": [1, 2, 2, 3, 4, 1, 0, 0, 0]},
            {"image_id": 7, "category_id": 1, "keypoints": [0] * 51},
            {"image_id": 8, "category_id": 2, "keypoints": [1, 2, 2]},
        ],
        "categories": [body, {"id": 2, "name": "face"}],
    }
    write(tmp_path / "faces.json", json.dumps(content))
    dataset = open_dataset(tmp_path)
    assert dataset.samples[0].visibility.tolist() == [VISIBLE, OCCLUDED, ABSENT]
    assert [p.place for p in dataset.problems] == ["", "annotations.2.image_id"]
    assert "1 annotations are bodies" in str(dataset.problems[0])


def test_coco_ones_everywhere_mean_nothing_about_what_is_hidden(tmp_path):
    picture(tmp_path / "a.jpg")
    face = {"image_id": 1, "keypoints": [1, 2, 1, 3, 4, 1]}
    write(
        tmp_path / "f.json", json.dumps({"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [face]})
    )
    assert open_dataset(tmp_path).samples[0].visibility.tolist() == [VISIBLE, VISIBLE]


def test_csv_with_named_points_splits_visibility_and_extras(tmp_path):
    picture(tmp_path / "in" / "a.jpg")
    header = "File,split,subject,nose_x,nose_y,nose_v,chin_x,chin_y,age,note"
    write(tmp_path / "p.csv", f'{header}\nin/a.jpg,val,anna,1.5,2,1,,,30,"one, two"\n')
    dataset = open_dataset(tmp_path)
    sample = dataset.samples[0]
    assert (sample.split, sample.subject) == ("val", "anna")
    np.testing.assert_array_equal(sample.points, [[1.5, 2], [np.nan, np.nan]])
    assert sample.visibility.tolist() == [OCCLUDED, ABSENT]
    assert dict(sample.extra) == {"age": 30.0, "note": "one, two"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a.jpg,1", "line 2: 2 cells where the first line has 3"),
        ("a.jpg,1,", "line 2, point 0: has only one of its two coordinates"),
        ("a.jpg,1,b", "line 2, point 0: “b” is no number"),
        ("a.jpg,1,inf", "line 2, point 0: “inf” is no finite number"),
        ("z.jpg,1,2", "line 2: the picture z.jpg is missing"),
        ("a.jpg,1,1e9", "line 2: point 0 lies at [1.0, 1000000000.0], outside any picture"),
    ],
)
def test_csv_a_bad_row_is_named_by_line(tmp_path, row, said):
    picture(tmp_path / "a.jpg")
    write(tmp_path / "p.csv", f"image,x0,y0\n{row}\na.jpg,1,2\n")
    dataset = open_dataset(tmp_path)
    assert len(dataset) == 1 and f"{tmp_path / 'p.csv'}, {said}" in problem(dataset)
