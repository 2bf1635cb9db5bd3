"""COCO keypoints JSON: one category “face” with the points' names and the edges as its skeleton.

The skeleton counts points from 1, as COCO's does. Boxes are those of the annotated points. Picture sizes are read from
the pictures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from infl.datasets.dataset import ABSENT
from infl.datasets.dataset import Dataset as Set
from infl.errors import InflError
from infl.export.entries import Entry

DIGITS = 3


def write(
    entries: Sequence[Entry], dataset: Set, out: Path, origin: int, problem: Callable[[str], None]
) -> Iterator[int]:
    """Write the file; yields how many faces are done. `problem` is told of pictures whose size is not known."""
    ids: dict[str, int] = {}
    with open(out, "w", encoding="utf-8") as file:
        info = {"description": f"{dataset.name}, in the convention “{dataset.convention}”"}
        file.write(f'{{"info": {json.dumps(info, ensure_ascii=False)},\n"images": [')
        for entry in entries:
            if entry.picture not in ids:
                ids[entry.picture] = len(ids) + 1
                image: dict[str, int | str] = {"id": ids[entry.picture], "file_name": entry.picture}
                try:
                    height, width = entry.sample.load_image().shape[:2]
                    image |= {"width": width, "height": height}
                except InflError as error:
                    problem(f"{error} Its size is not in the file.")
                file.write(("\n" if len(ids) == 1 else ",\n") + json.dumps(image, ensure_ascii=False))
                yield 0
        file.write(
            f'\n],\n"categories": [{json.dumps(_category(dataset), ensure_ascii=False)}],\n"annotations": ['
        )
        for done, entry in enumerate(entries, 1):
            annotation = _annotation(entry, done, ids[entry.picture], origin)
            file.write(("\n" if done == 1 else ",\n") + json.dumps(annotation))
            yield done
        file.write("\n]}\n")


def _category(dataset: Set) -> dict:
    layout = dataset.layout
    names = layout.names if layout is not None else [str(i) for i in range(dataset.point_count)]
    edges = layout.edges if layout is not None else ()
    return {
        "id": 1,
        "name": "face",
        "supercategory": "person",
        "keypoints": list(names),
        "skeleton": [[a + 1, b + 1] for a, b in edges],
    }


def _annotation(entry: Entry, number: int, image: int, origin: int) -> dict:
    points = np.round(entry.points + origin, DIGITS)
    there = entry.visibility != ABSENT
    low, high = points[there].min(0), points[there].max(0)
    width, height = np.round(high - low, DIGITS)
    keypoints: list[float] = []
    for (x, y), seen in zip(points.tolist(), entry.visibility.tolist(), strict=True):
        keypoints += [x, y, seen] if seen != ABSENT else [0, 0, 0]
    return {
        "id": number,
        "image_id": image,
        "category_id": 1,
        "iscrowd": 0,
        "bbox": [float(low[0]), float(low[1]), float(width), float(height)],
        "area": float(round(width * height, DIGITS)),
        "num_keypoints": int(there.sum()),
        "keypoints": keypoints,
    }
