"""Recall of landmarkers whose answers are known."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from infl.evaluation.recall import Sighting, recall, recall_by_bucket, sight
from infl.evaluation.scenes import Scene
from infl.layouts import layout
from infl.model import load_landmarker

IBUG = layout("ibug68")


def scene(unit: float = 100.0) -> Scene:
    points = IBUG.queries[:, :2] * [1, -1] + [200, 200]
    inside = np.arange(68) >= 17  # the jaw is cut off
    return Scene("a.jpg", np.zeros((480, 640, 3), np.uint8), points, inside, unit, "cut off", 0.3, -20.0)


@dataclass
class Shifted:
    """Finds the points of `scene()` `by` px too far right, the jaw nowhere near; sure of it by `score`."""

    by: float
    score: float | None = None

    def encode(self, image):
        return SimpleNamespace() if self.score is None else SimpleNamespace(score=self.score)

    def query(self, encoded, at, convention):
        assert at is IBUG and convention == "ibug68"
        points = scene().points + np.array([self.by, 0])
        points[:17] += 1000
        return SimpleNamespace(points=points)


@pytest.mark.parametrize(("by", "found"), [(0, True), (14.9, True), (15.1, False)])
def test_a_face_is_found_when_the_points_shown_are_near(by, found):
    sighting = sight(Shifted(by), scene(), IBUG, "ibug68")
    assert sighting.error == pytest.approx(by) and sighting.found == found
    assert (sighting.size, sighting.turned, sighting.score) == ("cut off", -20.0, None)


def test_the_score_is_kept_where_there_is_one():
    assert sight(Shifted(0, score=0.8), scene(), IBUG, "ibug68").score == 0.8


def sighting(size: str, turned: float, error: float, score: float | None = None) -> Sighting:
    return Sighting("a.jpg", size, turned, error, score)


def test_recall_is_counted_by_size_and_by_angle():
    rows = recall_by_bucket(
        [
            sighting("1/8 – 1/4", 5, 4, 0.9),
            sighting("1/8 – 1/4", -31, 80, 0.2),
            sighting("over 1/2", 45, 6, 0.4),
            sighting("over 1/2", -16, 8, 0.8),
        ]
    )
    assert set(rows) == {
        "1/8 – 1/4", "over 1/2", "turned 0 – 15°", "turned 15 – 30°", "turned 30 – 45°", "all"
    }  # fmt: skip
    assert (rows["1/8 – 1/4"].scenes, rows["1/8 – 1/4"].found, rows["1/8 – 1/4"].error) == (2, 0.5, 4)
    assert (rows["over 1/2"].found, rows["over 1/2"].error, rows["over 1/2"].unsure) == (1, 7, 0.5)
    assert rows["turned 30 – 45°"].found == 0.5 and rows["turned 15 – 30°"].scenes == 1
    assert rows["all"].found == 0.75 and rows["all"].unsure == 0.5


def test_nothing_found_and_no_scores_are_not_numbers():
    row = recall([sighting("over 1/2", 0, 90)])
    assert row and row.found == 0 and np.isnan(row.error) and np.isnan(row.unsure)
    assert recall([]) is None


def test_a_real_landmarker_is_asked(untrained_checkpoint):
    landmarker = load_landmarker(untrained_checkpoint)
    seen = sight(landmarker, scene(), IBUG)
    assert np.isfinite(seen.error) and seen.error > 0
