"""The left ear: a shell lofted from its outline, with helix, antihelix and concha, its back sunk into the head."""

from __future__ import annotations

import numpy as np

from infl.geometry.authoring.curves import EAR_FRONT, EAR_OUTLINE
from infl.geometry.authoring.splines import smooth_curve

OUTLINE_SAMPLES, FRONT_SAMPLES = 44, 18
# Where all rings shrink to: the bottom of the concha, beside the ear canal.
CONCHA = np.array([79.6, -21.5, -70.0])
OUTWARDS = np.array([0.86, 0.0, 0.51])  # the direction that the ear's front faces
# ring -> how far towards the concha, and how far out of the plane between rim and concha (mm): the ear's relief
RELIEF = ((0.0, 0.0), (0.05, 1.3), (0.12, 1.9), (0.19, 0.8), (0.27, -0.6), (0.36, 0.2), (0.45, 2.2), (0.53, 2.4),
          (0.61, 0.2), (0.7, -1.9), (0.8, -3.0), (0.9, -3.4))  # fmt: skip


def ear_outline() -> np.ndarray:
    """(44, 3): from the root of the helix over the top and the back down to the foot of the lobe."""
    return smooth_curve(EAR_OUTLINE, OUTLINE_SAMPLES)


def ear_front() -> np.ndarray:
    """(18, 3): where the ear meets the face, from the foot of the lobe up to the root of the helix."""
    return smooth_curve(EAR_FRONT, FRONT_SAMPLES)


def left_ear() -> tuple[np.ndarray, np.ndarray]:
    """vertices (n, 3) and triangles (m, 3) of the left ear."""
    rim = np.vstack([ear_outline(), ear_front()[1:-1]])
    n = len(rim)
    free = np.ones(n)  # the relief fades along the front, where the ear runs out into the cheek
    free[OUTLINE_SAMPLES:] = 0.15
    free = np.convolve(np.r_[free, free, free], np.hanning(13) / np.hanning(13).sum(), "same")[n : 2 * n]
    lobe = np.clip((-38 - rim[:, 1]) / 8, 0, 1)  # the lobe is plump, without folds
    rings = []
    for towards, out in RELIEF:
        height = out * free * (1 - 0.8 * lobe * (towards < 0.62))
        rings.append(rim + towards * (CONCHA - rim) + height[:, None] * OUTWARDS)
    back = [rim - 1.6 * OUTWARDS + 0.02 * (CONCHA - rim)]
    back += [rim + t * (CONCHA - rim) - [d, 0, 0.3 * d] for t, d in ((0.15, 5.0), (0.4, 14.0))]
    everything = [*back[::-1], *rings]
    vertices = np.vstack([*everything, CONCHA[None] - 3.5 * OUTWARDS])
    i = np.arange(n)
    j = (i + 1) % n
    triangles = []
    for ring in range(len(everything) - 1):
        a, b = ring * n, (ring + 1) * n
        triangles += [np.c_[a + i, b + i, b + j], np.c_[a + i, b + j, a + j]]
    last = (len(everything) - 1) * n
    triangles.append(np.c_[last + i, np.full(n, len(vertices) - 1), last + j])
    return vertices, np.vstack(triangles)
