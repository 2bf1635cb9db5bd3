"""Q: a position on the canonical face as a vector of sines and cosines."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

UNIT = 100.0  # mm of C that count as 1


class PositionEncoder(nn.Module):
    """(B, K, 3) mm → (B, K, 3 + 6·bands): the position itself, and sin and cos of its octaves.

    Mildenhall et al., "NeRF", ECCV 2020, eq. 4. The slowest octave has a period of 400 mm, longer than a head.
    """

    frequencies: Tensor

    def __init__(self, bands: int):
        super().__init__()
        self.size = 3 + 6 * bands
        self.register_buffer("frequencies", 0.5 * math.pi * 2.0 ** torch.arange(bands), persistent=False)

    def forward(self, queries: Tensor) -> Tensor:
        scaled = queries / UNIT
        angles = (scaled[..., None] * self.frequencies).flatten(-2)
        return torch.cat([scaled, angles.sin(), angles.cos()], -1)
