"""A layout as a group of an HDF5 file: one array a column, so that it reads without this project."""

from __future__ import annotations

import h5py
import numpy as np

from infl.export.hdf5_members import attribute_in, values_in
from infl.layouts import Layout, LayoutPoint

TEXT = h5py.string_dtype("utf-8")


def write_layout(group: h5py.Group, layout: Layout) -> None:
    """names, groups: (K,) text. queries: (K, 3) float64 mm on C; triangles (K,) and barycentric (K, 3): the same
    places on its mesh. edges: (E, 2), mirror: (K,), contour: (K,) bool. Attributes: name, title, eye_corners.
    """
    points = layout.points
    group.attrs["name"], group.attrs["title"] = layout.name, layout.title
    if layout.eye_corners is not None:
        group.attrs["eye_corners"] = np.array(layout.eye_corners, np.int32)
    group.create_dataset("names", data=[p.name for p in points], dtype=TEXT)
    group.create_dataset("groups", data=[p.group for p in points], dtype=TEXT)
    group.create_dataset("queries", data=np.array([p.xyz for p in points], np.float64).reshape(-1, 3))
    group.create_dataset("triangles", data=np.array([p.triangle for p in points], np.int32))
    group.create_dataset(
        "barycentric", data=np.array([p.barycentric for p in points], np.float64).reshape(-1, 3)
    )
    group.create_dataset("mirror", data=layout.mirror.astype(np.int32))
    group.create_dataset("contour", data=layout.contour)
    group.create_dataset("edges", data=np.array(layout.edges, np.int32).reshape(-1, 2))


def read_layout(group: h5py.Group) -> Layout:
    """What `write_layout` wrote; raises KeyError for a missing member."""
    names = ("names", "queries", "triangles", "barycentric", "mirror", "groups", "contour")
    columns = [values_in(group, name).tolist() for name in names]
    points = tuple(
        LayoutPoint(name, tuple(xyz), triangle, tuple(weights), mirror, part, contour)
        for name, xyz, triangle, weights, mirror, part, contour in zip(*columns, strict=True)
    )
    corners = group.attrs.get("eye_corners")
    return Layout(
        name=str(attribute_in(group, "name")),
        title=str(attribute_in(group, "title")),
        points=points,
        edges=tuple((int(a), int(b)) for a, b in values_in(group, "edges")),
        eye_corners=None if corners is None else (int(corners[0]), int(corners[1])),
    )
