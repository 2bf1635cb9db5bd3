"""Edits of a layout as pure functions: each takes a layout and returns the changed one. No Qt here.

A point's `mirror` is an index, so whatever changes the order or the number of points maps these indices along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.translation import tr
from infl.errors import InflError
from infl.geometry.canonical_face import canonical_face
from infl.geometry.lines import curve, evenly_along, evenly_over, line_through
from infl.geometry.surface import closest_points
from infl.layouts import Layout, LayoutPoint

Place = Sequence[float] | np.ndarray
"""(3,) millimetres on or near the canonical face."""

MIDLINE = 0.75
"""Millimetres from the plane x = 0 within which a point is its own mirror image."""


def empty(name: str = "custom", title: str = "Custom layout") -> Layout:
    """A layout with no points yet."""
    return Layout(name, title, ())


def surface_points(places: Sequence[Place] | np.ndarray, like: Sequence[LayoutPoint]) -> list[LayoutPoint]:
    """The points of the canonical face closest to `places` (mm), each with all else as in its point of `like`."""
    triangles, weights, on_face = closest_points(
        canonical_face(), np.asarray(places, np.float32).reshape(-1, 3)
    )
    return [
        replace(point, xyz=tuple(map(float, xyz)), triangle=int(triangle), barycentric=tuple(map(float, bary)))
        for point, xyz, triangle, bary in zip(like, on_face, triangles, weights, strict=True)
    ]  # fmt: skip


def _new(name: str, mirror: int, group: str = "") -> LayoutPoint:
    """A point that is nowhere yet."""
    return LayoutPoint(name, (0.0, 0.0, 0.0), 0, (1.0, 0.0, 0.0), mirror, group)


def fresh_name(layout: Layout, stem: str = "point") -> str:
    """`stem` with the first number that no point of the layout uses yet."""
    taken, number = set(layout.names), len(layout) + 1
    while f"{stem} {number}" in taken:
        number += 1
    return f"{stem} {number}"


def add(layout: Layout, xyz: Place, name: str = "") -> Layout:
    """Append one point at the place on the face closest to `xyz`."""
    new = _new(name or fresh_name(layout), mirror=len(layout))
    return replace(layout, points=(*layout.points, *surface_points([xyz], [new])))


def move(layout: Layout, index: int, xyz: Place) -> Layout:
    """Put point `index` at the place on the face closest to `xyz`."""
    return move_many(layout, {index: xyz})


def add_many(
    layout: Layout,
    places: np.ndarray,
    stem: str,
    *,
    group: str = "",
    joined: bool = False,
    closed: bool = False,
) -> Layout:
    """Append points at places (N, 3) mm, called `stem` with numbers from 1; `joined` by edges one after the other, and
    `closed` from the last to the first."""
    start, taken, number = len(layout), set(layout.names), 0
    new = []
    for mirror in range(start, start + len(places)):
        number += 1
        while f"{stem} {number}" in taken:
            number += 1
        new.append(_new(f"{stem} {number}", mirror, group))
    points = [*layout.points, *surface_points(places, new)]
    chain = [(i, i + 1) for i in range(start, len(points) - 1)] if joined else []
    if joined and closed and len(places) > 2:
        chain.append((len(points) - 1, start))
    return replace(layout, points=tuple(points), edges=(*layout.edges, *chain))


def add_line(layout: Layout, through: np.ndarray, count: int, stem: str = "line") -> Layout:
    """Append `count` points at equal arc length along the line on the surface through places (P, 3) mm.

    Raises InflError where no such line exists.
    """
    return add_many(layout, evenly_along(line_through(through), count), stem, group=stem, joined=True)


def add_curve(layout: Layout, name: str, count: int) -> Layout:
    """Append `count` points at equal arc length along a named curve of the face, "left_upper_lid"."""
    stem = name.replace("_", " ")
    return add_many(layout, evenly_along(curve(name), count), stem, group=stem, joined=True)


def add_region(layout: Layout, name: str, count: int) -> Layout:
    """Append `count` points spread over a named region of the face, "left_cheek"."""
    stem = name.replace("_", " ")
    return add_many(layout, evenly_over(name, count), stem, group=stem)


def copy_points(layout: Layout, other: Layout, indices: Sequence[int]) -> Layout:
    """Append points of another layout, with their groups, contours, and the edges and mirror partners among them."""
    start, place = len(layout), {old: len(layout) + new for new, old in enumerate(indices)}
    taken, points = set(layout.names), []
    for old in indices:
        point = other.points[old]
        name, number = point.name, 2
        while name in taken:
            name, number = f"{point.name} ({number})", number + 1
        taken.add(name)
        points.append(replace(point, name=name, mirror=place.get(point.mirror, place[old])))
    edges = [(place[a], place[b]) for a, b in other.edges if a in place and b in place]
    groups = {point.group for point in points}
    colours = dict(layout.colours) | {g: c for g, c in other.colours if g in groups}
    copied = replace(
        layout,
        points=(*layout.points, *points),
        edges=(*layout.edges, *edges),
        colours=tuple(colours.items()),
    )
    if start == 0 and other.eye_corners and all(i in place for i in other.eye_corners):
        right, left = other.eye_corners
        return replace(copied, eye_corners=(place[right], place[left]))
    return copied


def move_many(layout: Layout, places: Mapping[int, Place]) -> Layout:
    """Put several points at the places on the face closest to theirs."""
    moved = surface_points(list(places.values()), [layout.points[index] for index in places])
    return _with_points(layout, dict(zip(places, moved, strict=True)))


def set_group(layout: Layout, indices: Sequence[int], group: str) -> Layout:
    """Put points into a group; "" for none."""
    group = group.strip()
    return _with_points(layout, {i: replace(layout.points[i], group=group) for i in indices})


def set_colour(layout: Layout, group: str, colour: str | None) -> Layout:
    """Draw a group in a colour "#rrggbb", or None in the common one."""
    colours = {g: c for g, c in layout.colours if g != group}
    if colour is not None:
        colours[group] = colour.lower()
    return replace(layout, colours=tuple(colours.items()))


def rename(layout: Layout, index: int, name: str) -> Layout:
    """Rename point `index`; raises InflError for an empty name or one that another point has."""
    name = name.strip()
    if not name:
        raise InflError(tr("A point needs a name."))
    if any(p.name == name for i, p in enumerate(layout.points) if i != index):
        raise InflError(tr("Another point is already called “{name}”.").format(name=name))
    return _with_points(layout, {index: replace(layout.points[index], name=name)})


def delete(layout: Layout, indices: Sequence[int]) -> Layout:
    """Take points out, with the edges that end at them."""
    gone = set(indices)
    return _reindexed(layout, [i for i in range(len(layout)) if i not in gone])


def reorder(layout: Layout, index: int, to: int) -> Layout:
    """Move point `index` in the order so that it ends at place `to`."""
    return reorder_many(layout, [index], to if to < index else to + 1)


def reorder_many(layout: Layout, indices: Sequence[int], before: int) -> Layout:
    """Move points in the order, one after the other, so that they come `before` the one that is there now."""
    block = sorted(indices)
    head = [i for i in range(before) if i not in block]
    tail = [i for i in range(before, len(layout)) if i not in block]
    return _reindexed(layout, [*head, *block, *tail])


def mirror(layout: Layout, indices: Sequence[int]) -> tuple[Layout, list[int]]:
    """Give each point its partner on the other half of the face; returns the layout and the partners' indices.

    A partner that exists already is moved to the mirrored place; without one, a point on the midline is its own.
    """
    partners: list[int] = []
    moved: dict[int, Place] = {}
    for i in indices:
        point = layout.points[i]
        x, y, z = point.xyz
        if point.mirror != i:
            moved[point.mirror] = (-x, y, z)
            partners.append(point.mirror)
            continue
        if abs(x) < MIDLINE:
            partners.append(i)
            continue
        partner = _new(_mirror_name(layout, point.name), mirror=i, group=point.group)
        moved[len(layout)] = (-x, y, z)
        layout = _with_points(layout, {i: replace(point, mirror=len(layout))})
        layout = replace(layout, points=(*layout.points, partner))
        partners.append(len(layout) - 1)
    return move_many(layout, moved), partners


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
