"""Following one face from frame to frame: the next one is looked for where it was last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from infl.geometry.transforms import chain, pixels_from_normalised

if TYPE_CHECKING:
    from infl.model import Encoded, Landmarker

SEEN = 0.5
"""Score from which on a face counts as seen."""


class Tracker:
    """`encode` one frame after the other. Where the last one showed no face, or this one shows none at the same place,
    the whole picture is searched."""

    def __init__(self, landmarker: Landmarker):
        self.landmarker = landmarker
        self._crop: np.ndarray | None = None
        self._size: tuple[int, int] | None = None

    def encode(self, image: np.ndarray) -> Encoded:
        """The face of a frame, (H, W, 3) uint8 RGB."""
        height, width = image.shape[:2]
        encoded = None
        if self._crop is not None and self._size == (width, height):
            encoded = self.landmarker.encode_at(image, self._crop)
        if encoded is None or encoded.score < SEEN:
            encoded = self.landmarker.encode(image)
        seen = encoded.score >= SEEN
        self._size = (width, height)
        self._crop = chain(encoded.roi, pixels_from_normalised(len(encoded.crop))) if seen else None
        return encoded

    def forget(self) -> None:
        """The next frame has nothing to do with the last one."""
        self._crop = None
