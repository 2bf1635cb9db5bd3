"""A layout: a named, ordered list of points on the canonical face, kept as JSON in `resources/layouts`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infl.errors import FileError, InflError
from infl.resources import resource


@dataclass(frozen=True)
class LayoutPoint:
    """One point on the canonical face C.

    xyz is in millimetres in C's frame (x to the subject's left, y up, z out of the face); the same place on
    the mesh is triangle `triangle` with barycentric weights `barycentric`. `contour` marks points that
    annotators slide along the visible outline of the face instead of keeping them in place on the skin.
    """

    name: str
    xyz: tuple[float, float, float]
    triangle: int
    barycentric: tuple[float, float, float]
    mirror: int
    group: str = ""
    contour: bool = False


@dataclass(frozen=True)
class Layout:
    """A named, ordered list of K points on C with the edges to draw between them.

    `eye_corners` are the indices (subject's right, subject's left) whose distance normalises errors: the outer
    eye corners, or what the convention's own protocol uses; None where the layout has neither. `colours` are those
    that groups are drawn in, (group, "#rrggbb"); groups that are not in it have none of their own.
    """

    name: str
    title: str
    points: tuple[LayoutPoint, ...]
    edges: tuple[tuple[int, int], ...] = ()
    eye_corners: tuple[int, int] | None = None
    colours: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.points)

    @cached_property
    def queries(self) -> np.ndarray:
        """(K, 3) float32, millimetres on C."""
        return np.array([p.xyz for p in self.points], np.float32).reshape(-1, 3)

    @cached_property
    def mirror(self) -> np.ndarray:
        """(K,) int64: index of each point's mirror partner (itself on the midline)."""
        return np.array([p.mirror for p in self.points], np.int64)

    @cached_property
    def contour(self) -> np.ndarray:
        """(K,) bool: which points slide along the visible outline."""
        return np.array([p.contour for p in self.points], bool)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(p.name for p in self.points)


class _PointFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1)]
    xyz: tuple[float, float, float]
    triangle: Annotated[int, Field(ge=0)]
    barycentric: tuple[float, float, float]
    mirror: Annotated[int, Field(ge=0)]
    group: str = ""
    contour: bool = False


class _LayoutFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    format: Literal["infl-layout"]
    format_version: Literal[1]
    name: Annotated[str, Field(min_length=1)]
    title: str
    eye_corners: tuple[int, int] | None = None
    points: list[_PointFile]
    edges: list[tuple[int, int]] = []
    colours: dict[str, Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]] = {}


def load_layout(path: str | Path) -> Layout:
    """Read a layout file; raises FileError naming the field that is wrong."""
    try:
        return parse_layout(Path(path).read_bytes(), path)
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror}).") from error


def parse_layout(text: str | bytes, path: str | Path) -> Layout:
    """The layout that `layout_text` wrote; raises FileError naming the field of `path` that is wrong."""
    try:
        file = _LayoutFile.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FileError(path, f"is no layout file: {first['msg']}.", place=place) from error
    count = len(file.points)
    for i, point in enumerate(file.points):
        if point.mirror >= count:
            raise FileError(
                path, f"mirror partner {point.mirror} is outside 0…{count - 1}.", place=f"points.{i}"
            )
    for i, edge in enumerate(file.edges):
        if not all(0 <= end < count for end in edge):
            raise FileError(path, f"edge {edge} leaves the points 0…{count - 1}.", place=f"edges.{i}")
    if file.eye_corners and not all(0 <= i < count for i in file.eye_corners):
        raise FileError(path, f"{file.eye_corners} leaves the points 0…{count - 1}.", place="eye_corners")
    points = tuple(LayoutPoint(**point.model_dump()) for point in file.points)
    return Layout(
        file.name, file.title, points, tuple(file.edges), file.eye_corners, tuple(file.colours.items())
    )


def layout_text(layout: Layout) -> str:
    """A layout as JSON, one point a line."""
    file = _LayoutFile(
        format="infl-layout", format_version=1, name=layout.name, title=layout.title,
        eye_corners=layout.eye_corners, edges=list(layout.edges), colours=dict(layout.colours),
        points=[_PointFile(**vars(point)) for point in layout.points],
    )  # fmt: skip
    head = file.model_dump(exclude={"points", "edges"} | ({"colours"} if not file.colours else set()))
    rows = ",\n".join("  " + json.dumps(p.model_dump(), ensure_ascii=False) for p in file.points)
    start = json.dumps(head, ensure_ascii=False)[:-1]
    return f'{start},\n "points": [\n{rows}\n ],\n "edges": {json.dumps(file.edges)}}}\n'


def save_layout(layout: Layout, path: str | Path) -> None:
    """Write a layout file whole or not at all (temporary name, then rename)."""
    path = Path(path)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(layout_text(layout), encoding="utf-8")
    load_layout(temporary)
    os.replace(temporary, path)


@lru_cache(maxsize=1)
def layout_names() -> tuple[str, ...]:
    """Names of the layouts that come with the program."""
    return tuple(sorted(path.stem for path in resource("layouts").glob("*.json")))


@lru_cache(maxsize=64)
def _shipped(name: str) -> Layout:
    return load_layout(resource("layouts", f"{name}.json"))


def layout(name: str | Path) -> Layout:
    """A layout that comes with the program, by name, or any other by the path of its file."""
    if str(name) in layout_names():
        return _shipped(str(name))
    if str(name).endswith(".json"):
        return load_layout(name)
    raise InflError(
        f"There is no layout “{name}”. Known: {', '.join(layout_names())}; or give the path of a .json."
    )
