"""Faces and expressions as smooth motions of the space around the canonical face.

Each mode is a sum of Gaussian bumps placed by hand in the canonical frame (mm, x to the subject's left), so
that skin, eyeballs, teeth and hair move together and nothing depends on how the mesh is cut. The places and
sizes follow general knowledge of facial proportions (about one standard deviation of adults for a weight of
1), not a scanned set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_FAR = 1e9  # mm: a spread that makes a bump uniform along an axis


@dataclass(frozen=True)
class Bump:
    """g(p) · (push + stretch · (p − centre)) with g a Gaussian of standard deviations `spread` around
    `centre`.

    All in mm for the subject's left side; its mirror image is added unless the centre lies on the midline.
    """

    centre: tuple[float, float, float]
    spread: tuple[float, float, float]
    push: tuple[float, float, float] = (0.0, 0.0, 0.0)
    stretch: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def at(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) mm displacement of points (N, 3)."""
        out = self._one_side(points)
        if self.centre[0] != 0:
            mirror = np.array([-1.0, 1.0, 1.0])
            out = out + self._one_side(points * mirror) * mirror
        return out

    def _one_side(self, points: np.ndarray) -> np.ndarray:
        away = points - self.centre
        weight = np.exp(-0.5 * ((away / self.spread) ** 2).sum(1))
        return weight[:, None] * (self.push + np.asarray(self.stretch) * away)


_EYE, _BROW, _NOSE, _TIP = (31.0, 0.0, 4.0), (31.0, 21.0, 16.0), (0.0, -18.0, 28.0), (0.0, -38.0, 40.0)
_MOUTH, _CHIN, _JAW, _CHEEK = (
    (0.0, -70.0, 28.0),
    (0.0, -104.0, 22.0),
    (62.0, -66.0, -40.0),
    (46.0, -30.0, 4.0),
)

IDENTITY: dict[str, tuple[Bump, ...]] = {
    "face width": (Bump((0, 0, 0), (_FAR, _FAR, _FAR), stretch=(0.045, 0, 0)),),
    "face height": (Bump((0, -20, 0), (_FAR, _FAR, _FAR), stretch=(0, 0.03, 0)),),
    "face depth": (Bump((0, 0, -60), (_FAR, _FAR, _FAR), stretch=(0, 0, 0.05)),),
    "lower face length": (Bump((0, -115, 0), (_FAR, 38, _FAR), push=(0, -3.4, 0)),),
    "jaw width": (Bump(_JAW, (26, 30, 45), push=(4.5, 0, 0)),),
    "jaw angle height": (Bump(_JAW, (26, 26, 40), push=(0, -5.0, 0)),),
    "chin length": (Bump(_CHIN, (26, 16, 30), push=(0, -2.8, 0)),),
    "chin projection": (Bump(_CHIN, (24, 18, 30), push=(0, 0, 4.0)),),
    "chin width": (Bump(_CHIN, (26, 16, 34), stretch=(0.22, 0, 0)),),
    "cheek fullness": (Bump((46, -54, -2), (20, 22, 28), push=(3.2, 0, 3.2)),),
    "cheekbones": (Bump((54, -18, -6), (18, 14, 24), push=(3.0, 1.0, 2.6)),),
    "temples": (Bump((64, 22, -24), (16, 24, 30), push=(2.6, 0, 0)),),
    "forehead slope": (Bump((0, 80, 10), (_FAR, 34, _FAR), push=(0, 0, -5.0)),),
    "brow ridge": (Bump((20, 17, 22), (16, 9, 18), push=(0, -0.8, 2.6)),),
    "brow height": (Bump(_BROW, (24, 9, 30), push=(0, 2.6, 0)),),
    "eye spacing": (Bump(_EYE, (17, 20, 40), push=(2.0, 0, 0)),),
    "eye height": (Bump(_EYE, (26, 14, 40), push=(0, 2.2, 0)),),
    "eye opening": (Bump((31, 0.4, 12), (13, 7, 14), stretch=(0.03, 0.16, 0)),),
    "eye tilt": (Bump((45, 1, 4), (9, 9, 20), push=(0, 1.9, 0)), Bump((17, -1, 10), (6, 7, 14), push=(0,
    -0.9, 0))), "eye depth": (Bump(_EYE, (20, 15, 30), push=(0, 0, 2.0)),),
    "nose length": (Bump((0, -42, 36), (20, 15, 30), push=(0, -3.2, 0)), Bump(_MOUTH, (40, 14, 30), push=(0,
    -1.0, 0))), "nose projection": (Bump(_TIP, (13, 16, 22), push=(0, 0, 3.8)),),
    "nose bridge height": (Bump((0, -8, 26), (9, 18, 16), push=(0, 0, 2.8)),),
    "nose bridge width": (Bump((9, -10, 20), (6, 18, 14), push=(1.5, 0, 0)),),
    "nose width": (Bump((15, -41, 28), (8, 8, 14), push=(2.4, 0, 0)),),
    "nose tip": (Bump((0, -37, 44), (11, 7, 14), push=(0, 2.8, 0.6)),),
    "nose hump": (Bump((0, -16, 30), (7, 7, 14), push=(0, 0, 2.0)),),
    "mouth height": (Bump(_MOUTH, (34, 13, 34), push=(0, 2.6, 0)),),
    "mouth width": (Bump((24, -70, 20), (12, 10, 22), push=(2.9, 0, -0.5)),),
    "upper lip": (Bump((0, -63, 32), (20, 4.5, 20), push=(0, 1.1, 1.7)),),
    "lower lip": (Bump((0, -77, 30), (20, 5.5, 20), push=(0, -1.5, 1.8)),),
    "lip projection": (Bump(_MOUTH, (24, 12, 24), push=(0, 0, 2.4)),),
    "face weight": (
        Bump((52, -70, -20), (22, 26, 34), push=(5.0, -1.0, 2.0)),
        Bump((0, -118, -8), (40, 14, 34), push=(0, -6.0, 2.0)),
    ),
}  # fmt: skip

