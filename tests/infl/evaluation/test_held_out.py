"""Evaluation of a landmarker whose answers are known, and of a real one."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from infl.datasets import Dataset, Sample, open_dataset
from infl.errors import InflError
from infl.evaluation import evaluate
from infl.evaluation.held_out import largest_faces
from infl.export.harmonised_face import PREDICTED, TRANSFERRED
from infl.images import write_image
from infl.layouts import Layout, LayoutPoint
from infl.model import load_landmarker
from infl.progress import run
from infl.resources import resource

EYES = Layout(
    "eyes", "", tuple(LayoutPoint(n, (0, 0, 0), 0, (1, 0, 0), 1 - i) for i, n in enumerate("ab")), (), (0, 1)
)
POINTS = np.array([[10, 10], [30, 10]], np.float32)
"""Two eye corners 20 px apart."""


class Shifted:
    """Finds POINTS, 1 px too far right when asked as "mine" and 4 px when asked as "canonical"."""

    conventions = ("canonical", "mine")

    def __init__(self, **card):
        self.card = {"name": "shifted", **card}
        self.encoded = 0

    def encode(self, image):
        self.encoded += 1
        return image.shape

    def query(self, encoded, at, convention="canonical"):
        assert at is EYES
        return SimpleNamespace(points=POINTS + {"mine": (1, 0), "canonical": (4, 0)}[convention])


def sample(path: Path, split="val", points=POINTS, number="") -> Sample:
    if not path.exists():
        write_image(path, np.zeros((20, 40, 3), np.uint8))
    return Sample(path, path.name + number, points, np.full(len(points), 2, np.uint8), split)


def dataset(*samples: Sample, convention="mine", layout: Layout | None = EYES, normaliser="eyes") -> Dataset:
    return Dataset("set", Path("."), "test", convention, layout, 2, samples, normaliser=normaliser)


def test_each_set_is_measured_with_and_without_its_deformer(tmp_path):
    landmarker = Shifted()
    report = run(
        evaluate(landmarker, [dataset(sample(tmp_path / "a.png"), sample(tmp_path / "b.png", "train"))])
    )
    assert [(r.convention, r.deformer, r.nme, r.faces) for r in report.rows] == [
        ("mine", True, 5.0, 1),
        ("canonical", False, 20.0, 1),
    ]
    assert report.row("set").failures == 0 and report.row("set", deformer=False).failures == 100
    assert report.row("set").auc == pytest.approx(37.5)
    assert landmarker.encoded == 1  # one look at a photograph is enough for both


@pytest.mark.parametrize(("deformer", "asked"), [(True, ["mine"]), (False, ["canonical"])])
def test_one_of_the_two_can_be_asked_for(tmp_path, deformer, asked):
    report = run(evaluate(Shifted(), [dataset(sample(tmp_path / "a.png"))], deformer=deformer))
    assert [row.convention for row in report.rows] == asked


def test_the_box_normalises_where_the_set_says_so(tmp_path):
    tall = POINTS + np.array([[0, 0], [0, 5]], np.float32)
    report = run(
        evaluate(
            Shifted(), [dataset(sample(tmp_path / "a.png", points=tall), normaliser="box")], deformer=True
        )
    )
    assert report.rows[0].nme == pytest.approx(100 * (1 + np.hypot(1, 5)) / 2 / np.sqrt(20 * 5))


def test_what_was_trained_on_is_refused(tmp_path):
    samples = [sample(tmp_path / name) for name in ("a.png", "b.png")]
    with pytest.raises(
        InflError, match=r"set: this checkpoint was trained on 1 of these 2 samples, for example b\.png"
    ):
        run(evaluate(Shifted(training_keys={"mine": ["b.png"]}), [dataset(*samples)]))


def test_another_face_of_a_picture_that_was_trained_on_is_refused(tmp_path):
    with pytest.raises(InflError, match="was trained on"):
        run(evaluate(Shifted(training_keys={"mine": ["a.png#2"]}), [dataset(sample(tmp_path / "a.png"))]))


def test_other_conventions_and_parts_do_not_count_as_trained_on(tmp_path):
    card = {"training_keys": {"mine": ["b.png"], "other": ["a.png"]}}
    report = run(
        evaluate(Shifted(**card), [dataset(sample(tmp_path / "a.png"), sample(tmp_path / "b.png", "train"))])
    )
    assert report.row("set").faces == 1


def test_a_harmonised_set_does_not_make_trained_pictures_held_out(tmp_path):
    face = replace(
        sample(tmp_path / "a.png"), key="set/a.png", origins=(("other", "a.png#2"), ("oldest", "x/a.png"))
    )
    for listed in ({"mine": ["set/a.png"]}, {"other": ["a.png"]}, {"oldest": ["x/a.png"]}):
        with pytest.raises(InflError, match=r"was trained on 1 of these 1 samples, for example set/a\.png"):
            run(evaluate(Shifted(training_keys=listed), [dataset(face)]))
    report = run(
        evaluate(Shifted(training_keys={"other": ["set/a.png"], "mine": ["a.png"]}), [dataset(face)])
    )
    assert report.row("set").faces == 1


def test_a_picture_that_two_sets_annotated_was_trained_on_when_one_of_them_was(tmp_path):
    tall = np.array([[10, 10], [30, 12]], np.float32)
    one = replace(sample(tmp_path / "a.png", "train"), origins=(("fitted", "a.png"),))
    two = replace(sample(tmp_path / "a.png", number="#2", points=tall), origins=(("clicked", "a.png"),))
    with pytest.raises(InflError, match="was trained on"):
        run(evaluate(Shifted(training_keys={"fitted": ["a.png"]}), [dataset(one, two)]))


def test_predicted_points_are_not_measured(tmp_path):
    wrong = np.array([[10, 10], [30, 90]], np.float32)
    half = replace(
        sample(tmp_path / "a.png", points=wrong), provenance=np.array([TRANSFERRED, PREDICTED], np.uint8)
    )
    none = replace(sample(tmp_path / "b.png"), provenance=np.full(2, PREDICTED, np.uint8))
    report = run(evaluate(Shifted(), [dataset(half, none)], deformer=True))
    size = np.hypot(20, 80)
    assert report.rows[0].errors == {"a.png": pytest.approx(100 * 1 / size)}
    assert report.rows[0].skipped == {"b.png": "no human clicked a point of it"}
    assert report.notes == ("set: 3 points that were predicted are not measured.",)


def test_of_several_faces_the_largest_is_meant(tmp_path):
    small = sample(tmp_path / "a.png", points=POINTS * 0.5, number="#2")
    tall = np.array([[10, 10], [30, 12]], np.float32)
    large = sample(tmp_path / "a.png", points=tall)
    assert largest_faces([small, large]) == ((large,), 1)
    assert run(evaluate(Shifted(), [dataset(small, large)])).rows[0].several == 1


def test_a_picture_that_cannot_be_read_is_skipped_with_its_reason(tmp_path):
    (tmp_path / "b.png").write_bytes(b"no picture")
    flat = np.full((2, 2), 7, np.float32)
    samples = (
        sample(tmp_path / "a.png"),
        sample(tmp_path / "b.png"),
        sample(tmp_path / "c.png", points=flat),
    )
    row = run(evaluate(Shifted(), [dataset(*samples)])).rows[0]
    assert row.faces == 1 and set(row.skipped) == {"b.png", "c.png"}
    assert "is no picture" in row.skipped["b.png"] and "no extent" in row.skipped["c.png"]


def test_an_unknown_convention_has_the_canonical_row_and_a_note(tmp_path):
    report = run(evaluate(Shifted(), [dataset(sample(tmp_path / "a.png"), convention="theirs")]))
    assert [row.convention for row in report.rows] == ["canonical"] and "theirs" in report.notes[0]


def test_nothing_to_measure_says_what_there_is(tmp_path):
    with pytest.raises(InflError, match=r"no sample of the part “test”, but of train, val"):
        samples = sample(tmp_path / "a.png"), sample(tmp_path / "b.png", "train")
        run(evaluate(Shifted(), [dataset(*samples)], split="test"))
    with pytest.raises(InflError, match="nobody said what its 2 points mean"):
        run(evaluate(Shifted(), [dataset(sample(tmp_path / "a.png"), layout=None)]))


def test_progress_counts_the_faces_and_shows_the_error_so_far(tmp_path):
    steps = []
    run(evaluate(Shifted(), [dataset(*(sample(tmp_path / f"{n}.png") for n in "abc"))]), steps.append)
    assert [(p.done, p.total) for p in steps] == [(1, 3), (2, 3), (3, 3)]
    assert steps[-1].metrics == {"mine": 5.0, "canonical": 20.0}


def test_the_report_is_saved_as_json_and_drawn_as_a_table(tmp_path):
    report = run(evaluate(Shifted(training_keys={"mine": []}), [dataset(sample(tmp_path / "a.png"))]))
    report.save(tmp_path / "report.json")
    content = json.loads((tmp_path / "report.json").read_text())
    assert content["checkpoint"] == {"name": "shifted"} and content["format"] == "infl-evaluation"
    first = content["rows"][0]
    assert (first["nme_percent"], first["errors_percent"], first["faces"]) == (5.0, {"a.png": 5.0}, 1)
    table = report.markdown().splitlines()
    assert table[2] == "| set | val | 1 | mine | 5.00 | 5.00 | 0.0 | 37.5 | eyes |"
    assert table[3] == "| set | val | 1 | canonical, no deformer | 20.00 | 20.00 | 100.0 | 0.0 | eyes |"


def test_a_real_checkpoint_on_real_files(untrained_checkpoint, drawn_set, layout_of):
    folder = drawn_set("drawn", layout_of("some"), "here", 2)
    landmarker = load_landmarker(untrained_checkpoint)
    report = run(evaluate(landmarker, [open_dataset(folder)], split=None))
    assert [(r.deformer, r.faces) for r in report.rows] == [(True, 2), (False, 2)]
    assert all(np.isfinite(r.nme) and r.nme > 0 for r in report.rows)
    assert report.rows[0].nme != report.rows[1].nme


def test_of_several_faces_the_annotated_one_is_measured_where_asked_for(tmp_path):
    demo = open_dataset(resource("demo", "demo_studio68"))
    first, second = demo.split("val").samples[0], demo.split("val").samples[4]
    wide = np.hstack([first.load_image(), second.load_image()])
    write_image(tmp_path / "two.png", wide)
    for sample, shift in ((first, 0), (second, first.load_image().shape[1])):
        points = sample.points + np.array([shift, 0], np.float32)
        pair = replace(
            demo, samples=(replace(sample, image=tmp_path / "two.png", key="two.png", points=points),)
        )
        report = run(evaluate(load_landmarker(), [pair], deformer=True, nearest=True))
        assert report.rows[0].nme < 10 and "nearest" in report.meant
