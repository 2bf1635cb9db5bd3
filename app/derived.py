"""What follows from the state – predictions and offsets – computed when asked for and kept while it holds.

Each answer is remembered with the values that it was computed from (all immutable, compared by identity).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from scipy.spatial import KDTree

from app.state import CANONICAL, Studio
from infl.export.harmonised_face import HarmonisedFace
from infl.geometry.canonical_face import canonical_face
from infl.harmonize.harmonise import Target, harmonise_face
from infl.harmonize.transfer import believed_carrying
from infl.layouts import Layout

if TYPE_CHECKING:
    from infl.model import Landmarker, Landmarks

Answer = TypeVar("Answer")

NEAR, FAR = 24.0, 48.0
"""Millimetres from the nearest annotated point up to which, and from which on not at all, offsets are coloured."""


@dataclass(frozen=True)
class Offsets:
    """Offsets of convention a against b at the K points of a layout: (K, 3) float32 mm on the canonical face."""

    a: str
    b: str
    layout: Layout
    vectors: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """(K,) mm."""
        return np.linalg.norm(self.vectors, axis=1)


class Derived:
    """Predictions on the photo and offsets on the face, each computed once for a state."""

    def __init__(self, studio: Studio):
        self.studio = studio
        self._kept: dict[str, tuple[tuple[Any, ...], Any]] = {}

    def _keep(self, what: str, inputs: tuple[Any, ...], compute: Callable[[], Answer]) -> Answer:
        kept = self._kept.get(what)
        if (
            kept
            and len(kept[0]) == len(inputs)
            and all(a is b or (isinstance(a, str) and a == b) for a, b in zip(kept[0], inputs, strict=True))
        ):
            return kept[1]
        start = time.perf_counter()
        answer = compute()
        self._kept[what] = (inputs, answer)
        self.studio.timed.emit(what, (time.perf_counter() - start) * 1000)
        return answer

    def prediction(self) -> Landmarks | None:
        """The photo's own layout in its own convention, predicted; None without a model or a layout."""
        open_set, photo = self.studio.open_set, self.studio.photo
        if photo is None or photo.landmarker is None or photo.encoded is None or open_set is None:
            return None
        # The landmarker that encoded the photo: a newer one may be in use already, while the photo is encoded again.
        layout, encoded, landmarker = open_set.dataset.layout, photo.encoded, photo.landmarker
        if layout is None:
            return None
        convention = _known(landmarker, open_set.dataset.convention)
        return self._keep(
            "query",
            (landmarker, encoded, layout, convention),
            lambda: landmarker.query(encoded, layout, convention),
        )

    def custom_prediction(self) -> Landmarks | None:
        """The custom layout on the photo, in the target convention."""
        photo, layout = self.studio.photo, self.studio.layout
        if photo is None or photo.landmarker is None or photo.encoded is None or not len(layout):
            return None
        landmarker, encoded = photo.landmarker, photo.encoded
        convention = _known(landmarker, self.studio.target_convention)
        return self._keep(
            "custom",
            (landmarker, encoded, layout, convention),
            lambda: landmarker.query(encoded, layout, convention),
        )

    def harmonised(self) -> HarmonisedFace | None:
        """The photo's human points in the target convention, about as exporting in the set's own layout writes them:
        exporting learns of the set first how far its clicks are to be trusted."""
        open_set, photo = self.studio.open_set, self.studio.photo
        if photo is None or photo.landmarker is None or photo.encoded is None or open_set is None:
            return None
        landmarker, encoded, dataset = photo.landmarker, photo.encoded, open_set.dataset
        layout, convention = dataset.layout, _known(landmarker, self.studio.target_convention)
        if layout is None:
            return None

        def compute() -> HarmonisedFace:
            target = Target(layout, convention, transfer=True)
            carrying = (
                believed_carrying(layout, layout) if dataset.convention in landmarker.conventions else None
            )
            return harmonise_face(landmarker, encoded, dataset, photo.sample, target, carrying)

        return self._keep("harmonised", (landmarker, encoded, dataset, convention), compute)

    def compared_layout(self) -> Layout:
        """The layout at whose points offsets are shown."""
        s = self.studio
        if s.comparison.at == "custom":
            return s.layout
        return s.layout_of(s.comparison.a) or s.layout_of(s.comparison.b) or s.layout

    def offsets(self) -> Offsets | None:
        """The comparison at the points of its layout."""
        s, layout = self.studio, self.compared_layout()
        a, b, landmarker = s.comparison.a, s.comparison.b, s.landmarker
        if landmarker is None or a == b or not len(layout):
            return None
        return self._keep(
            "offsets", (landmarker, a, b, layout),
            lambda: Offsets(a, b, layout, landmarker.offsets(a, reference=b, at=layout)),
        )  # fmt: skip

    def evidence(self) -> np.ndarray:
        """(V,) 0…1: 1 where both compared sets have points near a vertex; elsewhere their offset is a guess."""
        s = self.studio
        layouts = [s.layout_of(s.comparison.a), s.layout_of(s.comparison.b)]
        known = [layout for layout in layouts if layout is not None] or [self.compared_layout()]

        def compute() -> np.ndarray:
            near = np.ones(len(canonical_face().vertices))
            for layout in known:
                if len(layout):
                    distance = KDTree(layout.queries).query(canonical_face().vertices)[0]
                    fade = np.clip((distance - NEAR) / (FAR - NEAR), 0, 1)
                    near = np.minimum(near, 1 - fade * fade * (3 - 2 * fade))
            return near

        return self._keep("evidence", tuple(known), compute)

    def heat(self) -> np.ndarray | None:
        """(V,) float32 mm: length of the comparison's offset at every vertex of the canonical face."""
        s = self.studio
        a, b, landmarker = s.comparison.a, s.comparison.b, s.landmarker
        if landmarker is None or a == b:
            return None
        at = canonical_face().vertices
        return self._keep(
            "heat", (landmarker, a, b),
            lambda: np.linalg.norm(landmarker.offsets(a, reference=b, at=at), axis=1),
        )  # fmt: skip


def _known(landmarker: Landmarker, convention: str) -> str:
    return convention if convention in landmarker.conventions else CANONICAL
