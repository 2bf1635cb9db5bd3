"""Doubly annotated photographs: `python tests/benchmarks/transfer.py`.

From AFLW's 21 clicks alone, AFLW2000's val pictures are harmonised into the convention of the fitted 68; the points
that both have are compared with the real second annotation, beside copying the clicks and beside plain prediction. Mean
distance in per cent of √(box area) of the 68 points.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from common import arguments_of

import infl
from infl.evaluation.nme import box_size
from infl.harmonize import harmonise
from infl.harmonize.transfer import same_points
from infl.progress import run


def main() -> None:
    arguments = arguments_of(__doc__).parse_args()
    folder = arguments.data / "aflw2000"
    landmarker = infl.load_landmarker(arguments.checkpoint)
    clicks = infl.open_dataset(folder, annotation="aflw21").split("val")
    truth = {sample.key: sample.points for sample in infl.open_dataset(folder).samples}
    target = infl.layout("ibug68")
    pairs = same_points(target, infl.layout("aflw21"))
    shared = np.flatnonzero(pairs >= 0)
    errors: dict[str, list[float]] = {"copied": [], "predicted": [], "transferred": []}
    with tempfile.TemporaryDirectory() as temporary:
        for kind, transfer in (("predicted", False), ("transferred", True)):
            file = run(
                harmonise(landmarker, [clicks], target, Path(temporary, f"{kind}.h5"), "aflw2000", transfer)
            )
            for face, sample in zip(infl.open_harmonised(file), clicks.samples, strict=True):
                clicked = sample.points[pairs[shared]]
                known, real = np.isfinite(clicked).all(1), truth[face.key]
                for name, points in ((kind, face.points[shared]), ("copied", clicked)):
                    if name != "copied" or transfer:
                        far = np.linalg.norm(points - real[shared], axis=1)[known]
                        errors[name].extend(100 * far / box_size(real))
    print(f"{len(clicks)} faces, {len(shared)} points that both layouts have")
    for name, values in errors.items():
        print(f"{name:12s} {np.mean(values):5.2f} % of √box")


if __name__ == "__main__":
    main()
