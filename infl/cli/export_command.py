"""`infl export`: a network for use without infl."""

from __future__ import annotations

from pathlib import Path


def export(checkpoint: Path | None, out: Path) -> None:
    """Write the ONNX files of a checkpoint and what is needed to use them."""
    from infl.model.checkpoint import load_checkpoint
    from infl.model.onnx_export import DESCRIPTION, export_onnx
    from infl.model.onnx_runtime import PARTS

    network, card = load_checkpoint(checkpoint)
    export_onnx(network, card, out)
    print(f"{out}: {', '.join(f'{part}.onnx' for part in PARTS)}; {DESCRIPTION} says how to use them.")
