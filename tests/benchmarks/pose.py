"""Is pose pose? `python tests/benchmarks/pose.py --data ../shared/data/aflw2000`.

Yaw, pitch and roll that the shipped checkpoint finds on AFLW2000's val photographs against the pose fitted in the
`.mat` files (there positive yaw is to the subject's right); r, slope and mean absolute error in degrees. The network
never saw a fitted pose: its rotations come from 2D landmarks and from rendered people.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import infl


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/aflw2000"))
    parser.add_argument("--checkpoint", type=Path)
    arguments = parser.parse_args()
    landmarker = infl.load_landmarker(arguments.checkpoint)
    samples = infl.open_dataset(arguments.data).split("val").samples
    fitted = np.degrees([sample.extra["pose"][:3] for sample in samples])[:, [1, 0, 2]] * [-1, 1, 1]
    found = np.array([landmarker.encode(sample.load_image()).euler_degrees for sample in samples])
    sane = (np.abs(fitted) < 99).all(1)  # a few fits have gone astray
    print(f"{sane.sum()} of {len(samples)} faces")
    for axis, name in enumerate(("yaw", "pitch", "roll")):
        x, y = fitted[sane, axis], found[sane, axis]
        slope = np.polyfit(x, y, 1)[0]
        print(
            f"{name:6s} r {np.corrcoef(x, y)[0, 1]:6.3f}   slope {slope:5.2f}   error {np.abs(x - y).mean():5.1f}°"
        )


if __name__ == "__main__":
    main()
