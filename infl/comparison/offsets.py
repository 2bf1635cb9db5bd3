"""How far two sets disagree at each point that both have, in mm on C, with intervals.

A set's departure from the canonical convention at a point is the robust mean of what its pictures say
(`infl.comparison.evidence`, `robust_fit`); the offset is the one set's less the other's. Subjects are drawn again
RESAMPLES times, those who are in both sets for both at once. Intervals are percentiles of the resamples, stretched for
few subjects. Whether a point differs *surely* is Hotelling's test of "no displacement in either direction", and of
all points of a pair those are called that keep the share of wrong calls below 5 % (Benjamini and Hochberg).

What is not in the intervals: where the network itself errs differently on the pictures of the two sets. It cancels
between annotations of the same pictures only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.comparison.axes import outward_and_up
from infl.comparison.evidence import Evidence
from infl.comparison.intervals import (
    FINEST,
    Interval,
    benjamini_hochberg,
    draws,
    ellipse_radius,
    hotelling,
    inflation,
    interval_of,
)
from infl.comparison.pixel_origin import (
    FEWEST,
    OriginDifference,
    PixelOrigin,
    origin_difference,
    pixel_origin,
)
from infl.comparison.robust_fit import RobustFit, Witnesses, robust_fit
from infl.errors import InflError
from infl.harmonize.transfer import same_points

RESAMPLES = 1000
SEED = 0


@dataclass(frozen=True, eq=False)
class Witness:
    """One set, ready to be compared. names: (S,) of its subjects; subject: (F,) int, each face's."""

    evidence: Evidence
    names: np.ndarray
    subject: np.ndarray
    origin: PixelOrigin


@dataclass(frozen=True, eq=False)
class PairOffsets:
    """first − second at each of K points that both sets have, and the difference of their pixel origins.

    points: names in the first set's layout. indices: (K, 2) places in the two layouts. queries: (K, 3) mm, where the
    first layout has them. axes: (K, 3, 2) unit vectors outwards and up (`infl.comparison.axes`). offset: (K, 2) mm
    along them, NaN with fewer than FEWEST subjects; interval: 95 % of each. size: (K,) mm; size_interval: 95 % along
    the offset's own direction. spread: (K, 2, 2) mm²: S, whose ellipse xᵀ S⁻¹ x = 1 around the offset is the 95 %
    region. p: (K,) of no offset. sure: (K,) bool. faces: (K, 2) that tell in the two sets. learned: (K, 2) mm, what the
    deformer alone says, NaN where the checkpoint does not know both conventions.
    """

    first: Witness
    second: Witness
    origin: OriginDifference
    points: tuple[str, ...]
    indices: np.ndarray
    queries: np.ndarray
    axes: np.ndarray
    offset: np.ndarray
    interval: Interval
    size: np.ndarray
    size_interval: Interval
    spread: np.ndarray
    p: np.ndarray
    sure: np.ndarray
    faces: np.ndarray
    learned: np.ndarray

    def __len__(self) -> int:
        return len(self.points)


def witness_of(evidence: Evidence, resamples: int = RESAMPLES) -> Witness:
    """Prepare a set for any number of comparisons: estimate its pixel origin."""
    names, subject = np.unique(evidence.clusters, return_inverse=True)
    counts, _ = draws(names, names[:0], resamples, np.random.default_rng(SEED))
    return Witness(evidence, names, subject, pixel_origin(evidence, subject, counts))


