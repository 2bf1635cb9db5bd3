"""iBUG's 68 points and what is built on them: 51 inner points, FaceSynthetics' 70, and the five-point layouts."""

from __future__ import annotations

from infl.geometry.authoring.anchors import Anchors, at_x
from infl.geometry.authoring.conventions import parts
from infl.geometry.authoring.sketch import Mark, Sketch, across, mark, numbered
from infl.geometry.canonical_face import CanonicalFace
from infl.layouts import Layout


def _above_mouth(s: Sketch, a: Anchors, nose_base: list[Mark]) -> None:
    """iBUG 17-47: brows, nose, eyes."""
    brow = [mark("brow inner end", a.brow_inner, "brow")]
    brow += numbered("brow", a.brow([0.25, 0.5, 0.75]), "brow")
    brow += [mark("brow outer end", a.brow_outer, "brow")]
    ids = s.add(across(brow), joined=False)
    s.edges += [(i, i + 1) for i in ids[:-1] if i != ids[4]]
    s.add(parts.bridge(a, (1.2, -11.7, -25)))
    s.add(nose_base)
    upper, lower = parts.eye(a, at_x(a.upper_lid, 27.2, 37.1), at_x(a.lower_lid, 27.8, 37.8))
    for points in parts.ring(upper, lower):
        s.add(points, closed=True)


def _inner(s: Sketch, a: Anchors) -> None:
    """iBUG 17-67: brows, nose, eyes, mouth."""
    _above_mouth(s, a, parts.nose_base5(a))
    parts.add_lips20(s, a)


def _jaw68(s: Sketch, a: Anchors, contour: bool) -> None:
    points, chin = parts.jaw(a, 17, -2.0, contour)
    s.add(across(points, chin))


def ibug68(face: CanonicalFace) -> Layout:
    s, a = Sketch("ibug68", "iBUG 300-W, 68 points; the jaw is the visible outline"), Anchors(face)
    _jaw68(s, a, contour=True)
    _inner(s, a)
    return s.pinned(face, (36, 45))


def ibug51(face: CanonicalFace) -> Layout:
    s = Sketch("ibug51", "iBUG 300-W without the jaw, 51 points")
    _inner(s, Anchors(face))
    return s.pinned(face, (19, 28))


def facesynthetics70(face: CanonicalFace) -> Layout:
    s, a = (
        Sketch("facesynthetics70", "FaceSynthetics, iBUG's 68 with a jaw line in 3D, and pupils"),
        Anchors(face),
    )
    _jaw68(s, a, contour=False)
    # Its own rule under iBUG's numbers: the nose's wings themselves, and lip points spread evenly.
    side = [mark("nose wing foot", a.front(11.4, -48.9), "nose"), mark("nose wing", a.nose_wing, "nose")]
    _above_mouth(s, a, across(side, mark("nose base centre", a.subnasale, "nose")))
    parts.add_lips20(s, a, (13.4, 22), (12.2, 21.2), 14.0, 12.6, peak=False)
    s.add(parts.pupils(a), joined=False)
    return s.pinned(face, (36, 45))


def _five(name: str, title: str, eye: str, face: CanonicalFace) -> Layout:
    s, a = Sketch(name, title), Anchors(face)
    s.add(across([mark(eye, a.pupil, "pupil", part="eye")]), joined=False)
    s.add([mark("nose tip", a.nose_tip, "nose")])
    s.add(across([mark("mouth corner", a.mouth_corner, "mouth")]))
    return s.pinned(face, (0, 1))


def mtfl5(face: CanonicalFace) -> Layout:
    return _five("mtfl5", "MTFL, 5 points: eye centres, nose tip, mouth corners", "eye centre", face)


def five(face: CanonicalFace) -> Layout:
    return _five("five", "Five points: pupils, nose tip, mouth corners", "pupil", face)


LAYOUTS = (ibug68, ibug51, facesynthetics70, mtfl5, five)
