"""How long encode and query take: `python tests/benchmarks/speed.py [--threads 1]`.

Median and 95th percentile in one process after warm-up, on the shipped checkpoint and a rendered photograph. The
yardstick is a product of two 1000 × 1000 float32 matrices in the same process, so that machines compare.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: idle threads sleep instead of spinning

import numpy as np
import torch
from common import arguments_of

import infl
from infl.images import cv2, read_image
from infl.resources import resource

BULK = 100_000  # queries at once


def timed(action: Callable[[], object], repeats: int) -> tuple[float, float]:
    """(median, 95th percentile) in milliseconds after a fifth of `repeats` for warming up."""
    spent = []
    for _ in range(repeats + repeats // 5):
        start = time.perf_counter()
        action()
        spent.append(1e3 * (time.perf_counter() - start))
    median, slow = np.percentile(spent[repeats // 5 :], [50, 95])
    return float(median), float(slow)


def main() -> None:
    parser = arguments_of(__doc__, data=False)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=100)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(arguments.threads)
    landmarker = infl.load_landmarker(arguments.checkpoint)
    photo = read_image(next(iter(sorted(resource("demo").rglob("*.jpg")))))
    encoded = landmarker.encode(photo)
    many = np.random.default_rng(0).normal(0, 40, (BULK, 3)).astype(np.float32)
    left = torch.rand(1000, 1000)
    yardstick = timed(lambda: left @ left, arguments.repeats)
    rows = {"yardstick: 1000 × 1000 matrix product": yardstick}
    rows["encode, both passes"] = timed(lambda: landmarker.encode(photo), arguments.repeats)
    for count in (1, 68, 500, 2000):
        rows[f"query, {count} points"] = timed(
            lambda: landmarker.query(encoded, many[:count]),  # noqa: B023
            arguments.repeats,
        )
    bulk = timed(lambda: landmarker.query(encoded, many), max(arguments.repeats // 20, 1))
    rows[f"query, {len(many):,} points"] = bulk
    print(f"{arguments.threads} thread(s), {landmarker.runtime}; milliseconds")
    for name, (median, slow) in rows.items():
        print(f"{name:40s} median {median:8.2f}   p95 {slow:8.2f}   {median / yardstick[0]:6.2f} × yardstick")
    print(f"in bulk: {1e3 * len(many) / bulk[0]:,.0f} queries a second")


if __name__ == "__main__":
    main()
