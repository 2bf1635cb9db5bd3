"""How well the layouts fit the faces that people annotated: `python -m infl.geometry.authoring.check DATA`.

Every frontal face of a set's train part is compared with the layout's points on C, posed onto it in weak
perspective; the median difference, point by point and mirrored halves together, tells where the layout (or C) and the
set's annotators disagree. More than `LIMIT` needs a reason in `REASONS`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from infl.datasets import Dataset, open_datasets
from infl.geometry.canonical_face import canonical_face
from infl.layouts import Layout

LIMIT = 6.0  # % of the distance between the outer eye corners
FRONTAL = 0.4  # the share of the faces, the most frontal ones, that is looked at
TRUST = 2.5  # mm: points farther than this from the fit count less in finding the pose

OUTLINE = "an outline point: annotators slide it along what is visible, and faces differ most there"
# (convention, pattern of point names, why they may differ by more than LIMIT); the first that fits counts
REASONS: tuple[tuple[str, str, str], ...] = (
    (
        "aflw21",
        "* nose wing base",
        "shares iBUG's 31/35 below the wing; AFLW marks the wing: left to the deformer",
    ),
    ("aflw21", "* brow inner end", "shares iBUG's brow end; AFLW's lies farther out: left to the deformer"),
    (
        "aflw2000*",
        "* brow inner end",
        "shares 300-W's brow end; the fitted 3D model's lies farther out: left to the deformer",
    ),
    (
        "aflw2000*",
        "* jaw *",
        "the jaw line of a fitted 3D model, lower and farther back than 300-W's outline",
    ),
    (
        "facesynthetics70",
        "* brow outer end",
        "shares iBUG's brow end; FaceSynthetics' brow ends earlier: left to the deformer",
    ),
    ("imm73", "* jaw *", "IMM's outline is that of mostly men's large chins, seen from slightly below"),
    ("imm73", "chin", "as IMM's jaw; the chin is shared with all other sets"),
    (
        "webmorph189",
        "* head oval *",
        "drawn outside the hair and 2 cm beside the ears, where there is no skin",
    ),
)


@dataclass(frozen=True)
class Fit:
    """One set against its layout: `difference` (K, 2), annotators minus layout, in % of the interocular distance
    (x to the subject's left, y up, NaN where a point never occurs); `faces` is how many were looked at."""

    dataset: str
    convention: str
    layout: Layout
    difference: np.ndarray
    faces: int

    @property
    def distance(self) -> np.ndarray:
        """(K,) length of each difference, %."""
        return np.linalg.norm(self.difference, axis=1)


def weak_perspective(
    xyz: np.ndarray, xy: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """The pose in which points `xyz` (K, 3) of C appear at `xy` (K, 2), x right and y up, robustly.

    Returns the posed points (K, 2), the two rows of the rotation (2, 3), and the scale, xy's units a mm.
    """
    trust = weight.astype(float)
    posed, rotation, scale = xy, np.eye(3)[:2], 1.0
    for _ in range(6):
        total = trust.sum()
        middle, target = (xyz * trust[:, None]).sum(0) / total, (xy * trust[:, None]).sum(0) / total
        root = np.sqrt(trust)[:, None]
        affine = np.linalg.lstsq((xyz - middle) * root, (xy - target) * root, rcond=None)[0].T
        u, s, vt = np.linalg.svd(affine, full_matrices=False)
        rotation, scale = u @ vt, float(s.mean())
        posed = scale * (xyz - middle) @ rotation.T + target
        far = np.linalg.norm(posed - xy, axis=1) / scale / TRUST
        trust = weight / (1 + far**2)
    return posed, rotation, scale


def compare(dataset: Dataset) -> Fit:
    """Fit a set's layout to the frontal faces of its train part (all of it where nothing is split).

    Raises ValueError when the set has no layout or none of its faces has enough points.
    """
    layout = dataset.layout
    if layout is None:
        raise ValueError(f"{dataset.name} has no layout")
    train = dataset.split("train")
    samples = (train if len(train) else dataset).samples
    differences, yaws = [], []
    for sample in samples:
        result = _one_face(layout, sample.points.astype(float) * [1, -1])
        if result is not None:
            differences.append(result[0])
            yaws.append(result[1])
    if not differences:
        raise ValueError(f"{dataset.name}: no face has enough points")
    yaw = np.array(yaws)
    chosen = np.array(differences)[yaw <= np.quantile(yaw, FRONTAL)]
    seen = np.isfinite(chosen).all(2).any(0)
    median = np.full((len(layout), 2), np.nan)
    median[seen] = np.nanmedian(chosen[:, seen], axis=0)
    other = median[layout.mirror] * [-1, 1]
    return Fit(
        dataset.name,
        dataset.convention,
        layout,
        np.where(np.isnan(other), median, (median + other) / 2),
        len(chosen),
    )


def _one_face(layout: Layout, xy: np.ndarray) -> tuple[np.ndarray, float] | None:
    """(difference in % of the interocular distance (K, 2), yaw in radians) of one face, None with too few points."""
    there = np.isfinite(xy).all(1)
    steady = there & ~layout.contour
    if steady.sum() < max(4, 0.5 * len(layout)):
        return None
    posed, rotation, scale = weak_perspective(layout.queries.astype(float), np.nan_to_num(xy), steady)
    out = np.cross(rotation[0], rotation[1])
    roll = np.arctan2(rotation[1, 0], rotation[0, 0])
    upright = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    difference = (xy - posed) @ upright.T / scale / canonical_face().interocular * 100
    return difference, abs(float(np.arctan2(out[0], out[2])))


def reason(fit: Fit, point: int) -> str:
    """Why `point` may be off by more than LIMIT; "" when no reason is written down."""
    name = fit.layout.names[point]
    for convention, pattern, why in REASONS:
        if fnmatch(fit.convention, convention) and fnmatch(name, pattern):
            return why
    return OUTLINE if fit.layout.contour[point] else ""


def unexplained(fit: Fit) -> list[str]:
    """The names of the points that are off by more than LIMIT without a reason."""
    far = np.flatnonzero(fit.distance > LIMIT)
    return [fit.layout.names[k] for k in far if not reason(fit, int(k))]


def report(fit: Fit) -> Iterator[str]:
    """Lines of text: one for the set, and one for each reason why points are beyond LIMIT."""
    steady, outline = fit.distance[~fit.layout.contour], fit.distance[fit.layout.contour]
    line = f"{fit.dataset} ({fit.convention}): {fit.faces} faces, mean {np.nanmean(steady):.1f} %"
    line += f", at most {np.nanmax(steady):.1f} %"
    if len(outline):
        line += f"; outline mean {np.nanmean(outline):.1f} %, at most {np.nanmax(outline):.1f} %"
    yield line
    together: dict[str, list[int]] = {}
    for k in np.flatnonzero(fit.distance > LIMIT):
        together.setdefault(reason(fit, int(k)) or "NO REASON GIVEN", []).append(int(k))
    for why, points in together.items():
        least, most = fit.distance[points].min(), fit.distance[points].max()
        yield f"    {least:.1f} to {most:.1f} % at {', '.join(map(str, points))}: {why}"


def main(folders: Sequence[str]) -> int:
    """Print the report for all sets under `folders`; 1 when a point is off without a reason."""
    fits = []
    for dataset in open_datasets([Path(f) for f in folders]):
        if dataset.layout is not None:
            fits.append(compare(dataset))
    for fit in fits:
        print("\n".join(report(fit)))
    return int(any(unexplained(fit) for fit in fits))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
