"""What `--demo` opens: the data sets under `resources/demo`, and a small layout of one's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app import layout_edits
from infl.layouts import Layout
from infl.resources import resource

POINTS = {
    "forehead": (0.0, 52.0, 25.0),
    "left temple": (60.0, 28.0, 0.0),
    "left cheekbone": (53.0, -28.0, 2.0),
    "left under the eye": (35.0, -20.0, 15.0),
    "left smile line": (29.0, -57.0, 19.0),
    "left jaw": (48.0, -78.0, -10.0),
    "below the lip": (0.0, -93.0, 25.0),
}
"""Rough places in mm that no common convention has; the nearest point of the face is meant."""

EDGES = (
    ("left temple", "left cheekbone"), ("left cheekbone", "left jaw"), ("left under the eye", "left smile line"),
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
