"""`infl layouts`: the layouts that come with the program."""

from __future__ import annotations

from infl.layouts import layout, layout_names


def list_layouts() -> None:
    """One line a layout: name, number of points, title."""
    known = [layout(name) for name in layout_names()]
    width = max((len(one.name) for one in known), default=0)
    for one in known:
        print(f"{one.name:<{width}}  {len(one):>5} points  {one.title}")


def show_layout(name: str) -> None:
    """One line a point: index, name, position on the canonical face, mirror partner, group."""
    shown = layout(name)
    print(
        f"{shown.name}: {shown.title}, {len(shown)} points, {len(shown.edges)} edges; millimetres on the canonical face"
    )
    width = max((len(point.name) for point in shown.points), default=0)
    for i, point in enumerate(shown.points):
        x, y, z = point.xyz
        slides = "  slides along the contour" if point.contour else ""
        place = f"{x:8.2f} {y:8.2f} {z:8.2f}"
        print(f"{i:>5}  {point.name:<{width}}  {place}  mirror {point.mirror:>4}  {point.group}{slides}")
