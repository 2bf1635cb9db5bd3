"""Does a set count its pixels from elsewhere? A constant shift in pixels of the photograph is no semantic rule.

A file that counts pixels from 1 is read one pixel off, in every photograph, wherever the face lies in it. A rule of the
annotators lives on the face instead: it is mirrored between the face's sides, turns with the head and grows with the face.
So the displacements of a set are fitted together with one shift b in pixels, where mirror partners share one
displacement (outwards, up):

- b's x is what the two sides do not share, and is well determined;
- b's y is told only by heads that lean in the picture and by faces of different size in pixels, so its interval is wide.

Only what is significant is taken off the annotations before the semantic offsets are estimated, x and y separately: what
is not well known is no correction. What the network itself gets wrong by a constant number of pixels is in b too. For a
layout without mirror partners b cannot be told and is 0 ± ∞.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.comparison.axes import outward_and_up, sides
from infl.comparison.evidence import Evidence
from infl.comparison.intervals import Interval, inflation, interval_of, p_value
from infl.comparison.robust_fit import RobustFit, Witnesses, robust_fit

SIGNIFICANT = 0.01
"""Level at which a shift is taken for real. Stricter than an interval's: it moves every point of its set."""


@dataclass(frozen=True, eq=False)
class PixelOrigin:
    """shift: (2,) pixels, right and down, by which the annotations lie off the network's own idea of them. interval:
    95 % of it. p: (2,) of no shift. taken: (2,) pixels that are taken off the annotations, 0 where not significant."""

    shift: np.ndarray
    interval: Interval
    p: np.ndarray
    taken: np.ndarray
    fit: RobustFit | None

    def resampled(self, counts: np.ndarray) -> np.ndarray:
        """(R, S) how often each subject was drawn → (R, 2) pixels by which what is taken off would be another."""
        if self.fit is None:
            return np.zeros((len(counts), 2))
        return (self.fit.resampled_shift(counts) - self.shift) * (self.taken != 0)


def pixel_origin(evidence: Evidence, subject: np.ndarray, counts: np.ndarray) -> PixelOrigin:
    """Estimate a set's shift; subject: (F,) int of each face, counts: (R, S) how often each was drawn."""
    layout = evidence.layout
    paired, middle = sides(layout.queries, layout.mirror)
    paired &= np.isfinite(evidence.residual).all(2).any(0)
    if not (paired & ~middle).any():
        unknown = np.full(2, np.inf)
        return PixelOrigin(np.zeros(2), Interval(-unknown, unknown), np.ones(2), np.zeros(2), None)
    axes = outward_and_up(layout.queries, layout.contour)
    axes[middle, :, 0] = 0.0  # no rule moves a midline point aside
    partner = np.minimum(np.arange(len(layout)), layout.mirror)[paired]
    witnesses = Witnesses(
        evidence.residual[:, paired],
        np.einsum("fkid,kda->fkia", evidence.jacobian[:, paired], axes[paired]),
        evidence.sigma[:, paired],
        subject,
        np.unique(partner, return_inverse=True)[1],
    )
    fit = robust_fit(witnesses, with_shift=True)
    drawn = fit.resampled_shift(counts)
    n = len(np.unique(subject))
    p = p_value(fit.shift, drawn, n)
    taken = np.where(p < SIGNIFICANT, fit.shift, 0.0)
    return PixelOrigin(fit.shift, interval_of(fit.shift, drawn, inflation(n)), p, taken, fit)
