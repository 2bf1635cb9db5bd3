"""What clicks say beyond the prediction, and how far over the face it holds: a Gaussian process on C for each set.

The residual of a click, annotation − l(p_k; own code), is taken for a sum of three, in units of the face's size:

    r_k = b_k + u(p_k) + e_k        cov u(p), u(q) = a² σ(p) σ(q) exp(−d(p, q) / ℓ)        var e_k = n_k²

b: what the set's annotators do at this point in every picture and the deformer has not learned. u: what the network
gets wrong of this face; it grows with σ, and neighbours *along the surface* (distance d) share it. e: the hand's own
scatter at this point, larger by a factor where the point is hidden. All of a, ℓ, n and the factor are found by maximum
likelihood on the set itself, with Student's t instead of Gauss so that wrong clicks do not count (Shah, Wilson,
Ghahramani, "Student-t processes as alternatives to Gaussian processes", 2014).

What is carried to a query q is the mean of u(q) given the residuals (Rasmussen, Williams, "Gaussian Processes for
Machine Learning", 2006, eq. 2.25). So careful hands are followed closely, and hasty ones are averaged with each other
and with the network. Of what is left, r − b − u, which is scatter, a point that both layouts have keeps as much as the
target's own hands scatter there: clicks of equally careful people are moved whole. Where the target's hands are not
known it keeps nothing: moving every click whole was tried first, and in a convention that other people annotated it was
worse than plain prediction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from infl.geometry.geodesics import FAR, surface_distances

FREEDOM = 4.0  # of Student's t
STEPS, RATE = 120, 0.08  # of the search for the maximum likelihood
WORK = 2e7  # faces times points³ that the search may cost
LARGEST = 0.15  # of the face's size: a σ above it says no more than that nothing is known
TELLING = 0.64  # of the network's variance that clicks can take away; the rest is the scatter of the target's own hands
SLIPPED = (
    5.0  # standard deviations off what the other clicks of a face say: beyond it a click counts for less
)
HABIT_LENGTH, HABIT_NOISE = 15.0, 0.02  # mm along the surface that habits are shared over, and how exactly
STRANGERS = 0.6  # share of σ that clicks are followed by in a convention whose own hands are not known
DOUBT = 10.0  # faces that the mean residual must outweigh before it is believed


@dataclass(frozen=True, eq=False)
class Places:
    """K places on C in a Euclidean space whose distances are nearly those along the surface, which makes every
    decreasing exponential of them a covariance (classical scaling: Torgerson, 1952).

    queries: (K, 3) mm. at: (K, D) mm. squares: (K,) mean squared distance to the others.
    """

    queries: np.ndarray
    at: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, queries: np.ndarray) -> Places:
        squared = _squared(queries, queries)
        centred = -0.5 * (squared - squared.mean(0) - squared.mean(1)[:, None] + squared.mean())
        values, vectors = np.linalg.eigh(centred)
        kept = values > max(values.max(), 1.0) * 1e-6
        return cls(queries, vectors[:, kept] * np.sqrt(values[kept]), squared.mean(0))

    def to(self, others: np.ndarray) -> np.ndarray:
        """(M, 3) mm → (M, K) mm from each of other places on C to these."""
        squared = _squared(others, self.queries)
        lengths = (self.at**2).sum(0)
        at = 0.5 * ((self.squares - squared) @ self.at) / np.maximum(lengths, 1e-9)
        inside = ((at[:, None] - self.at[None]) ** 2).sum(2)
        beside = np.maximum((squared - inside).mean(1, keepdims=True), 0.0)  # off the space that these K span
        return np.sqrt(inside + beside)

    @cached_property
    def within(self) -> np.ndarray:
        """(K, K) mm."""
        return np.sqrt(((self.at[:, None] - self.at[None]) ** 2).sum(2))


def _squared(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.minimum(surface_distances(first, second), FAR) ** 2


@dataclass(frozen=True, eq=False)
class Clicks:
    """The clicks of N faces beside what the network predicted: units of the face's size, axes of the upright crop.

    residual: (N, K, 2), NaN where nothing was clicked. sigma: (N, K). hidden: (N, K) bool, clicked but not seen.
    """

    residual: np.ndarray
    sigma: np.ndarray
    hidden: np.ndarray


@dataclass(frozen=True, eq=False)
class Residuals:
    """What is known of a set's residuals (see the module's docstring).

    share: a. length: ℓ, mm. noise: (K,) n, and habit: (K, 2) b, in units of the face's size. blind: the factor of n
    where a point is hidden.
    """

    places: Places
    share: float
    length: float
    noise: np.ndarray
    blind: float
    habit: np.ndarray

    def scatter(self, hidden: np.ndarray) -> np.ndarray:
        """(K,) standard deviation of the hand at each point, where (K,) are hidden."""
        return self.noise * np.where(hidden, self.blind, 1.0)

    def carried(
        self, clicks: Clicks, i: int, sigma: np.ndarray, distances: np.ndarray, share: float
    ) -> Carried:
        """What the clicks of face `i` say of M other queries, of which the network is unsure by `sigma` (M,) and
        that are `distances` (M, K) mm away (`Places.to`). share: a of the set that the queries are meant as."""
        here = np.isfinite(clicks.residual[i]).all(1)
        open_ = share * np.minimum(sigma, LARGEST)
        scattered, scatter = np.zeros((len(here), 2)), self.scatter(clicks.hidden[i])
        if not here.any():
            return Carried(np.zeros((len(sigma), 2)), sigma, scattered, scatter)
        rest = (clicks.residual[i] - self.habit)[here]
        own = self.share * np.minimum(clicks.sigma[i, here], LARGEST)
        shared = own[:, None] * own * np.exp(-self.places.within[np.ix_(here, here)] / self.length)
        noise = _doubted(shared, scatter[here] ** 2, rest)
        inverse = np.linalg.inv(shared + np.diag(noise))
        scattered[here], scatter[here] = rest - shared @ inverse @ rest, np.sqrt(noise)
        reach = open_[:, None] * own * np.exp(-distances[:, here] / self.length)
        known = np.einsum("mk,kl,ml->m", reach, inverse, reach)
        left = sigma**2 - np.minimum(known, TELLING * sigma**2)
        return Carried(reach @ inverse @ rest, np.sqrt(left), scattered, scatter)

    def habit_at(self, distances: np.ndarray) -> np.ndarray:
        """(M, K) mm from other queries → (M, 2): b there, smooth between the set's points and 0 far from them."""
        near = np.exp(-self.places.within / HABIT_LENGTH) + HABIT_NOISE * np.eye(len(self.habit))
        return np.exp(-distances / HABIT_LENGTH) @ np.linalg.solve(near, self.habit)


