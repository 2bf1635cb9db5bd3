"""Conventions that draw closed outlines: SCUT-FBP's 86 points, IMM's 73 and Helen's 194."""

from __future__ import annotations

import numpy as np

from infl.geometry.authoring import splines
from infl.geometry.authoring.anchors import Anchors, at_x, middle, seen
from infl.geometry.authoring.conventions import parts
from infl.geometry.authoring.sketch import Mark, Sketch, across, back, left, mark, numbered, right
from infl.geometry.canonical_face import CanonicalFace
from infl.layouts import Layout


def _nostril(a: Anchors) -> Mark:
    return mark("nostril", a.nostril, "nose")


# Where its outline points lie between the hairline's centre (0) and the chin (1), as its annotators spread them.
_SCUT_OUTLINE = (0.1, 0.198, 0.292, 0.38, 0.464, 0.55, 0.636, 0.722, 0.808, 0.894)


def scut86(face: CanonicalFace) -> Layout:
    s, a = Sketch("scut86", "SCUT-FBP5500, 86 points with the hairline"), Anchors(face)
    hairline = a.curve["hairline"]
    outline = np.vstack([hairline[:-1], a.jaw[::-1]])  # crown to chin
    points = seen(outline, _SCUT_OUTLINE)
    side = numbered("outline", points, "outline", contour=True)
    s.add([*right(side), mark("chin", a.chin, "outline", contour=True), *left(side[::-1])])
    s.marks.insert(0, mark("hairline centre", middle(hairline), "outline", contour=True))
    s.edges = [(i, (i + 1) % 22) for i in range(22)]
    upper = numbered("brow upper edge", at_x(a.brow_upper, 16, 26, 36, 46, 55.4), "brow")
    lower = numbered("brow lower edge", at_x(a.brow_lower, 17.4, 27.4, 36.8, 45.8, 54.4), "brow")
    s.add(right([*upper, *lower[::-1]]), closed=True)
    s.add(left([*upper[::-1], *lower]), closed=True)
    top, low = parts.eye8(a)
    s.add(right([*top, *low[::-1]]), closed=True)
    s.add(left([*top[::-1], *low]), closed=True)
    s.add(parts.pupils(a), joined=False)
    sides = [splines.at_height(a.curve["nose_outline"], y) for y in (-1.5, -12.9, -23.5, -33)]
    nose = [*numbered("nose side", sides, "nose"), mark("nose wing", a.nose_wing, "nose")]
    nose += [mark("nose wing foot", a.front(11.4, -48.7), "nose")]
    s.add([*right(nose), mark("nose base centre", a.subnasale, "nose"), *left(nose[::-1])])
    lip = [mark("lip peak", a.cupid_peak, "mouth"), *numbered("upper lip", at_x(a.lip_upper, 15.6), "mouth")]
    lip += [mark("mouth corner", a.mouth_corner, "mouth")]
    s.add(back(lip, mark("upper lip centre", middle(a.lip_upper), "mouth")))
    s.add(across(numbered("lower lip", at_x(a.lip_lower, 4.5, 12.6, 19.6), "mouth")))
    s.edges += [(79, 80), (85, 73)]
    return s.pinned(face, (46, 50))


