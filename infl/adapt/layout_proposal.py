"""What the points of a set may be whose layout nobody described: named after known points, for a person to approve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from infl.adapt.found_queries import FAR, distances, layout_at, places_of_face, refine
from infl.adapt.known_points import KnownPoint, known_layouts, known_points, landmarks_of
from infl.adapt.seen_faces import Seen, SeenFace, see_faces
from infl.adapt.symmetry import made_symmetric, mirror_partners
from infl.datasets.dataset import Dataset
from infl.layouts import Layout, LayoutPoint, layout
from infl.model.landmarker import Landmarker
from infl.progress import Job, Progress
from infl.training.rough_queries import rough_queries

PICTURES = 100
"""Faces that are looked at where a set has more."""
COMPARED = 60
"""Of these, faces on which all known points are tried; their distances have to fit into memory."""
AS_GOOD = 0.5
"""mm on the mean: how much worse than its own place a known point may explain the clicks and still be the same."""
SAME = 1.5
"""mm on C within which two places are one (as in `infl.harmonize.transfer`)."""
DRAWS = 40
"""Times that the faces are drawn anew to see how sure a name is."""
EYES = (("wflw98", "outer eye corner"), ("wflw98", "pupil"))
"""What errors may be divided by the distance of, with “right ” and “left ” before it."""
NEAR_EYES = 5.0
"""mm on C from there."""


@dataclass(frozen=True)
class ProposedPoint:
    """One point of an unknown layout.

    query: (3,) mm, its own place on C. known: the known point that explains its clicks best, away: how far on C that
    is from its own place, mm. worse: by how many mm more `known` misses the clicks on the mean. confidence: 0…1, how
    often no other place of the known points does better when the faces are drawn anew. same: whether it is taken for
    `known`.
    """

    query: np.ndarray
    known: KnownPoint
    away: float
    worse: float
    confidence: float
    same: bool


@dataclass(frozen=True, eq=False)
class Proposal:
    """layout: named where the points are known ones, in their own places on C elsewhere. points: what was found of
    each. seen: the faces, for `fit_seen`."""

    layout: Layout
    points: tuple[ProposedPoint, ...]
    seen: Seen


def propose_layout(
    landmarker: Landmarker,
    dataset: Dataset,
    *,
    pictures: int = PICTURES,
    layouts: Sequence[Layout] | None = None,
) -> Job[Proposal]:
    """Find where on C the points of `dataset` lie and which of the points of `layouts` (by default all that come with
    the program) they are. A layout that the set may have is not looked at.

    Raises InflError when there are too few faces or they are not found.
    """
    shapes = [sample.points for sample in dataset.samples if np.isfinite(sample.points[:, 0]).sum() > 1]
    rough = layout_at(rough_queries(np.stack(shapes))) if shapes else None
    seen = yield from see_faces(landmarker, replace(dataset, layout=rough), pictures)
    return (yield from propose_seen(landmarker, dataset.name, seen, layouts))


def propose_seen(
    landmarker: Landmarker, name: str, seen: Seen, layouts: Sequence[Layout] | None = None
) -> Job[Proposal]:
    """`propose_layout`, called `name`, on faces that were encoded before."""
    layouts = known_layouts() if layouts is None else list(layouts)
    some = np.unique(np.linspace(0, len(seen.faces) - 1, COMPARED).round().astype(int))
    compared = [seen.faces[i] for i in some]
    start = Progress("comparing with known points", 0, 2)
    own = own_places(landmarker, compared)
    yield Progress(start.phase, 1, 2, started=start.started)
    points = matched(landmarker, compared, own, layouts)
    yield Progress(start.phase, 2, 2, started=start.started)
    return Proposal(named_layout(name, points), points, seen)


def own_places(landmarker: Landmarker, faces: Sequence[SeenFace]) -> np.ndarray:
    """(K, 3) float32 mm on C: where the network finds what was clicked; mirrored where that is as good."""
    places = places_of_face()
    on_face = _mean([distances(f, landmarker.query(f.encoded, places).points) for f in faces])
    own = refine(landmarker, faces, places[on_face.argmin(1)])
    partner = mirror_partners(own)
    both = layout_at(made_symmetric(own, partner)).queries
    worse = _misses(landmarker, faces, both) > _misses(landmarker, faces, own) + AS_GOOD / 2
    return np.where((worse | worse[partner])[:, None], own, both)


def _misses(landmarker: Landmarker, faces: Sequence[SeenFace], queries: np.ndarray) -> np.ndarray:
    """(K,) mm: mean distance of each annotated point from its own query, (K, 3) mm."""
    return _mean([
        np.minimum(np.linalg.norm(f.points - landmarker.query(f.encoded, queries).points, axis=1) * f.millimetres, FAR)
        for f in faces
    ])  # fmt: skip


def _mean(each: Sequence[np.ndarray]) -> np.ndarray:
    """Mean over faces of (K, M) distances, of those that are annotated; FAR where none is."""
    stacked = np.stack(each)
    there = np.isfinite(stacked)
    return np.where(there, stacked, 0).sum(0) / np.maximum(there.sum(0), 1) + FAR * ~there.any(0)


def matched(
    landmarker: Landmarker, faces: Sequence[SeenFace], own: np.ndarray, layouts: Sequence[Layout]
) -> tuple[ProposedPoint, ...]:
    """Each point with the known one that it most likely is. Layouts that explain many points go first: a set rather
    follows one layout than picks from several."""
    candidates = known_points(layouts)
    apart = [distances(f, landmarks_of(landmarker, f.encoded, layouts)) for f in faces]
    cost, each = _mean(apart), np.stack(apart)
    alone = _misses(landmarker, faces, own)
    limit = np.minimum(alone, cost.min(1)) + AS_GOOD
    chosen, same = cost.argmin(1), np.zeros(len(own), bool)
    taken: set[int] = set()
    ranges = np.cumsum([0, *(len(one) for one in layouts)])
    left = dict(enumerate(layouts))
    while left:
        found = {}
        for which in left:
            block = cost[:, ranges[which] : ranges[which + 1]]
            rows, columns = linear_sum_assignment(np.minimum(block, limit[:, None] + 1e-3))
            good = (block[rows, columns] <= limit[rows]) & ~same[rows]
            found[which] = rows[good], columns[good] + ranges[which]
        which = max(found, key=lambda one: len(found[one][0]) - 0.01 * len(layouts[one]))
        rows, columns = found[which]
        for k, m in zip(rows.tolist(), columns.tolist(), strict=True):
            place = candidates[m].point.xyz
            if all(np.linalg.norm(np.subtract(place, candidates[t].point.xyz)) > SAME / 2 for t in taken):
                chosen[k], same[k] = m, True
                taken.add(m)
        del left[which]
    sure = _confidence(each, chosen, candidates)
    return tuple(
        ProposedPoint(own[k], candidates[m], float(np.linalg.norm(own[k] - candidates[m].point.xyz)),
                      float(cost[k, m] - alone[k]), float(sure[k]), bool(same[k]))
        for k, m in enumerate(chosen.tolist())
    )  # fmt: skip


def _confidence(each: np.ndarray, chosen: np.ndarray, candidates: Sequence[KnownPoint]) -> np.ndarray:
    """(K,) the share of draws of the faces, with replacement, in which no known place elsewhere does better than the
    chosen one and AS_GOOD."""
    places = np.array([candidate.point.xyz for candidate in candidates])
    elsewhere = np.linalg.norm(places[chosen][:, None] - places[None], axis=2) > 2 * SAME
    rng = np.random.default_rng(0)
    drawn = np.stack(
        [np.bincount(rng.integers(0, len(each), len(each)), minlength=len(each)) for _ in range(DRAWS)]
    )
    there = np.isfinite(each)
    known = np.where(there, each, 0)
    result = np.zeros(len(chosen))
    for k, m in enumerate(chosen.tolist()):
        count = np.maximum(drawn @ there[:, k, m], 1)
        mean = drawn @ known[:, k] / count[:, None]  # (DRAWS, M)
        other = np.where(elsewhere[k], mean, np.inf).min(1)
        result[k] = (mean[:, m] <= other).mean()
    return result


def named_layout(name: str, points: Sequence[ProposedPoint]) -> Layout:
    """The layout of proposed points: known ones as their layout has them, the others in their own places."""
    places = np.array([p.known.point.xyz if p.same else p.query for p in points])
    nameless = layout_at(places)
    named = [p.known.point if p.same else nameless.points[k] for k, p in enumerate(points)]
    edges = {
        (a, b)
        for a, p in enumerate(points) for b, q in enumerate(points)
        if p.same and q.same and p.known.layout is q.known.layout
        and (p.known.index, q.known.index) in p.known.layout.edges
    }  # fmt: skip
    return completed(name, named, sorted(edges))


def completed(name: str, points: Sequence[LayoutPoint], edges: Sequence[tuple[int, int]] = ()) -> Layout:
    """A layout of `points` with mirror partners found from their places and eye corners from their names."""
    partner = mirror_partners(np.array([p.xyz for p in points]))
    named = tuple(replace(p, mirror=int(k)) for p, k in zip(points, partner, strict=True))
    return Layout(name, f"{name}, proposed by infl adapt", named, tuple(edges), _eyes(named))


def _eyes(points: Sequence[LayoutPoint]) -> tuple[int, int] | None:
    """The points (right, left) nearest to the outer eye corners, else to the pupils; None where there are none."""
    places = np.array([p.xyz for p in points])
    for known, end in EYES:
        wanted = layout(known)
        both = [wanted.queries[wanted.names.index(f"{side} {end}")] for side in ("right", "left")]
        distance = np.linalg.norm(places[None] - np.array(both)[:, None], axis=2)
        if (distance.min(1) < NEAR_EYES).all():
            right, left = distance.argmin(1).tolist()
            return right, left
    return None
