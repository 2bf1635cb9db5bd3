"""The values that the studio's state is made of: open sets, the picture on screen, what is compared and drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.corrections import Face, SetKey, corrected_sample
from infl.datasets.dataset import Dataset, Sample
from infl.layouts import Layout

if TYPE_CHECKING:
    from infl.model import Encoded, Landmarker, Landmarks
    from infl.model.inverse_query import SurfacePoint

CANONICAL = "canonical"


@dataclass(frozen=True)
class OpenSet:
    """A data set on screen, with the colour and the shape that stand for it everywhere.

    dataset: as the person corrected it; filed: as its files have it, None where nothing was corrected.
    """

    dataset: Dataset
    colour: str
    mark: str
    filed: Dataset | None = None

    @cached_property
    def key(self) -> SetKey:
        """By what corrections, projects and undo know the set, wherever in the list it is."""
        return SetKey.of(self.dataset)

    @property
    def original(self) -> Dataset:
        """The set as its files have it."""
        return self.filed or self.dataset

    def with_face(self, index: int, face: Face) -> OpenSet:
        """The same set with `face` as the corrections of sample `index`."""
        samples = list(self.dataset.samples)
        samples[index] = corrected_sample(self.original.samples[index], face)
        new = replace(self, dataset=replace(self.dataset, samples=tuple(samples)), filed=self.original)
        # Corrections move no pictures, so what was worked out holds on (over 100,000 faces that takes a while).
        new.__dict__.update({k: v for k, v in self.__dict__.items() if k in ("key", "crowded")})
        return new

    @cached_property
    def crowded(self) -> frozenset[Path]:
        """Photographs in which several faces are annotated."""
        faces = Counter(sample.image for sample in self.dataset.samples)
        return frozenset(image for image, count in faces.items() if count > 1)

    @property
    def label(self) -> str:
        """What the set is called on screen: its folder's name."""
        return self.dataset.name


@dataclass(frozen=True)
class Place:
    """Which picture: the set's index among the open ones and the sample's index in it."""

    set: int
    sample: int


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model says of a layout in a convention."""

    layout: Layout
    convention: str
    landmarks: Landmarks


@dataclass(frozen=True)
class Photo:
    """The picture on screen, loaded: (H, W, 3) uint8 RGB and, where a model is there, its encoding by `landmarker`, and
    the prediction of the set's own layout."""

    place: Place
    sample: Sample
    image: np.ndarray
    encoded: Encoded | None = None
    landmarker: Landmarker | None = None
    prediction: Prediction | None = None


@dataclass(frozen=True)
class Probe:
    """A place that was clicked on the face in the photo: its pixel, and the point of the canonical face seen there."""

    pixel: tuple[float, float]
    point: SurfacePoint


@dataclass(frozen=True)
class Options:
    """What is drawn. On the photo: human … keep_zoom; on the canonical face: arrows … beside.

    intervals: of two sets that were measured the measured offsets with 95 % regions, in place of the learned ones.
    mirrored: what is done to a point of my layout is done to its partner. snap: points go to curves, vertices and other
    layouts' points near by. section: the side of the head that stays, "left" or "right" of the plane x = section_at mm;
    "" for all of it. shape: the face of the photo in place of C. beside: each of the two compared conventions on a face
    of its own.
    """

    human: bool = True
    predicted: bool = True
    harmonised: bool = False
    custom: bool = True
    edges: bool = False
    sigma: bool = False
    residuals: bool = True
    loupe: bool = False
    crop: bool = True
    names: bool = False
    numbers: bool = False
    mirrored: bool = False
    snap: bool = False
    keep_zoom: bool = False
    arrows: bool = True
    heat: bool = True
    mesh: bool = False
    arrow_scale: float = 5.0
    intervals: bool = True
    section: str = ""
    section_at: float = 0.0
    shape: bool = False
    beside: bool = False


@dataclass(frozen=True)
class Comparison:
    """Convention a against convention b – `of` is "pair" –, or all open ones against their mean – "all" –, shown `at`
    the points of "a", of all of them the set with the most points, or of the "custom" layout."""

    a: str = CANONICAL
    b: str = CANONICAL
    at: str = "a"
    of: str = "pair"


@dataclass(frozen=True)
class Notice:
    """Something to tell the person: level is "info", "warning" or "error"; details may hold a traceback."""

    level: str
    text: str
    details: str = ""
