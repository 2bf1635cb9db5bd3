"""How many faces of `scenes` are found, by their size and angle, and how often a face is seen where none is.

A face counts as found when the mean distance of those of its points that the scene shows is at most FOUND per cent
of √(w·h) of its box. A box moved sideways by as much as that still has an overlap (IoU) of ¾ with the right one, well
above the ½ that detectors are asked for; a landmarker that lies on the background, on half of the face, or upside
down misses by 30 and more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from infl.evaluation.nme import nme
from infl.evaluation.scenes import HEIGHTS, Scene
from infl.layouts import Layout
from infl.model import CANONICAL, Landmarker

FOUND = 15.0
"""Per cent of √(w·h)."""
SURE = 0.5
"""From this score on a face is said to be there."""
TURNS = {"0 – 15°": (0, 15), "15 – 30°": (15, 30), "30 – 45°": (30, 45.001)}


@dataclass(frozen=True)
class Sighting:
    """What became of one scene. size, turned: of the scene. error: per cent of √(w·h), over the points shown. score:
    0…1, how probable a face is; None where the landmarker does not say."""

    key: str
    size: str
    turned: float
    error: float
    score: float | None

    @property
    def found(self) -> bool:
        return self.error <= FOUND


@dataclass(frozen=True)
class Recall:
    """found: 0…1 of the `scenes`. error: median of the found ones, per cent of √(w·h), NaN where none was. unsure:
    0…1 of the scenes with a score that is not above SURE; NaN without scores."""

    scenes: int
    found: float
    error: float
    unsure: float


def sight(landmarker: Landmarker, scene: Scene, of: Layout, convention: str = CANONICAL) -> Sighting:
    """Look for the face of one scene, whose points are those of the layout `of`."""
    encoded = landmarker.encode(scene.image)
    found = landmarker.query(encoded, of, convention).points
    shown = np.where(scene.inside[:, None], scene.points, np.nan)
    return Sighting(scene.key, scene.size, scene.turned, nme(found, shown, scene.unit), score_of(encoded))


def score_of(encoded: object) -> float | None:
    """How probable a face is, 0…1, where `encoded` says it."""
    score = getattr(encoded, "score", None)
    return None if score is None else float(score)


def recall(sightings: Iterable[Sighting]) -> Recall | None:
    """All of them as one; None of none."""
    all_of_them = list(sightings)
    if not all_of_them:
        return None
    errors = np.array([one.error for one in all_of_them if one.found])
    scores = np.array([one.score for one in all_of_them if one.score is not None])
    return Recall(
        scenes=len(all_of_them),
        found=len(errors) / len(all_of_them),
        error=float(np.median(errors)) if errors.size else float("nan"),
        unsure=float((scores <= SURE).mean()) if scores.size else float("nan"),
    )


def recall_by_bucket(sightings: Iterable[Sighting]) -> dict[str, Recall]:
    """By size, then by angle, then all; buckets without a scene are left out."""
    all_of_them = list(sightings)
    rows = {name: recall(one for one in all_of_them if one.size == name) for name in HEIGHTS}
    for name, (low, high) in TURNS.items():
        rows["turned " + name] = recall(one for one in all_of_them if low <= abs(one.turned) < high)
    rows["all"] = recall(all_of_them)
    return {name: row for name, row in rows.items() if row}
