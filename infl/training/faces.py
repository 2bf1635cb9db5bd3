"""Faces ready to be augmented: cut out of their photographs, scaled down, and kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from infl.datasets.dataset import Dataset, Sample
from infl.geometry.contour import slid
from infl.geometry.transforms import move
from infl.images import cv2
from infl.model.config import CROP_HALF_WIDTH
from infl.progress import Job, Progress
from infl.training.rigid_fit import RigidFit, rigid_fit
from infl.training.rough_queries import rough_queries

PIXELS_A_MM = 0.95  # resolution that a kept face has at most: a little more than the network ever sees
KEPT_HALF_WIDTH = 2.6 * CROP_HALF_WIDTH  # mm around the face that are kept
WORST_FIT = 0.3  # of the face's size: annotations that fit C worse than that are left out


@dataclass(frozen=True)
class Face:
    """One annotated face: its picture (h, w, 3) uint8 RGB, points (K, 2) in it, NaN where absent, and its rigid fit in
    pixels of that picture (head (3, 3), centre (2,), scale in pixels a mm).

    pixel: how many pixels of the picture one of the photograph is. Rendered faces know their head rotation exactly,
    their 3D landmarks (K, 3) mm in the canonical frame and the focal length in pixels. Where outline points slide with
    the turn of the head, `queries` (K, 3) mm are this face's own; else None."""

    picture: np.ndarray
    points: np.ndarray
    head: np.ndarray
    centre: np.ndarray
    scale: float
    points3d: np.ndarray | None = None
    queries: np.ndarray | None = None
    focal: float = 0.0
    pixel: float = 1.0


@dataclass(frozen=True)
class FaceSet:
    """The faces of one data set with what they share: queries (K, 3) mm and contour flags (K,).

    described: whether a layout said what the queries are; if not they are a rough guess, to be optimised. origins: the
    (convention, key) of the same faces in the sets from which a harmonised one has them.
    """

    name: str
    convention: str
    queries: np.ndarray
    contour: np.ndarray
    faces: tuple[Face, ...]
    keys: tuple[str, ...]
    described: bool = True
    origins: tuple[tuple[str, str], ...] = ()


def load_faces(datasets: Sequence[Dataset]) -> Job[list[FaceSet]]:
    """Fit, decode, cut and scale every face of `datasets`."""
    total = sum(len(dataset) for dataset in datasets)
    progress = Progress("reading photographs", 0, total)
    sets, done = [], 0
    for dataset in datasets:
        if not dataset.samples:
            continue
        points = np.stack([sample.points for sample in dataset.samples])
        layout = dataset.layout
        queries = layout.queries if layout else rough_queries(points)
        contour = layout.contour if layout else np.zeros(len(queries), bool)
        fit = rigid_fit(queries, contour, points)
        own = slid(layout, fit.head) if layout and contour.any() else None
        good = [i for i in range(len(points)) if fit.error[i] <= WORST_FIT and np.isfinite(fit.scale[i])]
        with ThreadPoolExecutor(2) as pool:
            faces = []
            kept = pool.map(lambda i: _keep(dataset.samples[i], fit, i), good)  # noqa: B023
            for i, face in zip(good, kept, strict=True):
                faces.append(face if own is None else replace(face, queries=own[i]))
                done += 1
                if done % 100 == 0:
                    yield Progress(progress.phase, done, total, dataset.name, started=progress.started)
        keys = tuple(dataset.samples[i].key for i in good)
        origins = tuple(origin for i in good for origin in dataset.samples[i].origins)
        described = layout is not None
        sets.append(
            FaceSet(
                dataset.name, dataset.convention, queries, contour, tuple(faces), keys, described, origins
            )
        )
    return sets


def _keep(sample: Sample, fit: RigidFit, i: int) -> Face:
    """Cut the surroundings of one face out of its photograph, at the resolution that training needs."""
    image = sample.load_image()
    height, width = image.shape[:2]
    centre, scale = fit.centre[i], fit.scale[i]
    reach = KEPT_HALF_WIDTH * scale
    low = np.clip(np.floor(centre - reach).astype(int), 0, [width - 1, height - 1])
    high = np.clip(np.ceil(centre + reach).astype(int) + 1, low + 1, [width, height])
    part = image[low[1] : high[1], low[0] : high[0]]
    shrink = np.array([[1.0, 0, -low[0]], [0, 1.0, -low[1]]])
    ratio = PIXELS_A_MM / scale
    if ratio < 1:
        shape = np.maximum(np.round(np.array(part.shape[1::-1]) * ratio), 1).astype(int)
        rx, ry = shape / part.shape[1::-1]
        part = cv2.resize(part, (int(shape[0]), int(shape[1])), interpolation=cv2.INTER_AREA)
        shrink = np.array([[rx, 0, (0.5 - low[0]) * rx - 0.5], [0, ry, (0.5 - low[1]) * ry - 0.5]])
    return Face(
        picture=np.ascontiguousarray(part),
        points=move(shrink, sample.points).astype(np.float32),
        head=fit.head[i],
        centre=move(shrink, centre[None])[0],
        scale=float(scale * min(ratio, 1.0)),
        pixel=float(min(ratio, 1.0)),
    )
