"""Thumbnails on disk, so that a set that was looked at once shows at once: small JPEGs in the user's cache folder.

A name is made of the picture's path, size and time of change and of the annotated points' box, so a changed picture, or
annotation, has another. Nothing here is needed: what cannot be read or written is made anew.
"""

from __future__ import annotations

import hashlib
import os
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np

from infl.cache import cache_folder
from infl.datasets.dataset import Sample
from infl.errors import InflError
from infl.images import read_image, write_image

KEPT = 50_000
"""Files, about 4 kB each; the ones that were made first go first."""


def load(sample: Sample, side: int) -> np.ndarray | None:
    """(side, side, 3) uint8 RGB that was kept, None where there is none."""
    path = _path(sample, side)
    if path is None or not path.is_file():
        return None
    try:
        pixels = read_image(path)
    except InflError:
        return None
    return pixels if pixels.shape == (side, side, 3) else None


def keep(sample: Sample, side: int, pixels: np.ndarray) -> None:
    """Remember a thumbnail; where the disk is full, or not ours, it is not."""
    path = _path(sample, side)
    if path is None:
        return
    with suppress(OSError, InflError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.stem}.{os.getpid()}.{threading.get_native_id()}.jpg")
        write_image(temporary, pixels)
        os.replace(temporary, path)


def tidy(kept: int = KEPT) -> None:
    """Remove the oldest files beyond what is kept."""
    with suppress(OSError):
        files = [entry for folder in os.scandir(_folder()) if folder.is_dir() for entry in os.scandir(folder)]
        if len(files) > kept:
            for entry in sorted(files, key=lambda entry: entry.stat().st_mtime)[: len(files) - kept]:
                os.unlink(entry.path)


def _folder() -> Path:
    return cache_folder() / "thumbnails"


def _path(sample: Sample, side: int) -> Path | None:
    try:
        found = sample.image.stat()
    except OSError:
        return None
    known = sample.points[np.isfinite(sample.points).all(1)]
    box = np.concatenate([known.min(0), known.max(0)]).round(1).tolist() if len(known) else []
    said = f"{sample.image.absolute()} {found.st_size} {found.st_mtime_ns} {box} {side}"
    name = hashlib.sha256(said.encode()).hexdigest()
    return _folder() / name[:2] / f"{name[2:]}.jpg"
