"""Rules planted in real annotations, and found again: `python tests/benchmarks/planted_rules.py [--pictures 300]`.

ibug68's train pictures are parted in two halves by subject. In the second, points are moved by a known rule on C,
through the camera of each face's rigid fit; both halves become sets of their own conventions, whose codes are fitted to
the same network (`infl.adapt`). For each rule and over the points that it moves:

- rule: its mean size, mm. deformer, offsets: what δ alone, and `infl compare`'s estimate, leave over of it, mm and %.
- halves: how far apart `infl compare` finds the two halves before any rule is planted: they are other people, so less
  cannot be expected of what is left over.
- before, transferred, predicted, mean shift: NME in % to the annotations from before they were moved, when the second
  half is harmonised into the first one's convention; mean shift is the difference of the halves' mean shapes.

A shift of all points by (1, 1) px in the file must be told as such: its line says what was found, and the mean of what
is said of the semantic offsets.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from common import arguments_of, evenly, save
from rivals import back, lay, mean_shape, similarity

import infl
from infl.adapt import fit_convention
from infl.comparison.axes import outward_and_up
from infl.comparison.evidence import gather
from infl.comparison.offsets import PairOffsets, offsets_between, witness_of
from infl.datasets import Dataset
from infl.harmonize import harmonise
from infl.layouts import Layout
from infl.progress import run
from infl.training.rigid_fit import rigid_fit

FIRST, SECOND = "planted_first", "planted_second"


def brows_lowered(layout: Layout) -> np.ndarray:
    """Brows clicked along their lower edge: 4 mm lower."""
    moved = np.zeros((len(layout), 3))
    moved[17:27, 1] = -4.0
    return moved


def jaw_slid(layout: Layout) -> np.ndarray:
    """Jaw points half a step nearer to the ears; the chin and the ends stay, which keeps it smooth."""
    queries, moved = layout.queries, np.zeros((len(layout), 3))
    for k in range(1, 16):
        if k != 8:
            ahead = k - 1 if k < 8 else k + 1
            moved[k] = 0.5 * (queries[ahead] - queries[k])
    return moved


def corners_outward(layout: Layout) -> np.ndarray:
    """Eye corners 2 % of the eyes' distance farther out."""
    moved = np.zeros((len(layout), 3))
    for k in (36, 39, 42, 45):
        moved[k, 0] = 1.8 * np.sign(layout.queries[k, 0])
    return moved


def lips_narrowed(layout: Layout) -> np.ndarray:
    """The outer lip's points half way to the inner lip: in the middle of the vermilion."""
    queries, moved = layout.queries, np.zeros((len(layout), 3))
    for k in range(48, 60):
        inner = 60 + np.linalg.norm(queries[60:68] - queries[k], axis=1).argmin()
        moved[k] = 0.5 * (queries[inner] - queries[k])
    return moved


RULES: dict[str, Callable[[Layout], np.ndarray]] = {
    "brows lowered": brows_lowered,
    "jaw slid": jaw_slid,
    "eye corners outward": corners_outward,
    "lips narrowed": lips_narrowed,
}


