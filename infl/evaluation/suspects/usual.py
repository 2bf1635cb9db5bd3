"""What is usual for a set: how far from the prediction its humans click each point, and in which direction.

Residuals are counted in units of the face's size, along the curve that a point lies on and across it
(`chains.tangents`): on outlines, brows and lids humans agree on the curve, less on where along it a point sits. A small
similarity, which only says that the network saw the face a little elsewhere, is taken out by robust least squares. What
is left is centred for each point of the set on its median and divided by the network's σ times a factor, which is the
median absolute deviation of the set's humans in units of that σ. The length d of the result says how far a click is out
of line for its set: where the network does not know, a large distance is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.evaluation.suspects.chains import Chain, tangents
from infl.evaluation.suspects.looks import Looks

NORMAL = 0.6745
"""Median absolute deviation of a Gaussian with standard deviation 1."""

FEW = 8.0
"""Faces that weigh as much as what all points of the set have in common."""

PIXEL = 0.3
"""Pixels: standard deviation of a click that was rounded to a whole one."""

SLACK = np.array([0.05, 0.05, 0.05, 0.05])
"""Standard deviations of the similarity that is taken out: two shifts in units of the face's size, log scale, and turn
in radians."""

FAR = 2.0
"""d at which a point has half its say in that similarity."""


@dataclass(frozen=True, eq=False)
class Usual:
    """bias: (K, 2) units of the face's size, along and across; factor: (K, 2), spread in units of the network's σ."""

    chains: tuple[Chain, ...]
    bias: np.ndarray
    factor: np.ndarray

    def fit(self, looks: Looks) -> Fitted:
        """Lay the predictions on the clicks of each face by a small similarity, and measure from there."""
        faces = _Faces.of(looks, self.chains)
        residuals = faces.residuals(looks.clicked)
        known = np.isfinite(residuals[..., 0])
        target = np.where(known[..., None], residuals - faces.picture(self.bias), 0.0)
        spread = np.hypot(self.factor.mean(1) * faces.sigma, faces.pixel[:, None])
        left, prior = target, np.diag(SLACK**-2.0)
        moved = np.zeros_like(target)
        for _ in range(5):
            d = np.linalg.norm(left, axis=2) / spread
            weight = known / (spread**2 * (1 + (d / FAR) ** 2) ** 2)
            normal = np.einsum("nk,nkci,nkcj->nij", weight, faces.basis, faces.basis) + prior
            right = np.einsum("nk,nkci,nkc->ni", weight, faces.basis, target)
            moved = np.einsum("nkci,ni->nkc", faces.basis, np.linalg.solve(normal, right[..., None])[..., 0])
            left = target - moved
        return Fitted(self, faces, looks.clicked, moved)


@dataclass(frozen=True, eq=False)
class Fitted:
    """N faces measured by what is usual; moved: (N, K, 2), the similarity's share, units of the face's size."""

    usual: Usual
    faces: _Faces
    clicked: np.ndarray
    moved: np.ndarray

    @property
    def whitened(self) -> np.ndarray:
        """(N, K, 2) residuals in units of what is usual, along and across; NaN where nothing was clicked."""
        every = np.arange(self.clicked.shape[1])
        return self._whitened(every, every)

    @property
    def distances(self) -> np.ndarray:
        """(N, K) d of the clicks; NaN where nothing was clicked."""
        return np.linalg.norm(self.whitened, axis=2)

    def if_named(self, points: np.ndarray, names: np.ndarray) -> np.ndarray:
        """(N, M) d that the clicks of `points` (M,) would have if they were those of the points `names` (M,)."""
        return np.linalg.norm(self._whitened(points, names), axis=2)

    def _whitened(self, points: np.ndarray, names: np.ndarray) -> np.ndarray:
        sigma = self.faces.sigma[:, names, None]
        spread = np.hypot(self.usual.factor[names] * sigma, self.faces.pixel[:, None, None])
        return (self.local(points, names) - self.usual.bias[names]) / spread

    def local(self, points: np.ndarray, names: np.ndarray) -> np.ndarray:
        """(N, M, 2) residuals along and across, the similarity taken out."""
        size = self.faces.size[:, None, None]
        residuals = (self.clicked[:, points].astype(np.float64) - self.faces.found[:, names]) / size
        return self.faces.local(residuals - self.moved[:, names], names)


def usual_of(looks: Looks, chains: tuple[Chain, ...]) -> Usual:
    """Estimate what is usual for a set from all its faces; the few that are wrong have no say in medians."""
    every = np.arange(len(looks.layout))
    usual = Usual(chains, np.zeros((len(every), 2)), np.ones((len(every), 2)))
    for _ in range(3):
        fitted = usual.fit(looks)
        local = fitted.local(every, every)
        count = np.isfinite(local[..., 0]).sum(0)[:, None]
        bias = np.nan_to_num(_median(local)) * count / (count + FEW)
        factor = _median(np.abs(local - bias) / fitted.faces.sigma[..., None]) / NORMAL
        common = _median(factor)
        log = np.where(count > 0, np.log(np.maximum(factor, 1e-3) / common), 0.0)
        usual = Usual(chains, bias, common * np.exp(log * count / (count + FEW)))
    return usual


def _median(values: np.ndarray) -> np.ndarray:
    """Over the first axis, NaN left out and NaN where nothing is left."""
    with np.errstate(all="ignore"):
        empty = ~np.isfinite(values).any(0)
        return np.where(empty, np.nan, np.nanmedian(np.where(empty, 0.0, values), 0))


@dataclass(frozen=True, eq=False)
class _Faces:
    """Geometry of N faces in units of their sizes. along: (N, K, 2) unit vectors; sigma: (N, K); pixel: (N,), PIXEL;
    basis: (N, K, 2, 4), how the points move with the similarity's four parameters."""

    found: np.ndarray
    size: np.ndarray
    along: np.ndarray
    sigma: np.ndarray
    pixel: np.ndarray
    basis: np.ndarray

    @classmethod
    def of(cls, looks: Looks, chains: tuple[Chain, ...]) -> _Faces:
        along = tangents(looks.layout, chains, looks.found, looks.roll)
        size = looks.size[:, None, None]
        at = (looks.found - looks.found.mean(1, keepdims=True)) / size
        basis = np.zeros((*at.shape, 4))
        basis[..., 0, 0] = basis[..., 1, 1] = 1
        basis[..., 2] = at
        basis[..., 0, 3], basis[..., 1, 3] = -at[..., 1], at[..., 0]
        return cls(looks.found, looks.size, along, looks.sigma / size[..., 0], PIXEL / looks.size, basis)

    def residuals(self, clicked: np.ndarray) -> np.ndarray:
        return (clicked.astype(np.float64) - self.found) / self.size[:, None, None]

    def local(self, vectors: np.ndarray, names: np.ndarray) -> np.ndarray:
        """(N, M, 2) in the picture → along the curves of the points `names` (M,) and across."""
        x, y = self.along[:, names, 0], self.along[:, names, 1]
        return np.stack(
            [vectors[..., 0] * x + vectors[..., 1] * y, vectors[..., 1] * x - vectors[..., 0] * y], -1
        )

    def picture(self, local: np.ndarray) -> np.ndarray:
        """(K, 2) along and across → (N, K, 2) in the picture."""
        x, y = self.along[..., 0], self.along[..., 1]
        return np.stack([local[:, 0] * x - local[:, 1] * y, local[:, 0] * y + local[:, 1] * x], -1)
