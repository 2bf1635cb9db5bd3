"""Edits of a layout as pure functions: each takes a layout and returns the changed one. No Qt here.

A point's `mirror` is an index, so whatever changes the order or the number of points maps these indices along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from infl.errors import InflError
from infl.geometry.canonical_face import canonical_face
from infl.geometry.surface import closest_points
from infl.layouts import Layout, LayoutPoint

Place = Sequence[float] | np.ndarray
"""(3,) millimetres on or near the canonical face."""

MIDLINE = 0.75
"""Millimetres from the plane x = 0 within which a point is its own mirror image."""


def empty(name: str = "custom", title: str = "Custom layout") -> Layout:
    """A layout with no points yet."""
    return Layout(name, title, ())


def surface_point(xyz: Place, name: str, mirror: int, *, group: str = "") -> LayoutPoint:
    """The point of the canonical face closest to `xyz` (millimetres)."""
    triangle, barycentric, on_face = closest_points(
        canonical_face(), np.asarray(xyz, np.float32).reshape(1, 3)
    )
    x, y, z = (float(v) for v in on_face[0])
    b0, b1, b2 = (float(v) for v in barycentric[0])
    return LayoutPoint(name, (x, y, z), int(triangle[0]), (b0, b1, b2), mirror, group)


def fresh_name(layout: Layout, stem: str = "point") -> str:
    """`stem` with the first number that no point of the layout uses yet."""
    taken, number = set(layout.names), len(layout) + 1
    while f"{stem} {number}" in taken:
        number += 1
    return f"{stem} {number}"


def add(layout: Layout, xyz: Place, name: str = "") -> Layout:
    """Append one point at the place on the face closest to `xyz`."""
    point = surface_point(xyz, name or fresh_name(layout), mirror=len(layout))
    return replace(layout, points=(*layout.points, point))


def move(layout: Layout, index: int, xyz: Place) -> Layout:
    """Put point `index` at the place on the face closest to `xyz`."""
    old = layout.points[index]
    new = surface_point(xyz, old.name, old.mirror, group=old.group)
    return _with_points(layout, {index: replace(new, contour=old.contour)})


def rename(layout: Layout, index: int, name: str) -> Layout:
    """Rename point `index`; raises InflError for an empty name or one that another point has."""
    name = name.strip()
    if not name:
        raise InflError("A point needs a name.")
    if any(p.name == name for i, p in enumerate(layout.points) if i != index):
        raise InflError(f"Another point is already called “{name}”.")
    return _with_points(layout, {index: replace(layout.points[index], name=name)})


def delete(layout: Layout, indices: Sequence[int]) -> Layout:
    """Take points out, with the edges that end at them."""
    gone = set(indices)
    return _reindexed(layout, [i for i in range(len(layout)) if i not in gone])


def reorder(layout: Layout, index: int, to: int) -> Layout:
    """Move point `index` in the order so that it ends at place `to`."""
    order = list(range(len(layout)))
    order.insert(to, order.pop(index))
    return _reindexed(layout, order)


def mirror(layout: Layout, indices: Sequence[int]) -> tuple[Layout, list[int]]:
    """Give each point its partner on the other half of the face; returns the layout and the partners' indices.

    A partner that exists already is moved to the mirrored place; a point on the midline is its own.
    """
    partners: list[int] = []
    for i in indices:
        point = layout.points[i]
        x, y, z = point.xyz
        if abs(x) < MIDLINE:
            layout = _with_points(layout, {i: replace(point, mirror=i)})
            partners.append(i)
            continue
        if point.mirror != i:
            layout = move(layout, point.mirror, (-x, y, z))
            partners.append(point.mirror)
            continue
        partner = surface_point((-x, y, z), _mirror_name(layout, point.name), mirror=i, group=point.group)
        layout = _with_points(layout, {i: replace(point, mirror=len(layout))})
        layout = replace(layout, points=(*layout.points, partner))
        partners.append(len(layout) - 1)
    return layout, partners


def toggle_edge(layout: Layout, a: int, b: int) -> Layout:
    """Draw a line between two points, or take it away."""
    edges = tuple(e for e in layout.edges if set(e) != {a, b})
    return replace(layout, edges=edges if len(edges) < len(layout.edges) else (*edges, (a, b)))


def _mirror_name(layout: Layout, name: str) -> str:
    for one, other in (("left", "right"), ("right", "left"), ("Left", "Right"), ("Right", "Left")):
        if one in name:
            swapped = name.replace(one, other, 1)
            return swapped if swapped not in layout.names else fresh_name(layout, swapped)
    mirrored = f"{name} mirrored"
    return mirrored if mirrored not in layout.names else fresh_name(layout, mirrored)


def _with_points(layout: Layout, changed: dict[int, LayoutPoint]) -> Layout:
    return replace(layout, points=tuple(changed.get(i, p) for i, p in enumerate(layout.points)))


def _reindexed(layout: Layout, order: list[int]) -> Layout:
    place = {old: new for new, old in enumerate(order)}
    points = tuple(
        replace(layout.points[old], mirror=place.get(layout.points[old].mirror, new))
        for new, old in enumerate(order)
    )
    edges = tuple((place[a], place[b]) for a, b in layout.edges if a in place and b in place)
    corners = layout.eye_corners
    if corners:
        corners = (place[corners[0]], place[corners[1]]) if all(i in place for i in corners) else None
    return replace(layout, points=points, edges=edges, eye_corners=corners)
