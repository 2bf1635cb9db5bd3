"""The search for annotation errors in whole sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from infl.datasets.dataset import Dataset
from infl.errors import InflError
from infl.evaluation.suspects.finding import Finding, Kind
from infl.evaluation.suspects.judge import HIGHEST, LISTED, Judge, Suspicion
from infl.evaluation.suspects.looks import Looks, look_at
from infl.evaluation.suspects.placement import annotated_twice, placement
from infl.evaluation.suspects.words import in_words, misplaced_in_words, twice_in_words
from infl.images import cv2
from infl.model.landmarker import Landmarker
from infl.progress import Job, Progress

TWICE_SCORE = 6.0
"""Of two annotations on one face: there is hardly another way to get there."""

FEWEST = 8
"""Faces that a set needs before anything in it can be called unusual."""


@dataclass(frozen=True, eq=False)
class Suspects:
    """findings: the surest first. faces: by set, how many were looked at. problems: pictures that could not be."""

    findings: tuple[Finding, ...]
    faces: dict[str, int]
    problems: tuple[str, ...]

    @property
    def accused(self) -> int:
        """Faces with at least one finding."""
        return len({(finding.dataset, finding.sample.key) for finding in self.findings})


def find_suspects(landmarker: Landmarker, datasets: Sequence[Dataset]) -> Job[Suspects]:
    """Look for annotations that are out of line for their set: see `infl.evaluation.suspects`.

    Of a photograph nothing but its points is kept. Raises InflError where a set has no layout, or too few faces.
    """
    for dataset in datasets:
        refuse(dataset)
    findings: list[Finding] = []
    faces: dict[str, int] = {}
    problems: list[str] = []
    for dataset in datasets:
        looks = yield from look_at(landmarker, dataset)
        if len(looks) < FEWEST:
            raise InflError(f"{dataset.name}: only {len(looks)} of {len(dataset)} faces could be looked at. "
                            + (looks.problems[0] if looks.problems else ""))  # fmt: skip
        found = yield from suspects_among(landmarker, looks)
        findings += found
        faces[dataset.name] = faces.get(dataset.name, 0) + len(looks)
        problems += looks.problems
    return Suspects(ranked(findings), faces, tuple(problems))


def ranked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The surest first; of equally sure ones those that concern more clicks."""
    return tuple(sorted(findings, key=lambda finding: (-finding.score, -len(finding.points))))


def refuse(dataset: Dataset) -> None:
    """Raise InflError for a set in which nothing can be called wrong."""
    if dataset.layout is None:
        raise InflError(
            f"{dataset.name}: nobody said what its {dataset.point_count} points mean, so none of them can be called "
            "wrong. Name the set's layout in its dataset.json."
        )
    if len(dataset) < FEWEST:
        raise InflError(
            f"{dataset.name}: {len(dataset)} faces are too few to say what is usual for the set; "
            f"{FEWEST} are needed."
        )


def suspects_among(landmarker: Landmarker, looks: Looks) -> Job[list[Finding]]:
    """What is wrong with faces of one set that were looked at; only photographs of misplaced ones are opened again."""
    judge = Judge.of(looks)
    suspicious = judge.suspicious(looks)
    start = Progress(f"{looks.dataset.name}, suspects", 0, len(suspicious))
    findings = list(_twice(looks))
    known = {finding.sample.key for finding in findings}
    for done, face in enumerate(suspicious, 1):
        if looks.samples[face].key not in known:
            findings += _of_face(landmarker, judge, looks, int(face))
        yield replace(start, done=done)
    return findings


def _of_face(landmarker: Landmarker, judge: Judge, looks: Looks, face: int) -> list[Finding]:
    looks = looks.only(face)
    suspicions, misplaced = judge.suspicions(looks, 0)
    if misplaced >= LISTED:
        try:
            place = placement(landmarker, judge, looks, looks.samples[0].load_image())
        except (InflError, cv2.error, OSError):
            return []
        if place is None:
            return []
        looks = place.looks
        if not place.fits:
            clicked = np.flatnonzero(np.isfinite(looks.clicked[0, :, 0]))
            score = max(misplaced, min(float(judge.middle(np.array(place.away))), HIGHEST))
            wrong = Suspicion(Kind.WRONG_FACE, clicked, np.full(len(clicked), -1), score)
            return [_finding(looks, wrong, misplaced_in_words(place))]
        suspicions, _ = judge.suspicions(looks, 0)
    return [_finding(looks, suspicion, in_words(suspicion, looks)) for suspicion in suspicions]


def _twice(looks: Looks) -> list[Finding]:
    """Of two annotations on one face the one that fits it less."""
    findings = []
    for pair in annotated_twice(looks):
        misfit = [np.nanmedian(np.linalg.norm(looks.clicked[i] - looks.found[i], axis=1)) for i in pair]
        wrong, right = pair if misfit[0] > misfit[1] else pair[::-1]
        one = looks.only(wrong)
        clicked = np.flatnonzero(np.isfinite(one.clicked[0, :, 0]))
        suspicion = Suspicion(Kind.WRONG_FACE, clicked, np.full(len(clicked), -1), TWICE_SCORE)
        findings.append(_finding(one, suspicion, twice_in_words(looks.samples[right].key)))
    return findings


def _finding(looks: Looks, suspicion: Suspicion, message: str) -> Finding:
    points = tuple(int(k) for k in suspicion.points)
    return Finding(
        dataset=looks.dataset.name, layout=looks.layout, sample=looks.samples[0], kind=suspicion.kind, points=points,
        names=tuple(looks.layout.names[k] for k in points), score=suspicion.score, message=message,
        found=looks.found[0], meant=tuple(int(k) for k in suspicion.names),
    )  # fmt: skip
