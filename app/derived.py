"""What follows from the state – predictions and offsets – computed when asked for and kept while it holds.

Each answer is remembered with the values that it was computed from (all immutable, compared by identity).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from app.measured import MeasuredOffsets, measured_at
from app.state import Studio
from app.values import CANONICAL, Comparison
from infl.comparison.spread import Spread, spread_of
from infl.geometry.canonical_face import canonical_face
from infl.geometry.nearness import nearness
from infl.layouts import Layout
from infl.model.face_shape import face_shape

if TYPE_CHECKING:
    from infl.model import Landmarker, Landmarks

Answer = TypeVar("Answer")

Side = Literal["both", "a", "b"]
"""Which convention a face shows: the comparison of both, or one of them where they are beside each other."""


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
            and all(
                a is b or (isinstance(a, (str, bytes)) and a == b)
                for a, b in zip(kept[0], inputs, strict=True)
            )
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
        ready = photo.prediction
        if ready is not None and ready.layout is layout and ready.convention == convention:
            return ready.landmarks
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

    def face_shape(self) -> np.ndarray | None:
        """(V, 3) mm: the vertices of C on the face of the photo; None without a model. Takes a third of a second."""
        photo = self.studio.photo
        if photo is None or photo.landmarker is None or photo.encoded is None:
            return None
        landmarker, encoded = photo.landmarker, photo.encoded
        return self._keep("shape", (landmarker, encoded), lambda: face_shape(landmarker, encoded))

    def shown(self, side: Side = "both") -> Comparison:
        """What a face shows: the comparison, or of faces beside each other one convention against the canonical one."""
        c = self.studio.comparison
        if side == "both":
            return c
        return replace(c, a=c.a if side == "a" else c.b, b=CANONICAL, of="pair")

    def compared_layout(self, side: Side = "both") -> Layout:
        """The layout at whose points offsets are shown."""
        s, c = self.studio, self.shown(side)
        if c.at == "custom":
            return s.layout
        if c.of == "all":
            return max(self._spread_sets().values(), key=len, default=s.layout)
        return s.layout_of(c.a) or s.layout_of(c.b) or s.layout

    def offsets(self, side: Side = "both") -> Offsets | None:
        """The offsets of a pair at the points of its layout, as the deformer learned them."""
        s, c, layout = self.studio, self.shown(side), self.compared_layout(side)
        a, b, landmarker = c.a, c.b, s.landmarker
        if landmarker is None or c.of != "pair" or a == b or not len(layout):
            return None
        return self._keep(
            f"offsets {side}", (landmarker, a, b, layout),
            lambda: Offsets(a, b, layout, landmarker.offsets(a, reference=b, at=layout)),
        )  # fmt: skip

    def measured(self, side: Side = "both") -> MeasuredOffsets | None:
        """The pair as its pictures were measured, at the points of its layout; None while nobody asked them."""
        s, c, layout = self.studio, self.shown(side), self.compared_layout(side)
        a, b = s.set_of(c.a), s.set_of(c.b)
        if s.landmarker is None or c.of != "pair" or a is None or b is None or not len(layout):
            return None
        found = s.measurements.of_pair(s.landmarker, a.dataset, b.dataset)
        if found is None:
            return None
        pair, turned = found
        return self._keep(
            f"measured {side}", (pair, layout, str(turned)), lambda: measured_at(pair, layout, turned)
        )

    def spread(self) -> Spread | None:
        """All open conventions about their mean, at the points of the compared layout; None with fewer than two."""
        return self._spread("spread", self.compared_layout().queries)

    def _spread_sets(self) -> dict[str, Layout]:
        """Open conventions that the model knows, with their layouts."""
        known = self.studio.landmarker.conventions if self.studio.landmarker is not None else ()
        sets = (s.dataset for s in self.studio.sets)
        return {d.convention: d.layout for d in sets if d.layout is not None and d.convention in known}

    def _spread(self, what: str, at: np.ndarray) -> Spread | None:
        landmarker, sets = self.studio.landmarker, self._spread_sets()
        if landmarker is None or self.studio.comparison.of != "all" or len(sets) < 2 or not len(at):
            return None
        inputs = (landmarker, at.tobytes(), *sets, *sets.values())
        return self._keep(what, inputs, lambda: spread_of(landmarker, sets, at))

    def evidence(self, side: Side = "both") -> np.ndarray:
        """(V,) 0…1: 1 where all compared sets have points near a vertex; elsewhere their offset is a guess."""
        s, c = self.studio, self.shown(side)
        spread = self._spread("spread of the face", canonical_face().vertices) if c.of == "all" else None
        if spread is not None:
            return spread.evidence
        layouts = [s.layout_of(c.a), s.layout_of(c.b)]
        known = [layout for layout in layouts if layout is not None] or [self.compared_layout(side)]

        def compute() -> np.ndarray:
            at = canonical_face().vertices
            return np.min([np.ones(len(at)), *(nearness(own.queries, at) for own in known if len(own))], 0)

        return self._keep(f"evidence {side}", tuple(known), compute)

    def heat(self, side: Side = "both") -> np.ndarray | None:
        """(V,) float32 mm at every vertex of the canonical face: the offset's length, or of all sets their spread."""
        s, c = self.studio, self.shown(side)
        if c.of == "all":
            spread = self._spread("spread of the face", canonical_face().vertices)
            return None if spread is None else spread.rms
        a, b, landmarker = c.a, c.b, s.landmarker
        if landmarker is None or a == b:
            return None
        at = canonical_face().vertices
        return self._keep(
            f"heat {side}", (landmarker, a, b),
            lambda: np.linalg.norm(landmarker.offsets(a, reference=b, at=at), axis=1),
        )  # fmt: skip


def _known(landmarker: Landmarker, convention: str) -> str:
    return convention if convention in landmarker.conventions else CANONICAL
