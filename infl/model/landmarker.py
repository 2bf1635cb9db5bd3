"""The library's face: encode a photograph once, then ask for any points, as often as wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from infl.errors import InflError
from infl.geometry.camera import Camera, euler_in_photo
from infl.geometry.canonical_face import canonical_face
from infl.geometry.contour import slid
from infl.geometry.rotations import FRONTAL
from infl.geometry.surface import closest_points
from infl.geometry.transforms import chain, invert, move, pixels_from_normalised
from infl.geometry.visibility import visible_points
from infl.layouts import Layout, LayoutPoint
from infl.model.checkpoint import checkpoint_file, load_checkpoint
from infl.model.config import FACE_SIZE, HEAD_CENTRE
from infl.model.feature_extractor import Features
from infl.model.network import CANONICAL, InfiniteLandmarks
from infl.model.runtime import Runtime, TorchRuntime, fastest
from infl.model.search import Look, find, find_all, find_at

QUERIES_AT_ONCE = 1024
"""Queries that one pass of P takes; more are asked in chunks, which is faster, because a chunk stays in the caches."""


@dataclass(frozen=True)
class Encoded:
    """Everything the network knows of one photograph; queries need nothing else.

    image_size: (width, height) pixels. roi: (2, 3) map from pixels of the normalised crop I' to pixels of the
    photograph. crop: (h, w, 3) uint8 RGB, I' itself. camera: through which the canonical face is seen in I'.
    score: 0…1, the probability that there is a face.
    """

    image_size: tuple[int, int]
    roi: np.ndarray
    crop: np.ndarray
    camera: Camera
    score: float
    features: Features

    @property
    def centre(self) -> np.ndarray:
        """(2,) pixels of the photograph: where the middle of the face, HEAD_CENTRE, is."""
        return move(self.roi, self.camera.project(np.array([HEAD_CENTRE])))[0]

    @property
    def face_size(self) -> float:
        """Pixels of the photograph that FACE_SIZE mm on the face are: "the face's size"."""
        size = len(self.crop) / 2 * np.sqrt(abs(np.linalg.det(self.roi[:, :2])))
        return float(size * self.features.gamma.scale[0]) * FACE_SIZE

    @property
    def euler_degrees(self) -> tuple[float, float, float]:
        """(yaw, pitch, roll) of the head in the photograph; `camera` tells them in I', where the head is upright.

        yaw > 0 to the subject's left, pitch > 0 up, roll > 0 clockwise in the picture.
        """
        return euler_in_photo(self.camera, self.roi)


@dataclass(frozen=True)
class Landmarks:
    """The answer to K queries.

    points: (K, 2) float32 pixels of the photograph. sigma: (K,) float32 pixels, one standard deviation an axis.
    points3d: (K, 3) float32 mm in the canonical frame. queries: (K, 3) float32 mm, as they were asked; a layout's
    outline points where they slid to. camera: of the face. contour: (K,) bool, the outline points.
    """

    points: np.ndarray
    sigma: np.ndarray
    points3d: np.ndarray
    queries: np.ndarray
    convention: str
    camera: Camera
    contour: np.ndarray

    @cached_property
    def visible(self) -> np.ndarray:
        """(K,) bool: nothing of the head lies before the point. Hands, hair and glasses are not looked for."""
        return visible_points(self.camera, self.queries, self.contour)


class Landmarker:
    """Finds any points of the canonical face in photographs. It holds weights and no other state.

    runtime: what computes the network, by default torch, which sees every change of its weights.
    """

    def __init__(
        self,
        network: InfiniteLandmarks,
        card: Mapping[str, Any],
        device: str | torch.device = "cpu",
        runtime: Runtime | None = None,
    ):
        self.network = network.to(device).eval()
        self.card = card
        self.device = torch.device(device)
        fitted = card.get("sigma", {})
        self._calibration = float(fitted.get("scale", 1.0)), float(fitted.get("power", 1.0))
        self._runtime = runtime or TorchRuntime(self.network, self.device)

    @property
    def runtime(self) -> str:
        """What computes the network, for example "onnxruntime 1.20.1", and if that is not the fastest, why."""
        return self._runtime.name

    @property
    def conventions(self) -> tuple[str, ...]:
        """Names of the conventions with a code; the first is "canonical"."""
        return self.network.conventions

    def encode(self, image: np.ndarray) -> Encoded:
        """Look at a whole photograph, (H, W, 3) uint8 RGB: find the face, cut it out, and extract its features.

        Raises InflError when `image` is no such array.
        """
        _check(image)
        with torch.no_grad():
            return self._encoded(image, find(self._runtime, [image])[0])

    def encode_many(self, images: Sequence[np.ndarray]) -> list[Encoded]:
        """`encode` of each of several photographs, of any sizes, together: the faster way on a GPU."""
        for image in images:
            _check(image)
        with torch.no_grad():
            looks = find(self._runtime, images)
        return [self._encoded(image, look) for image, look in zip(images, looks, strict=True)]

    def encode_at(self, image: np.ndarray, crop: np.ndarray) -> Encoded:
        """The face of a photograph, (H, W, 3) uint8 RGB, that is known to be at `crop`, (2, 3): the map from normalised
        coordinates of about its standard crop (head upright, CROP_HALF_WIDTH mm to each side) to the photo's pixels.

        Raises InflError when `image` is no such array.
        """
        _check(image)
        with torch.no_grad():
            return self._encoded(image, find_at(self._runtime, image, crop))

    def encode_all(self, image: np.ndarray) -> list[Encoded]:
        """All faces of a photograph, (H, W, 3) uint8 RGB, the most likely first; an empty list where there is none.

        Raises InflError when `image` is no such array.
        """
        _check(image)
        with torch.no_grad():
            return [self._encoded(image, seen) for seen in find_all(self._runtime, image)]

    def _encoded(self, image: np.ndarray, seen: Look) -> Encoded:
        size = self.network.config.crop_size
        roi = chain(seen.roi, invert(pixels_from_normalised(size)))
        height, width = image.shape[:2]
        camera = _camera(seen.features, size)
        return Encoded((width, height), roi, seen.crop, camera, seen.score, seen.features)

    def query(self, encoded: Encoded, at: Layout | np.ndarray, convention: str = CANONICAL) -> Landmarks:
        """Find points of the canonical face – a layout, or (K, 3) mm – as the annotators of `convention` mean them."""
        queries = queries_of(at)
        if isinstance(at, Layout):
            queries = slid(at, encoded.camera.head[None])[0]
        if not len(queries):
            empty = np.zeros(0, np.float32)
            none = empty.astype(bool)
            return Landmarks(
                empty.reshape(0, 2), empty, empty.reshape(0, 3), queries, convention, encoded.camera, none
            )
        index = self._index(convention)
        parts = []
        for chunk in torch.from_numpy(queries).to(self.device)[None].split(QUERIES_AT_ONCE, 1):
            deformed = chunk + self._runtime.offsets(chunk, index) if index else chunk
            parts.append(self._runtime.predict(encoded.features, deformed))
        points, points3d, log_sigma = (
            torch.cat([getattr(part, name)[0] for part in parts]).cpu().numpy()
            for name in ("points", "points3d", "log_sigma")
        )
        size = self.network.config.crop_size
        to_photo = chain(encoded.roi, pixels_from_normalised(size))
        scale, power = self._calibration
        return Landmarks(
            points=(move(to_photo, points) + self.pixel_shift(convention)).astype(np.float32),
            sigma=(scale * np.exp(power * log_sigma) * encoded.face_size).astype(np.float32),
            points3d=points3d,
            queries=queries,
            convention=convention,
            camera=encoded.camera,
            contour=at.contour if isinstance(at, Layout) else np.zeros(len(queries), bool),
        )

    def offsets(self, convention: str, reference: str = CANONICAL, *, at: Layout | np.ndarray) -> np.ndarray:
        """(K, 3) mm: where `convention` puts the points `at`, less where `reference` puts them: δ_i(p) − δ_j(p)."""
        queries = torch.from_numpy(queries_of(at)).to(self.device)[None]
        ours, theirs = (
            self._runtime.offsets(queries, self._index(name))[0] for name in (convention, reference)
        )
        return (ours - theirs).cpu().numpy()

    def pixel_shift(self, convention: str) -> np.ndarray:
        """(2,) pixels of the photograph by which the files of `convention` lay every point beside where it is meant.

        About ±½ or ±1 in both directions says that they count pixels from elsewhere; “canonical” has (0, 0).
        """
        index = torch.tensor([self._index(convention)], device=self.device)
        return self.network.shifts(index)[0].detach().cpu().numpy()

    def learned_layout(self, convention: str) -> Layout:
        """The layout of a convention that nobody described, as training found it on C.

        Raises InflError when the convention's layout was not learned.
        """
        if convention not in self.network.undescribed:
            raise InflError(
                f"The layout of “{convention}” was not learned by this checkpoint; name one of “infl layouts”."
            )
        where = self.network.queries_of(convention).detach().cpu().numpy()
        triangle, barycentric, xyz = closest_points(canonical_face(), where)
        points = tuple(
            LayoutPoint(f"point {k}", _triple(xyz[k]), int(triangle[k]), _triple(barycentric[k]), mirror=k)
            for k in range(len(where))
        )
        return Layout(convention, f"{convention}, learned", points)

    def _index(self, convention: str) -> int:
        try:
            return self.conventions.index(convention)
        except ValueError:
            known = ", ".join(self.conventions)
            raise InflError(
                f"This checkpoint knows no convention “{convention}”. It knows: {known}."
            ) from None


def load_landmarker(path: str | Path | None = None, device: str = "cpu") -> Landmarker:
    """The landmarker of a checkpoint: a file, or "research" (the default) or "open", which come with the program.

    On a CPU onnxruntime computes it where it is installed; the first time that takes a second to prepare.
    """
    path = checkpoint_file(path)
    network, card = load_checkpoint(path)
    return Landmarker(network, card, device, fastest(network, path, torch.device(device)))


def queries_of(at: Layout | np.ndarray) -> np.ndarray:
    """(K, 3) float32 mm of a layout or of an array of points; raises InflError for anything else."""
    if isinstance(at, Layout):
        return at.queries
    queries = np.asarray(at, np.float32)
    if queries.ndim != 2 or queries.shape[1] != 3 or not np.isfinite(queries).all():
        raise InflError(
            f"Queries are (K, 3) finite millimetres on the canonical face, not an array of {queries.shape}."
        )
    return queries


def _check(image: np.ndarray) -> None:
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        got = f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        raise InflError(
            f"A photograph is an (H, W, 3) uint8 RGB array, not {got}; infl.images.read_image gives one."
        )


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _camera(features: Features, size: int) -> Camera:
    """γ of the first face as a pinhole camera in pixels of the crop."""
    gamma = features.gamma
    head = gamma.head[0].double().cpu().numpy()
    rotation = FRONTAL @ head
    scale, focal = float(gamma.scale[0]), float(gamma.focal[0])
    centre = gamma.centre[0].double().cpu().numpy() / scale
    translation = np.array([*centre, focal / scale]) - rotation @ np.array(HEAD_CENTRE)
    return Camera(rotation, translation, focal * size / 2, np.full(2, (size - 1) / 2))
