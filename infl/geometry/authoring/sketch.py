"""Layouts in the making: points are placed on the left half of C and mirrored, so that every layout is symmetric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from infl.geometry.authoring.splines import mirrored
from infl.geometry.canonical_face import CanonicalFace
from infl.geometry.surface import closest_points, points_at
from infl.layouts import Layout, LayoutPoint

EYE_REGIONS = ("left_pupil", "left_iris", "left_sclera")
EAR_REGIONS = ("left_ear",)


@dataclass(frozen=True)
class Mark:
    """A point of the left half or the midline before it is pinned to the mesh: `xyz` in mm, `name` without its side.

    `part` says which surface carries it: "skin", "eye" or "ear".
    """

    name: str
    xyz: np.ndarray
    group: str
    side: str = ""
    contour: bool = False
    part: str = "skin"

    @property
    def full_name(self) -> str:
        return f"{self.side} {self.name}".strip()


def mark(name: str, xyz, group: str, contour: bool = False, part: str = "skin") -> Mark:
    """One point, not yet on a side (the midline, unless `left` or `right` takes it)."""
    return Mark(name, np.asarray(xyz, float), group, contour=contour, part=part)


def numbered(name: str, points, group: str, contour: bool = False, part: str = "skin") -> list[Mark]:
    """Points called "name 1", "name 2", …"""
    return [mark(f"{name} {i}", p, group, contour, part) for i, p in enumerate(points, 1)]


def left(marks: Sequence[Mark]) -> list[Mark]:
    return [replace(m, side="left") for m in marks]


def right(marks: Sequence[Mark]) -> list[Mark]:
    return [replace(m, side="right", xyz=mirrored(m.xyz)) for m in marks]


def across(marks: Sequence[Mark], middle: Mark | None = None) -> list[Mark]:
    """From the subject's right to the left: the mirror images backwards, the middle, then `marks` as they come."""
    return [*right(marks[::-1]), *([middle] if middle else []), *left(marks)]


def back(marks: Sequence[Mark], middle: Mark | None = None) -> list[Mark]:
    """As `across`, from the subject's left to the right."""
    return [*left(marks[::-1]), *([middle] if middle else []), *right(marks)]


@dataclass
class Sketch:
    """A layout growing point by point."""

    name: str
    title: str
    marks: list[Mark] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)

    def add(self, marks: Sequence[Mark], joined: bool = True, closed: bool = False) -> range:
        """Append points, joined one to the next by edges; returns their indices."""
        first = len(self.marks)
        self.marks += marks
        ids = range(first, len(self.marks))
        if joined:
            self.edges += [(i, i + 1) for i in ids[:-1]]
            if closed:
                self.edges.append((ids[-1], first))
        return ids

    def pinned(self, face: CanonicalFace, eye_corners: tuple[int, int] | None) -> Layout:
        """The layout on the mesh of `face`; raises ValueError when a name is used twice or lacks its mirror image."""
        names = [m.full_name for m in self.marks]
        index = {name: i for i, name in enumerate(names)}
        if len(index) != len(names):
            raise ValueError(
                f"{self.name}: a name is used twice: {sorted(n for n in index if names.count(n) > 1)}"
            )
        points = [_pin(face, m) for m in self.marks]
        swap = {"left": "right", "right": "left", "": ""}
        mirror = [index[f"{swap[m.side]} {m.name}".strip()] for m in self.marks]
        return Layout(
            self.name,
            self.title,
            tuple(replace(p, mirror=j) for p, j in zip(points, mirror, strict=True)),
            tuple(self.edges),
            eye_corners,
        )


def _pin(face: CanonicalFace, m: Mark) -> LayoutPoint:
    """The place on the mesh nearest to a mark; the right side's is the mirror image of the left side's."""
    on_left = mirrored(m.xyz) if m.side == "right" else m.xyz
    regions = {"eye": EYE_REGIONS, "ear": EAR_REGIONS, "skin": _skin(face)}[m.part]
    if m.side:
        triangles, weights, _ = closest_points(face, on_left[None], regions)
        triangle, weight = int(triangles[0]), weights[0]
    else:
        triangle, weight = _on_midline(face, on_left)
    weight = np.round(weight, 6)
    weight[np.argmax(weight)] += 1 - weight.sum()
    if m.side == "right":
        triangle, weight = _mirrored_place(face, triangle, weight)
    xyz = np.round(points_at(face, np.array([triangle]), weight[None])[0], 3) + 0.0
    return LayoutPoint(
        m.full_name,
        (float(xyz[0]), float(xyz[1]), float(xyz[2])),
        triangle,
        (round(float(weight[0]), 6), round(float(weight[1]), 6), round(float(weight[2]), 6)),
        -1,
        m.group,
        m.contour,
    )


def _on_midline(face: CanonicalFace, xyz: np.ndarray) -> tuple[int, np.ndarray]:
    """(triangle, weights) of the point nearest to `xyz` on the edges along which the skin's halves meet."""
    skin = np.sort(np.concatenate([face.regions[name] for name in _skin(face)]))
    corners = face.vertices[face.triangles[skin]].astype(float)
    on = corners[:, :, 0] == 0
    borders = np.flatnonzero((on.sum(1) == 2) & (corners[:, :, 0].sum(1) > 0))
    ends = np.array([np.flatnonzero(row) for row in on[borders]])
    start = corners[borders, ends[:, 0]]
    along = corners[borders, ends[:, 1]] - start
    share = np.clip(((xyz - start) * along).sum(1) / (along**2).sum(1), 0, 1)
    best = int(np.argmin(np.linalg.norm(start + share[:, None] * along - xyz, axis=1)))
    weight = np.zeros(3)
    weight[ends[best]] = 1 - share[best], share[best]
    return int(skin[borders[best]]), weight


def _skin(face: CanonicalFace) -> tuple[str, ...]:
    other = (*EYE_REGIONS, *EAR_REGIONS, "left_lid_margin", "inner_mouth")
    return tuple(n for n in face.regions if n.replace("right_", "left_") not in other)


def _mirrored_place(face: CanonicalFace, triangle: int, weight: np.ndarray) -> tuple[int, np.ndarray]:
    wanted = face.mirror_vertices[face.triangles[triangle]]
    found = int(np.flatnonzero(np.isin(face.triangles, wanted).all(1))[0])
    order = [int(np.flatnonzero(wanted == v)[0]) for v in face.triangles[found]]
    return found, weight[order]
