"""From evidence to suspicions: which supposition explains each face of a set the simplest way.

As long as a supposition (`relabel`) is worth enough, the one that is worth most is taken to be true, and the clicks are
renamed by it; single clicks that are still out of line have slipped. A face most of whose clicks stay out of line under
any names is `misplaced`, and only its photograph can tell why (`placement`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from infl.evaluation.suspects.chains import chains_of
from infl.evaluation.suspects.evidence import TAIL, Evidence
from infl.evaluation.suspects.finding import Kind
from infl.evaluation.suspects.looks import Looks
from infl.evaluation.suspects.neighbours import Neighbours
from infl.evaluation.suspects.relabel import Supposition, caution, suppositions, worth
from infl.evaluation.suspects.usual import Fitted, Usual, usual_of

LISTED = 2.0
"""Score from which a suspicion is one."""

HIGHEST = 12.0
"""Scores end here: nobody can say more from some hundred faces."""

OUT_OF_LINE = 2.0
"""Evidence of a click that does not fit; most clicks of a misplaced face have it."""

STEPS = 6
"""Suppositions that may be true of one face."""


@dataclass(frozen=True, eq=False)
class Suspicion:
    """One thing wrong with a face: clicks `points` (M,), called so far, should be called `names` (M,), -1 where no name
    is right. what: the part of the face, in words."""

    kind: Kind
    points: np.ndarray
    names: np.ndarray
    score: float
    what: str = ""


@dataclass(frozen=True, eq=False)
class Judge:
    """What is usual for one set, and so what is not.

    evidence, among: of a click alone, and of one whose neighbours are known; middle: of where the middle of an
    annotation lies (`Looks.away`). cautions: of each supposition. misfit:
    median over faces, and spread, of the logarithm of a face's median d.
    """

    usual: Usual
    neighbours: Neighbours
    evidence: Evidence
    among: Evidence
    middle: Evidence
    suppositions: tuple[Supposition, ...]
    cautions: tuple[float, ...]
    misfit: tuple[float, float]

    @classmethod
    def of(cls, looks: Looks) -> Judge:
        """Learn what is usual from all faces of a set."""
        chains = chains_of(looks.layout)
        usual = usual_of(looks, chains)
        fitted = usual.fit(looks)
        evidence, neighbours = Evidence.of(fitted.distances), Neighbours.of(fitted.whitened)
        among = Evidence.of(neighbours.left(fitted.whitened))
        possible = suppositions(looks.layout, chains)
        cautions = tuple(caution(one, worth(one, fitted, evidence).value) for one in possible)
        log = np.log(_median_distance(fitted))
        middle, upper = np.quantile(log, [0.5, 0.9]) if len(looks) else (0.0, 0.0)
        return cls(
            usual,
            neighbours,
            evidence,
            among,
            Evidence.of(looks.away),
            possible,
            cautions,
            (float(middle), max(float(upper - middle) / 1.28, 0.1)),
        )

    def suspicious(self, looks: Looks) -> np.ndarray:
        """(n,) indices of the faces that deserve a closer look: the others have nothing to be suspected of."""
        fitted = self.usual.fit(looks)
        scores = [
            self._worth(fitted, one, care)[0]
            for one, care in zip(self.suppositions, self.cautions, strict=True)
        ]
        scores.append(self._slips(fitted).max(1, initial=0))
        scores.append(self.misplaced(fitted))
        return np.flatnonzero(np.max(scores, axis=0) >= LISTED)

    def misplaced(self, fitted: Fitted) -> np.ndarray:
        """(N,) score of the suspicion that the annotation lies on another face, or on none."""
        middle, spread = self.misfit
        z = np.maximum(np.log(_median_distance(fitted)) - middle, 0) / spread
        out = self.evidence(fitted.distances) > OUT_OF_LINE
        most = out.sum(1) > 0.5 * np.isfinite(fitted.distances).sum(1)
        return np.where(most, np.minimum(TAIL / 2 * np.log10(1 + z**2 / TAIL), HIGHEST), 0.0)

    def suspicions(self, looks: Looks, face: int) -> tuple[list[Suspicion], float]:
        """What is wrong with one face, and the score of its being misplaced after all that."""
        looks = looks.only(face)
        origin = np.arange(len(looks.layout))
        result: list[Suspicion] = []
        for _ in range(STEPS):
            fitted = self.usual.fit(looks)
            best = max(
                (
                    (self._worth(fitted, one, care), one)
                    for one, care in zip(self.suppositions, self.cautions, strict=True)
                ),
                key=lambda tried: float(tried[0][0][0]),
                default=None,
            )
            if best is None or best[0][0][0] < LISTED:
                break
            (score, renamed), one = best
            points, names = one.points[renamed[0]], one.names[renamed[0]]
            result.append(Suspicion(one.kind, origin[points], names, min(float(score[0]), HIGHEST), one.what))
            looks, origin = _renamed(looks, origin, points, names)
        fitted = self.usual.fit(looks)
        misplaced = float(self.misplaced(fitted)[0])
        slips = self._slips(fitted)[0]
        slipped = np.flatnonzero(slips >= LISTED)
        if len(slipped) and misplaced < LISTED:
            result.append(
                Suspicion(Kind.SLIPPED, origin[slipped], np.full(len(slipped), -1), float(slips.max()))
            )
        return result, misplaced

    def _worth(self, fitted: Fitted, one: Supposition, care: float) -> tuple[np.ndarray, np.ndarray]:
        """((N,) score, (N, M) renamed) of a supposition, allowing for how many there are."""
        value = worth(one, fitted, self.evidence)
        return value.value / care - np.log10(len(self.suppositions)), value.renamed

    def _slips(self, fitted: Fitted) -> np.ndarray:
        """(N, K) score of each click's having slipped, allowing for how many there are on the face: the mean of the
        evidence that the click gives alone and among its neighbours, who may be wrong with it."""
        whitened = fitted.whitened
        count = np.maximum(np.isfinite(whitened[..., 0]).sum(1, keepdims=True), 1)
        alone, among = self.evidence(fitted.distances), self.among(self.neighbours.left(whitened))
        return np.clip((alone + among) / 2 - np.log10(count), 0, HIGHEST)


def _median_distance(fitted: Fitted) -> np.ndarray:
    return np.maximum(np.nanmedian(fitted.distances, axis=1), 1e-3)


def _renamed(
    looks: Looks, origin: np.ndarray, points: np.ndarray, names: np.ndarray
) -> tuple[Looks, np.ndarray]:
    """One face with its clicks renamed, and under which index each of them came."""
    clicked, came = looks.clicked.copy(), origin.copy()
    clicked[:, points] = np.nan
    clicked[:, names], came[names] = looks.clicked[:, points], origin[points]
    return replace(looks, clicked=clicked), came
