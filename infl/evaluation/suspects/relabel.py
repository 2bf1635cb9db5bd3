"""What if the clicks had other names? Left and right swapped, or the numbers off by one along a curve.

Each supposition renames some clicks, and is worth the evidence (`evidence`) against the names as they are less that
against the new ones, summed over the renamed clicks. Clicks of one curve err together, so sums exaggerate: they are
divided by how large they get in the set itself, where hardly anything is wrong (`caution`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from infl.evaluation.suspects.chains import Chain
from infl.evaluation.suspects.evidence import Evidence
from infl.evaluation.suspects.finding import Kind
from infl.evaluation.suspects.usual import Fitted
from infl.layouts import Layout

RUN = 4
"""Clicks that a run of wrong numbers has at least, and a third of its curve, half of an outline: shorter ones are a
curve slid a little, or a lid seen more open than it is."""

MOST = 6.0
"""Evidence that one click can give in a sum: beyond it is as wrong as can be, whatever the distance."""

EXPLAINED = 1.5
"""Evidence against the new names that may be left on the mean, or they explain nothing; right clicks have 0.43."""

RARE = 0.95
"""Quantile of a supposition's worth over a set at which it may be worth −log₁₀(1 − RARE)."""

MAJORITY = 0.6
"""Share of the renamed clicks that have to lie better under their new names."""

MOST_CAUTION = 4.0
"""Worth is divided by no more, or a set with the same mistake in many faces would hide it."""

UPPER = frozenset({"eye", "eyelid", "pupil", "iris", "brow"})


@dataclass(frozen=True, eq=False)
class Supposition:
    """Clicks `points` (M,) should be called `names` (M,); what: in words. run: whether some of them in a row may be
    wrong alone. slides: whether they lie on an outline, along which humans slide all of them together."""

    kind: Kind
    what: str
    points: np.ndarray
    names: np.ndarray
    run: bool
    slides: bool = False


@dataclass(frozen=True, eq=False)
class Worth:
    """What a supposition is worth for N faces: value (N,), and which clicks of its `points` it renames: (N, M) bool."""

    value: np.ndarray
    renamed: np.ndarray


def suppositions(layout: Layout, chains: tuple[Chain, ...]) -> tuple[Supposition, ...]:
    """All that a layout allows: left and right of everything, of each group, of eyes and brows together; every curve's
    numbers one too high or too low."""
    return (*_swaps(layout), *(_shift(layout, chain, step) for chain in chains for step in (1, -1)))


def _swaps(layout: Layout) -> list[Supposition]:
    groups: dict[str, list[int]] = defaultdict(list)
    for k, point in enumerate(layout.points):
        groups[point.group].append(k)
    parts = {
        "": list(range(len(layout))),
        **{f"{name}": k for name, k in groups.items() if name and len(groups) > 1},
    }
    upper = [k for name in groups if name in UPPER for k in groups[name]]
    if len(UPPER & set(groups)) > 1:
        parts["eye and brow"] = upper
    swaps = []
    for name, index in parts.items():
        points = np.array([k for k in index if layout.mirror[k] != k], int)
        if len(points) >= 2:
            swaps.append(Supposition(Kind.SWAPPED, name, points, layout.mirror[points], run=False))
    return swaps


def _shift(layout: Layout, chain: Chain, step: int) -> Supposition:
    points, names = chain.neighbours(step)
    return Supposition(
        Kind.SHIFTED,
        layout.points[chain.index[0]].group,
        points,
        names,
        run=True,
        slides=bool(layout.contour[points].mean() > 0.5),
    )


def worth(supposition: Supposition, fitted: Fitted, evidence: Evidence) -> Worth:
    """What a supposition is worth for each face; of a run the best part."""
    points, names = supposition.points, supposition.names
    clicked = np.isfinite(fitted.clicked[:, points, 0])
    now, then = (np.minimum(evidence(fitted.if_named(points, called)), MOST) for called in (points, names))
    gain = np.where(clicked, now - then, 0.0)
    renamed = clicked & (_best_run(gain) if supposition.run else True)
    count = renamed.sum(1)
    part = 1 / 2 if supposition.slides else 1 / 3
    better = (renamed & (gain > 0)).sum(1) > MAJORITY * count
    explained = (then * renamed).sum(1) <= EXPLAINED * count
    enough = count >= (min(max(RUN, len(points) * part), len(points)) if supposition.run else 1)
    return Worth(np.where(better & explained & enough, (gain * renamed).sum(1), 0.0), renamed)


def caution(supposition: Supposition, value: np.ndarray) -> float:
    """What a supposition's worth over a set, (N,), is divided by; 1 where it is never worth much. Of an outline, whose
    clicks slide together, always the most."""
    if supposition.slides:
        return MOST_CAUTION
    others = np.sort(value)[:-1]  # in a small set the one wrong face would be its own excuse
    usual = float(np.quantile(others, RARE)) if len(others) else 0.0
    return float(np.clip(usual / -np.log10(1 - RARE), 1.0, MOST_CAUTION))


def _best_run(gain: np.ndarray) -> np.ndarray:
    """(N, M) bool: for each row the consecutive entries whose sum is the largest (Kadane)."""
    count, length = gain.shape
    total, start = np.zeros(count), np.zeros(count, int)
    best, first, last = np.zeros(count), np.zeros(count, int), np.full(count, -1)
    for i in range(length):
        fresh = total <= 0
        total, start = np.where(fresh, gain[:, i], total + gain[:, i]), np.where(fresh, i, start)
        better = total > best
        best, first, last = (
            np.where(better, total, best),
            np.where(better, start, first),
            np.where(better, i, last),
        )
    at = np.arange(length)
    return (at >= first[:, None]) & (at <= last[:, None])
