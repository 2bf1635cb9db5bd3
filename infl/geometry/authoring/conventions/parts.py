"""Runs of points that several conventions have in common. All on the left half, from the nose or chin outwards."""

from __future__ import annotations

import numpy as np

from infl.geometry.authoring.anchors import Anchors, at_x, middle, seen
from infl.geometry.authoring.sketch import Mark, Sketch, across, back, left, mark, numbered, right


def jaw(a: Anchors, count: int, top: float, contour: bool = True) -> tuple[list[Mark], Mark]:
    """(points from the chin to the ear, chin) of a jaw line of `count` points that ends at height `top`, evenly
    spaced in the frontal view."""
    end = int(np.argmin(np.abs(a.jaw[:, 1] - top)))
    points = seen(a.jaw[: end + 1], np.linspace(0, 1, (count + 1) // 2)[1:])
    return numbered("jaw", points, "jaw", contour), mark("chin", a.chin, "jaw", contour)


def ring(upper: list[Mark], lower: list[Mark]) -> tuple[list[Mark], list[Mark]]:
    """The (right, left) orders of a closed line that most conventions use for eyes and brows: over the top from
    image left to image right, and back below. `upper` holds both ends, `lower` neither; both run outwards."""
    return right([*upper[::-1], *lower]), left([*upper, *lower[::-1]])


def eye(a: Anchors, upper: np.ndarray, lower: np.ndarray) -> tuple[list[Mark], list[Mark]]:
    """(upper lid with both corners, lower lid) from the nose outwards; the arguments are the points between."""
    top = [mark("inner eye corner", a.inner_eye, "eye"), *numbered("upper lid", upper, "eye")]
    return [*top, mark("outer eye corner", a.outer_eye, "eye")], numbered("lower lid", lower, "eye")


def eye8(a: Anchors) -> tuple[list[Mark], list[Mark]]:
    """Corners and three points on each lid, at the quarters of the lids' lengths."""
    quarters = [0.25, 0.5, 0.75]
    return eye(a, seen(a.upper_lid, quarters), seen(a.lower_lid, quarters))


def brow9(a: Anchors) -> tuple[list[Mark], list[Mark]]:
    """Five points on the brow's upper edge, the outer end last, and four on the lower edge."""
    upper = seen(a.brow_upper, [0, 0.23, 0.46, 0.7])
    lower = seen(a.brow_lower, [0, 0.22, 0.45, 0.69])
    top = [*numbered("brow upper edge", upper, "brow"), mark("brow outer end", a.brow_outer, "brow")]
    return top, numbered("brow lower edge", lower, "brow")


def bridge(a: Anchors, heights: tuple[float, ...]) -> list[Mark]:
    """Points down the nose's ridge, the last its tip."""
    points = numbered("nose bridge", [a.ridge(y) for y in heights], "nose")
    return [*points, mark("nose tip", a.nose_tip, "nose")]


def nose_base5(a: Anchors) -> list[Mark]:
    """Below the nose from the subject's right to the left: wing, nostril, columella, nostril, wing."""
    side = [mark("nose base", a.nose_base_middle, "nose"), mark("nose wing base", a.nose_wing_base, "nose")]
    return across(side, mark("nose base centre", a.subnasale, "nose"))


def add_lips20(
    s: Sketch, a: Anchors, outer_x=(17.6,), lower_x=(8.6, 18.6), upper_in=8.0, lower_in=8.0, peak: bool = True
) -> None:
    """Twelve points round the lips and eight along the inner borders, from the subject's right corner over the top.

    `…_x` are distances from the midline in mm of the points between the named ones; without `peak` the upper lip's
    two points beside its middle are not its peaks, but lie at `outer_x` as well.
    """
    upper = [mark("lip peak", a.cupid_peak, "mouth")] if peak else []
    upper += numbered("upper lip", at_x(a.lip_upper, *outer_x), "mouth")
    upper += [mark("mouth corner", a.mouth_corner, "mouth")]
    lower = numbered("lower lip", at_x(a.lip_lower, *lower_x), "mouth")
    first = len(s.marks)
    s.add(across(upper, mark("upper lip centre", middle(a.lip_upper), "mouth")))
    s.add(back(lower, mark("lower lip centre", middle(a.lip_lower), "mouth")), joined=False)
    _join(s, first)
    inner = numbered("inner upper lip", at_x(a.inner_upper, upper_in), "mouth")
    inner += [mark("inner mouth corner", a.inner_mouth_corner, "mouth")]
    below = numbered("inner lower lip", at_x(a.inner_lower, lower_in), "mouth")
    first = len(s.marks)
    s.add(across(inner, mark("inner upper lip centre", middle(a.inner_upper), "mouth")), joined=False)
    s.add(back(below, mark("inner lower lip centre", middle(a.inner_lower), "mouth")), joined=False)
    _join(s, first)


def _join(s: Sketch, first: int) -> None:
    """Edges round all points from `first` on, each once."""
    last = len(s.marks) - 1
    s.edges = (
        [e for e in s.edges if e[0] < first] + [(i, i + 1) for i in range(first, last)] + [(last, first)]
    )


def pupils(a: Anchors) -> list[Mark]:
    """The subject's right pupil, then the left one."""
    return across([mark("pupil", a.pupil, "pupil", part="eye")])
