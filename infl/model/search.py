"""Finding faces in a whole photograph: S proposes, F looks, and where both see none they search in parts.

No detector: the same two networks look at ever better crops, and say themselves how likely it is that they see a face.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from infl.geometry.transforms import chain, invert, move, pixels_from_normalised
from infl.layouts import layout
from infl.model.config import CROP_HALF_WIDTH
from infl.model.feature_extractor import Features
from infl.model.landmark_predictor import Prediction
from infl.model.photo import cut, square_of, to_input
from infl.model.runtime import Runtime
from infl.model.standard_crop import standard_crop

PROBABLE = 0.5
"""Probability from which on a look counts as a face."""

UNSURE = 0.04
"""σ of the guiding landmarks from which on a first look may lie between two faces or beside one: nine of ten first
looks have less than 0.03."""

UNLIKELY = 0.055
"""σ of the guiding landmarks at which a face is half as likely as F says: on faces of val pictures 98 of 100 have less,
on what F takes for a face where there is none 95 of 100 have more."""

PROMISING = 0.2
"""Probability, by S, from which on F has a look at a part of the photograph."""

PARTS = ((0.6, 3), (0.3, 6))
"""Squares that are searched beside the whole: their side, of the whole photograph's, and their number a side."""

SAME = 0.45
"""Two looks whose faces' centres are nearer than that, in half widths of the larger one's crop, show the same face."""

GUIDES = "cofw29"
"""The layout whose landmarks say where the next look goes: few, all over the face, none on its outline."""

AT_ONCE = 32
"""Squares that go through a network together."""


@dataclass(frozen=True)
class Look:
    """What F sees in a crop: roi (2, 3) from its normalised coordinates to the photo's pixels, the crop itself
    (h, w, 3) uint8, its features, and in the last look at a face σ of its guiding landmarks."""

    roi: np.ndarray
    crop: np.ndarray
    features: Features
    sigma: float = 0.0

    @property
    def score(self) -> float:
        """Probability that the crop shows a face, as F says; less where P knows no landmarks in it."""
        return float(torch.sigmoid(self.features.face[0])) / (1 + (self.sigma / UNLIKELY) ** 6)

    @property
    def centre(self) -> np.ndarray:
        """(2,) pixels of the photo: where the face's HEAD_CENTRE is."""
        return move(self.roi, self.features.gamma.centre[0].cpu().numpy())

    @property
    def size(self) -> float:
        """Pixels of the photo: half the width of the standard crop around the face."""
        scale = np.sqrt(abs(np.linalg.det(self.roi[:, :2])))
        return float(scale * self.features.gamma.scale[0]) * CROP_HALF_WIDTH


@dataclass(frozen=True)
class Guide:
    """Where to look next: crop (2, 3), the standard crop's map to the photo's pixels, and σ of the landmarks that say
    so (geometric mean, units of the face's size, as the network has it)."""

    crop: np.ndarray
    sigma: float

    def prominence(self, image: np.ndarray) -> float:
        """How much a photo is about this face: its size, less so the farther it is from the middle."""
        height, width = image.shape[:2]
        middle = np.array([width - 1, height - 1]) / 2
        aside = float(np.linalg.norm(self.crop[:, 2] - middle) / np.hypot(width / 2, height / 2))
        return float(np.linalg.norm(self.crop[:, 0])) * max(1 - aside, 0.0)


def find(runtime: Runtime, images: Sequence[np.ndarray]) -> list[Look]:
    """The face of each of photographs (H, W, 3) uint8 RGB, after as many looks as the configuration says.

    What S proposes for the whole photograph, where F sees a face there and P is sure of its landmarks; else what a
    search in parts finds, see `_elsewhere`.
    """
    found = _proposals(runtime, [(image, square_of(image)) for image in images])
    looks = _looks(runtime, [(image, roi) for image, (roi, _) in zip(images, found, strict=True)])
    guides = _guides(runtime, looks)
    for i, (look, guide) in enumerate(zip(looks, guides, strict=True)):
        if look.score < PROBABLE or guide.sigma > UNSURE:
            looks[i], guides[i] = _elsewhere(runtime, images[i], look, guide)
    return _closer(runtime, images, looks, guides)


def find_at(runtime: Runtime, image: np.ndarray, crop: np.ndarray) -> Look:
    """The face of a photograph (H, W, 3) uint8 RGB that is known to be at `crop`, (2, 3), about its standard crop."""
    looks = _looks(runtime, [(image, crop)])
    return _closer(runtime, [image], looks, _guides(runtime, looks))[0]


def find_all(runtime: Runtime, image: np.ndarray) -> list[Look]:
    """All faces of a photograph (H, W, 3) uint8 RGB, the most likely first; none where there is none."""
    whole = square_of(image)
    looks = _search(runtime, image, [whole, *_frames(whole, PARTS)])
    first = _distinct([look for look in looks if look.score >= PROBABLE])
    closer = _closer(runtime, [image] * len(first), first, _guides(runtime, first))
    return _distinct([look for look in closer if look.score >= PROBABLE])


def _elsewhere(runtime: Runtime, image: np.ndarray, seen: Look, guide: Guide) -> tuple[Look, Guide]:
    """Of the faces that a search in parts finds, and the one seen, the most prominent and surest; where none is likely,
    the likeliest place."""
    others = _search(runtime, image, _frames(square_of(image), PARTS))
    both = [(seen, guide), *zip(others, _guides(runtime, others), strict=True)]
    likely = [(look, guide) for look, guide in both if look.score >= PROBABLE]
    if likely:
        return max(likely, key=lambda pair: pair[1].prominence(image) / pair[1].sigma)
    return max(both, key=lambda pair: pair[0].score)


