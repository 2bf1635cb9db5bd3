"""Learning how each data set's annotators depart from the prediction, from some of its faces, before it is moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infl.datasets.dataset import Dataset
from infl.errors import InflError
from infl.harmonize.annotated_face import encode_annotated
from infl.harmonize.apart import Answers, Apart, apart, as_predicted
from infl.harmonize.residuals import STRANGERS, Clicks, Places, learn_residuals
from infl.harmonize.transfer import Carrying, clicks_of, same_points, upright
from infl.images import cv2
from infl.layouts import Layout
from infl.model.landmarker import Landmarker
from infl.progress import Job, Progress

FACES = 400
"""Of a set, evenly spread, are looked at: more change the estimates by less than sets differ."""


def carryings(
    landmarker: Landmarker, datasets: Sequence[Dataset], target: Layout, convention: str
) -> Job[list[Carrying | None]]:
    """How each set's clicks reach the target layout as `convention` means it; None where they cannot.

    What the annotators of `convention` do beyond what the deformer learned, and how far apart the conventions lie on a
    face, is known where one of the sets is theirs.
    """
    described = [
        i
        for i, each in enumerate(datasets)
        if each.layout is not None and each.convention in landmarker.conventions
    ]
    theirs = max(
        (i for i in described if datasets[i].convention == convention),
        key=lambda i: len(datasets[i]),
        default=None,
    )
    asked = [(datasets[i].layout or target, datasets[i].convention) for i in described]
    looks: dict[int, Look] = {}
    for i in described:
        others = asked if i == theirs else [(target, convention)]
        looks[i] = yield from look_at(landmarker, datasets[i], others)
    learned = {i: learn_residuals(looks[i].places, looks[i].clicks) for i in described}
    habit, scatter, share = np.zeros((len(target), 2)), np.zeros(len(target)), STRANGERS
    if theirs is not None:
        own = datasets[theirs].layout or target
        pairs, one = same_points(target, own), learned[theirs]
        habit, share = one.habit_at(looks[theirs].places.to(target.queries)), one.share
        scatter = np.where(pairs >= 0, one.noise[pairs], 0.0)
    ways: list[Carrying | None] = [None] * len(datasets)
    for number, i in enumerate(described):
        own = datasets[i].layout or target
        pairs = same_points(target, own)
        said = as_predicted(len(target))
        if theirs is not None and datasets[i].convention != convention:
            said = _apart(
                looks[i], looks[theirs], number, pairs, same_points(target, datasets[theirs].layout or target)
            )
        ways[i] = Carrying(
            learned[i],
            looks[i].places.to(target.queries),
            pairs,
            habit,
            min(learned[i].share, share) if theirs is None else share,
            scatter,
            said,
        )
    return ways


@dataclass(frozen=True, eq=False)
class Look:
    """Some faces of a set: its clicks, and what the network says of its own layout in its own convention, (N, K, 2),
    and of others, each (N, M, 2); in units of the face's size and the axes of the upright crop."""

    places: Places
    clicks: Clicks
    own: np.ndarray
    others: tuple[np.ndarray, ...]

    @property
    def clicked(self) -> np.ndarray:
        """(N, K, 2)."""
        return self.own + self.clicks.residual


def look_at(landmarker: Landmarker, dataset: Dataset, others: Sequence[tuple[Layout, str]]) -> Job[Look]:
    """Look at faces of a set whose layout and convention are known; `others` are layouts and conventions that are asked
    too. Pictures that cannot be read are left out."""
    assert dataset.layout is not None
    samples = dataset.samples
    chosen = np.unique(np.linspace(0, len(samples) - 1, min(FACES, len(samples))).round().astype(int))
    faces_of = Counter(sample.image for sample in samples)
    progress = Progress("learning how the set was annotated", 0, len(chosen))
    found: list[Clicks] = []
    said: list[list[np.ndarray]] = [[] for _ in range(1 + len(others))]
    for done, i in enumerate(chosen, 1):
        sample = samples[i].clicked()
        try:
            image = sample.load_image()
        except (InflError, cv2.error, OSError):
            continue  # it is told when its turn comes to be harmonised
        encoded = encode_annotated(landmarker, image, dataset, sample, faces_of[sample.image] == 1)
        own = landmarker.query(encoded, dataset.layout, dataset.convention)
        found.append(clicks_of(sample.points, sample.visibility, encoded, own))
        answers = [own, *(landmarker.query(encoded, layout, name) for layout, name in others)]
        for each, answer in zip(said, answers, strict=True):
            each.append(answer.points @ upright(encoded) / encoded.face_size)
        yield Progress(progress.phase, done, len(chosen), dataset.name, started=progress.started)
    points = len(dataset.layout)
    clicks = Clicks(*(np.concatenate([np.zeros(shape, kind), *(getattr(one, name) for one in found)])
                      for name, shape, kind in (("residual", (0, points, 2), float), ("sigma", (0, points), float),
                                                ("hidden", (0, points), bool))))  # fmt: skip
    sizes = [points, *(len(layout) for layout, _ in others)]
    own, *rest = (np.array(each).reshape(-1, size, 2) for each, size in zip(said, sizes, strict=True))
    return Look(Places.of(dataset.layout.queries), clicks, own, tuple(rest))


def _apart(ours: Look, theirs: Look, number: int, pairs: np.ndarray, their_pairs: np.ndarray) -> Apart:
    """How the points of the target layout lie apart, (M,) `pairs` of which `ours` has and `their_pairs` of which
    `theirs`; `number` is our place in what was asked on their faces."""
    shared = np.flatnonzero(pairs >= 0)
    both = np.flatnonzero((pairs >= 0) & (their_pairs >= 0))
    usual = np.zeros((len(pairs), 2))
    mine = Answers(ours.clicked[:, pairs[shared]], ours.own[:, pairs[shared]], ours.others[0][:, shared])
    j = their_pairs[both]
    their = Answers(theirs.clicked[:, j], theirs.own[:, j], theirs.others[number][:, pairs[both]])
    found = apart(mine, their)
    usual[shared] = found.usual
    return Apart(usual, found.trust)
