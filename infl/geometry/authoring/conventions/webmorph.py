"""WebMorph's FRL template, 189 points: iris, ears, neck, hairline and the oval of the head as well."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from infl.geometry.authoring import splines
from infl.geometry.authoring.anchors import Anchors, at_x, middle, seen
from infl.geometry.authoring.sketch import Mark, Sketch, left, mark, numbered, right
from infl.geometry.canonical_face import CanonicalFace
from infl.layouts import Layout

# The template counts from the left of the picture (the subject's right). Each row: the subject's left points, the
# partners of those on the right, in the same order. Points not listed lie on the midline.
_PAIRS: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = (
    ("pupil", (1,), (0,)),
    ("iris", (16, 17, 10, 11, 12, 13, 14, 15), (4, 3, 2, 9, 8, 7, 6, 5)),
    ("upper lid", (23, 24, 25, 26, 27), (22, 21, 20, 19, 18)),
    ("lower lid", (31, 32, 33), (30, 29, 28)),
    ("lid crease", (39, 40, 41, 42, 43), (38, 37, 36, 35, 34)),
    ("circle under the eye", (47, 48, 49), (46, 45, 44)),
    ("nose bridge side", (56, 57, 58, 59), (50, 51, 52, 53)),
    ("nose tip side", (60,), (54,)),
    ("outer nostril", (66, 67, 68, 69), (61, 62, 63, 64)),
    ("inner nostril", (70, 182), (65, 179)),
    ("septum", (181,), (180,)),
    ("brow upper edge", (78, 79, 80, 81), (75, 74, 73, 72)),
    ("brow outer end", (82,), (71,)),
    ("brow lower edge", (77, 85, 86), (76, 84, 83)),
    ("upper lip", (91, 92, 93), (89, 88, 87)),
    ("inner upper lip", (97, 98), (95, 94)),
    ("inner lower lip", (102, 103), (100, 99)),
    ("lower lip", (107, 108), (105, 104)),
    ("ear root", (112, 187, 113, 188, 114), (109, 185, 110, 186, 111)),
    ("ear", (120, 121, 122, 123, 124), (115, 116, 117, 118, 119)),
    ("jaw", (130, 131, 132, 133), (128, 127, 126, 125)),
    ("hairline", (140, 141, 142, 143, 144), (138, 137, 136, 135, 134)),
    ("head oval", (152, 153, 154, 155, 156), (150, 149, 148, 147, 146)),
    ("neck", (157,), (145,)),
    ("adam's apple", (184,), (183,)),
    ("smile line", (161, 162, 163), (158, 159, 160)),
    ("cheekbone", (167, 168, 169), (164, 165, 166)),
    ("philtrum", (172, 173), (170, 171)),
    ("chin crease", (178,), (176,)),
)
_GROUPS = {
    "iris": "eye", "upper lid": "eye", "lower lid": "eye", "lid crease": "eye", "circle under the eye": "eye",
    "nose bridge side": "nose", "nose tip side": "nose", "outer nostril": "nose", "inner nostril": "nose",
    "septum": "nose", "brow upper edge": "brow", "brow outer end": "brow", "brow lower edge": "brow",
    "upper lip": "mouth", "inner upper lip": "mouth", "inner lower lip": "mouth", "lower lip": "mouth",
    "ear root": "ear", "ear": "ear", "head oval": "head", "adam's apple": "neck", "smile line": "cheek",
    "cheekbone": "cheek", "philtrum": "mouth", "chin crease": "chin",
}  # fmt: skip
# Where the skull's and the neck's outline pass closest to the template's oval, which runs outside the hair.
_HEAD_OVAL = (
    (40.6, 102, -80.1),
    (65.3, 79.2, -84),
    (77.2, 41, -88),
    (76.1, -4.8, -86.9),
    (64.8, -68.4, -78.1),
)
_CONTOUR = {"jaw", "head oval", "neck"}
_ON = {"pupil": "eye", "iris": "eye", "ear": "ear"}


def _places(a: Anchors) -> dict[str, np.ndarray]:
    """Where the left points of each row of `_PAIRS` lie: (n, 3) each."""
    jaw = [splines.at_height(a.jaw, y) for y in (-113, -100.8, -85.8, -69)]
    nose_side = [a.front(x, y) for x, y in ((6.8, 6.2), (4.6, -2.2), (4.8, -12.5), (5.6, -22.3))]
    return {
        "pupil": np.array([a.pupil]),
        "iris": np.array([a.iris(angle) for angle in range(0, 360, 45)]),
        "upper lid": seen(a.upper_lid, [0, 0.27, 0.54, 0.81, 1]),
        "lower lid": seen(a.lower_lid, [0.27, 0.54, 0.81]),
        "lid crease": seen(a.curve["lid_crease"], [0, 0.25, 0.5, 0.76, 1]),
        "circle under the eye": np.array([a.front(16, -10.2), a.front(24.7, -17.9), a.front(36.1, -22.3)]),
        "nose bridge side": np.array(nose_side),
        "nose tip side": np.array([a.front(7.4, -34.4)]),
        "outer nostril": seen(a.curve["ala_upper"], [0.23, 0.48, 0.72, 1.0]),
        "inner nostril": np.array([a.front(12.6, -44.4), a.front(6.2, -44.9)]),
        "septum": np.array([a.front(3.4, -47.4)]),
        "brow upper edge": at_x(a.brow_upper, 15.2, 32, 45.4, 55.6),
        "brow outer end": np.array([a.brow_outer]),
        "brow lower edge": at_x(a.brow_lower, 14.4, 32.2, 47.5),
        "upper lip": np.array([a.cupid_peak, *at_x(a.lip_upper, 16.4), a.mouth_corner]),
        "inner upper lip": at_x(a.inner_upper, 8.2, 16),
        "inner lower lip": at_x(a.inner_lower, 8.2, 16),
        "lower lip": at_x(a.lip_lower, 10.2, 18.4),
        "ear root": np.array(
            [a.ear_outline[3], *(splines.at_height(a.ear_front, y) for y in (-12.5, -24, -37, -49))]
        ),
        "ear": seen(a.ear_outline, [0.21, 0.42, 0.6, 0.77, 0.93]),
        "jaw": np.array(jaw),
        "hairline": np.array(
            [splines.at_height(a.curve["hairline"], y) for y in (76, 72.5, 60.5, 41.5, 20.6)]
        ),
        "head oval": np.array(_HEAD_OVAL),
        "neck": np.array([[54, -119, -76]]),
        "adam's apple": np.array([a.front(21, -144.4)]),
        "smile line": seen(a.curve["smile_line"], [0, 0.48, 1]),
        "cheekbone": seen(a.curve["cheekbone"], [0, 0.5, 1]),
        "philtrum": seen(a.curve["philtrum_ridge"], [0, 0.82]),
        "chin crease": np.array([a.front(11.5, -92)]),
    }


def _middle(a: Anchors) -> dict[int, Mark]:
    low = a.curve["profile_lower"]
    return {
        55: mark("nose base centre", a.subnasale, "nose"),
        90: mark("upper lip centre", middle(a.lip_upper), "mouth"),
        96: mark("inner upper lip centre", middle(a.inner_upper), "mouth"),
        101: mark("inner lower lip centre", middle(a.inner_lower), "mouth"),
        106: mark("lower lip centre", middle(a.lip_lower), "mouth"),
        129: mark("chin", a.chin, "jaw", contour=True),
        139: mark("hairline centre", middle(a.curve["hairline"]), "hairline"),
        151: mark("top of the head", (0, 111.7, -78.2), "head", contour=True),
        174: mark("chin dimple top", splines.at_height(low, -99), "chin"),
        175: mark("chin dimple bottom", splines.at_height(low, -108.2), "chin"),
        177: mark("chin crease centre", splines.at_height(low, -89.8), "chin"),
    }


# Lines to draw, as chains of indices.
_CHAINS: tuple[tuple[int, ...], ...] = (
    (2, 3, 4, 5, 6, 7, 8, 9, 2), (10, 11, 12, 13, 14, 15, 16, 17, 10), (18, 19, 20, 21, 22, 30, 29, 28, 18),
    (23, 24, 25, 26, 27, 33, 32, 31, 23), (34, 35, 36, 37, 38), (39, 40, 41, 42, 43), (44, 45, 46), (47, 48, 49),
    (50, 51, 52, 53, 54, 55, 60, 59, 58, 57, 56), (61, 62, 63, 64), (66, 67, 68, 69), (65, 179), (182, 70),
    (180, 55, 181),
    (71, 72, 73, 74, 75, 76, 84, 83, 71), (82, 81, 80, 79, 78, 77, 85, 86, 82),
    (87, 88, 89, 90, 91, 92, 93, 108, 107, 106, 105, 104, 87), (87, 94, 95, 96, 97, 98, 93, 103, 102, 101, 100, 99, 87),
    (109, 185, 110, 186, 111), (112, 187, 113, 188, 114), (109, 115, 116, 117, 118, 119, 111),
    (112, 120, 121, 122, 123, 124, 114), (111, 125, 126, 127, 128, 129, 130, 131, 132, 133, 114),
    (134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144),
    (145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157),
    (158, 159, 160), (161, 162, 163), (164, 165, 166),
    (167, 168, 169), (170, 171), (172, 173), (174, 175), (176, 177, 178),
)  # fmt: skip


def webmorph189(face: CanonicalFace) -> Layout:
    a = Anchors(face)
    places, marks = _places(a), _middle(a)
    for name, left_ids, right_ids in _PAIRS:
        made = numbered(name, places[name], _GROUPS.get(name, name), name in _CONTOUR, _ON.get(name, "skin"))
        marks |= dict(zip(left_ids, left(made), strict=True))
        marks |= dict(zip(right_ids, right(made), strict=True))
    s = Sketch("webmorph189", "WebMorph FRL template, 189 points")
    s.add([marks[i] for i in range(189)], joined=False)
    s.edges = [edge for chain in _CHAINS for edge in pairwise(chain)]
    return s.pinned(face, (18, 27))


LAYOUTS = (webmorph189,)
