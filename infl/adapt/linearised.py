"""How annotated points would move with their queries: residuals and derivatives of each face, asked of P once.

Over a few millimetres of C a landmark moves linearly with its query. So whatever is fitted – a code, queries, a
shift – needs the network at one place only, and is a small least-squares problem after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infl.adapt.seen_faces import SeenFace
from infl.geometry.contour import slid
from infl.layouts import Layout
from infl.model.landmarker import Landmarker

STEP = 1.0
"""mm to each side at which P is asked for the derivatives."""
SMALLEST_SIGMA = 0.4
"""mm: less than annotators repeat to."""
SLID = 5.0
"""mm: an outline point that slid further on C says nothing of the place where it started."""


@dataclass(frozen=True, eq=False)
class Linearised:
    """N faces, K points, in millimetres at each face: residual (N, K, 2), annotation less landmark, 0 where absent;
    jacobian (N, K, 2, 3) of the landmark by its query; trust (N, K), 1/σ or 0 where absent; pixel (N,) mm a pixel."""

    residual: np.ndarray
    jacobian: np.ndarray
    trust: np.ndarray
    pixel: np.ndarray

    def __len__(self) -> int:
        return len(self.residual)

    def of(self, faces: np.ndarray) -> Linearised:
        """Only some faces."""
        return Linearised(self.residual[faces], self.jacobian[faces], self.trust[faces], self.pixel[faces])

    def left_over(self, moved: np.ndarray, shift: np.ndarray) -> np.ndarray:
        """(N, K, 2) mm: residuals once the queries are `moved` by (K, 3) mm and the files' `shift` (2,) px is known."""
        return (
            self.residual
            - np.einsum("nkab,kb->nka", self.jacobian, moved)
            - self.pixel[:, None, None] * shift
        )


def linearise(
    landmarker: Landmarker, faces: Sequence[SeenFace], layout: Layout, offsets: np.ndarray
) -> Linearised:
    """Ask P of each face for a layout moved by (K, 3) mm `offsets`."""
    count = len(layout)
    steps = np.concatenate([np.zeros((1, 3)), STEP * np.eye(3), -STEP * np.eye(3)])
    rows = []
    for face in faces:
        queries = slid(layout, face.encoded.camera.head[None])[0]
        still = np.linalg.norm(queries - layout.queries, axis=1) <= SLID
        asked = ((queries + offsets)[None] + steps[:, None]).reshape(-1, 3).astype(np.float32)
        found = landmarker.query(face.encoded, asked)
        unit = face.millimetres
        places = found.points.reshape(7, count, 2).astype(float) * unit
        slope = np.stack([(places[1 + axis] - places[4 + axis]) / (2 * STEP) for axis in range(3)], -1)
        residual = face.points * unit - places[0]
        there = np.isfinite(residual).all(1) & still
        trust = there / np.maximum(found.sigma[:count] * unit, SMALLEST_SIGMA)
        rows.append((np.where(there[:, None], residual, 0.0), slope, trust, unit))
    residual, jacobian, trust, pixel = (np.array(each) for each in zip(*rows, strict=True))
    return Linearised(residual, jacobian, trust, pixel)