def _frames(whole: np.ndarray, parts: Sequence[tuple[float, int]]) -> list[np.ndarray]:
    """Overlapping squares that together cover the `whole` one, as maps from normalised coordinates to pixels."""
    return [
        chain(whole, np.array([[side, 0, x], [0, side, y]]))
        for side, count in parts
        for y in np.linspace(side - 1, 1 - side, count)
        for x in np.linspace(side - 1, 1 - side, count)
    ]


def _search(runtime: Runtime, image: np.ndarray, frames: Sequence[np.ndarray]) -> list[Look]:
    """What F sees where S says that a part of the photo may show a face."""
    found = _proposals(runtime, [(image, frame) for frame in frames if _shows(frame, image)])
    return _looks(runtime, [(image, roi) for roi, chance in found if chance >= PROMISING])


def _shows(frame: np.ndarray, image: np.ndarray) -> bool:
    """Whether a frame holds any of the photo, and not its gray surround alone."""
    corners = move(frame, np.array([[-1.0, -1.0], [1.0, 1.0]]))
    return bool((corners[1] > 0).all() and (corners[0] < [image.shape[1], image.shape[0]]).all())


def _distinct(looks: Sequence[Look]) -> list[Look]:
    """The looks that show different faces, the most likely of each, best first."""
    kept: list[Look] = []
    for look in sorted(looks, key=lambda look: look.score, reverse=True):
        if all(np.linalg.norm(look.centre - k.centre) > SAME * max(look.size, k.size) for k in kept):
            kept.append(look)
    return kept


def _closer(
    runtime: Runtime, images: Sequence[np.ndarray], looks: list[Look], guides: list[Guide]
) -> list[Look]:
    """The looks that follow the first: each at the standard crop that the one before asks for."""
    for further in range(runtime.config.passes - 1):
        if further:
            guides = _guides(runtime, looks)
        pieces = [(image, guide.crop) for image, guide in zip(images, guides, strict=True)]
        looks = _looks(runtime, pieces)
    if not looks:
        return []
    _, found = _guiding_landmarks(runtime, looks)
    return [replace(look, sigma=sigma) for look, sigma in zip(looks, _sigmas(found), strict=True)]


def _guides(runtime: Runtime, looks: Sequence[Look]) -> list[Guide]:
    """What the guiding landmarks say of each look."""
    if not looks:
        return []
    features, found = _guiding_landmarks(runtime, looks)
    crops = standard_crop(features.gamma, layout(GUIDES).queries, found)
    return [
        Guide(chain(look.roi, crop), sigma)
        for look, crop, sigma in zip(looks, crops, _sigmas(found), strict=True)
    ]


def _guiding_landmarks(runtime: Runtime, looks: Sequence[Look]) -> tuple[Features, Prediction]:
    """The features of all looks together, and the landmarks of the layout GUIDES that P finds in them."""
    features = Features.together([look.features for look in looks])
    queries = _guiding_queries().to(runtime.device).expand(len(looks), -1, -1)
    return features, runtime.predict(features, queries)


@lru_cache(maxsize=1)
def _guiding_queries() -> Tensor:
    """(1, K, 3) mm."""
    return torch.from_numpy(layout(GUIDES).queries)[None]


def _sigmas(found: Prediction) -> list[float]:
    """σ of the landmarks of each of B faces, geometric mean, units of the face's size."""
    return found.log_sigma.mean(1).exp().tolist()


Piece = tuple[np.ndarray, np.ndarray]
"""A photo (H, W, 3) and the map (2, 3) to its pixels from the normalised coordinates of the square that is meant."""


def _squares(pieces: Sequence[Piece], size: int) -> np.ndarray:
    """(B, size, size, 3) uint8: the squares, cut out."""
    from_pixels = invert(pixels_from_normalised(size))
    return np.stack([cut(image, chain(square, from_pixels), size) for image, square in pieces])


def _proposals(runtime: Runtime, pieces: Sequence[Piece]) -> list[tuple[np.ndarray, float]]:
    """S: for each piece of a photo θ, as a map to the photo's pixels too, and the probability that there is a face."""
    proposals = []
    for some in _few(pieces):
        found = runtime.locate(to_input(_squares(some, runtime.config.search_size), runtime.device))
        chances, thetas = torch.sigmoid(found.face).tolist(), found.theta.cpu().numpy()
        for (_, square), theta, chance in zip(some, thetas, chances, strict=True):
            proposals.append((chain(square, theta), chance))
    return proposals


def _looks(runtime: Runtime, pieces: Sequence[Piece]) -> list[Look]:
    """F: features of the crops that the pieces are."""
    looks = []
    for some in _few(pieces):
        crops = _squares(some, runtime.config.crop_size)
        features = runtime.extract(to_input(crops, runtime.device))
        for i, (_, roi) in enumerate(some):
            looks.append(Look(roi, crops[i], features.of(i)))
    return looks


def _few(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """At most AT_ONCE pieces a time."""
    for start in range(0, len(pieces), AT_ONCE):
        yield pieces[start : start + AT_ONCE]
