"""What every reader returns: a data set of samples in one layout and one convention."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from infl.errors import FileError
from infl.export.harmonised_face import PREDICTED
from infl.images import read_image
from infl.layouts import Layout, layout_names
from infl.layouts import layout as known_layout

ABSENT, OCCLUDED, VISIBLE = 0, 1, 2
"""Per-point visibility: not annotated; annotated though hidden; annotated and seen."""


@dataclass(frozen=True)
class Sample:
    """One annotated face of one picture.

    key: the picture's path relative to the set's root, "/" between folders (and "#2" for its second face …); in a
    harmonised set the name of the set that the face comes from, "/", and its key there.
    points: (K, 2) float32 pixels; (0, 0) is the centre of the top-left pixel; NaN where not annotated.
    visibility: (K,) uint8 of ABSENT, OCCLUDED, VISIBLE.
    extra: what else the file says (yaw, attributes, box, …), read-only.
    Of a harmonised set also: provenance, (K,) uint8 of HUMAN, TRANSFERRED, PREDICTED (`infl.export.harmonised_face`);
    sigma, (K,) float32 pixels, the network's standard deviation at each point, an axis; origins, the (convention,
    key) under which the sets that it was made of know this face. Elsewhere None, None, ().
    """

    image: Path
    key: str
    points: np.ndarray
    visibility: np.ndarray
    split: str = ""
    subject: str = ""
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    provenance: np.ndarray | None = None
    sigma: np.ndarray | None = None
    origins: tuple[tuple[str, str], ...] = ()

    def clicked(self) -> Sample:
        """The same face with only the points that a human clicked, kept or moved: predicted ones are absent."""
        if self.provenance is None:
            return self
        human = self.provenance != PREDICTED
        points = np.where(human[:, None], self.points, np.float32(np.nan))
        return replace(self, points=points, visibility=np.where(human, self.visibility, np.uint8(ABSENT)))

    def load_image(self) -> np.ndarray:
        """(H, W, 3) uint8 RGB of the whole photograph."""
        return read_image(self.image)


@dataclass(frozen=True)
class Dataset:
    """A set of samples that share a layout and a convention.

    layout is None when nobody described it (then `point_count` still tells K). `normaliser` says what errors
    are divided by: "eyes" (the layout's eye corners) or "box" (√(w·h) of the annotated points' box).
    `problems` are files that could not be read; the rest of the set is here nevertheless. file: of a harmonised set,
    which lies anywhere; other sets are all of the folder `root`. pictures: another folder in which their pictures
    were looked for. why: what its format was told by; convention_why: what its convention was. found_convention: the
    one that was found out, where a person has chosen another.
    """

    name: str
    root: Path
    format: str
    convention: str
    layout: Layout | None
    point_count: int
    samples: tuple[Sample, ...]
    pixel_origin: str = ""
    normaliser: str = "eyes"
    problems: tuple[FileError, ...] = ()
    file: Path | None = None
    pictures: Path | None = None
    why: str = ""
    convention_why: str = ""
    found_convention: str = ""

    @property
    def path(self) -> Path:
        """What `open_dataset` opens to have the set again."""
        return self.file or self.root

    def __len__(self) -> int:
        return len(self.samples)

    def in_convention(self, name: str) -> Dataset:
        """The same set, its points taken to follow another convention than was found out.

        A set whose layout nobody knew has the convention's own, if that has as many points.
        """
        if name == self.convention:
            return self
        layout = self.layout
        if layout is None and name in layout_names() and len(known_layout(name)) == self.point_count:
            layout = known_layout(name)
        found = self.found_convention or self.convention
        return replace(
            self, convention=name, convention_why="chosen by hand", found_convention=found, layout=layout
        )

    def where(self, keep: Callable[[Sample], bool]) -> Dataset:
        """The same set with only the samples for which `keep(sample)` is true."""
        return replace(self, samples=tuple(s for s in self.samples if keep(s)))

    def split(self, name: str) -> Dataset:
        """Only the samples of one split ("train", "val", …)."""
        return self.where(lambda sample: sample.split == name)
