"""Harmonised sets: one HDF5 file that says everything of itself, and reading it.

It opens without this project:

    import h5py, pandas as pd

    with h5py.File("harmonised.h5") as file:
        faces = pd.DataFrame({name: column.asstr()[:] if column.dtype == object else column[:]
                              for name, column in file["faces"].items()})
        names = file["layout/names"].asstr()[:]
        columns = pd.MultiIndex.from_product([names, ["x", "y"]])
        points = pd.DataFrame(file["points"][:].reshape(len(faces), -1), faces["image"], columns)

N faces, K points. All pixels count from (0, 0), the centre of the top-left one.

    attributes           format, format_version, root (folder of the pictures, relative to this file's), convention,
                         transfer, checkpoint (its name), weights_sha256 (of the weights, see `infl.harmonize`), infl
    faces/*              (N,) columns, one row a face: image, key, dataset, convention, split, subject, width, height,
                         sha256 (of the picture's file), yaw, pitch, roll (degrees, in the photograph),
                         focal_length (pixels of the crop),
                         original_row (row of the face in its data set's group of `originals`), origins (JSON, pairs of
                         convention and key: where its data set was harmonised itself, the face in the sets before)
    layout/*             the target layout: names, groups, queries (mm on the canonical face), edges, mirror, …
    points (N, K, 2)     pixels of the photograph; sigma (N, K) pixels, one standard deviation an axis
    visibility (N, K)    0 absent, 1 occluded, 2 visible
    provenance (N, K)    0 human, 1 transferred, 2 predicted; the attribute `names` says so too
    points3d (N, K, 3)   millimetres in the canonical frame (x to the subject's left, y up, z out of the face)
    rotation (N, 3, 3), translation (N, 3) mm, principal_point (N, 2): the camera of the normalised crop, in which a
                         pixel = focal_length · (X/Z, Y/Z) + principal_point of (X, Y, Z) = rotation @ L + translation
    roi (N, 2, 3)        θ: from pixels of the normalised crop to pixels of the photograph
    originals/0 …        one group a data set: its name, convention, format, … as attributes; points (n, K_own, 2),
                         visibility, extra (JSON), row (n,) back into `faces`, layout (as above, where it has one), and
                         pairs (K,): for each target point the same point's index in the data set's layout, or -1
    problems/*           where and message: pictures and sets that could not be (wholly) used
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from infl.errors import FileError
from infl.export.harmonised_face import HarmonisedFace, Original, Source
from infl.export.hdf5_layout import read_layout
from infl.export.hdf5_members import array_in, attribute_in, group_in, values_in
from infl.export.hdf5_probe import check_readable
from infl.geometry.camera import Camera
from infl.layouts import Layout

FORMAT, FORMAT_VERSION = "infl-harmonised-set", 1

COLUMNS = {
    "image": "text", "key": "text", "dataset": "text", "convention": "text", "split": "text", "subject": "text",
    "sha256": "text", "width": "i4", "height": "i4", "yaw": "f4", "pitch": "f4", "roll": "f4", "focal_length": "f8",
    "original_row": "i8", "origins": "text",
}  # fmt: skip
"""Columns of `faces`."""

ARRAYS = {
    "points": (("K", 2), "f4"), "sigma": (("K",), "f4"), "visibility": (("K",), "u1"), "provenance": (("K",), "u1"),
    "points3d": (("K", 3), "f4"), "rotation": ((3, 3), "f8"), "translation": ((3,), "f8"),
    "principal_point": ((2,), "f8"), "roi": ((2, 3), "f8"),
}  # fmt: skip
"""Arrays with one row a face."""

ROWS_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class HarmonisedSet:
    """An opened file; faces are read when they are asked for: `for face in faces`, `faces[3]`, `len(faces)`.

    root: where the pictures are. problems: (where, message) of what could not be harmonised.
    """

    path: Path
    root: Path
    layout: Layout
    convention: str
    transfer: bool
    checkpoint: str
    weights_sha256: str
    sources: tuple[Source, ...]
    problems: tuple[tuple[str, str], ...]
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> HarmonisedFace:
        if not -self.count <= index < self.count:
            raise IndexError(f"face {index} of {self.count}")
        row = index % self.count
        with _opened(self.path) as file:
            return self._read(file, row, row + 1)[0]

    def __iter__(self) -> Iterator[HarmonisedFace]:
        for start in range(0, self.count, ROWS_AT_ONCE):
            with _opened(self.path) as file:
                faces = self._read(file, start, min(start + ROWS_AT_ONCE, self.count))
            yield from faces

    def table(self) -> pd.DataFrame:
        """One row a face: the columns of `faces`."""
        with _opened(self.path) as file:
            return pd.DataFrame({name: values_in(file, f"faces/{name}") for name in COLUMNS})

    def origins(self) -> list[tuple[tuple[str, str], ...]]:
        """`HarmonisedFace.origins` of every face."""
        with _opened(self.path) as file:
            return [_origins(text) for text in values_in(file, "faces/origins")]

    def array(self, name: str) -> np.ndarray:
        """A whole array of ARRAYS: "points" (N, K, 2), "sigma" (N, K), …"""
        with _opened(self.path) as file:
            return values_in(file, name)

    def _read(self, file: h5py.File, start: int, end: int) -> list[HarmonisedFace]:
        rows = slice(start, end)
        faces = {name: values_in(file, f"faces/{name}", rows) for name in COLUMNS}
        arrays = {name: values_in(file, name, rows) for name in ARRAYS}
        originals = self._originals(file, faces["dataset"], faces["original_row"])
        result = []
        for i in range(end - start):
            row = {name: array[i] for name, array in arrays.items()}
            camera = Camera(row.pop("rotation"), row.pop("translation"), float(faces["focal_length"][i]),
                            row.pop("principal_point"))  # fmt: skip
            text = {name: faces[name][i] for name, kind in COLUMNS.items() if kind == "text"}
            before = _origins(text.pop("origins"))
            size = (int(faces["width"][i]), int(faces["height"][i]))
            result.append(HarmonisedFace(**text, **row, size=size, camera=camera, original=originals[i],
                                         origins=before))  # fmt: skip
        return result

    def _originals(self, file: h5py.File, names: np.ndarray, at: np.ndarray) -> list[Original]:
        """The own annotations of faces of the sets `names`, in rows `at` of their groups."""
        result: dict[int, Original] = {}
        for k, source in enumerate(self.sources):
            mine = np.flatnonzero(names == source.name)
            if not mine.size:
                continue
            first = int(at[mine].min())
            rows = slice(first, int(at[mine].max()) + 1)
            group = group_in(file, f"originals/{k}")
            points, seen, extra = (values_in(group, name, rows) for name in ("points", "visibility", "extra"))
            for i in mine:
                row = int(at[i]) - first
                result[int(i)] = Original(points[row], seen[row], json.loads(extra[row]))
        return [result[i] for i in range(len(names))]


def open_harmonised(path: str | Path, root: str | Path | None = None) -> HarmonisedSet:
    """Open a harmonised set and check it. `root` replaces the pictures' folder where they were moved.

    Raises FileError naming what is missing or wrong.
    """
    path = Path(path)
    with _opened(path) as file:
        if file.attrs.get("format") != FORMAT:
            raise FileError(path, "is no harmonised set.", place="attribute format")
        if file.attrs.get("format_version") != FORMAT_VERSION:
            got = file.attrs.get("format_version")
            raise FileError(
                path, f"has format version {got}, not {FORMAT_VERSION}.", remedy="Update infl-studio."
            )
        if root is None:
            root = os.path.normpath(path.absolute().parent / str(attribute_in(file, "root")))
        groups = group_in(file, "originals")
        said = zip(values_in(file, "problems/where"), values_in(file, "problems/message"), strict=True)
        opened = HarmonisedSet(
            path=path,
            root=Path(root),
            layout=read_layout(group_in(file, "layout")),
            convention=str(attribute_in(file, "convention")),
            transfer=bool(attribute_in(file, "transfer")),
            checkpoint=str(attribute_in(file, "checkpoint")),
            weights_sha256=str(attribute_in(file, "weights_sha256")),
            sources=tuple(_source(group_in(groups, str(i))) for i in range(len(groups))),
            problems=tuple((str(where), str(message)) for where, message in said),
            count=len(array_in(file, "faces/image")),
        )
        _check(file, opened)
    return opened


def is_harmonised(path: Path) -> bool:
    """Whether an HDF5 file says that it is a harmonised set; raises FileError when it cannot be opened."""
    with _opened(path) as file:
        return file.attrs.get("format") == FORMAT


def _origins(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(convention), str(key)) for convention, key in json.loads(text))


def _check(file: h5py.File, opened: HarmonisedSet) -> None:
    """Every member is there with the shape that the others ask for."""
    shapes: dict[str, tuple[int, ...]] = {f"faces/{name}": (opened.count,) for name in COLUMNS}
    for name, (shape, _) in ARRAYS.items():
        shapes[name] = (opened.count, *(len(opened.layout) if n == "K" else n for n in shape))
    for i, source in enumerate(opened.sources):
        rows = len(array_in(file, f"originals/{i}/row"))
        shapes[f"originals/{i}/points"] = (rows, source.point_count, 2)
        shapes[f"originals/{i}/visibility"] = (rows, source.point_count)
        shapes[f"originals/{i}/extra"] = (rows,)
        shapes[f"originals/{i}/pairs"] = (len(opened.layout),)
    for name, shape in shapes.items():
        got = array_in(file, name).shape
        if got != shape:
            raise FileError(opened.path, f"has the shape {got}, not {shape}.", place=name)


def _source(group: h5py.Group) -> Source:
    words = {name: str(attribute_in(group, name)) for name in
             ("name", "folder", "format", "convention", "normaliser", "pixel_origin")}  # fmt: skip
    layout = read_layout(group_in(group, "layout")) if "layout" in group else None
    return Source(**words, layout=layout, point_count=array_in(group, "points").shape[1],
                  pairs=values_in(group, "pairs"))  # fmt: skip


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """The file, open for reading; whatever in it is missing or cannot be decoded becomes a FileError."""
    if not path.exists():
        raise FileError(path, "does not exist.")
    try:
        check_readable(path, FORMAT)
        with h5py.File(path, "r") as file:
            yield file
    except KeyError as error:
        raise FileError(path, f"is no whole harmonised set: {error.args[0]}") from error
    except OSError as error:
        raise FileError(path, f"is no HDF5 file, or a damaged one ({error}).") from error
    except (ValueError, TypeError, IndexError) as error:
        raise FileError(path, f"is damaged ({error}).") from error
