"""What the second look and the refinement gain, and what more would: `python tests/benchmarks/switches.py`.

The shipped checkpoint on the val part of iBUG (AFW), whole photographs, with the one or the other switched off, with a
third look, and with each photograph's mirror image found too and the mean of both taken: NME in % of the outer eye
corners' distance, and jitter (`infl/evaluation/stability.py`) in %; last the jitter of the same frames followed as a
video is (`infl/video/tracking.py`). (Two looks and the refinement were on in training;
this is what they do at inference.)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from common import arguments_of, held_out

import infl
from infl.evaluation.nme import nme, unit
from infl.evaluation.stability import Predict, measure_stability
from infl.layouts import Layout
from infl.model.checkpoint import load_checkpoint
from infl.progress import run
from infl.video.tracking import Tracker

ROWS = ((1, False, False), (1, True, False), (2, False, False), (2, True, False), (3, True, False),
        (2, True, True), (3, True, True))  # fmt: skip
"""(looks, refined, mirrored too)"""


def plain(landmarker: infl.Landmarker, layout: Layout, convention: str) -> Predict:
    return lambda image: landmarker.query(landmarker.encode(image), layout, convention).points


def tracked(landmarker: infl.Landmarker, layout: Layout, convention: str) -> Predict:
    tracker = Tracker(landmarker)
    return lambda image: landmarker.query(tracker.encode(image), layout, convention).points


def mirrored_too(landmarker: infl.Landmarker, layout: Layout, convention: str) -> Predict:
    find, shift = plain(landmarker, layout, convention), landmarker.pixel_shift(convention)

    def predict(image: np.ndarray) -> np.ndarray:
        there = find(image) - shift
        back = (find(np.ascontiguousarray(image[:, ::-1])) - shift)[layout.mirror]
        back[:, 0] = image.shape[1] - 1 - back[:, 0]
        return (there + back) / 2 + shift

    return predict


def main() -> None:
    arguments = arguments_of(__doc__, pictures=True).parse_args()
    for looks, refined, mirrored in ROWS:
        network, card = load_checkpoint(arguments.checkpoint)
        network.config = replace(network.config, passes=looks)
        if not refined:
            del network.refinements[:]
        landmarker = infl.Landmarker(network, card)
        dataset, samples = held_out(landmarker, arguments.data / "ibug68", pictures=arguments.pictures)
        assert dataset.layout is not None
        way = mirrored_too if mirrored else plain
        predict = way(landmarker, dataset.layout, dataset.convention)
        corners = dataset.layout.eye_corners
        errors = []
        for sample in samples:
            found = predict(sample.load_image())
            errors.append(nme(found, sample.points, unit(sample.points, corners, dataset.normaliser)[0]))
        jitter = run(measure_stability(predict, dataset)).mean
        kind = f"{'refined' if refined else 'coarse'}{', mirrored too' if mirrored else ''}"
        print(f"{looks} look(s), {kind:22s} NME {np.mean(errors):5.2f} %  median {np.median(errors):5.2f} %"
              f"  jitter {jitter:5.2f} %", flush=True)  # fmt: skip
    landmarker = infl.Landmarker(*load_checkpoint(arguments.checkpoint))
    dataset, _ = held_out(landmarker, arguments.data / "ibug68")
    assert dataset.layout is not None
    jitter = run(measure_stability(tracked(landmarker, dataset.layout, dataset.convention), dataset)).mean
    print(f"2 look(s), refined, from frame to frame: jitter {jitter:5.2f} %")


if __name__ == "__main__":
    main()
