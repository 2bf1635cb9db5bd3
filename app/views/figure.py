"""Which face is drawn: the canonical one or that of the photo, all of it or one side."""

from __future__ import annotations

import numpy as np

from app.derived import Derived
from app.state import Studio
from app.values import Options
from infl.geometry.canonical_face import canonical_face
from infl.rendering.face_view import FaceView
from infl.rendering.section import Section


class Figures:
    """The renderers of what the options ask for; the last one is kept. `now` is for a thread, as it may take long."""

    def __init__(self, studio: Studio, derived: Derived):
        self.studio, self.derived = studio, derived
        self.canonical = FaceView(canonical_face())
        self._shaped: tuple[np.ndarray, FaceView] | None = None
        self._cut: tuple[FaceView, Section, FaceView] | None = None

    def now(self) -> FaceView:
        """The figure of the present options and photo."""
        options = self.studio.options
        shape = self.derived.face_shape() if options.shape else None
        whole = self.canonical if shape is None else self._of(shape)
        section = section_of(options)
        if section is None:
            return whole
        cut = self._cut
        if cut is None or cut[0] is not whole or cut[1] != section:
            cut = self._cut = (whole, section, whole.cut(section))
        return cut[2]

    def _of(self, shape: np.ndarray) -> FaceView:
        shaped = self._shaped
        if shaped is None or shaped[0] is not shape:
            shaped = self._shaped = (shape, FaceView(canonical_face(), shape))
        return shaped[1]


def section_of(options: Options) -> Section | None:
    """The section that is asked for, None for the whole head."""
    if options.section == "left":
        return Section("left", options.section_at)
    return Section("right", options.section_at) if options.section == "right" else None
