"""What makes steps on a graphics card quick: half precision where it is enough, fused kernels, and busy loaders."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable

import torch
from torch import Tensor

from infl.model.network import InfiniteLandmarks


def hasten(network: InfiniteLandmarks) -> None:
    """Let the trunks, where most of the time goes, run in bfloat16 and as compiled kernels; all else stays as it is."""
    mode = os.environ.get("INFL_GPU", "half,compile")
    torch.backends.cudnn.benchmark = True
    torch.set_float32_matmul_precision("high")
    for trunk in (network.spatial_transformer.trunk, network.feature_extractor.trunk):
        if "half" in mode:
            trunk.forward = _in_half(trunk.forward)
        if "compile" in mode:
            trunk.compile()


def _in_half(forward: Callable[[Tensor], list[Tensor]]) -> Callable[[Tensor], list[Tensor]]:
    def halved(x: Tensor) -> list[Tensor]:
        with torch.autocast(x.device.type, torch.bfloat16):
            stages = forward(x)
        return [stage.float() for stage in stages]

    return halved


def loaders(device: str) -> int:
    """How many processes make batches: all cores where a GPU waits for them, none where the cores do the arithmetic."""
    if device == "cpu" or "fork" not in multiprocessing.get_all_start_methods():
        return 0
    import resource  # as fork, it is not everywhere

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # every tensor on its way is an open file
    return os.cpu_count() or 1
