"""The generator makes exactly what is shipped, and what it makes fits the faces that people annotated."""

from __future__ import annotations

import numpy as np
import pytest

from infl.datasets import Dataset, Sample, open_datasets
from infl.geometry.authoring import splines
from infl.geometry.authoring.__main__ import LAYOUTS
from infl.geometry.authoring.check import compare, report, unexplained
from infl.geometry.authoring.face import build_canonical_face
from infl.geometry.authoring.polygon import inside
from infl.geometry.authoring.sketch import Sketch, across, mark
from infl.geometry.canonical_face import canonical_face, save_canonical_face
from infl.layouts import layout, layout_names, save_layout
from infl.resources import resource


def test_making_the_face_again_gives_the_shipped_bytes(tmp_path):
    save_canonical_face(build_canonical_face(), tmp_path / "again.npz")
    shipped = resource("canonical_face", "canonical_face.npz")
    assert (tmp_path / "again.npz").read_bytes() == shipped.read_bytes()


def test_drawing_the_layouts_again_gives_the_shipped_bytes(tmp_path):
    made = [make(canonical_face()) for make in LAYOUTS]
    assert sorted(drawn.name for drawn in made) == list(layout_names())
    for drawn in made:
        save_layout(drawn, tmp_path / "again.json")
        assert (tmp_path / "again.json").read_bytes() == resource(
            "layouts", f"{drawn.name}.json"
        ).read_bytes()


def test_layouts_fit_the_sets_that_they_describe(infl_data):
    """No point further off than 6 % of the interocular distance without a written reason (`check.REASONS`)."""
    fits = {}
    for dataset in open_datasets([infl_data]):
        if dataset.layout is not None:
            fits[dataset.convention] = fit = compare(dataset)
            assert not unexplained(fit), "\n".join(report(fit))
    assert {
        "ibug68",
        "wflw98",
        "scut86",
        "aflw21",
        "mtfl5",
        "webmorph189",
        "imm73",
        "facesynthetics70",
    } <= set(fits)
    assert np.nanmean(fits["ibug68"].distance) < 2  # the precise sets set the face's proportions
    assert np.nanmean(fits["scut86"].distance[~fits["scut86"].layout.contour]) < 1.5


def _turned(layout_name: str, yaw_degrees: float, shift: dict[int, tuple[float, float]]) -> Dataset:
    """Four pictures of C in one pose, with some points moved by (x, y) mm to the subject's left and up."""
    drawn, yaw = layout(layout_name), np.radians(yaw_degrees)
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0]])
    points = 2 * drawn.queries.astype(float) @ turn.T
    for k, (x, y) in shift.items():
        points[k] += [2 * x, 2 * y]
    points = (points * [1, -1] + 300).astype(np.float32)
    sample = Sample(resource("nowhere.png"), "nowhere.png", points, np.full(len(drawn), 2, np.uint8))
    return Dataset("drawn", resource(), "drawn", layout_name, drawn, len(drawn), (sample,) * 4)


def test_the_check_finds_points_that_were_moved_and_says_so():
    nose, eye = 30, 36
    untouched = compare(_turned("ibug68", 8, {}))
    assert untouched.distance.max() < 0.1
    moved = compare(_turned("ibug68", 0, {nose: (0, 9.12)}))
    assert moved.distance[nose] == pytest.approx(10, abs=0.6)
    assert moved.distance[eye] < 0.6
    assert unexplained(moved) == ["nose tip"]
    assert any("NO REASON GIVEN" in line for line in report(moved))


def test_outline_points_may_slide():
    fit = compare(_turned("ibug68", 0, {0: (9, 0), 16: (-9, 0)}))
    assert fit.distance[[0, 16]].min() > 6
    assert not unexplained(fit)


def test_places_along_a_polyline():
    corner = np.array([[0, 0, 0], [3, 0, 0], [3, 1, 0]], float)
    assert np.allclose(splines.at(corner, [0, 0.5, 1]), [[0, 0, 0], [2, 0, 0], [3, 1, 0]])
    assert np.allclose(splines.at_height(corner, 0.25), [3, 0.25, 0])
    with pytest.raises(ValueError, match="does not reach"):
        splines.at_height(corner, 2)
    curve = splines.smooth_curve(corner, 30)
    assert np.allclose(curve[[0, -1]], corner[[0, -1]])
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    assert steps.max() / steps.min() < 1.05


def test_points_inside_a_polygon():
    notch = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], float)
    assert inside(notch, np.array([[1, 1], [2, 2], [5, 1], [3.5, 2.5]])).tolist() == [
        True,
        False,
        False,
        True,
    ]


def test_a_name_used_twice_is_refused():
    sketch = Sketch("twice", "")
    sketch.add(across([mark("eye corner", (45, 0, 3), "eye")]))
    sketch.add(across([mark("eye corner", (18, 0, 9), "eye")]))
    with pytest.raises(ValueError, match=r"twice.*eye corner"):
        sketch.pinned(canonical_face(), None)
