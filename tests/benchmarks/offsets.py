"""Do the learned offsets say what the annotations say? `python tests/benchmarks/offsets.py`.

AFLW2000's pictures carry AFLW's 21 clicks and a fitted 68-point model. On its nearly frontal train pictures the mean
difference of the points that both have (measured) is set beside δ_aflw21 − δ_aflw2000 of the shipped checkpoint
(learned), both in per cent of √(box area) of the 68 points; x outward from the midline, y up.

Then the demo sets, whose rules are known exactly: what is left of a planted rule when the learned difference against
demo_studio68 is taken off it, over the points that the rule moves by more than 1 mm.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from common import arguments_of

import infl
from infl.evaluation.nme import box_size
from infl.resources import resource

PAIRS = {  # name: (AFLW 21 right, left; iBUG 68 right, left)
    "outer brow end": (0, 5, 17, 26),
    "inner brow end": (2, 3, 21, 22),
    "outer eye corner": (6, 11, 36, 45),
    "inner eye corner": (8, 9, 39, 42),
    "nostril wing": (13, 15, 31, 35),
    "nose tip": (14, 14, 30, 30),
    "mouth corner": (17, 19, 48, 54),
    "chin": (20, 20, 8, 8),
}
FRONTAL = 15.0  # degrees of yaw and of pitch


def measured(data: Path) -> dict[str, np.ndarray]:
    """Mean (outward, up) difference of each pair in per cent of √box, upright and mirrored onto each other."""
    fitted = infl.open_dataset(data / "aflw2000").split("train").samples
    clicked = {
        s.key: s for s in infl.open_dataset(data / "aflw2000", annotation="aflw21").split("train").samples
    }
    rows: dict[str, list[np.ndarray]] = {name: [] for name in PAIRS}
    for sample in fitted:
        pitch, yaw = np.degrees(sample.extra["pose"][:2])
        if max(abs(yaw), abs(pitch)) > FRONTAL or sample.key not in clicked:
            continue
        ours, theirs = clicked[sample.key].points.astype(float), sample.points.astype(float)
        x = theirs[45] - theirs[36]
        x /= np.linalg.norm(x)
        axes = np.stack([x, [x[1], -x[0]]])  # the face's left and its up, in the picture
        size = box_size(sample.points)
        for name, (right, left, right68, left68) in PAIRS.items():
            for own, other, side in ((right, right68, -1), (left, left68, 1)):
                difference = axes @ (ours[own] - theirs[other]) / size * 100
                if np.isfinite(difference).all():
                    rows[name].append(difference * [side, 1] if right != left else difference * [0, 1])
    return {name: np.mean(values, axis=0) for name, values in rows.items()}


def planted(landmarker: infl.Landmarker) -> None:
    """Print size and remainder, in mm on C, of each rule of the demo."""
    rules = json.loads(resource("demo", "rules.json").read_text())["rules"]
    print(f"\n{'planted in the demo, mm':32s} {'rule':>9s} {'left over':>10s} {'points':>8s}")
    for name, rule in rules.items():
        queries, offsets = np.array(rule["queries"], np.float32), np.array(rule["offsets"])
        moved = np.linalg.norm(offsets, axis=1) > 1
        if moved.any():
            learned = landmarker.offsets(name, reference="demo_studio68", at=queries)
            size, left = (np.linalg.norm(v[moved], axis=1).mean() for v in (offsets, offsets - learned))
            print(f"{name:32s} {size:9.2f} {left:10.2f} {moved.sum():8d}")


def main() -> None:
    arguments = arguments_of(__doc__).parse_args()
    landmarker = infl.load_landmarker(arguments.checkpoint)
    layout = infl.layout("ibug68")
    box = box_size(layout.queries[:, :2])
    offsets = landmarker.offsets("aflw21", reference="aflw2000", at=layout) / box * 100
    print(f"{'AFLW 21 − fitted 68, % of √box':32s} {'measured out, up':>18s} {'learned out, up':>18s}")
    for name, truth in measured(arguments.data).items():
        left = PAIRS[name][3]
        print(f"{name:32s} {truth[0]:9.2f} {truth[1]:8.2f} {offsets[left, 0]:9.2f} {offsets[left, 1]:8.2f}")
    planted(landmarker)


if __name__ == "__main__":
    main()