def offsets_between(
    first: Witness, second: Witness, learned: np.ndarray | None = None, resamples: int = RESAMPLES
) -> PairOffsets:
    """Compare two sets; the same input gives the same figures.

    learned: (K₁, 3) mm, the deformer's first − second at the first layout's points, for comparison only.
    Raises InflError where the layouts share no point.
    """
    ours, theirs = first.evidence.layout, second.evidence.layout
    pairs = same_points(ours, theirs)
    k = np.flatnonzero(pairs >= 0)
    if not k.size:
        raise InflError(
            f"{first.evidence.name} and {second.evidence.name} have no point in common; name a layout with --at to "
            "compare what the deformer learned of them."
        )
    indices = np.stack([k, pairs[k]], 1)
    in_the_picture = ours.contour[k] | theirs.contour[pairs[k]]
    axes = outward_and_up(ours.queries[k], in_the_picture)
    counts = draws(first.names, second.names, resamples, np.random.default_rng(SEED))
    origin = origin_difference(first.origin, second.origin, counts)
    witnesses = first, second
    fits = [_fit(witness, own, axes, origin) for witness, own in zip(witnesses, indices.T, strict=True)]
    again = [
        fit.resampled(drawn, witness.origin.deviations(drawn) * origin.taken) - fit.displacement
        for fit, witness, drawn in zip(fits, witnesses, counts, strict=True)
    ]
    subjects = np.stack([fit.subjects for fit in fits], 1).astype(float)
    if np.isin(first.names, second.names).any():  # who is in both must weigh the same in both
        subjects[:] = subjects.min(1, keepdims=True)
    told = subjects.min(1) >= FEWEST
    offset = np.where(told[:, None], fits[0].displacement - fits[1].displacement, np.nan)
    stretch = inflation(subjects)
    drawn = offset + again[0] * stretch[:, :1] - again[1] * stretch[:, 1:]
    size = np.linalg.norm(offset, axis=1)
    along = np.einsum("rka,ka->rk", drawn, offset / np.maximum(size, 1e-9)[:, None])
    size_interval = interval_of(size, along, np.ones(len(k)))
    covariance, freedom = _covariance(again, subjects)
    p = np.full(len(k), np.nan)
    p[told] = hotelling(offset[told], covariance[told], freedom[told])
    told_by = [
        np.isfinite(w.evidence.residual[:, own].sum(2)) for w, own in zip(witnesses, indices.T, strict=True)
    ]
    return PairOffsets(
        first=first,
        second=second,
        origin=origin,
        points=tuple(ours.names[i] for i in k),
        indices=indices,
        queries=ours.queries[k],
        axes=axes,
        offset=offset,
        interval=interval_of(offset, drawn, np.ones(2)),
        size=size,
        size_interval=Interval(np.maximum(size_interval.low, 0.0), size_interval.high),
        spread=covariance * (ellipse_radius(freedom) ** 2)[:, None, None],
        p=p,
        sure=benjamini_hochberg(p),
        faces=np.stack([known.sum(0) for known in told_by], 1),
        learned=np.full((len(k), 2), np.nan)
        if learned is None
        else np.einsum("kd,kda->ka", learned[k], axes),
    )


def _fit(witness: Witness, own: np.ndarray, axes: np.ndarray, origin: OriginDifference) -> RobustFit:
    evidence = witness.evidence
    return robust_fit(
        Witnesses(
            evidence.residual[:, own] - witness.origin.shift * origin.taken,
            np.einsum("fkid,kda->fkia", evidence.jacobian[:, own], axes),
            evidence.sigma[:, own],
            witness.subject,
            len(witness.names),
            np.arange(len(own)),
        ),
        with_shift=False,
    )


def _covariance(again: list[np.ndarray], subjects: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(K, 2, 2) mm² of the offset, and (K,) its degrees of freedom (Welch and Satterthwaite)."""
    n = np.maximum(subjects, 2.0)
    deviations = [d * np.sqrt(n[:, i] / (n[:, i] - 1))[:, None] for i, d in enumerate(again)]
    both = deviations[0] - deviations[1]
    covariance = np.einsum("rka,rkb->kab", both, both) / len(both)
    variance = np.stack([(d**2).mean(0).sum(-1) for d in deviations], 1)
    freedom = variance.sum(1) ** 2 / (variance**2 / (n - 1)).sum(1)
    return covariance + FINEST**2 * np.eye(2), np.minimum(freedom, subjects.sum(1) - 2)
