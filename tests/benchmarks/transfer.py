"""Doubly annotated photographs: `python tests/benchmarks/transfer.py`.

AFLW2000's pictures carry AFLW's 21 clicks and a fitted 68. From each of the two alone, its val pictures are harmonised
into the other's layout and convention, and the points that both have are compared with the real second annotation.
Beside it: copying the points, the mean shift of each, a ridge regression from one layout to the other (both fitted on
the train pictures, which have both annotations; the regression's shrinkage by halves of these), and plain prediction.
Mean distance in per cent of √(box area) of the fitted 68, over all points and by the head's yaw; and how many of the
second annotations lie within the written σ and 2σ (39 and 86 % of a perfect one).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from common import arguments_of, save
from rivals import mean_shift, ridge

import infl
from infl.datasets import Dataset
from infl.evaluation.nme import box_size
from infl.harmonize import harmonise
from infl.harmonize.transfer import same_points
from infl.progress import run

SHRINKS = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
BANDS = ((0, 90), (0, 30), (30, 60), (60, 90))


def main() -> None:
    arguments = arguments_of(__doc__, out=True).parse_args()
    folder = arguments.data / "aflw2000"
    landmarker = infl.load_landmarker(arguments.checkpoint)
    clicks, fitted = infl.open_dataset(folder, annotation="aflw21"), infl.open_dataset(folder)
    results = {}
    for source, target in ((clicks, fitted), (fitted, clicks)):
        title = f"{source.convention} → {target.convention}"
        results[title] = compare(landmarker, source, target, fitted)
        print(f"\n{title}, {results[title]['points']} points, {results[title]['faces']} faces")
        print("| | all | yaw 0–30° | 30–60° | 60–90° |\n|---|---:|---:|---:|---:|")
        for name, row in results[title]["errors"].items():
            print(f"| {name} | " + " | ".join(f"{value:.2f}" for value in row) + " |")
        print("within σ, 2σ: " + ", ".join(f"{100 * part:.0f} %" for part in results[title]["within"]))
    save(arguments.out, results)


def compare(landmarker: infl.Landmarker, source: Dataset, target: Dataset, fitted: Dataset) -> dict:
    assert source.layout is not None and target.layout is not None
    pairs = same_points(target.layout, source.layout)
    shared = np.flatnonzero(pairs >= 0)
    own = {sample.key: sample.points for sample in source.samples}
    truth = {sample.key: sample.points[shared] for sample in target.samples}
    boxes = {sample.key: box_size(sample.points) for sample in fitted.samples}
    train = [sample.key for sample in source.samples if sample.split == "train" and sample.key in truth]
    given, wanted = (np.stack([points[key] for key in train]) for points in (own, truth))
    rivals: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "copied": lambda points: points[pairs[shared]],
        "mean shift": mean_shift(given, wanted, pairs[shared]),
        "ridge regression": ridge(given, wanted, best_shrink(given, wanted)),
    }
    found, yaw, within = {}, {}, []
    with tempfile.TemporaryDirectory() as temporary:
        for kind, transfer in (("predicted", False), ("transferred", True)):
            file = run(harmonise(landmarker, [source], target.layout, Path(temporary, f"{kind}.h5"),
                                 target.convention, transfer))  # fmt: skip
            for face, angle in zip(
                infl.open_harmonised(file), infl.open_harmonised(file).table()["yaw"], strict=True
            ):
                if face.split == "val" and face.key in truth:
                    found[kind, face.key], yaw[face.key] = face.points[shared], abs(angle)
                    if transfer:
                        far = (
                            np.linalg.norm(face.points[shared] - truth[face.key], axis=1) / face.sigma[shared]
                        )
                        within.extend(far[np.isfinite(far)])
    errors = {}
    for name in (*rivals, "predicted", "transferred"):
        rows = {band: [] for band in BANDS}
        for key in yaw:
            points = rivals[name](own[key]) if name in rivals else found[name, key]
            far = 100 * np.linalg.norm(points - truth[key], axis=1) / boxes[key]
            far = far[
                np.isfinite(own[key][pairs[shared], 0]) & np.isfinite(far)
            ]  # the same points for everybody
            for low, high in BANDS:
                if low <= min(yaw[key], 89.9) < high:
                    rows[low, high].extend(far)
        errors[name] = [float(np.mean(row)) for row in rows.values()]
    return {"points": len(shared), "faces": len(yaw), "errors": errors,
            "within": [float(np.mean(np.array(within) < n)) for n in (1, 2)]}  # fmt: skip


def best_shrink(given: np.ndarray, wanted: np.ndarray) -> float:
    """Each half of the train pictures judges what was fitted on the other."""
    halves = [np.arange(len(given)) % 2 == part for part in (0, 1)]

    def error(shrink: float) -> float:
        far = []
        for a, b in (halves, halves[::-1]):
            fitted = ridge(given[a], wanted[a], shrink)
            for points, real in zip(given[b], wanted[b], strict=True):
                far.append(np.nanmean(np.linalg.norm(fitted(points) - real, axis=1)))
        return float(np.mean(far))

    return min(SHRINKS, key=error)


if __name__ == "__main__":
    main()
