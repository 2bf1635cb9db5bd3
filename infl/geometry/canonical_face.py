"""The canonical face C: one mesh in millimetres on which every landmark convention is written down.

Frame: x to the subject's left, y up, z out of the face; the origin is between the eyes' centres. The mesh is made by
`python -m infl.geometry.authoring` and mirror-symmetric to the last bit.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from infl.errors import FileError
from infl.resources import resource

FORMAT_VERSION = 1
_ARRAYS = ("vertices", "triangles", "uv", "mirror_vertices", "interocular")


@dataclass(frozen=True, eq=False)
class CanonicalFace:
    """vertices (V, 3) float32 mm; triangles (T, 3) int32, counter-clockwise seen from outside; uv (V, 2) float32 in
    0…1; regions: name → ids of its triangles; curves: name → (n, 3) float32 polyline, mm; interocular: distance
    between the outer eye corners, mm; mirror_vertices (V,) int32: each vertex's partner on the other side.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    uv: np.ndarray
    regions: Mapping[str, np.ndarray]
    curves: Mapping[str, np.ndarray]
    interocular: float
    mirror_vertices: np.ndarray

    @cached_property
    def normals(self) -> np.ndarray:
        """(V, 3) float32 unit vectors, pointing outwards: the mean over a vertex's triangles, weighted by area."""
        corners = self.vertices[self.triangles].astype(np.float64)
        facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        total = np.zeros((len(self.vertices), 3))
        for corner in range(3):
            np.add.at(total, self.triangles[:, corner], facing)
        return (total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)).astype(np.float32)

    @cached_property
    def region_of_triangle(self) -> np.ndarray:
        """(T,) str: the name of the region that each triangle belongs to, "" for none."""
        names = np.full(len(self.triangles), "", dtype=f"<U{max(map(len, self.regions), default=1)}")
        for name, triangles in self.regions.items():
            names[triangles] = name
        return names


def save_canonical_face(face: CanonicalFace, path: str | Path) -> None:
    """Write `face` as .npz (no pickle), whole or not at all; the same face gives the same bytes."""
    path = Path(path)
    arrays: dict[str, Any] = {
        "format_version": np.int32(FORMAT_VERSION),
        "vertices": face.vertices, "triangles": face.triangles, "uv": face.uv,
        "mirror_vertices": face.mirror_vertices, "interocular": np.float64(face.interocular),
    }  # fmt: skip
    arrays |= {f"region/{name}": ids.astype(np.int32) for name, ids in sorted(face.regions.items())}
    arrays |= {f"curve/{name}": line.astype(np.float32) for name, line in sorted(face.curves.items())}
    temporary = path.with_name(path.name + ".part")
    with open(temporary, "wb") as stream:
        np.savez_compressed(stream, **arrays)
    load_canonical_face(temporary)
    os.replace(temporary, path)


def load_canonical_face(path: str | Path) -> CanonicalFace:
    """Read a face written by `save_canonical_face`; raises FileError saying what is missing or wrong."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror or error}).") from error
    except (zipfile.BadZipFile, ValueError) as error:
        raise FileError(path, f"is no canonical face: {error}.") from error
    for name in _ARRAYS:
        if name not in arrays:
            raise FileError(path, "is no canonical face: the array is missing.", place=name)
    if int(arrays.get("format_version", 0)) != FORMAT_VERSION:
        raise FileError(path, f"has a format version other than {FORMAT_VERSION}.", place="format_version")
    count = len(arrays["vertices"])
    if arrays["triangles"].min(initial=0) < 0 or arrays["triangles"].max(initial=-1) >= count:
        raise FileError(path, f"a triangle leaves the vertices 0…{count - 1}.", place="triangles")
    return CanonicalFace(
        vertices=arrays["vertices"],
        triangles=arrays["triangles"],
        uv=arrays["uv"],
        regions=_under("region/", arrays),
        curves=_under("curve/", arrays),
        interocular=float(arrays["interocular"]),
        mirror_vertices=arrays["mirror_vertices"],
    )


def _under(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


@lru_cache(maxsize=1)
def canonical_face() -> CanonicalFace:
    """The face that comes with the program."""
    return load_canonical_face(resource("canonical_face", "canonical_face.npz"))
