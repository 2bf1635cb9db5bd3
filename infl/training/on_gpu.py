"""What keeps a graphics card busy: batches from many processes, and matrix units for float32."""

from __future__ import annotations

import multiprocessing
import os

import torch

OWN_CORES = 2
"""Cores that the training process itself needs: one launches kernels, one moves batches to the card."""


def hasten() -> None:
    """Let float32 products run on the matrix units (TF32); convolutions do by default."""
    torch.set_float32_matmul_precision("high")


def loaders(device: str) -> int:
    """How many processes make batches: the cores where a GPU waits for them, none where cores do the arithmetic."""
    if device == "cpu" or "fork" not in multiprocessing.get_all_start_methods():
        return 0
    import resource  # as fork, it is not everywhere

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # every tensor on its way is an open file
    return max((os.cpu_count() or 1) - OWN_CORES, 1)
