"""What the second look and the refinement gain: `python tests/benchmarks/switches.py`.

The shipped checkpoint on the val part of iBUG (AFW), whole photographs, with each of the two switched off. (Both were
on in training; this is what they do at inference.)
"""

from __future__ import annotations

from dataclasses import replace

from common import arguments_of

import infl
from infl.evaluation import evaluate
from infl.model.checkpoint import load_checkpoint
from infl.progress import run


def main() -> None:
    arguments = arguments_of(__doc__).parse_args()
    dataset = infl.open_dataset(arguments.data / "ibug68")
    for passes in (1, 2):
        for refine in (False, True):
            network, card = load_checkpoint(arguments.checkpoint)
            network.config = replace(network.config, passes=passes)
            if not refine:
                del network.refinements[:]
            row = run(evaluate(infl.Landmarker(network, card), [dataset], deformer=True)).row(
                dataset.name, True
            )
            kind = "refined" if refine else "coarse"
            print(f"{passes} look(s), {kind:8s} NME {row.nme:6.2f} %  median {row.median:6.2f} %")


if __name__ == "__main__":
    main()
