"""Batches: balanced draws from several data sets, augmented, as tensors. A batch depends on seed and step alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from infl.geometry.transforms import chain, invert, move, pixels_from_normalised
from infl.images import cv2
from infl.model.config import FACE_SIZE, ModelConfig
from infl.training.augmentation import (
    disturb,
    draw,
    mirror_of,
    place_beside,
    place_in_crop,
    place_in_photo,
    without_face,
)
from infl.training.faces import Face, FaceSet
from infl.training.recipe import Recipe

MIRROR = np.array([-1.0, 1.0, 1.0])

FIT_TRUST = 0.5
"""What the head rotation of a rigid fit to 2D landmarks counts, beside a rendered one's 1."""

FIT_POINTS = 12
"""Points that stay in place on C which such a fit needs to count at all: fewer leave yaw and pitch open."""


@dataclass(frozen=True)
class Batch:
    """B = P + C faces: P whole photographs (P, h, w, 3) uint8 and C crops (C, h, w, 3) uint8.

    queries: (B, N, 3) mm on C. targets: (B, N, 2) in normalised coordinates of the photograph or the crop.
    present, firm: (B, N) bool: annotated; and not a sliding contour point. size: (B,) the face's size in the same
    coordinates. convention: (B,) index of the network's codes. head: (B, 3, 3) head rotation, of the rendering or of
    the rigid fit, and trust (B,) in it, 0 … 1. points3d: (B, N, 3) mm, where rendered (B,) bool says they are known.
    learned: (B,) the convention whose queries are learned, or 0; index: (B, N) which of its points the queries are, and
    side: (B,) -1 where the picture is mirrored, so that x changes its sign. face: (B,) bool, False where the picture
    shows none or the crop misses it; nothing is present there. focal: (B,) focal length in normalised coordinates,
    where rendered. pixel: (B, 2, 2) map from a shift in pixels of the photograph, as it came, to these coordinates.
    twin: (B,) bool, whether this shows the same points of the same face as the one before, laid and disturbed anew.
    """

    photos: Tensor
    crops: Tensor
    queries: Tensor
    targets: Tensor
    present: Tensor
    firm: Tensor
    size: Tensor
    convention: Tensor
    head: Tensor
    trust: Tensor
    points3d: Tensor
    rendered: Tensor
    index: Tensor
    side: Tensor
    learned: Tensor
    face: Tensor
    focal: Tensor
    pixel: Tensor
    twin: Tensor

    def to(self, device: torch.device) -> Batch:
        return Batch(*(getattr(self, field.name).to(device, non_blocking=True) for field in fields(self)))

    def pin_memory(self) -> Batch:
        """The same in memory from which a GPU takes it while others compute."""
        return Batch(*(getattr(self, field.name).pin_memory() for field in fields(self)))

    def split(self, count: int) -> list[Batch]:
        """At most `count` batches of about equal size that together are this one; twins stay together."""
        photos, faces = len(self.photos), len(self.queries)
        count = max(1, min(count, max(photos, faces - photos)))
        share = torch.cat([torch.arange(photos), torch.cumsum(~self.twin[photos:], 0) - 1]) % count
        parts = []
        for i in range(count):
            index = torch.nonzero(share == i)[:, 0]
            rest = {
                f.name: getattr(self, f.name)[index]
                for f in fields(self)
                if f.name not in ("photos", "crops")
            }
            parts.append(
                Batch(photos=self.photos[i::count], crops=self.crops[index[index >= photos] - photos], **rest)
            )
        return parts


@dataclass(frozen=True)
class _Example:
    picture: np.ndarray
    queries: np.ndarray
    targets: np.ndarray
    present: np.ndarray
    firm: np.ndarray
    size: float
    convention: int
    head: np.ndarray
    trust: float
    points3d: np.ndarray
    rendered: bool
    index: np.ndarray
    side: float
    learned: int
    face: bool
    focal: float
    pixel: np.ndarray
    twin: bool


@dataclass(frozen=True)
class _Drawn:
    """A face of the set `chosen`, mirrored where side is -1, and which of its points are asked for."""

    chosen: int
    face: Face
    queries: np.ndarray
    points3d: np.ndarray
    rendered: bool
    focal: float
    pixel: float
    side: float
    index: np.ndarray


