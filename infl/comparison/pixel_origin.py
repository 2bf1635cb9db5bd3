"""Does a set count its pixels from elsewhere? A constant shift in pixels of the photograph is no semantic rule.

A file that counts pixels from 1 is read one pixel off, in every photograph, wherever the face lies in it. A rule of the
annotators lives on the face instead: it is mirrored between the face's sides, turns with the head and grows with the
face. So the displacements of a set are fitted together with one shift in pixels, where mirror partners share one
displacement outwards and up:

- the shift's x is what the two sides do not share, and is well determined (on AFLW2000's pictures it agrees within
  0.15 px with what the faces' differing size alone tells of it);
- its y is told only by heads that lean in the picture and by faces of different size in pixels: its interval is wider.

What the network itself gets wrong is in it too: sets of small faces all have y of −0.2 to −0.5 px. So two sets are
compared, and only a difference of their shifts that is significant *in x* is taken for an origin; then each set's own
shift is taken off its annotations, in both axes, before the semantic offsets are estimated. Who counts from elsewhere
does so in both axes (x and y of the published sets agree within their intervals, though they are measured
independently); a difference in y alone is reported, but more likely the size of the faces matters for other reasons:
AFLW2000's two annotations, with the same x to 0.04 px, have 0.2 px of it. How little y is known is in the offsets'
intervals. Only faces that look at the camera are asked: conventions differ in other ways as heads turn, outlines slide
and models drift.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infl.comparison.axes import outward_and_up, sides
from infl.comparison.evidence import Evidence
from infl.comparison.intervals import Interval, inflation, interval_of, p_value
from infl.comparison.robust_fit import RobustFit, Witnesses, robust_fit

SIGNIFICANT = 0.01
"""Level at which a difference is taken for real. Stricter than an interval's: it moves every point of a set."""

TURNED = 0.5
"""Sine of the yaw up to which a face is asked."""

FEWEST = 5
"""Subjects below which nothing is said."""


@dataclass(frozen=True, eq=False)
class PixelOrigin:
    """shift: (2,) pixels, right and down, by which a set's annotations lie off the network's own idea of them;
    interval: 95 % of it. subjects: how many tell. fit: None, with a shift of 0 ± ∞, where they are too few or the
    layout has no mirror partners.
    """

    shift: np.ndarray
    interval: Interval
    subjects: int
    fit: RobustFit | None

    def deviations(self, counts: np.ndarray) -> np.ndarray:
        """(R, S) how often each subject was drawn → (R, 2) pixels by which the shift is another."""
        return (
            np.zeros((len(counts), 2)) if self.fit is None else self.fit.resampled_shift(counts) - self.shift
        )


@dataclass(frozen=True, eq=False)
class OriginDifference:
    """Of two sets: difference, (2,) pixels, and its 95 % interval; p: (2,) of none. taken: whether the sets' shifts are
    taken off their annotations."""

    difference: np.ndarray
    interval: Interval
    p: np.ndarray
    taken: bool


def pixel_origin(evidence: Evidence, subject: np.ndarray, counts: np.ndarray) -> PixelOrigin:
    """Estimate a set's shift; subject: (F,) int of each face, counts: (R, S) how often each was drawn."""
    layout = evidence.layout
    asked = np.abs(evidence.turned) < TURNED
    evidence, subject = evidence.where(asked), subject[asked]
    paired, middle = sides(layout.queries, layout.mirror)
    paired &= np.isfinite(evidence.residual.sum(2)).any(0)
    subjects = len(np.unique(subject))
    if not (paired & ~middle).any() or subjects < FEWEST:
        unknown = np.full(2, np.inf)
        return PixelOrigin(np.zeros(2), Interval(-unknown, unknown), subjects, None)
    axes = outward_and_up(layout.queries, layout.contour)
    axes[middle, :, 0] = 0.0  # no rule moves a midline point aside
    partner = np.minimum(np.arange(len(layout)), layout.mirror)[paired]
    witnesses = Witnesses(
        evidence.residual[:, paired],
        np.einsum("fkid,kda->fkia", evidence.jacobian[:, paired], axes[paired]),
        evidence.sigma[:, paired],
        subject,
        counts.shape[1],
        np.unique(partner, return_inverse=True)[1],
    )
    fit = robust_fit(witnesses, with_shift=True)
    interval = interval_of(fit.shift, fit.resampled_shift(counts), inflation(subjects))
    return PixelOrigin(fit.shift, interval, subjects, fit)


def origin_difference(
    first: PixelOrigin, second: PixelOrigin, counts: tuple[np.ndarray, np.ndarray]
) -> OriginDifference:
    """Compare the shifts of two sets whose subjects were drawn `counts` times."""
    if first.fit is None or second.fit is None:
        unknown = np.full(2, np.inf)
        return OriginDifference(np.zeros(2), Interval(-unknown, unknown), np.ones(2), False)
    difference = first.shift - second.shift
    drawn = difference + first.deviations(counts[0]) - second.deviations(counts[1])
    n = min(first.subjects, second.subjects)
    p = p_value(difference, drawn, n)
    return OriginDifference(
        difference, interval_of(difference, drawn, inflation(n)), p, bool(p[0] < SIGNIFICANT)
    )