EXPRESSION: dict[str, tuple[Bump, ...]] = {
    "smile": (
        Bump((25, -70, 18), (10, 9, 20), push=(6.5, 5.0, -4.5)),
        Bump((0, -70, 29), (14, 7, 18), push=(0, -0.5, -1.6)),
        Bump((40, -40, 10), (16, 13, 22), push=(1.5, 3.6, 3.0)),
        Bump((34, -9, 14), (13, 4.5, 14), push=(0, 1.4, 0.6)),
    ),
    "frown": (Bump((25, -71, 18), (9, 9, 18), push=(-1.0, -4.2, 0)),),
    "pucker": (
        Bump((25, -70, 18), (12, 12, 22), push=(-8.0, 0, 5.0)),
        Bump((0, -70, 30), (17, 12, 20), push=(0, 0, 5.0), stretch=(-0.18, 0.05, 0)),
    ),
    "mouth stretch": (Bump((25, -71, 18), (11, 10, 22), push=(4.5, -1.5, -2.5)),),
    "upper lip raise": (
        Bump((10, -62, 31), (15, 6, 18), push=(0, 3.6, 0.3)),
        Bump((17, -44, 26), (9, 9, 16), push=(0.6, 2.0, 0)),
    ),
    "brow raise": (
        Bump((32, 21, 15), (24, 10, 26), push=(0, 6.0, 0)),
        Bump((31, 9, 14), (17, 4, 14), push=(0, 1.6, 0)),
    ),
    "inner brow raise": (Bump((12, 19, 22), (10, 9, 18), push=(0.6, 5.0, 0)),),
    "brow lower": (
        Bump((14, 17, 22), (12, 9, 18), push=(-2.6, -4.2, 0.8)),
        Bump((36, 19, 13), (16, 8, 18), push=(-1.0, -2.4, 0)),
    ),
    "cheek puff": (Bump((44, -62, 6), (16, 17, 22), push=(5.0, 0, 5.0)),),
    "jaw sideways": (Bump((0, -100, 10), (60, 28, 60), push=(4.5, 0, 0)),),
}  # fmt: skip
"""Full strength at weight 1; opening the jaw, closing the lids and gaze are rotations and live in
`expressions`."""


def displacement(modes: dict[str, tuple[Bump, ...]], points: np.ndarray) -> np.ndarray:
    """(M, N, 3) mm displacements of points (N, 3) by each of M modes at weight 1."""
    return np.stack([np.sum([bump.at(points) for bump in bumps], 0) for bumps in modes.values()])
