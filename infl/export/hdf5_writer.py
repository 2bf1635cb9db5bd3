"""Writes a harmonised set face by face: memory does not grow with their number, and no half file is ever left."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from infl.errors import FileError
from infl.export.harmonised_face import PROVENANCE, HarmonisedFace, Source
from infl.export.hdf5 import ARRAYS, COLUMNS, FORMAT, FORMAT_VERSION, open_harmonised
from infl.export.hdf5_layout import TEXT, write_layout
from infl.export.hdf5_members import array_in
from infl.geometry.camera import euler_in_photo
from infl.layouts import Layout

CHUNK_BYTES = 1 << 20
"""Of the largest array: about what h5py holds in memory of each at once."""


class HarmonisedWriter:
    """A context: `append` faces, then `commit`. Left without (an error, a cancel), it removes what it wrote."""

    def __init__(
        self, path: str | Path, layout: Layout, sources: Sequence[Source], about: Mapping[str, str | bool]
    ):
        self.path = Path(path)
        self.temporary = self.path.with_name(self.path.name + ".part")
        self.count = 0  # faces in the file
        self.problems = 0
        self._faces: list[HarmonisedFace] = []
        self._rows = int(np.clip(CHUNK_BYTES // (12 * max(len(layout), 1)), 1, 64))
        try:
            self._file = h5py.File(self.temporary, "w", libver="v110")
        except OSError as error:
            raise FileError(path, f"cannot be written ({error.strerror or error}).") from error
        try:
            self._start(layout, sources, about)
        except BaseException:
            self._discard()
            raise

    def __enter__(self) -> HarmonisedWriter:
        return self

    def __exit__(self, *_) -> None:
        self._discard()

    @property
    def written(self) -> int:
        """Faces appended so far."""
        return self.count + len(self._faces)

    def append(self, face: HarmonisedFace) -> None:
        self._faces.append(face)
        if len(self._faces) == self._rows:
            self._flush()

    def problem(self, where: str, message: str) -> None:
        """Keep in the file what could not be harmonised, and why."""
        for name, text in (("where", where), ("message", message)):
            _extend(self._file, f"problems/{name}", [text])
        self.problems += 1

    def commit(self) -> Path:
        """Close, open again, check, and give the file its name."""
        self._flush()
        self._file.close()
        written = open_harmonised(self.temporary)
        if len(written) != self.count:
            raise FileError(self.path, f"holds {len(written)} faces after writing {self.count}.")
        _onto_disk(self.temporary)
        os.replace(self.temporary, self.path)
        if os.name == "posix":  # elsewhere a folder cannot be opened, and need not be
            _onto_disk(self.path.absolute().parent)
        return self.path

    def _start(self, layout: Layout, sources: Sequence[Source], about: Mapping[str, str | bool]) -> None:
        file = self._file
        file.attrs["format"], file.attrs["format_version"] = FORMAT, FORMAT_VERSION
        for name, value in about.items():
            file.attrs[name] = value
        write_layout(file.create_group("layout"), layout)
        faces = file.create_group("faces")
        for name, kind in COLUMNS.items():
            _empty(faces, name, (), TEXT if kind == "text" else np.dtype(kind), 1024)
        for name, (shape, kind) in ARRAYS.items():
            _empty(
                file, name, tuple(len(layout) if n == "K" else n for n in shape), np.dtype(kind), self._rows
            )
        file["provenance"].attrs["names"] = list(PROVENANCE)
        file["visibility"].attrs["names"] = ["absent", "occluded", "visible"]
        problems = file.create_group("problems")
        for name in ("where", "message"):
            _empty(problems, name, (), TEXT, 256)
        originals = file.create_group("originals")
        self._originals: dict[str, h5py.Group] = {}
        for i, source in enumerate(sources):
            group = self._originals[source.name] = originals.create_group(str(i))
            for name in ("name", "folder", "format", "convention", "normaliser", "pixel_origin"):
                group.attrs[name] = getattr(source, name)
            group.create_dataset("pairs", data=source.pairs.astype(np.int32))
            _empty(group, "points", (source.point_count, 2), np.dtype("f4"), 64)
            _empty(group, "visibility", (source.point_count,), np.dtype("u1"), 64)
            _empty(group, "row", (), np.dtype("i8"), 1024)
            _empty(group, "extra", (), TEXT, 256)
            if source.layout is not None:
                write_layout(group.create_group("layout"), source.layout)

    def _flush(self) -> None:
        if not self._faces:
            return
        faces, file = self._faces, self._file
        cameras = [face.camera for face in faces]
        rows = {name: [getattr(face, name) for face in faces]
                for name in ("points", "sigma", "visibility", "provenance", "points3d", "roi")}  # fmt: skip
        rows["rotation"] = [camera.rotation for camera in cameras]
        rows["translation"] = [camera.translation for camera in cameras]
        rows["principal_point"] = [camera.principal_point for camera in cameras]
        for name, values in rows.items():
            _extend(file, name, np.stack(values))
        angles = np.array([euler_in_photo(face.camera, face.roi) for face in faces])
        columns: dict[str, Sequence] = {name: [getattr(face, name) for face in faces] for name in (
            "image", "key", "dataset", "convention", "split", "subject", "sha256")}  # fmt: skip
        columns |= {"width": [face.size[0] for face in faces], "height": [face.size[1] for face in faces]}
        columns |= {name: angles[:, i] for i, name in enumerate(("yaw", "pitch", "roll"))}  # pyright: ignore
        columns["focal_length"] = [camera.focal_length for camera in cameras]
        columns["origins"] = [json.dumps(face.origins) for face in faces]
        columns["original_row"] = self._keep_originals(faces)
        for name, values in columns.items():
            _extend(file, f"faces/{name}", values)
        self.count += len(faces)
        self._faces = []

    def _keep_originals(self, faces: Sequence[HarmonisedFace]) -> list[int]:
        """Append the faces' own annotations; returns each one's row in the group of its data set."""
        rows = [0] * len(faces)
        for name, group in self._originals.items():
            mine = [i for i, face in enumerate(faces) if face.dataset == name]
            if not mine:
                continue
            start = len(array_in(group, "row"))
            for offset, i in enumerate(mine):
                rows[i] = start + offset
            originals = [faces[i].original for i in mine]
            _extend(group, "points", np.stack([original.points for original in originals]))
            _extend(group, "visibility", np.stack([original.visibility for original in originals]))
            _extend(group, "row", [self.count + i for i in mine])
            _extend(group, "extra", [json.dumps(dict(o.extra), default=plain) for o in originals])
        return rows

    def _discard(self) -> None:
        try:
            if self._file:
                self._file.close()
        finally:
            self.temporary.unlink(missing_ok=True)


def _onto_disk(path: Path) -> None:
    """Wait until a file, or what a folder lists, would survive a loss of power."""
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _empty(group: h5py.Group, name: str, shape: tuple[int, ...], kind: np.dtype, rows: int) -> None:
    """An array without rows that grows by them; gzip does nothing for text of free length, so it is left out there."""
    packed = {} if kind == TEXT else {"compression": "gzip", "compression_opts": 4, "shuffle": True}
    group.create_dataset(name, (0, *shape), kind, maxshape=(None, *shape), chunks=(rows, *(max(n, 1) for n in shape)),
                         **packed)  # fmt: skip


def _extend(group: h5py.Group, name: str, values) -> None:
    column = array_in(group, name)
    start = len(column)
    column.resize(start + len(values), axis=0)
    column[start:] = values


def plain(value):
    """What JSON does not know: arrays and numpy's numbers as lists and numbers, anything else in words."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)
