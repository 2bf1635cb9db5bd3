"""WFLW's 98 points and LaPa's (JD's) 106, which extend the same drawing."""

from __future__ import annotations

from infl.geometry.authoring.anchors import Anchors
from infl.geometry.authoring.conventions import parts
from infl.geometry.authoring.sketch import Sketch, across, mark
from infl.geometry.canonical_face import CanonicalFace
from infl.layouts import Layout

_BRIDGE = (1.0, -12.4, -25.6)
_LIPS = {"outer_x": (17.6,), "lower_x": (10.6, 19.6), "upper_in": 13.2, "lower_in": 13.2}


def wflw98(face: CanonicalFace) -> Layout:
    s, a = Sketch("wflw98", "WFLW, 98 points"), Anchors(face)
    points, chin = parts.jaw(a, 33, -1.0)
    s.add(across(points, chin))
    for points in parts.ring(*parts.brow9(a)):
        s.add(points, closed=True)
    s.add(parts.bridge(a, _BRIDGE))
    s.add(parts.nose_base5(a))
    for points in parts.ring(*parts.eye8(a)):
        s.add(points, closed=True)
    parts.add_lips20(s, a, **_LIPS)
    s.add(parts.pupils(a), joined=False)
    return s.pinned(face, (60, 72))


def lapa106(face: CanonicalFace) -> Layout:
    s, a = Sketch("lapa106", "LaPa (JD landmarks), 106 points"), Anchors(face)
    points, chin = parts.jaw(a, 33, -1.0)
    s.add(across(points, chin))
    for points in parts.ring(*parts.brow9(a)):
        s.add(points, closed=True)
    s.add(parts.bridge(a, _BRIDGE))
    outline = [
        mark("nose base", a.nose_base_middle, "nose"),
        mark("nose wing base", a.nose_wing_base, "nose"),
        mark("nose wing", a.nose_wing, "nose"),
        mark("nose side lower", a.curve["ala_upper"][30], "nose"),
        mark("nose side upper", a.curve["nose_side"][40], "nose"),
    ]
    s.add(across(outline, mark("nose base centre", a.subnasale, "nose")))
    centres = across([mark("eye centre", a.pupil, "eye", part="eye")])
    for points, centre in zip(parts.ring(*parts.eye8(a)), centres, strict=True):
        s.add(points, closed=True)
        s.add([centre])
    parts.add_lips20(s, a, **_LIPS)
    s.add(parts.pupils(a), joined=False)
    return s.pinned(face, (66, 79))


LAYOUTS = (wflw98, lapa106)
