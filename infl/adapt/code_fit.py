"""A data set's code, fitted to linearised faces: robust, regularised, the regularisers chosen by cross-validation.

Minimises the Laplace likelihood's r/σ (`infl.training.losses.likelihood`), summed over the points and averaged over the
faces, plus strength·|code − usual|² + field·|tail|², by Gauss–Newton with reweighting. The code of the deformer
cannot say everything of a convention that the deformer was not trained on; its tail, the convention's own field, can,
and is let in only where faces that were left out get clearly better by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from infl.adapt.linearised import Linearised
from infl.model.query_deformer import QueryDeformer

FOLDS = 5
STRENGTHS = (0.5, 2.0, 8.0)
FIELDS = (0.03, 0.1, 0.3)
ROUNDS = 12
NEAR = 0.3
"""mm: residuals below it count by their square."""
SHIFT_PRIOR = np.array([2.0, 400.0])
"""How strongly a shift in x and in y is held at 0, 1/px². In x it shows as what does not mirror; in y hardly at all."""
CLEARLY = 2.0
"""Standard errors by which left-out faces must get better before something is added."""


@dataclass(frozen=True, eq=False)
class CodeFit:
    """code: (E,) the whole code. shift: (2,) px, shift_error: its standard error in x. offsets: (K, 3) mm at the
    queries. strength, field: the regularisers that cross-validation chose, field None without one. left_out: (N,)
    what faces cost that were left out, mean r/σ over their points."""

    code: np.ndarray
    shift: np.ndarray
    shift_error: float
    offsets: np.ndarray
    strength: float
    field: float | None
    left_out: np.ndarray


class CodeProblem:
    """Codes whose offsets at (K, 3) mm `queries` explain `faces`, which are linearised at (K, 3) mm `start` offsets.

    usual: (E,) the code that the regulariser pulls to.
    """

    def __init__(self, deformer: QueryDeformer, queries: np.ndarray, usual: np.ndarray, start: np.ndarray):
        self._deformer = deformer
        self._queries = torch.from_numpy(np.asarray(queries, np.float32))[None]
        self.usual, self._start = np.asarray(usual, float), start
        self._field = self._slope(np.zeros(len(self.usual)), len(self.usual))[..., deformer.code_size :]

    def offsets(self, code: np.ndarray) -> np.ndarray:
        """(K, 3) mm."""
        with torch.no_grad():
            return self._deform(torch.from_numpy(code.astype(np.float32))).double().numpy()

    def rough(self, faces: Linearised) -> np.ndarray:
        """(K, 3) mm: offsets of a first fit, to linearise the faces where they will be."""
        return self.offsets(self.fit(faces, STRENGTHS[1], None)[0])

    def best(self, faces: Linearised) -> CodeFit:
        """The fit with the regularisers that serve faces best which were left out of it."""
        plain = [self._tried(faces, strength, None) for strength in STRENGTHS]
        best = min(plain, key=lambda fit: float(fit.left_out.mean()))
        if len(self.usual) > self._deformer.code_size:
            own = [self._tried(faces, best.strength, field) for field in FIELDS]
            better = min(own, key=lambda fit: float(fit.left_out.mean()))
            gain = best.left_out - better.left_out
            if gain.mean() > CLEARLY * gain.std() / np.sqrt(len(gain)):
                return better
        return best

    def _tried(self, faces: Linearised, strength: float, field: float | None) -> CodeFit:
        """The fit to all faces, and what they cost when it is made without them."""
        code, shift = self.fit(faces, strength, field)
        fold, cost = np.arange(len(faces)) % FOLDS, np.zeros(len(faces))
        shifts = []
        for k in range(FOLDS):
            without = self.fit(faces.of(fold != k), strength, field, near=(code, shift))
            shifts.append(without[1][0])
            out = faces.of(fold == k)
            distance = np.linalg.norm(
                out.left_over(self.offsets(without[0]) - self._start, without[1]), axis=2
            )
            cost[fold == k] = (distance * out.trust).sum(1) / np.maximum((out.trust > 0).sum(1), 1)
        error = float(np.sqrt((FOLDS - 1) * np.var(shifts)))  # jackknife
        return CodeFit(code, shift, error, self.offsets(code), strength, field, cost)

    def fit(
        self, faces: Linearised, strength: float, field: float | None,
        near: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
        """(code (E,), shift (2,) px) with given regularisers, from a solution that is `near`; without a field the tail
        stays 0."""
        size = self._deformer.code_size
        free = size if field is None else len(self.usual)
        prior = np.concatenate([np.full(size, strength), np.full(free - size, field or 0.0), SHIFT_PRIOR])
        usual = np.concatenate([self.usual[:free], np.zeros(2)])
        now = usual.copy() if near is None else np.concatenate([near[0][:free], near[1]])
        code = self.usual.copy()
        cost, step = np.inf, np.zeros_like(now)
        for _ in range(ROUNDS):
            code[:free] = (now + step)[:free]
            moved = self.offsets(code) - self._start
            left = faces.left_over(moved, (now + step)[free:])
            distance = np.linalg.norm(left, axis=2)
            huber = np.where(distance < NEAR, distance**2 / (2 * NEAR) + NEAR / 2, distance)
            new = (faces.trust * huber).sum() / len(faces) + (prior * (now + step - usual) ** 2).sum()
            if new > cost:
                step = step / 2
                continue
            if cost - new < 1e-4 * cost:
                now = now + step
                break
            now, cost = now + step, new
            slope = self._slope(code, size)
            if free > size:
                bent = 1 - (self.offsets(code) / self._deformer.bound) ** 2
                slope = np.concatenate([slope, bent[..., None] * self._field], 2)
            step = _newton(faces, left, distance, slope, prior, now - usual)
        code[:free] = now[:free]
        return code, now[free:]

    def _deform(self, code: torch.Tensor) -> torch.Tensor:
        return self._deformer(self._queries, code[None])[0]

    def _slope(self, code: np.ndarray, size: int) -> np.ndarray:
        """(K, 3, size) mm: the derivative of the offsets by the first numbers of the code."""
        head, tail = torch.from_numpy(code.astype(np.float32)).split([size, len(code) - size])
        with torch.no_grad():
            slope = torch.func.jacfwd(lambda head: self._deform(torch.cat([head, tail])))(head)
        return slope.double().numpy()


def _newton(
    faces: Linearised,
    left: np.ndarray,
    distance: np.ndarray,
    slope: np.ndarray,
    prior: np.ndarray,
    away: np.ndarray,
) -> np.ndarray:
    """A Gauss–Newton step of (code, shift); slope: (K, 3, E)."""
    weight = faces.trust / np.maximum(distance, NEAR) / len(faces)
    free = slope.shape[2]
    weighted = faces.jacobian * weight[..., None, None]
    points = np.einsum("nkab,nkac->kbc", weighted, faces.jacobian)
    pull = np.einsum("nkab,nka->kb", weighted, left)
    cross = np.einsum("nkab,n->kba", weighted, faces.pixel)
    normal, right = np.zeros((free + 2, free + 2)), np.zeros(free + 2)
    normal[:free, :free] = np.einsum("kbe,kbc,kcf->ef", slope, points, slope, optimize=True)
    normal[:free, free:] = np.einsum("kbe,kba->ea", slope, cross)
    normal[free:, :free] = normal[:free, free:].T
    normal[free:, free:] = (weight * faces.pixel[:, None] ** 2).sum() * np.eye(2)
    right[:free] = np.einsum("kbe,kb->e", slope, pull)
    right[free:] = np.einsum("nk,n,nka->a", weight, faces.pixel, left)
    return np.linalg.solve(normal + 2 * np.diag(prior) + 1e-9 * np.eye(free + 2), right - 2 * prior * away)
