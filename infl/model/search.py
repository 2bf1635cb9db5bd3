"""Finding the face in a whole photograph: S proposes, F looks, and where both are lost they search in parts.

No detector: the same two networks look at ever better crops, and the σ that the landmarks would have says whether
there is a face to speak of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from infl.geometry.transforms import chain, invert, pixels_from_normalised
from infl.layouts import layout
from infl.model.feature_extractor import Features
from infl.model.network import InfiniteLandmarks, crop_of_gamma
from infl.model.photo import cut, square_of, to_input

LOST = 0.1
"""σ of the eyes, nose and mouth, in units of the face's size, from which on the first look counts as having missed.
Found faces have 0.02 … 0.06."""

PART = 0.6
"""Side of the squares, of the whole photograph's, that are searched then: three by three, overlapping by half."""


@dataclass(frozen=True)
class Look:
    """What F sees in a crop: roi (2, 3) from its normalised coordinates to the photo's pixels, the crop itself
    (h, w, 3) uint8, and its features."""

    roi: np.ndarray
    crop: np.ndarray
    features: Features

    @property
    def size(self) -> float:
        """How large the face is in the photo, up to a constant."""
        return float(np.sqrt(abs(np.linalg.det(self.roi[:, :2]))) * self.features.gamma.scale[0])


def find(network: InfiniteLandmarks, image: np.ndarray, device: torch.device) -> Look:
    """The face of a photograph (H, W, 3) uint8 RGB, after as many looks as the configuration says.

    Where parts have to be searched and several show a face, it is the largest one.
    """
    whole = square_of(image)
    seen = _look(network, image, _propose(network, image, whole, device), device)
    sigma = _sigma(network, seen)
    if sigma > LOST:
        parts = [chain(whole, np.array([[PART, 0, x], [0, PART, y]])) for y in _STEPS for x in _STEPS]
        looks = [_look(network, image, _propose(network, image, part, device), device) for part in parts]
        sigmas = [_sigma(network, look) for look in looks]
        found = [look for look, its in zip(looks, sigmas, strict=True) if its <= LOST]
        if found:
            seen = max(found, key=lambda look: look.size)
        elif min(sigmas) < sigma:
            seen = looks[int(np.argmin(sigmas))]
    for _ in range(network.config.passes - 1):
        closer = chain(seen.roi, crop_of_gamma(seen.features.gamma)[0].cpu().numpy())
        seen = _look(network, image, closer, device)
    return seen


_STEPS = (PART - 1, 0.0, 1 - PART)


def _propose(
    network: InfiniteLandmarks, image: np.ndarray, frame: np.ndarray, device: torch.device
) -> np.ndarray:
    """S: θ for the part of the photo that `frame` (2, 3, normalised coordinates → pixels) shows, as such a map too."""
    size = network.config.search_size
    view = cut(image, chain(frame, invert(pixels_from_normalised(size))), size)
    theta = network.spatial_transformer(to_input(view, device))[0]
    return chain(frame, theta.cpu().numpy())


def _look(network: InfiniteLandmarks, image: np.ndarray, roi: np.ndarray, device: torch.device) -> Look:
    """F: features of the crop that `roi` cuts."""
    size = network.config.crop_size
    crop = cut(image, chain(roi, invert(pixels_from_normalised(size))), size)
    return Look(roi, crop, network.feature_extractor(to_input(crop, device)))


def _sigma(network: InfiniteLandmarks, look: Look) -> float:
    """The σ that eyes, nose and mouth would have in a crop, in units of the face's size (geometric mean)."""
    code = look.features.code
    middle = torch.from_numpy(layout("five").queries).to(code.device)[None]
    return float(network.predict(look.features, middle)[1].log_sigma.mean().exp())
