"""Suspicions in words, each with its remedy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infl.evaluation.suspects.finding import Kind
from infl.evaluation.suspects.judge import Suspicion
from infl.evaluation.suspects.looks import Looks
from infl.evaluation.suspects.placement import BESIDE, Placement

NAMED = 3
"""Points that are called by their names; more are counted."""


def in_words(suspicion: Suspicion, looks: Looks) -> str:
    """What is wrong with clicks of one face (`looks` of one face), and what to do."""
    count, every = len(suspicion.points), int(np.isfinite(looks.clicked[0, :, 0]).sum())
    if suspicion.kind is Kind.SWAPPED:
        where = f"the {suspicion.what} points" if suspicion.what else "the whole face"
        return (
            f"Left and right of {where} are swapped ({count} of {every} clicks): "
            "give each of them the number of its mirror partner."
        )
    if suspicion.kind is Kind.SHIFTED:
        first, name = suspicion.points[0], suspicion.names[0]
        return (
            f"The numbers of {count} {suspicion.what} points are one off along their curve: click {first} "
            f"({looks.layout.names[first]}) lies where {name} ({looks.layout.names[name]}) belongs. Renumber "
            f"{_numbers(suspicion.points)} as {_numbers(suspicion.names)}, and click what is then missing."
        )
    far = np.linalg.norm(looks.clicked[0] - looks.found[0], axis=1)[suspicion.points]
    worst = int(far.argmax())
    one = count == 1
    return (
        f"{_named(looks, suspicion.points)} {'lies' if one else 'lie'} {'' if one else 'up to '}{far[worst]:.0f} px "
        f"({100 * far[worst] / looks.size[0]:.0f} % of the face's size) from where this set has "
        f"{'it' if one else 'them'}: click {'it' if one else 'them'} again."
    )


def misplaced_in_words(place: Placement) -> str:
    """Why an annotation fits no face."""
    if place.away > BESIDE:
        faces = "the face" if place.faces == 1 else f"the nearest of {place.faces} faces"
        return (
            f"The annotation lies beside {faces} that the photograph shows, {place.away:.1f} times the face's size "
            "away: move it, or find the picture that it belongs to."
        )
    return (
        "The annotation lies on a face, but its points fit it under no numbering: "
        "look whether it belongs to another picture, or annotate this face anew."
    )


def twice_in_words(other: str) -> str:
    return (
        f"This annotation lies on the same face as that of {other}: "
        "one of them belongs to another face of the photograph; move it there, or delete it."
    )


def _named(looks: Looks, points: np.ndarray) -> str:
    names = [f"{k} ({looks.layout.names[k]})" for k in points]
    if len(names) > NAMED:
        return f"{len(names)} clicks, among them {names[0]},"
    return ("Click " if len(names) == 1 else "Clicks ") + " and ".join(names)


def _numbers(points: Sequence[int] | np.ndarray) -> str:
    """ "36–41", "3, 2, 1": consecutive numbers as a range."""
    numbers = [int(k) for k in points]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]}–{numbers[-1]}"
    return ", ".join(str(k) for k in numbers)
