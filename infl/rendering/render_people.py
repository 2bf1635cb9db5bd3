"""Renders synthetic people into a folder for `training_people`, on any number of cores.

folder = run(render_people(1500, seed=1, size=256, out_folder="people", workers=8))
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from infl.errors import FileError
from infl.geometry.canonical_face import CanonicalFace, canonical_face
from infl.images import cv2
from infl.progress import Job, Progress
from infl.rendering.ict_head import fingerprint, ict_basis
from infl.rendering.people import random_photograph
from infl.rendering.person import MorphBasis
from infl.rendering.photo_backgrounds import BackgroundPhoto
from infl.rendering.photo_skin import SkinPhoto
from infl.rendering.training_people import FORMAT, SHARD, UNIT, VERSION

_RENDERER = 2  # counted up when the same arguments give other pictures
_Labels = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class _Scenery:
    """What all pictures share."""

    photos: tuple[BackgroundPhoto, ...]
    ict: MorphBasis | None
    skins: tuple[SkinPhoto, ...]


def render_people(
    count: int,
    seed: int,
    size: int,
    out_folder: str | Path,
    workers: int = 1,
    backgrounds: Sequence[BackgroundPhoto] = (),
    ict: Path | None = None,
    skins: Sequence[SkinPhoto] = (),
) -> Job[Path]:
    """Render `count` people of `size` × `size` pixels into a folder; the same arguments give the same
    pictures, however many processes (`workers`) share the work.

    backgrounds: photographs (see `photo_backgrounds`) behind half of the people. ict: a file of
    ICT-FaceKit (see `ict_head`) for the faces of half of them. skins: photographs (see `photo_skin`) that lend more
    than half of them their skin. Goes on where an earlier, stopped call with the same arguments was; raises FileError
    where the folder holds something else.
    """
    folder = Path(out_folder)
    description = {
        "format": FORMAT, "format_version": VERSION, "renderer": _RENDERER, "count": count, "seed": seed,
        "size": size, "backgrounds": [photo.name for photo in backgrounds],
        "skins": [photo.name for photo in skins],
        "ict": None if ict is None else fingerprint(ict),
    }  # fmt: skip
    _begin(folder, canonical_face(), description)
    beginning = Progress("render people", 0, count)
    shards = [folder / "labels" / f"{k:04d}.npz" for k in range(-(-count // SHARD))]
    missing = [i for i in range(count) if not shards[i // SHARD].exists()]
    done = count - len(missing)
    yield Progress("render people", done, count, started=beginning.started)
    one = partial(_render_one, folder, seed, size)
    basis = ict_basis(ict) if ict is not None and missing else None
    scenery = _Scenery(tuple(backgrounds), basis, tuple(skins))
    rows: list[_Labels] = []
    for i, labels in zip(missing, _rendered(one, missing, workers, scenery), strict=True):
        rows.append(labels)
        if i + 1 == count or (i + 1) % SHARD == 0:
            _write(shards[i // SHARD], rows)
            rows = []
        done += 1
        yield Progress("render people", done, count, started=beginning.started)
    return folder


def _rendered(
    one: partial[_Labels], numbers: list[int], workers: int, scenery: _Scenery
) -> Iterator[_Labels]:
    """one(i) for each of `numbers`, in their order; the processes stop when this is closed."""
    if workers <= 1 or len(numbers) <= 1:
        for i in numbers:
            yield one(i, scenery)
        return
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_start_worker, initargs=(scenery,)
    )
    try:
        yield from pool.map(partial(_in_worker, one), numbers, chunksize=4)
    finally:
        pool.shutdown(cancel_futures=True)


_scenery = _Scenery((), None, ())  # of a worker's process: it is sent once


def _start_worker(scenery: _Scenery) -> None:
    global _scenery
    _scenery = scenery
    cv2.setNumThreads(1)


def _in_worker(one: partial[_Labels], i: int) -> _Labels:
    return one(i, _scenery)


def _begin(folder: Path, face: CanonicalFace, description: dict) -> None:
    file = folder / "people.json"
    if file.exists():
        if json.loads(file.read_text()) != description:
            raise FileError(
                file, "describes other people.", remedy="Choose another folder, or delete this one."
            )
        return
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {f"region/{name}": ids for name, ids in face.regions.items()}
    arrays |= {"vertices": face.vertices, "triangles": face.triangles, "uv": face.uv}
    np.savez_compressed(folder / "face.npz", **arrays)
    temporary = file.with_suffix(".part")
    temporary.write_text(json.dumps(description))
    os.replace(temporary, file)


def _write(shard: Path, rows: list[_Labels]) -> None:
    temporary = shard.with_suffix(".part")
    arrays: dict[str, Any] = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    with open(temporary, "wb") as stream:
        np.savez_compressed(stream, **arrays)
    os.replace(temporary, shard)


def _render_one(folder: Path, first_seed: int, size: int, i: int, scenery: _Scenery) -> _Labels:
    seed = first_seed * 1_000_003 + i
    picture = random_photograph(seed, size, scenery.photos, scenery.ict, scenery.skins)
    quality = int(np.random.default_rng(seed).integers(55, 96))
    bgr = cv2.cvtColor(picture.image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    (folder / "images" / f"{i:06d}.jpg").write_bytes(data.tobytes())
    return {
        "vertices": np.round(picture.face / UNIT).astype(np.int16),
        "visible": np.packbits(picture.visible_points(picture.face)),
        "rotation": picture.camera.rotation, "translation": picture.camera.translation,
        "focal_length": np.array(picture.camera.focal_length),
        "principal_point": picture.camera.principal_point, "seed": np.array(seed),
    }  # fmt: skip
