"""What a head's parts do by turning: the jaw about its hinge, the lids about the eyeballs, the eyes, the
neck."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation

from infl.rendering.head import Head, Part, head

_HINGE = np.array([0.0, -16.0, -62.0])  # mm: the axis of the jaw joints, along x
_NECK = np.array([0.0, -110.0, -90.0])
_MOUTH_HALF_WIDTH = 25.0


@dataclass(frozen=True)
class Rig:
    """How strongly each of the head's N vertices follows each motion, worked out at rest.

    jaw, neck: (N,) 0…1. lid_vertices: for the right and the left eye, the vertices that its lids move;
    lid_fade: how much of the margin's turn they follow; lid_upper: whether they follow the upper lid.
    """

    jaw: np.ndarray
    neck: np.ndarray
    lid_vertices: tuple[np.ndarray, np.ndarray]
    lid_fade: tuple[np.ndarray, np.ndarray]
    lid_upper: tuple[np.ndarray, np.ndarray]
    margins: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@lru_cache(maxsize=1)
def rig() -> Rig:
    """The rig of `head()`."""
    whole = head()
    lids = [_lid_rig(whole, side, i) for i, side in enumerate(("right", "left"))]
    vertices, fades, uppers, margins = (tuple(item) for item in zip(*lids, strict=True))
    return Rig(_jaw_weights(whole), _neck_weights(whole), vertices, fades, uppers, margins)


def smoothstep(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """0 below `low`, 1 above `high` (or the other way round), smooth between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def open_jaw(points: np.ndarray, degrees: float) -> np.ndarray:
    """points (N, 3) of the head with the jaw open by an angle (about 25° at most)."""
    turned = (points - _HINGE) @ Rotation.from_euler("x", degrees, degrees=True).as_matrix().T + _HINGE
    return points + rig().jaw[:, None] * (turned - points)


def close_lids(points: np.ndarray, eye: int, centre: np.ndarray, radius: float, closure: float) -> np.ndarray:
    """points (N, 3) with one eye's lids (0: right, 1: left) closed by `closure`: 1 shut, 0 as at rest, < 0
    wider.

    The margins turn about the eye's centre, so that they slide on the eyeball; skin never enters it.
    """
    r = rig()
    ids, fade, upper = r.lid_vertices[eye], r.lid_fade[eye], r.lid_upper[eye]
    top, bottom = (_margin(points[margin] - centre) for margin in r.margins[eye])
    away = points[ids] - centre
    angle = np.arctan2(away[:, 1], away[:, 2])
    highest, lowest = np.interp(away[:, 0], *top), np.interp(away[:, 0], *bottom)
    gap = np.clip(highest - lowest, 0, None)
    turn = closure * fade * gap * np.where(upper, -0.86, 0.12)
    flat = np.hypot(away[:, 1], away[:, 2])
    moved = np.c_[away[:, 0], flat * np.sin(angle + turn), flat * np.cos(angle + turn)]
    distance = np.linalg.norm(moved, axis=1, keepdims=True)
    moved *= np.maximum(1.0, (radius + 0.35 + 0.5 * fade[:, None] * max(closure, 0)) / distance)
    out = points.copy()
    out[ids] = moved + centre
    return out


def turn_eye(points: np.ndarray, eye: int, centre: np.ndarray, yaw: float, pitch: float) -> np.ndarray:
    """points with one eyeball turned by degrees: yaw > 0 to the subject's left, pitch > 0 up."""
    ids = head().eye_vertices[eye]
    rotation = Rotation.from_euler("yx", (yaw, -pitch), degrees=True).as_matrix()
    out = points.copy()
    out[ids] = (points[ids] - centre) @ rotation.T + centre
    return out


def bend_neck(points: np.ndarray, torso: np.ndarray) -> np.ndarray:
    """points with the shoulders turned by `torso` (3, 3) against the head, the neck between them bent."""
    weight = rig().neck
    on = weight > 0
    vector = Rotation.from_matrix(torso).as_rotvec()
    turns = Rotation.from_rotvec(weight[on, None] * vector)
    out = points.copy()
    out[on] = turns.apply(points[on] - _NECK) + _NECK
    return out


