"""COCO-style keypoint JSON: `images`, `annotations` with `keypoints` [x, y, v, …], `categories` (COCO,
MMPose).

v is 0 absent, 1 hidden, 2 visible; some sets write 1 for every point, so a face whose points all have v = 1
counts as visible. COCO-WholeBody's faces are its `face_kpts`, whose third number is a confidence: above 0 is
visible. Bodies alone (17 keypoints of a person) are not read. `extra` has `bbox` (x, y, width, height) and
the image id.

The numbers are taken as they are, which is COCO's own count from 0. Conversions of sets that count from 1
(MMPose's of 300-W and 300-VW equal the `.pts` files) need `"pixel_origin": 1` in `dataset.json`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from infl.datasets.dataset import ABSENT, OCCLUDED, VISIBLE
from infl.datasets.folder import HEADER, SetFolder
from infl.datasets.reader import Annotation, Face, each
from infl.datasets.text import read_json
from infl.errors import FileError

FORMAT = "coco_keypoints"
LOOKED_FOR = "a .json with images, annotations and keypoints (COCO)"
BODY_POINTS = 17


def find(folder: SetFolder) -> list[Annotation]:
    """One annotation a file: nothing says that two files of a folder follow the same rules."""
    found = []
    for file in folder.ending(".json"):
        if PurePosixPath(file).name != HEADER and _is_coco(folder.root / file):
            why = f"{file} holds images, annotations and keypoints"
            faces = lambda file=file: _faces(folder, file)  # noqa: E731
            found.append(Annotation(PurePosixPath(file).stem, FORMAT, why, (file,), faces))
    return found


def _is_coco(path: Path) -> bool:
    """Whether all three keys occur; the file is searched in pieces and not parsed."""
    wanted = {b'"images"', b'"annotations"', b'"keypoints"'}
    tail = b""
    try:
        with path.open("rb") as stream:
            while wanted and (piece := stream.read(1 << 20)):
                piece = tail + piece
                wanted = {key for key in wanted if key not in piece}
                tail = piece[-16:]
    except OSError:
        return False
    return not wanted


def _faces(folder: SetFolder, file: str) -> Iterator[Face | FileError]:
    path = folder.root / file
    try:
        content = read_json(path)
        pictures, annotations = _tables(content, path)
        bodies = _body_categories(content)
    except FileError as error:
        yield error
        return
    skipped = 0

    def parse(item: tuple[int, Any]) -> Face:
        return _face(folder, file, pictures, *item)

    rows = []
    for i, annotation in enumerate(annotations):
        if not isinstance(annotation, dict):
            yield FileError(path, "is no object.", place=f"annotations.{i}")
        elif "face_kpts" in annotation and not annotation.get("face_valid", True):
            continue  # WholeBody says that this person's face was not annotated
        elif "face_kpts" not in annotation and annotation.get("category_id") in bodies:
            skipped += 1
        else:
            rows.append((i, annotation))
    if skipped:
        yield FileError(path, f"{skipped} annotations are bodies of {BODY_POINTS} keypoints and no faces.")
    yield from each(parse, rows)


def _tables(content: Any, path: Path) -> tuple[dict[Any, str], list]:
    """(image id → file name, annotations)."""
    if not isinstance(content, dict):
        raise FileError(path, "is no object with “images” and “annotations”.")
    for key in ("images", "annotations"):
        if not isinstance(content.get(key), list):
            raise FileError(path, f"has no list “{key}”.", place=key)
    pictures: dict[Any, str] = {}
    for i, image in enumerate(content["images"]):
        try:
            pictures[image["id"]] = str(image["file_name"])
        except (KeyError, TypeError) as error:
            raise FileError(path, "has no “id” and “file_name”.", place=f"images.{i}") from error
    return pictures, content["annotations"]


def _body_categories(content: dict) -> set[Any]:
    """Ids of the categories whose keypoints are COCO's 17 of a body."""
    categories = content.get("categories")
    if not isinstance(categories, list):
        return set()
    return {
        c.get("id")
        for c in categories
        if isinstance(c, dict)
        and isinstance(c.get("keypoints"), list)
        and len(c["keypoints"]) == BODY_POINTS
        and "left_ankle" in c["keypoints"]
    }


def _face(folder: SetFolder, file: str, pictures: dict[Any, str], i: int, annotation: dict) -> Face:
    path = folder.root / file
    whole_body = "face_kpts" in annotation
    key = "face_kpts" if whole_body else "keypoints"
    place = f"annotations.{i}.{key}"
    image = annotation.get("image_id")
    if not isinstance(image, int | str) or image not in pictures:
        raise FileError(
            path, f"image {str(image)[:40]} is not among the images.", place=f"annotations.{i}.image_id"
        )
    picture = folder.picture_named(pictures[image], source=file, place=f"annotations.{i}")
    try:
        table = np.array(annotation.get(key), np.float64)
    except (TypeError, ValueError):
        raise FileError(path, "is no list of numbers.", place=place) from None
    if table.ndim != 1 or not table.size or table.size % 3 or not np.isfinite(table).all():
        raise FileError(path, "is no list of finite x, y, v.", place=place)
    table = table.reshape(-1, 3)
    given = table[:, 2] > 0
    all_ones = bool((table[given, 2] == 1).all())
    hidden = given & (table[:, 2] == 1) if not whole_body and not all_ones else np.zeros(len(table), bool)
    visibility = np.where(hidden, OCCLUDED, np.where(given, VISIBLE, ABSENT)).astype(np.uint8)
    points = np.where(given[:, None], table[:, :2], np.nan)
    extra: dict[str, Any] = {"image_id": image}
    box = annotation.get("face_box" if whole_body else "bbox")
    if isinstance(box, list) and len(box) == 4:
        extra["bbox"] = tuple(box)
    return Face(picture, points, (file, f"annotations.{i}"), visibility, extra=extra)
