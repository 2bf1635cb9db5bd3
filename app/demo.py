"""What `--demo` opens: the data sets under `resources/demo`, and a small layout of one's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app import layout_edits
from infl.layouts import Layout
from infl.resources import resource

POINTS = {
    "glabella": (0.0, 8.0, 110.0),
    "left cheekbone": (52.0, -22.0, 85.0),
    "left brow peak": (42.0, 24.0, 95.0),
    "left nose wing": (17.0, -42.0, 100.0),
    "left smile line": (32.0, -58.0, 95.0),
    "left jaw angle": (60.0, -75.0, 50.0),
    "below the lip": (0.0, -88.0, 105.0),
}
"""Rough places in mm that no common convention has; the nearest point of the face is meant."""

EDGES = (
    ("left cheekbone", "left smile line"), ("left smile line", "left jaw angle"), ("left brow peak", "left cheekbone"),
)  # fmt: skip


def folders() -> list[Path]:
    """The demo's data sets."""
    return sorted(path for path in resource("demo").glob("*") if path.is_dir())


def layout() -> Layout:
    """Points on the cheeks, brows and jaw, on both halves of the face, joined by a few lines."""
    made = layout_edits.empty("my-layout", "My layout")
    for name, xyz in POINTS.items():
        made = layout_edits.add(made, xyz, name)
    made, _ = layout_edits.mirror(made, range(len(made)))
    place = {point.name: i for i, point in enumerate(made.points)}
    edges = [(place[a], place[b]) for a, b in EDGES]
    edges += [(made.points[a].mirror, made.points[b].mirror) for a, b in edges]
    return replace(made, edges=tuple(edges))