def imm73(face: CanonicalFace) -> Layout:
    s, a = Sketch("imm73", "IMM frontal, 73 points"), Anchors(face)
    upper = [mark("brow inner end", a.brow_inner, "brow")]
    upper += numbered("brow upper edge", a.brow([0.27, 0.55, 0.82], 0.62), "brow")
    upper += [mark("brow outer end", a.brow_outer, "brow")]
    lower = numbered("brow lower edge", a.brow([0.26, 0.54, 0.82], 0.0), "brow")
    s.add(right([*upper[::-1], *lower]), closed=True)
    s.add(left([upper[-1], *lower[::-1], *upper[:-1]]), closed=True)
    top, low = parts.eye8(a)
    s.add(right([*top[::-1], *low]), closed=True)
    s.add(left([top[-1], *low[::-1], *top[:-1]]), closed=True)
    s.add(parts.pupils(a), joined=False)
    side = [splines.at_height(a.curve["nose_outline"], y) for y in (-2.7, -26.5)]
    nose = [*numbered("nose side", side, "nose"), mark("nose wing", a.nose_wing, "nose")]
    nose += [mark("nose wing base", a.nose_wing_base, "nose"), _nostril(a)]
    s.add([*left(nose), mark("nose base centre", a.subnasale, "nose"), *right(nose[::-1])])
    s.add([mark("nose tip", a.nose_tip, "nose")])
    lip = [mark("lip peak", a.cupid_peak, "mouth"), *numbered("upper lip", at_x(a.lip_upper, 17.6), "mouth")]
    lip += [mark("mouth corner", a.mouth_corner, "mouth")]
    first = len(s.marks)
    s.add(across(lip, mark("upper lip centre", middle(a.lip_upper), "mouth")))
    low_lip = numbered("lower lip", at_x(a.lip_lower, 14.2), "mouth")
    s.add(back(low_lip, mark("lower lip centre", middle(a.lip_lower), "mouth")))
    s.edges += [(first + 6, first + 7), (first + 9, first)]
    for name, line in (("inner upper lip", a.inner_upper), ("inner lower lip", a.inner_lower)):
        s.add(
            across(numbered(name, at_x(line, 13.2), "mouth"), mark(f"{name} centre", middle(line), "mouth"))
        )
    points, chin = parts.jaw(a, 11, -52)
    s.add(across(points, chin))
    return s.pinned(face, (16, 24))


def _closed_ring(name: str, top: np.ndarray, bottom: np.ndarray, count: int, group: str) -> list[Mark]:
    """`count` points round a closed line, from its outer end over the top to the inner end and back below."""
    half = count // 2
    over = seen(top, np.linspace(1, 0, half + 1))
    under = seen(bottom, np.linspace(0, 1, count - half + 1))[1:-1]
    return numbered(name, np.vstack([over, under]), group)


def _mouth_ring(name: str, top: np.ndarray, bottom: np.ndarray, count: int) -> list[Mark]:
    """`count` points round the mouth from the subject's right corner over the top."""
    quarter = count // 4
    upper = numbered(f"{name} upper lip", seen(top, np.arange(1, quarter + 1) / quarter), "mouth")
    lower = numbered(f"{name} lower lip", seen(bottom, np.arange(1, quarter) / quarter), "mouth")
    over = across(upper, mark(f"{name} upper lip centre", middle(top), "mouth"))
    return over + back(lower, mark(f"{name} lower lip centre", middle(bottom), "mouth"))


def helen194(face: CanonicalFace) -> Layout:
    s, a = Sketch("helen194", "Helen, 194 points"), Anchors(face)
    points, chin = parts.jaw(a, 41, -1.0)
    s.add(across(points, chin))
    side = seen(a.curve["nose_outline"], [0, 0.22, 0.44, 0.62, 0.78, 0.9, 1.0])
    nose = [*numbered("nose side", side, "nose"), _nostril(a)]
    s.add([*right(nose), mark("nose base centre", a.subnasale, "nose"), *left(nose[::-1])])
    s.add(_mouth_ring("outer", a.lip_upper, a.lip_lower, 28), closed=True)
    s.add(_mouth_ring("inner", a.inner_upper, a.inner_lower, 28), closed=True)
    for name, top, bottom in (("eyelid", a.upper_lid, a.lower_lid), ("brow", a.brow_upper, a.brow_lower)):
        marks = _closed_ring(name, top, bottom, 20, name)
        s.add(right(marks), closed=True)
        s.add(left(marks), closed=True)
    return s.pinned(face, (114, 134))


LAYOUTS = (scut86, imm73, helen194)
