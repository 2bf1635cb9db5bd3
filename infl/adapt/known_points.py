"""All points of the layouts that come with the program, as the annotators of their conventions mean them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from infl.geometry.contour import slid
from infl.layouts import Layout, LayoutPoint, layout, layout_names
from infl.model.landmarker import Encoded, Landmarker
from infl.model.network import CANONICAL

DENSE = "dense"
"""The layout of all vertices: its points have no meaning of their own."""


@dataclass(frozen=True)
class KnownPoint:
    """Point `index` of a known layout."""

    layout: Layout
    index: int

    @property
    def point(self) -> LayoutPoint:
        return self.layout.points[self.index]

    def __str__(self) -> str:
        return f"{self.layout.name}: {self.point.name}"


def known_layouts(without: Iterable[str] = ()) -> list[Layout]:
    """The layouts that come with the program, less `without`."""
    return [layout(name) for name in layout_names() if name not in {DENSE, *without}]


def known_points(layouts: Iterable[Layout]) -> list[KnownPoint]:
    return [KnownPoint(each, k) for each in layouts for k in range(len(each))]


def landmarks_of(landmarker: Landmarker, encoded: Encoded, layouts: Iterable[Layout]) -> np.ndarray:
    """(M, 2) pixels: the points of all `layouts` in one photograph, each layout in the convention of its name where the
    landmarker knows that, outline points on the outline."""
    asked = []
    for each in layouts:
        queries = slid(each, encoded.camera.head[None])[0]
        convention = each.name if each.name in landmarker.conventions else CANONICAL
        asked.append(queries + landmarker.offsets(convention, at=queries))
    return landmarker.query(encoded, np.concatenate(asked)).points
