"""What keeps a graphics card busy: batches from many processes, and matrix units for float32."""

from __future__ import annotations

import multiprocessing
import os

import torch

CAN_FORK = "fork" in multiprocessing.get_all_start_methods()
"""Whether processes can share the pictures of this one, as loaders do."""

OWN_CORES = 2
"""Cores that the training process itself needs: one launches kernels, one moves batches to the card."""


def hasten() -> None:
    """Let float32 products run on the matrix units (TF32), as convolutions do by default, and let as many files be open
    as the system allows: every tensor on its way from a loader is one."""
    torch.set_float32_matmul_precision("high")
    if CAN_FORK:
        import resource  # as fork, it is not everywhere

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def loaders(device: str) -> int:
    """How many processes make batches: the cores where a GPU waits for them, none where cores do the arithmetic."""
    return max((os.cpu_count() or 1) - OWN_CORES, 1) if CAN_FORK and device != "cpu" else 0
