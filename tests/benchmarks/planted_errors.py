"""Annotation errors planted in real annotations: `python tests/benchmarks/planted_errors.py`.

In 5 % of a set's val faces one kind of error is planted, and `infl suspects` looks for it among all faces of the part;
as often as it takes for 20 planted faces, with other faces each time. With n planted faces: precision among the n faces
that rank first (recall there is the same), average precision of the ranking, the share of planted faces that are listed
at all, and of these the share whose first finding has the right kind. The untouched part says how many faces are listed
with nothing planted; some of them are real errors. Only photographs with a planted error are looked at again.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from common import arguments_of, evenly, save

import infl
from infl.evaluation.planted import Plant, plant
from infl.evaluation.suspects import Finding
from infl.evaluation.suspects.looks import ARRAYS, Looks, look_at
from infl.evaluation.suspects.search import ranked, suspects_among
from infl.progress import run

SETS = ("ibug68", "wflw98", "scut86", "aflw21", "aflw2000", "webmorph189")
SHARE = 0.05
AT_LEAST = 20


def main() -> None:
    parser = arguments_of(__doc__, pictures=True, out=True)
    parser.add_argument("--sets", nargs="+", default=SETS, help="folders of --data, or paths")
    parser.add_argument("--split", default="val")
    arguments = parser.parse_args()
    landmarker = infl.load_landmarker(arguments.checkpoint)
    report = {}
    print("| set | faces | planted | precision at n % | average precision % | listed % | right kind % |")
    print("|---|---:|---|---:|---:|---:|---:|")
    for folder in arguments.sets:
        dataset = infl.open_dataset(
            arguments.data / folder if not Path(folder).is_absolute() else Path(folder)
        )
        samples = [sample for sample in dataset.samples if sample.split == arguments.split]
        dataset = replace(dataset, samples=tuple(evenly(samples, arguments.pictures)))
        clean = run(look_at(landmarker, dataset))
        alarms = _ranked(run(suspects_among(landmarker, clean)))
        listed = [score for score, _ in alarms.values()]
        report[folder] = {"faces": len(clean), "listed untouched": len(listed)}
        above = ", ".join(f"{sum(score >= least for score in listed)} from {least}" for least in (2, 3, 4))
        print(f"| {folder} | {len(clean)} | nothing: {above} | | | | |", flush=True)
        for what in Plant:
            figures = measure(landmarker, clean, what)
            report[folder][str(what)] = figures
            row = " | ".join(f"{100 * value:.0f}" for value in figures.values())
            print(f"| {folder} | {len(clean)} | {what} | {row} |", flush=True)
    save(arguments.out, report)


def measure(landmarker: infl.Landmarker, clean: Looks, what: Plant) -> dict[str, float]:
    """Plant and search until enough faces were spoilt."""
    dataset = replace(clean.dataset, samples=clean.samples)
    precision, average, listed, right, done = [], [], [], [], 0
    while done < AT_LEAST:
        planted = plant(dataset, what, SHARE, np.random.default_rng(done))
        done += len(planted.points)
        looks = _looked_again(landmarker, clean, planted.dataset, set(planted.points))
        ranked = _ranked(run(suspects_among(landmarker, looks)))
        hits = [key in planted.points for key in ranked]
        n = len(planted.points)
        precision.append(sum(hits[:n]) / n)
        at = np.flatnonzero(hits)
        average.append(sum((np.arange(len(at)) + 1) / (at + 1)) / n)
        listed.append(len(at) / n)
        right += [ranked[key][1].kind == what.kind for key in planted.points if key in ranked]
    return {
        "precision at n": float(np.mean(precision)), "average precision": float(np.mean(average)),
        "listed": float(np.mean(listed)), "right kind": float(np.mean(right)) if right else float("nan"),
    }  # fmt: skip


def _looked_again(landmarker: infl.Landmarker, clean: Looks, spoilt: infl.Dataset, keys: set[str]) -> Looks:
    """What `look_at` gives for the spoilt set: faces are looked at one by one, so only the spoilt ones change."""
    again = run(look_at(landmarker, spoilt.where(lambda sample: sample.key in keys)))
    rows = {sample.key: row for row, sample in enumerate(again.samples)}
    arrays = {name: getattr(clean, name).copy() for name in ARRAYS}
    samples = list(clean.samples)
    for i, sample in enumerate(samples):
        if sample.key in rows:
            row = rows[sample.key]
            samples[i] = again.samples[row]
            for name, array in arrays.items():
                array[i] = getattr(again, name)[row]
    return replace(clean, samples=tuple(samples), **arrays)


def _ranked(findings: list[Finding]) -> dict[str, tuple[float, Finding]]:
    """Sample key → its highest score and that finding, the highest first."""
    best: dict[str, tuple[float, Finding]] = {}
    for finding in ranked(findings):
        best.setdefault(finding.sample.key, (finding.score, finding))
    return best


if __name__ == "__main__":
    main()
