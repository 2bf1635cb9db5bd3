"""menpo's landmark JSON `.ljson`, versions 1 to 3: one file a picture, beside it.

Points are `[y, x]` (null where absent) and count from 0. A file may hold several named groups (version 3);
each file's largest group is read. Version 2 keeps the points in `landmarks`, version 1 in
`groups[].landmarks[].point`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from infl.datasets.folder import SetFolder
from infl.datasets.reader import Annotation, Face, each
from infl.datasets.text import read_json
from infl.errors import FileError

FORMAT = "menpo_ljson"
LOOKED_FOR = ".ljson landmark files (menpo)"


def find(folder: SetFolder) -> list[Annotation]:
    files = folder.ending(".ljson")
    if not files:
        return []

    def faces() -> Iterator[Face | FileError]:
        return each(lambda file: _face(folder, file), files)

    why = f"{len(files)} .ljson files, the first {files[0]}"
    return [Annotation("ljson", FORMAT, why, tuple(files), faces, count_tells=True)]


def _face(folder: SetFolder, file: str) -> Face:
    path = folder.root / file
    groups = _groups(read_json(path), path)
    name = max(groups, key=lambda group: len(groups[group]))
    points = np.array([_point(p, path, f"group {name}, point {i}") for i, p in enumerate(groups[name])])
    if not len(points):
        raise FileError(path, "holds no points.")
    return Face(folder.picture_beside(file), points[:, ::-1], (file, ""))


def _groups(content: Any, path: Path) -> dict[str, list]:
    """Each group's list of [y, x], whatever the file's version."""
    try:
        match content["version"]:
            case 1:
                parts = [group["landmarks"] for group in content["groups"]]
                groups = {"landmarks": [mark["point"] for part in parts for mark in part]}
            case 2:
                groups = {"landmarks": content["landmarks"]["points"]}
            case 3:
                groups = {name: group["landmarks"]["points"] for name, group in content["groups"].items()}
            case other:
                raise FileError(
                    path, f"is of version {json.dumps(other)[:20]}; 1, 2 and 3 are known.", place="version"
                )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise FileError(path, f"is no landmark file of menpo ({type(error).__name__}: {error}).") from error
    if not groups or not all(isinstance(points, list) for points in groups.values()):
        raise FileError(path, "holds no group of points.", place="groups")
    return groups


def _point(value: Any, path: Path, place: str) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise FileError(path, "is no pair [y, x].", place=place)
    if value[0] is None or value[1] is None:
        return np.nan, np.nan
    if not all(isinstance(v, int | float) and not isinstance(v, bool) and np.isfinite(v) for v in value):
        raise FileError(path, "is no pair of finite numbers.", place=place)
    return float(value[0]), float(value[1])
