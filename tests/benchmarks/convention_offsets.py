"""Are offsets between sets what they are, and their intervals right? `python tests/benchmarks/convention_offsets.py`.

- Demo sets, whose rules are known: what the deformer alone and `infl.comparison` leave of the planted difference, over
  the points that it moves by more than 1 mm and over the others, and how many intervals hold it.
- A known rule and a known shift of one pixel, planted in one half of a demo set's subjects, for many random halves:
  coverage, and how many points that were not moved are called different.
- AFLW2000's nearly frontal pictures, annotated twice: the offset AFLW 21 − fitted 68 beside the mean difference of the
  two annotations in the face's own frame, read directly from the points (mm, by the eye corners' distance).
- The pixel origins of the published sets (--pictures of each).
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
from common import arguments_of

import infl
from infl.comparison import Evidence, gather, offsets_between, witness_of
from infl.comparison.axes import outward_and_up
from infl.datasets import Dataset
from infl.evaluation.nme import unit
from infl.geometry.canonical_face import canonical_face
from infl.harmonize.transfer import same_points
from infl.progress import run
from infl.resources import resource

DEMO = ("demo_studio68", "demo_clinic98", "demo_field29")
FRONTAL = 15.0  # degrees of yaw and of pitch
HALVES = 50
RULE = {name: (0.0, -3.0) for name in (f"{side} brow {which}" for side in ("left", "right")
        for which in ("upper edge", "lower edge", "inner end"))}  # fmt: skip


def planted(landmarker: infl.Landmarker, seen: dict[str, Evidence]) -> None:
    """Print what is left of the rules of the demo, for each two of its sets."""
    rules = json.loads(resource("demo", "rules.json").read_text())["rules"]
    witnesses = {name: witness_of(evidence) for name, evidence in seen.items()}
    print("planted, mm; left of it by the deformer and by this, where the rules differ and elsewhere")
    left = f"{'deformer':>9s} {'this':>5s}"
    print(f"{'':30s} {'rule':>5s} {left} {left} {'covered':>8s} {'± 95 %':>7s}")
    for second, first in combinations(DEMO, 2):
        layout = seen[first].layout
        pair = offsets_between(
            witnesses[first], witnesses[second], landmarker.offsets(first, second, at=layout)
        )
        ours, theirs = (np.array(rules[name]["offsets"]) for name in (first, second))
        difference = ours[pair.indices[:, 0]] - theirs[pair.indices[:, 1]]
        truth = np.einsum("kd,kda->ka", difference, pair.axes)
        moved = np.linalg.norm(truth, axis=1) > 1
        away = {
            what: np.linalg.norm(value - truth, axis=1)
            for what, value in (("deformer", pair.learned), ("this", pair.offset))
        }
        held = (pair.interval.low <= truth) & (truth <= pair.interval.high)
        print(f"{first + ' − ' + second:30s} {np.linalg.norm(truth[moved], axis=1).mean():5.2f} "
              f"{away['deformer'][moved].mean():9.2f} {away['this'][moved].mean():5.2f} "
              f"{away['deformer'][~moved].mean():9.2f} {away['this'][~moved].mean():5.2f} "
              f"{100 * held.mean():7.0f}% {np.median(pair.interval.half):7.2f}")  # fmt: skip


def coverage(evidence: Evidence) -> None:
    """The rule and a shift of (1, 1) px in one of two random halves."""
    names = np.unique(evidence.clusters)
    axes = outward_and_up(evidence.layout.queries, evidence.layout.contour)
    truth = np.array([RULE.get(name, (0.0, 0.0)) for name in evidence.layout.names])
    moved = truth.any(1)
    rule = np.einsum("fkid,kda,ka->fki", evidence.jacobian, axes, truth).astype(np.float32)
    names_of_figures = ("held", "found", "wrong", "shift", "shift held", "taken", "called")
    figures: dict[str, list] = {name: [] for name in names_of_figures}
    for seed in range(HALVES):
        ours = np.isin(evidence.clusters, np.random.default_rng(seed).permutation(names)[: len(names) // 2])
        other = witness_of(evidence.where(~ours))
        pair = offsets_between(
            witness_of(replace(evidence, residual=evidence.residual + rule).where(ours)), other
        )
        figures["held"].append((pair.interval.low <= truth) & (truth <= pair.interval.high))
        figures["found"].append(pair.sure[moved].mean())
        figures["wrong"].append(pair.sure[~moved].mean())
        shifted = replace(evidence, residual=evidence.residual + np.float32(1.0)).where(ours)
        pair = offsets_between(witness_of(shifted), other)
        origin = pair.origin
        figures["called"].append(pair.sure.mean())
        figures["shift"].append(origin.difference)
        figures["shift held"].append((origin.interval.low <= 1) & (origin.interval.high >= 1))
        figures["taken"].append(origin.taken)
    mean = {name: np.mean(values, axis=0) for name, values in figures.items()}
    print(f"\n{evidence.name}, {HALVES} random halves of {len(names)} subjects: intervals hold the rule in "
          f"{100 * mean['held'].mean():.1f} %; called different: {100 * mean['found']:.0f} % of the moved points, "
          f"{100 * mean['wrong']:.1f} % of the others")  # fmt: skip
    print(f"a shift of (1, 1) px: found ({mean['shift'][0]:.2f}, {mean['shift'][1]:.2f}), held in "
          f"{100 * mean['shift held'][0]:.0f} and {100 * mean['shift held'][1]:.0f} %, "
          f"significant in {100 * mean['taken']:.0f} %, {100 * mean['called']:.1f} % of points called")  # fmt: skip


def annotated_twice(landmarker: infl.Landmarker, fitted: Dataset, clicked: Dataset) -> None:
    """Print the difference of two annotations of the same pictures, read off them and estimated."""
    frontal = {s.key for s in fitted.samples if np.degrees(np.abs(s.extra["pose"][:2])).max() < FRONTAL}
    first, second = (dataset.where(lambda s: s.key in frontal) for dataset in (clicked, fitted))
    assert first.layout is not None and second.layout is not None
    ours, theirs = (witness_of(run(gather(landmarker, dataset))) for dataset in (first, second))
    pair = offsets_between(ours, theirs, landmarker.offsets("aflw21", "aflw2000", at=first.layout))
    pairs = same_points(first.layout, second.layout)
    points = {sample.key: sample.points.astype(float) for sample in second.samples}
    rows = []
    for sample in first.samples:
        other = points[sample.key]
        x = other[45] - other[36]
        x /= np.linalg.norm(x)
        eyes, _ = unit(other, second.layout.eye_corners, "eyes")
        mm = canonical_face().interocular / eyes
        rows.append((sample.points - other[pairs]) @ np.stack([x, [x[1], -x[0]]], 1) * mm)
    side = np.where(first.layout.queries[:, :1] < -1, [[-1.0, 1.0]], [[1.0, 1.0]])
    measured = (np.nanmedian(rows, axis=0) * side)[pair.indices[:, 0]]
    print(f"\n{len(first)} frontal pictures of AFLW2000, AFLW 21 − fitted 68, mm: outwards, up")
    print(f"{'':24s} {'annotations':>14s} {'this, ± 95 %':>26s} {'deformer':>14s}")
    for k, name in enumerate(pair.points):
        this = (
            f"{v:8.2f} ±{half:.2f}" for v, half in zip(pair.offset[k], pair.interval.half[k], strict=True)
        )
        others = (f"{out:7.2f}{up:7.2f}" for out, up in (measured[k], pair.learned[k]))
        print(f"{name:24s} {next(others)} {''.join(this)} {next(others)}")
    away = [np.linalg.norm(value - measured, axis=1).mean() for value in (pair.offset, pair.learned)]
    print(
        f"mean distance from the annotations' own difference: this {away[0]:.2f}, deformer {away[1]:.2f} mm"
    )


def origins(landmarker: infl.Landmarker, datasets: list[Dataset], pictures: int) -> None:
    print(f"\n{'off the network, px':24s} {'faces':>6s} {'right':>14s} {'down':>14s}")
    for dataset in datasets:
        witness = witness_of(run(gather(landmarker, dataset, pictures)))
        (x, y), (dx, dy) = witness.origin.shift, witness.origin.interval.half
        print(f"{dataset.name:24s} {len(witness.evidence):6d} {x:+8.2f} ±{dx:.2f} {y:+8.2f} ±{dy:.2f}")


def main() -> None:
    parser = arguments_of(__doc__)
    parser.add_argument(
        "--pictures", type=int, default=300, help="of each published set, for its pixel origin"
    )
    parser.add_argument("--demo-only", action="store_true")
    arguments = parser.parse_args()
    landmarker = infl.load_landmarker(arguments.checkpoint)
    seen = {name: run(gather(landmarker, infl.open_dataset(resource("demo", name)))) for name in DEMO}
    planted(landmarker, seen)
    coverage(seen["demo_field29"])
    if arguments.demo_only:
        return
    aflw2000 = arguments.data / "aflw2000"
    annotated_twice(landmarker, infl.open_dataset(aflw2000), infl.open_dataset(aflw2000, "aflw21"))
    sets = [
        infl.open_dataset(arguments.data / name) for name in ("ibug68", "mtfl5", "scut86", "wflw98", "aflw21")
    ]
    sets += [infl.open_dataset(aflw2000, name) for name in ("aflw2000", "aflw21", "aflw2000_re68")]
    origins(landmarker, sets, arguments.pictures)


if __name__ == "__main__":
    main()
