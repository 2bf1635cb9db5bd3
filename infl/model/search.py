"""Finding faces in a whole photograph: S proposes, F looks, and where both see none they search in parts.

No detector: the same two networks look at ever better crops, and say themselves how likely it is that they see a face.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from infl.geometry.transforms import chain, invert, move, pixels_from_normalised
from infl.model.config import CROP_HALF_WIDTH
from infl.model.feature_extractor import Features
from infl.model.network import crop_of_gamma
from infl.model.photo import cut, square_of, to_input
from infl.model.runtime import Runtime

PROBABLE = 0.5
"""Probability from which on a look counts as a face."""

PROMISING = 0.2
"""Probability, by S, from which on F has a look at a part of the photograph."""

PARTS = ((0.6, 3), (0.3, 6))
"""Squares that are searched beside the whole: their side, of the whole photograph's, and their number a side."""

SAME = 0.45
"""Two looks whose faces' centres are nearer than that, in half widths of the larger one's crop, show the same face."""


@dataclass(frozen=True)
class Look:
    """What F sees in a crop: roi (2, 3) from its normalised coordinates to the photo's pixels, the crop itself
    (h, w, 3) uint8, and its features."""

    roi: np.ndarray
    crop: np.ndarray
    features: Features

    @property
    def score(self) -> float:
        """Probability that the crop shows a face."""
        return float(torch.sigmoid(self.features.face[0]))

    @property
    def centre(self) -> np.ndarray:
        """(2,) pixels of the photo: where the face's HEAD_CENTRE is."""
        return move(self.roi, self.features.gamma.centre[0].cpu().numpy())

    @property
    def size(self) -> float:
        """Pixels of the photo: half the width of the standard crop around the face."""
        scale = np.sqrt(abs(np.linalg.det(self.roi[:, :2])))
        return float(scale * self.features.gamma.scale[0]) * CROP_HALF_WIDTH


def find(runtime: Runtime, image: np.ndarray) -> Look:
    """The face of a photograph (H, W, 3) uint8 RGB, after as many looks as the configuration says.

    What S proposes for the whole photograph, where F agrees that it is a face; else the largest face that a search
    in parts finds; else, with a low score, the most likely place.
    """
    whole = square_of(image)
    seen = _look(runtime, image, _proposals(runtime, image, [whole])[0][0])
    if seen.score < PROBABLE:
        others = _search(runtime, image, _frames(whole, PARTS))
        likely = [look for look in others if look.score >= PROBABLE]
        seen = (
            max(likely, key=lambda look: look.size)
            if likely
            else max([seen, *others], key=lambda look: look.score)
        )
    return _closer(runtime, image, seen)


def find_all(runtime: Runtime, image: np.ndarray) -> list[Look]:
    """All faces of a photograph (H, W, 3) uint8 RGB, the most likely first; none where there is none."""
    whole = square_of(image)
    looks = _search(runtime, image, [whole, *_frames(whole, PARTS)])
    first = _distinct([look for look in looks if look.score >= PROBABLE])
    closer = [_closer(runtime, image, look) for look in first]
    return _distinct([look for look in closer if look.score >= PROBABLE])


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
    inside = [frame for frame in frames if _shows(frame, image)]
    found = _proposals(runtime, image, inside)
    return [_look(runtime, image, roi) for roi, chance in found if chance >= PROMISING]


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


def _closer(runtime: Runtime, image: np.ndarray, seen: Look) -> Look:
    """The looks that follow the first: each at the standard crop that the one before asks for."""
    for _ in range(runtime.config.passes - 1):
        closer = chain(seen.roi, crop_of_gamma(seen.features.gamma)[0].cpu().numpy())
        seen = _look(runtime, image, closer)
    return seen


def _proposals(
    runtime: Runtime, image: np.ndarray, frames: Sequence[np.ndarray]
) -> list[tuple[np.ndarray, float]]:
    """S: for each part of the photo that `frames` (2, 3, normalised coordinates → pixels) show, θ as such a map too,
    and the probability that there is a face."""
    if not frames:
        return []
    size = runtime.config.search_size
    views = np.stack(
        [cut(image, chain(frame, invert(pixels_from_normalised(size))), size) for frame in frames]
    )
    found = runtime.locate(to_input(views, runtime.device))
    chances = torch.sigmoid(found.face).tolist()
    thetas = found.theta.cpu().numpy()
    return [
        (chain(frame, theta), chance) for frame, theta, chance in zip(frames, thetas, chances, strict=True)
    ]


def _look(runtime: Runtime, image: np.ndarray, roi: np.ndarray) -> Look:
    """F: features of the crop that `roi` cuts."""
    size = runtime.config.crop_size
    crop = cut(image, chain(roi, invert(pixels_from_normalised(size))), size)
    return Look(roi, crop, runtime.extract(to_input(crop, runtime.device)))
