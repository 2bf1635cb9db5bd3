"""iBUG's `.pts`: a folder with one text file a face, named like its picture, in folders like the pictures'.

A `dataset.json` (and `layout.json`) in the folder tells infl what the files cannot: layout, convention, pixel origin.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from infl.datasets.dataset import Dataset
from infl.datasets.folder import HEADER
from infl.datasets.header import Header, read_header
from infl.export.entries import Entry
from infl.layouts import save_layout

LAYOUT = "layout.json"


def one_a_face(pictures: Sequence[str]) -> list[str]:
    """Names with a stem of their own, because a file belongs to the picture of its stem: later ones get “_2”, ….

    So a second face needs its picture twice, as in sets that come with such files.
    """
    taken, result = set(map(_stem, pictures)), []
    used: set[str] = set()
    for picture in pictures:
        path, name, number = PurePosixPath(picture), picture, 2
        while _stem(name) in used or (name != picture and _stem(name) in taken):
            name = str(path.with_name(f"{path.stem}_{number}{path.suffix}"))
            number += 1
        used.add(_stem(name))
        result.append(name)
    return result


def file_of(picture: str) -> str:
    """The name of the file that belongs to a picture."""
    return f"{_stem(picture)}.pts"


def write(
    entries: Sequence[Entry], dataset: Dataset, out: Path, origin: int, problem: Callable[[str], None]
) -> Iterator[int]:
    """Write the folder `out`; yields how many faces are done."""
    out.mkdir()
    if dataset.layout is not None:
        save_layout(dataset.layout, out / LAYOUT)
    header = Header(
        format="infl-dataset",
        name=dataset.name,
        convention=dataset.convention,
        layout=LAYOUT if dataset.layout is not None else "",
        pixel_origin=0 if origin == 0 else 1,
    )
    (out / HEADER).write_text(json.dumps(header.model_dump(exclude_defaults=True), indent=1))
    read_header(out / HEADER)
    for done, entry in enumerate(entries, 1):
        path = out / file_of(entry.picture)
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = "".join(f"{x:.3f} {y:.3f}\n" for x, y in entry.points + origin)
        path.write_text(f"version: 1\nn_points: {len(entry.points)}\n{{\n{rows}}}\n", encoding="ascii")
        yield done


def _stem(picture: str) -> str:
    return str(PurePosixPath(picture).with_suffix(""))
