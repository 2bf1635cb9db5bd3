"""Layouts of a few named points each: AFLW's 21 and 19, COFW's (LFPW's) 29, BioID's 20."""

from __future__ import annotations

from infl.geometry.authoring.anchors import Anchors, middle, seen
from infl.geometry.authoring.conventions import parts
from infl.geometry.authoring.sketch import Mark, Sketch, across, mark
from infl.geometry.canonical_face import CanonicalFace
from infl.layouts import Layout


def _pair(name: str, xyz, group: str, part: str = "skin") -> list[Mark]:
    """The subject's right point, then the left one."""
    return across([mark(name, xyz, group, part=part)])


def _aflw(s: Sketch, a: Anchors, ears: bool) -> None:
    brow = [
        mark("brow inner end", a.brow_inner, "brow"),
        mark("brow centre", a.brow([0.5], 0.5)[0], "brow"),
        mark("brow outer end", a.brow_outer, "brow"),
    ]
    eye = [
        mark("inner eye corner", a.inner_eye, "eye"),
        mark("eye centre", a.pupil, "eye", part="eye"),
        mark("outer eye corner", a.outer_eye, "eye"),
    ]
    for three in (brow, eye):
        ids = s.add(across(three), joined=False)
        s.edges += [(i, i + 1) for i in ids[:-1] if i != ids[2]]
    nose = [mark("nose wing base", a.nose_wing_base, "nose")]
    if ears:
        nose.append(mark("ear lobe", a.ear_lobe, "ear", part="ear"))
    ids = s.add(across(nose, mark("nose tip", a.nose_tip, "nose")), joined=False)
    tip = ids[len(ids) // 2]
    s.edges += [(tip - 1, tip), (tip, tip + 1)]
    corner = [mark("mouth corner", a.mouth_corner, "mouth")]
    s.add(across(corner, mark("mouth centre", middle(a.inner_upper), "mouth")))
    s.add([mark("chin", a.chin, "jaw")])


def aflw21(face: CanonicalFace) -> Layout:
    s = Sketch("aflw21", "AFLW, 21 points")
    _aflw(s, Anchors(face), ears=True)
    return s.pinned(face, (6, 11))


def aflw19(face: CanonicalFace) -> Layout:
    s = Sketch("aflw19", "AFLW without the ears, 19 points")
    _aflw(s, Anchors(face), ears=False)
    return s.pinned(face, (6, 11))


def cofw29(face: CanonicalFace) -> Layout:
    s, a = Sketch("cofw29", "COFW (LFPW), 29 points"), Anchors(face)
    s.add(_pair("brow outer end", a.brow_outer, "brow"), joined=False)
    s.add(_pair("brow inner end", a.brow_inner, "brow"), joined=False)
    top = _pair("brow upper edge", seen(a.brow_upper, [0.45])[0], "brow")
    bottom = _pair("brow lower edge", seen(a.brow_lower, [0.45])[0], "brow")
    s.add([top[0], bottom[0], top[1], bottom[1]], joined=False)
    s.add(_pair("outer eye corner", a.outer_eye, "eye"), joined=False)
    s.add(_pair("inner eye corner", a.inner_eye, "eye"), joined=False)
    top = _pair("upper lid", seen(a.upper_lid, [0.5])[0], "eye")
    bottom = _pair("lower lid", seen(a.lower_lid, [0.5])[0], "eye")
    s.add([top[0], bottom[0], top[1], bottom[1]], joined=False)
    s.add(parts.pupils(a), joined=False)
    s.add(_pair("nose wing", a.nose_wing, "nose"), joined=False)
    s.add([mark("nose tip", a.nose_tip, "nose"), mark("nose base centre", a.subnasale, "nose")])
    s.add(_pair("mouth corner", a.mouth_corner, "mouth"), joined=False)
    lips = {
        "upper lip centre": a.lip_upper, "inner upper lip centre": a.inner_upper,
        "inner lower lip centre": a.inner_lower, "lower lip centre": a.lip_lower,
    }  # fmt: skip
    s.add([mark(name, middle(line), "mouth") for name, line in lips.items()], joined=False)
    s.add([mark("chin", a.chin, "jaw")], joined=False)
    for r in (0, 1):  # right, left
        brow, eye = (r, 4 + 2 * r, 2 + r, 5 + 2 * r), (8 + r, 12 + 2 * r, 10 + r, 13 + 2 * r)
        for loop in (brow, eye):
            s.edges += list(zip(loop, loop[1:] + loop[:1], strict=True))
    s.edges += [
        (18, 20),
        (20, 19),
        (22, 24),
        (24, 23),
        (23, 27),
        (27, 22),
        (22, 25),
        (25, 23),
        (23, 26),
        (26, 22),
    ]
    return s.pinned(face, (8, 9))


def bioid20(face: CanonicalFace) -> Layout:
    s, a = Sketch("bioid20", "BioID (FGnet markup), 20 points"), Anchors(face)
    s.add(parts.pupils(a), joined=False)
    s.add(_pair("mouth corner", a.mouth_corner, "mouth"), joined=False)
    s.add(
        across([mark("brow inner end", a.brow_inner, "brow"), mark("brow outer end", a.brow_outer, "brow")]),
        joined=False,
    )
    temple = mark("temple", a.front(70.6, 6), "temple")
    eye = [mark("inner eye corner", a.inner_eye, "eye"), mark("outer eye corner", a.outer_eye, "eye"), temple]
    s.add(across(eye), joined=False)
    s.add([mark("nose tip", a.nose_tip, "nose")])
    s.add(_pair("nostril", a.nostril, "nose"), joined=False)
    s.add(
        [
            mark("upper lip centre", middle(a.lip_upper), "mouth"),
            mark("lower lip centre", middle(a.lip_lower), "mouth"),
        ]
    )
    s.add([mark("chin", a.chin, "jaw")])
    s.edges = [(4, 5), (6, 7), (9, 10), (11, 12), (2, 17), (17, 3), (3, 18), (18, 2), (15, 14), (14, 16)]
    return s.pinned(face, (9, 12))


LAYOUTS = (aflw21, aflw19, cofw29, bioid20)
