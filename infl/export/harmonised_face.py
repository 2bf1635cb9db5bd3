"""The values of a harmonised set: one face, and one data set that faces came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from infl.geometry.camera import Camera
from infl.layouts import Layout

HUMAN, TRANSFERRED, PREDICTED = 0, 1, 2
PROVENANCE = ("human", "transferred", "predicted")
"""Where a point comes from: kept as it was clicked; clicked and moved by what the conventions differ; predicted."""


@dataclass(frozen=True, eq=False)
class Original:
    """A face's own annotation, as its data set has it (in this project's pixels).

    points: (K_own, 2) float32 pixels, NaN where not annotated. visibility: (K_own,) uint8 (`infl.datasets`).
    extra: whatever else the file said of the face.
    """

    points: np.ndarray
    visibility: np.ndarray
    extra: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class HarmonisedFace:
    """One face in the target layout of K points.

    image: path of the picture relative to the set's root; key: the face's key in its data set. size: (width,
    height) pixels; sha256: of the picture's file. points: (K, 2) float32 pixels of the photograph. sigma: (K,)
    float32 pixels, the network's standard deviation at each point, an axis. visibility, provenance: (K,) uint8
    (`infl.datasets`, PROVENANCE). points3d: (K, 3) float32 mm in the canonical frame. camera: through which the
    canonical face is seen in the normalised crop; roi: (2, 3), from pixels of that crop to the photograph's.
    origins: where its data set was harmonised itself, the (convention, key) under which the sets before know the face.
    """

    image: str
    key: str
    dataset: str
    convention: str
    split: str
    subject: str
    size: tuple[int, int]
    sha256: str
    points: np.ndarray
    sigma: np.ndarray
    visibility: np.ndarray
    provenance: np.ndarray
    points3d: np.ndarray
    camera: Camera
    roi: np.ndarray
    original: Original
    origins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Source:
    """A data set that faces came from.

    folder: relative to the harmonised set's root. layout: None where nobody described its points.
    pairs: (K,) int32, for each point of the target layout the index of the same point in this set's layout, or -1.
    """

    name: str
    folder: str
    format: str
    convention: str
    layout: Layout | None
    point_count: int
    normaliser: str
    pixel_origin: str
    pairs: np.ndarray
