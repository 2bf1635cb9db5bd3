"""AFLW2000-3D: `.mat` files beside the pictures, and two other annotations of the same pictures as tables.

- `aflw2000`: `pt3d_68` of the `.mat`, 68 points of a fitted 3D model in iBUG's order, counted from 1
  (MATLAB). `extra["z"]` is (68,) float32, the fit's depth in pixels, growing towards the camera, and
  `extra["pose"]` its (pitch, yaw, roll) in radians as `Pose_Para` has them: pitch > 0 looks up, yaw > 0 is
  turned to the subject's *right* (the opposite of this project's cameras), roll > 0 is clockwise in the
  picture.
- `aflw2000_re68`: `reannotated68.csv`, 68 points set by hand, in iBUG's order, counted from 0.
- `aflw21`: `aflw21.csv`, AFLW's 21 points, empty where not visible, counted from 0.

The jaw of the first two lies on the 3D face, also where the face hides it. Errors are divided by √(w·h) of
the box.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from infl.datasets.folder import SetFolder
from infl.datasets.mat5 import read_mat
from infl.datasets.point_csv import Meaning, columns_of, table
from infl.datasets.reader import FROM_ONE, Annotation, Face, each
from infl.datasets.text import first_line
from infl.errors import FileError

FORMAT = "aflw2000"
LOOKED_FOR = ".mat files with pt3d_68 beside pictures (AFLW2000-3D, 300W-LP)"
TABLES = {
    "reannotated68.csv": (Meaning("aflw2000_re68", "aflw2000_re68", "ibug68", "box"), 68),
    "aflw21.csv": (Meaning("aflw21", "aflw21", "aflw21", "box"), 21),
}
"""Which table is which annotation, and of how many points."""


def find(folder: SetFolder) -> list[Annotation]:
    files = folder.ending(".mat")
    if not any(_has_points(folder.root / f) for f in files):
        return []

    def faces() -> Iterator[Face | FileError]:
        return each(lambda file: _face(folder, file), files)

    why = f"{len(files)} .mat files, the first {files[0]}"
    found = [
        Annotation(
            name="aflw2000",
            format=FORMAT,
            why=why,
            sources=tuple(files),
            faces=faces,
            convention="aflw2000",
            layout="ibug68",
            point_count=68,
            origin=FROM_ONE,
            normaliser="box",
        )
    ]
    for file, (meaning, count) in TABLES.items():
        columns = columns_of(first_line(folder.root / file)) if file in folder.files else None
        if columns and len(columns.points) == count:
            found.append(table(folder, file, columns, meaning, format_name=f"{FORMAT}_csv"))
    return found


def _has_points(path: Path) -> bool:
    try:
        return "pt3d_68" in read_mat(path, ("pt3d_68",))
    except FileError:
        return False


def _face(folder: SetFolder, file: str) -> Face:
    path = folder.root / file
    arrays = read_mat(path, ("pt3d_68", "Pose_Para"))
    for name, values in arrays.items():
        if not (np.abs(values) <= np.finfo(np.float32).max).all():
            raise FileError(path, "holds numbers that are not finite.", place=name)
    if "pt3d_68" not in arrays:
        raise FileError(path, "holds no numbers “pt3d_68”.")
    points = arrays["pt3d_68"]
    if points.ndim != 2 or points.shape[0] not in (2, 3):
        raise FileError(path, f"has the shape {points.shape} and not (3, points).", place="pt3d_68")
    extra: dict[str, object] = {}
    if points.shape[0] == 3:
        extra["z"] = points[2].astype(np.float32)
    pose = arrays.get("Pose_Para", np.empty(0)).ravel()
    if pose.size >= 3:
        extra["pose"] = tuple(float(angle) for angle in pose[:3])
    return Face(folder.picture_beside(file), points[:2].T, (file, ""), extra=extra)