def main() -> None:
    parser = arguments_of(__doc__, pictures=True, out=True)
    parser.add_argument("--rules", nargs="*", default=list(RULES), choices=list(RULES))
    arguments = parser.parse_args()
    landmarker = infl.load_landmarker(arguments.checkpoint)
    dataset = infl.open_dataset(arguments.data / "ibug68").split("train")
    samples = evenly(list(dataset.samples), arguments.pictures)
    subjects = sorted({sample.subject or sample.key for sample in samples})
    of_second = set(subjects[1::2])
    halves = [
        tuple(s for s in samples if ((s.subject or s.key) in of_second) == part) for part in (False, True)
    ]
    first = replace(dataset, name=FIRST, convention=FIRST, samples=halves[0])
    truth = replace(dataset, name=SECOND, convention=SECOND, samples=halves[1])
    knows_first = run(fit_convention(landmarker, first, pictures=len(first))).landmarker
    results = {}
    print(
        "| rule | mm | left by deformer | left by offsets | halves "
        "| before | transferred | predicted | mean shift |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    halves_apart = apart(knows_first, truth, first)
    for name in arguments.rules:
        assert dataset.layout is not None
        rule = along_the_skin(dataset.layout, RULES[name](dataset.layout))
        second = moved(truth, rule)
        results[name] = row = measured(knows_first, first, second, truth, rule)
        row["halves"] = float(
            np.nanmean(halves_apart.size[np.linalg.norm(rule, axis=1)[halves_apart.indices[:, 0]] > 0])
        )
        size = row["rule"]
        print(
            f"| {name} | {size:.2f} | {row['deformer']:.2f} ({100 * row['deformer'] / size:.0f} %) "
            f"| {row['offsets']:.2f} ({100 * row['offsets'] / size:.0f} %) "
            f"| {row['halves']:.2f} | {row['before']:.2f} "
            f"| {row['transferred']:.2f} | {row['predicted']:.2f} | {row['mean shift']:.2f} |",
            flush=True,
        )
    shifted = replace(
        truth, samples=tuple(replace(s, points=s.points + np.float32(1)) for s in truth.samples)
    )
    pair = apart(knows_first, shifted, first)
    results["shift of 1 px"] = {
        "told": pair.origin.difference.tolist(),
        "semantic mm": float(np.nanmean(pair.size)),
    }
    print(
        f"all points 1 px right and down: told {pair.origin.difference.round(2)} px, {int(pair.sure.sum())} points sure"
    )
    save(arguments.out, results)


def along_the_skin(layout: Layout, rule: np.ndarray) -> np.ndarray:
    """(K, 3) mm without what leads off the surface, where nobody clicks; outlines move in the picture."""
    axes = outward_and_up(layout.queries, layout.contour)
    return np.einsum("kda,kea,ke->kd", axes, axes, rule)


def moved(dataset: Dataset, rule: np.ndarray) -> Dataset:
    """The set with its points moved by (K, 3) mm on C, as the camera of each face's rigid fit shows it."""
    assert dataset.layout is not None
    points = np.stack([sample.points for sample in dataset.samples])
    fit = rigid_fit(dataset.layout.queries, dataset.layout.contour, points)
    shift = np.einsum("nij,kj->nki", fit.head, rule)[..., :2] * [1.0, -1.0] * fit.scale[:, None, None]
    return replace(
        dataset,
        samples=tuple(
            replace(sample, points=(sample.points + by).astype(np.float32))
            for sample, by in zip(dataset.samples, shift, strict=True)
        ),
    )


def apart(landmarker: infl.Landmarker, one: Dataset, other: Dataset) -> PairOffsets:
    first, second = (witness_of(run(gather(landmarker, each))) for each in (one, other))
    return offsets_between(first, second)


def measured(
    knows_first: infl.Landmarker, first: Dataset, second: Dataset, truth: Dataset, rule: np.ndarray
) -> dict[str, float]:
    layout = truth.layout
    assert layout is not None
    knows_both = run(fit_convention(knows_first, second, pictures=len(second))).landmarker
    touched = np.linalg.norm(rule, axis=1) > 0
    learned = knows_both.offsets(SECOND, FIRST, at=layout)
    pair = apart(knows_both, second, first)
    along = np.einsum("kd,kda->ka", rule[pair.indices[:, 0]], pair.axes)
    hit = touched[pair.indices[:, 0]]
    flat_learned = np.einsum("kd,kda->ka", learned[pair.indices[:, 0]], pair.axes)
    result = {
        "rule": float(np.linalg.norm(along[hit], axis=1).mean()),
        "deformer": float(np.linalg.norm(flat_learned - along, axis=1)[hit].mean()),
        "offsets": float(np.nanmean(np.linalg.norm(pair.offset - along, axis=1)[hit])),
    }
    real = {sample.key: sample.points for sample in truth.samples}
    given = {sample.key: sample.points for sample in second.samples}

    def error(points: dict[str, np.ndarray]) -> float:
        far = [
            np.linalg.norm(points[key] - real[key], axis=1)[touched]
            / np.linalg.norm(real[key][36] - real[key][45])
            for key in real
        ]
        return float(100 * np.nanmean(far))

    result["before"] = error(given)
    with tempfile.TemporaryDirectory() as temporary:
        for kind, transfer in (("transferred", True), ("predicted", False)):
            out = Path(temporary, f"{kind}.h5")
            run(harmonise(knows_both, [first, second], layout, out, FIRST, transfer))
            result[kind] = error(
                {face.key: face.points for face in infl.open_harmonised(out) if face.dataset == SECOND}
            )
    shapes = [np.stack([sample.points for sample in half.samples]) for half in (first, second)]
    mean = mean_shape(shapes[0])
    means = [np.nanmean([lay(shape, similarity(shape, mean)) for shape in half], 0) for half in shapes]
    result["mean shift"] = error(
        {
            key: back(lay(points, similarity(points, mean)) + means[0] - means[1], similarity(points, mean))
            for key, points in given.items()
        }
    )
    return result


if __name__ == "__main__":
    main()