def _margin(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(x, angle above the eye's axis) of a lid's margin, sorted by x; points (n, 3) from the eye's centre."""
    order = np.argsort(points[:, 0])
    return points[order, 0], np.arctan2(points[order, 1], points[order, 2])


def _lid_rig(whole: Head, side: str, eye: int):
    centre = whole.eye_centres[eye]
    skin = np.flatnonzero(whole.part == Part.SKIN)
    tree = KDTree(whole.vertices[skin])
    margins = tuple(
        np.unique(skin[tree.query(np.asarray(whole.face.curves[f"{side}_{name}"], np.float64))[1]])
        for name in ("upper_lid", "lower_lid")
    )
    away = whole.vertices - centre
    near = (whole.part == Part.SKIN) & (np.linalg.norm(away, axis=1) < 32) & (away[:, 2] > -4)
    ids = np.flatnonzero(near)
    away = away[ids]
    angle = np.arctan2(away[:, 1], away[:, 2])
    top, bottom = (_margin(whole.vertices[margin] - centre) for margin in margins)
    highest, lowest = np.interp(away[:, 0], *top), np.interp(away[:, 0], *bottom)
    upper = angle > (highest + lowest) / 2
    beyond = np.degrees(np.where(upper, angle - highest, lowest - angle))
    fade = smoothstep(36.0, 0.0, beyond)
    ends = np.array([min(top[0][0], bottom[0][0]), max(top[0][-1], bottom[0][-1])])
    fade *= smoothstep(5.0, 0.0, np.maximum(ends[0] - away[:, 0], away[:, 0] - ends[1]))
    return ids, fade, upper, margins


def _jaw_weights(whole: Head) -> np.ndarray:
    """(N,) 1 for what moves with the lower jaw: a step at the lips that widens into the cheeks."""
    x, y, z = whole.vertices.T
    line = np.asarray(whole.face.curves["left_lower_lip_inner"], np.float64)
    upper = np.asarray(whole.face.curves["left_upper_lip_inner"], np.float64)
    grid = np.linspace(0, line[:, 0].max(), 20)
    middle = (np.interp(grid, line[:, 0], line[:, 1]) + np.interp(grid, upper[:, 0], upper[:, 1])) / 2
    below = np.interp(np.abs(x), grid, middle) - y
    slit = np.sqrt(np.clip(1 - (np.abs(x) / _MOUTH_HALF_WIDTH) ** 2, 0, 1))
    step = np.tanh(below / 0.25)
    faces = np.asarray(whole.face.triangles)
    for name, sign in (("upper_lip", -1.0), ("lower_lip", 1.0)):
        step[np.unique(faces[whole.face.regions[name]])] = sign
    weight = 0.5 + 0.5 * (slit * step + (1 - slit) * np.tanh(below / 24.0))
    _carry_inwards(whole, weight)
    under_chin = smoothstep(-6.0, -48.0, z) * smoothstep(-100.0, -124.0, y)
    weight *= 1 - 0.8 * under_chin
    weight *= smoothstep(-84.0, -58.0, z)
    weight *= 1 - _neck_weights(whole)
    weight[whole.part == Part.EYE] = 0
    weight[whole.part == Part.TEETH_UPPER] = 0
    weight[whole.part == Part.TEETH_LOWER] = 1
    mouth = whole.part == Part.MOUTH
    weight[mouth] = smoothstep(-66.0, -84.0, y[mouth])
    weight[whole.part == Part.TORSO] = 0
    return weight


def _carry_inwards(whole: Head, weight: np.ndarray) -> None:
    """Lips roll into the mouth: what lies inside follows the lip that it hangs on, whatever its height."""
    faces = np.asarray(whole.face.triangles)
    inner = whole.face.regions["inner_mouth"]
    known = np.ones(len(weight), bool)
    known[np.unique(faces[inner])] = False
    known[np.unique(np.delete(faces, inner, axis=0))] = True
    links = np.vstack([faces[inner][:, pair] for pair in ([0, 1], [1, 2], [2, 0], [1, 0], [2, 1], [0, 2])])
    while True:
        use = links[~known[links[:, 0]] & known[links[:, 1]]]
        if not len(use):
            return
        total = np.bincount(use[:, 0], weight[use[:, 1]], len(weight))
        count = np.bincount(use[:, 0], minlength=len(weight))
        reached = count > 0
        weight[reached] = total[reached] / count[reached]
        known |= reached


def _neck_weights(whole: Head) -> np.ndarray:
    """(N,) 0 on the head, rising to 1 down the neck."""
    _, y, z = whole.vertices.T
    root = -124.0 + (-10.0 - z) * 0.46  # a slanted plane from the throat up to the nape
    weight = smoothstep(0.0, 46.0, root - y)
    weight[whole.part == Part.TORSO] = 1.0
    weight[~np.isin(whole.part, (Part.SKIN, Part.TORSO))] = 0.0
    return weight