@dataclass(frozen=True, eq=False)
class Carried:
    """shift: (M, 2) to add to the predictions. sigma: (M,) what is left open, an axis. scattered: (K, 2) what of the
    clicks is taken for the hand's scatter, 0 where nothing was clicked, and scatter: (K,) its standard deviation, large
    where a click contradicts the others. Units of the face's size."""

    shift: np.ndarray
    sigma: np.ndarray
    scattered: np.ndarray
    scatter: np.ndarray

    def kept(self, points: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        """(P, 2) what `points` (P,) keep of their scatter among people whose own is `theirs` (P,)."""
        return self.scattered[points] * np.minimum(theirs / self.scatter[points], 1.0)[:, None]


def _doubted(shared: np.ndarray, noise: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """(K,) the variances `noise` of the residuals `rest` (K, 2), larger for clicks that contradict the others."""
    for _ in range(3):
        inverse = np.linalg.inv(shared + np.diag(noise))
        alone = np.linalg.norm(inverse @ rest, axis=1) / np.sqrt(2 * np.diag(inverse))  # leaving each one out
        if alone.max() <= SLIPPED:
            break
        noise = noise + np.where(alone > SLIPPED, (alone / SLIPPED) ** 4, 0) / np.diag(inverse)
    return noise


def believed(places: Places) -> Residuals:
    """What holds of most sets, about, before anything is learned of one."""
    count = len(places.queries)
    return Residuals(
        places, share=0.8, length=35.0, noise=np.full(count, 0.012), blind=1.5, habit=np.zeros((count, 2))
    )


def learn_residuals(places: Places, clicks: Clicks) -> Residuals:
    """Maximum likelihood of a set's residuals; few faces leave much as it is for most sets."""
    habit = _habit(clicks.residual)
    faces = np.flatnonzero(np.isfinite(clicks.residual[..., 0]).any(1))
    most = int(np.clip(WORK / max(len(places.at), 1) ** 3, 32, 200))
    if len(faces) > most:
        faces = faces[np.linspace(0, len(faces) - 1, most).round().astype(int)]
    rest = torch.from_numpy(clicks.residual[faces] - habit).double()
    known = torch.isfinite(rest).all(2)
    rest = torch.where(known[..., None], rest, 0.0)
    sigma = torch.from_numpy(clicks.sigma[faces]).double().clamp(max=LARGEST)
    hidden = torch.from_numpy(clicks.hidden[faces])
    distances = torch.from_numpy(places.within)
    start = believed(places)
    free = {
        name: torch.tensor(np.log(getattr(start, name)), dtype=torch.float64, requires_grad=True)
        for name in ("share", "length", "noise", "blind")
    }
    optimiser = torch.optim.Adam(free.values(), lr=RATE)
    for _ in range(STEPS if len(faces) else 0):
        cost = _unlikelihood(free, rest, known, sigma, hidden, distances)
        cost = cost + _disbelief(free, start) / len(faces)
        optimiser.zero_grad()
        cost.backward()
        optimiser.step()
    found = {name: np.exp(value.detach().numpy()) for name, value in free.items()}
    return Residuals(places, float(found["share"]), float(found["length"]), found["noise"],
                     max(float(found["blind"]), 1.0), habit)  # fmt: skip


def _unlikelihood(free: dict[str, Tensor], rest: Tensor, known: Tensor, sigma: Tensor, hidden: Tensor,
                  distances: Tensor) -> Tensor:  # fmt: skip
    """Mean negative log-likelihood of faces under a multivariate t whose scale matrix is the process's covariance."""
    own = free["share"].exp() * sigma
    noise = (free["noise"] + torch.where(hidden, free["blind"], torch.zeros_like(free["blind"]))).exp() ** 2
    covariance = own[:, :, None] * own[:, None] * (-distances / free["length"].exp()).exp()
    covariance = covariance + torch.diag_embed(noise + 1e-8)
    both = known[:, :, None] & known[:, None]
    covariance = torch.where(both, covariance, torch.diag_embed((~known).double()))
    root = torch.linalg.cholesky(covariance)
    white = torch.linalg.solve_triangular(root, rest, upper=False)
    numbers = 2 * known.sum(1)
    squares = (white**2).sum((1, 2))
    spread = 2 * root.diagonal(dim1=1, dim2=2).log().sum(1)
    return (0.5 * (FREEDOM + numbers) * torch.log1p(squares / FREEDOM) + spread).mean()


def _disbelief(free: dict[str, Tensor], start: Residuals) -> Tensor:
    """Negative logarithm of what is believed beforehand: everything within a factor of 1.6 of the start, and the noise
    of each point within 2.3 of the others'."""
    far = torch.stack(
        [(free[name] - float(np.log(getattr(start, name)))) ** 2 for name in ("share", "length", "blind")]
    ).sum()
    noise = free["noise"]
    return 2.0 * far + 0.7 * ((noise - noise.mean()) ** 2).sum()


def _habit(residual: np.ndarray) -> np.ndarray:
    """(K, 2) median residual of each point, drawn to 0 where few faces have it."""
    count = np.isfinite(residual).all(2).sum(0)
    middle = np.zeros(residual.shape[1:])
    middle[count > 0] = np.nanmedian(residual[:, count > 0], axis=0)
    return middle * (count / (count + DOUBT))[:, None]