class Batches:
    """All batches of a run; `batch(step)` makes one, `stream(start, end)` makes them ahead."""

    def __init__(
        self, sets: Sequence[FaceSet], conventions: Sequence[str], recipe: Recipe, config: ModelConfig
    ):
        self.sets, self.recipe, self.config = sets, recipe, config
        self.codes = [conventions.index(faces.convention) for faces in sets]
        weights = np.array([len(faces.faces) ** recipe.balance for faces in sets])
        self.weights = weights / weights.sum()

    def batch(self, step: int) -> Batch:
        rng = np.random.default_rng([self.recipe.seed, step])
        photos = [self._shown(rng, self._drawn(rng), True) for _ in range(self.recipe.search_batch)]
        crops: list[_Example] = []
        while len(crops) < self.recipe.crop_batch:
            drawn = self._drawn(rng)
            crops.append(self._shown(rng, drawn, False))
            if len(crops) < 2 * self.recipe.twins:
                crops.append(self._shown(rng, drawn, False, twin=True))
        examples = photos + crops

        def stack(name: str, dtype: torch.dtype) -> Tensor:
            return torch.from_numpy(np.stack([getattr(e, name) for e in examples])).to(dtype)

        def pictures(part: list[_Example], size: int) -> Tensor:
            return torch.from_numpy(
                np.stack([e.picture for e in part]) if part else np.zeros((0, size, size, 3), np.uint8)
            )

        return Batch(
            pictures(photos, 2 * self.config.search_size), pictures(crops, self.config.crop_size),
            stack("queries", torch.float32), stack("targets", torch.float32), stack("present", torch.bool),
            stack("firm", torch.bool), stack("size", torch.float32), stack("convention", torch.int64),
            stack("head", torch.float32), stack("trust", torch.float32),
            stack("points3d", torch.float32), stack("rendered", torch.bool),
            stack("index", torch.int64), stack("side", torch.float32), stack("learned", torch.int64),
            stack("face", torch.bool), stack("focal", torch.float32),
            stack("pixel", torch.float32), stack("twin", torch.bool),
        )  # fmt: skip

    def stream(self, start: int, end: int, workers: int = 0) -> Iterator[Batch]:
        """Batches of steps `start` … `end` - 1 in order, the next ones already in the making: in a thread beside the
        arithmetic, or in as many processes as `workers` says, which share the pictures with this one."""
        cv2.setNumThreads(0)
        if workers:
            steps: Any = range(start, end)  # a data set of numbers, each of which
            make: Any = self.batch  # turns into a batch
            yield from DataLoader(steps, None, collate_fn=make, num_workers=workers, prefetch_factor=2,
                                  pin_memory=torch.cuda.is_available(), multiprocessing_context="fork")  # fmt: skip
            return
        with ThreadPoolExecutor(1) as pool:
            ahead = [pool.submit(self.batch, step) for step in range(start, min(start + 3, end))]
            for step in range(start, end):
                batch = ahead.pop(0).result()
                if step + 3 < end:
                    ahead.append(pool.submit(self.batch, step + 3))
                yield batch

    def _pick(self, rng: np.random.Generator) -> tuple[int, Face]:
        chosen = int(rng.choice(len(self.sets), p=self.weights))
        faces = self.sets[chosen].faces
        return chosen, faces[rng.integers(len(faces))]

    def _drawn(self, rng: np.random.Generator) -> _Drawn:
        chosen, face = self._pick(rng)
        points, head, focal, pixel = face.points, face.head, face.focal, face.pixel
        queries = self.sets[chosen].queries if face.queries is None else face.queries
        rendered = face.points3d is not None
        points3d = face.points3d if face.points3d is not None else np.zeros((len(points), 3))
        mirrored = rng.random() < 0.5
        if mirrored:
            # A mirrored photo of a face is a photo of the mirrored face: every query moves to the other side.
            flip = mirror_of(face)
            points, queries, points3d = move(flip, points), queries * MIRROR, points3d * MIRROR
            head = head * np.outer(MIRROR, MIRROR)
            picture = np.ascontiguousarray(face.picture[:, ::-1])
            face = Face(picture, points, head, move(flip, face.centre[None])[0], face.scale)
        index = np.flatnonzero(np.isfinite(points).all(axis=1))
        index = rng.choice(index, self.recipe.points, replace=len(index) < self.recipe.points)
        return _Drawn(
            chosen, face, queries, points3d, rendered, focal, pixel, -1.0 if mirrored else 1.0, index
        )

    def _shown(
        self, rng: np.random.Generator, drawn: _Drawn, whole_photo: bool, twin: bool = False
    ) -> _Example:
        """A drawn face, laid somewhere and disturbed."""
        face, index, recipe = drawn.face, drawn.index, self.recipe
        faces = self.sets[drawn.chosen]
        _, other = self._pick(rng)
        if whole_photo:
            size = 2 * self.config.search_size  # S sees half of it; I' is cut from all of it
            place = place_in_photo(
                rng, face, size, recipe.smallest_face, recipe.largest_face, recipe.rotation
            )
        else:
            size = self.config.crop_size
            place = place_in_crop(rng, face, size)
        there = bool(rng.random() >= recipe.faceless)
        if there:
            picture = draw(rng, face, place, size, other)
        elif whole_photo or rng.random() < 0.4:
            picture = without_face(rng, size, other)
        else:
            picture = draw(rng, face, place_beside(rng, face, size), size, other)
        picture = disturb(rng, picture, other)
        to_normalised = chain(invert(pixels_from_normalised(size)), place)
        growth = float(np.hypot(to_normalised[0, 0], to_normalised[1, 0]))
        turn = -np.arctan2(place[1, 0], place[0, 0])  # y points down in the picture and up on C
        c, s = np.cos(turn), np.sin(turn)
        known = np.asarray(np.isfinite(face.points).all(axis=1))
        fitted = FIT_TRUST * (np.count_nonzero(known & ~faces.contour) >= FIT_POINTS)
        return _Example(
            picture=picture,
            queries=drawn.queries[index],
            targets=move(to_normalised, face.points[index]),
            present=known[index] & there,
            firm=~faces.contour[index],
            size=float(growth * face.scale * FACE_SIZE),
            convention=self.codes[drawn.chosen],
            head=np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ face.head,
            trust=there * (1.0 if drawn.rendered else fitted),
            points3d=drawn.points3d[index],
            rendered=drawn.rendered and there,
            index=index,
            side=drawn.side,
            learned=0 if faces.described else self.codes[drawn.chosen],
            face=there,
            focal=growth * drawn.focal,
            pixel=to_normalised[:, :2] * [drawn.side, 1.0] * drawn.pixel,
            twin=twin,
        )
