"""How many points of a harmonised set come from where."""

from __future__ import annotations

import numpy as np

from infl.export.harmonised_face import PROVENANCE
from infl.export.hdf5 import HarmonisedSet


def totals(faces: HarmonisedSet) -> dict[str, int]:
    """Number of points by provenance: {"human": …, "transferred": …, "predicted": …}."""
    counts = np.bincount(faces.array("provenance").ravel(), minlength=len(PROVENANCE))
    return {name: int(count) for name, count in zip(PROVENANCE, counts, strict=True)}
