"""What harmonised annotations are worth to who trains a detector of their own.

    infl harmonize --data DATA/ibug68 DATA/wflw98 DATA/scut86 DATA/aflw2000:aflw21 DATA/mtfl5 \\
        --target ibug68 --convention ibug68 --out all.h5
    python tests/benchmarks/detectors.py all.h5 --backbone DATA/backbone/mobilenet_v2_imagenet_fp16.safetensors

The same network, budget and seed as in `ablation.py`, trained on the train parts of these five sets

- ibug68 alone,
- raw union: all of them as if they followed one convention,
- with deformer: each set in its own convention,
- harmonised union: the file, in one layout and one convention,
- its clicked points: the same without what no human clicked and the network put there,

and measured on the val part of each set, in standard crops: NME in per cent of what the set's errors are divided by.
Only ibug68's val part is in the convention that the harmonised set has; on the others it is asked for points that
its annotators would have put elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from ablation import budget, error, trained
from common import arguments_of, save

import infl
from infl.images import cv2
from infl.model import CANONICAL
from infl.progress import run
from infl.training.faces import load_faces
from infl.training.memory import keep_memory

SETS = (("ibug68", None), ("wflw98", None), ("scut86", None), ("aflw2000", "aflw21"), ("mtfl5", None))


def main() -> None:
    parser = arguments_of(__doc__, out=True)
    parser.add_argument("harmonised", type=Path, help="the same sets, harmonised")
    parser.add_argument("--backbone", type=Path, help="ImageNet weights of the trunk")
    parser.add_argument("--steps", type=int, default=900)
    arguments = parser.parse_args()
    keep_memory()
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    opened = [infl.open_dataset(arguments.data / name, annotation) for name, annotation in SETS]
    harmonised = [infl.open_dataset(arguments.harmonised, annotation) for annotation in (None, "clicked")]
    raw, together = (
        run(load_faces([dataset.where(lambda sample: sample.split == "train") for dataset in datasets]))
        for datasets in (opened, harmonised)
    )
    judges = run(load_faces([dataset.split("val") for dataset in opened]))
    as_one = [replace(faces, convention=CANONICAL) for faces in (*raw, *together)]
    arms = {
        "ibug68 alone": as_one[:1],
        "raw union": as_one[: len(raw)],
        "with deformer": raw,
        "harmonised union": as_one[-2:-1],
        "its clicked points": as_one[-1:],
    }
    figures = {}
    print("| trained on | " + " | ".join(judge.name for judge in judges) + " |")
    print("|---|" + "---:|" * len(judges))
    for name, sets in arms.items():
        network = trained(budget(arguments.steps), sets, arguments.backbone)
        asked = [
            judge if judge.convention in network.conventions else replace(judge, convention=CANONICAL)
            for judge in judges
        ]
        errors = [error(network, judge, dataset) for judge, dataset in zip(asked, opened, strict=True)]
        figures[name] = {judge.name: np.mean(each) for judge, each in zip(judges, errors, strict=True)}
        print(f"| {name} | " + " | ".join(f"{np.mean(each):.2f}" for each in errors) + " |", flush=True)
        save(arguments.out, figures)


if __name__ == "__main__":
    main()
