"""S: finds the face in the whole photograph and says where to cut the normalised crop I'.

Jaderberg et al., "Spatial Transformer Networks", 2015, with the regulariser-free, detector-free use of
"Infinite 3D Landmarks", section 3.1: it learns from the landmark loss alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from infl.model.backbone import STAGES, MobileNetV2
from infl.model.config import ModelConfig

TRUNK_STAGES = 5  # to stride 16
HEAT_MAPS = 4
FLAT_CHANNELS = 16


@dataclass(frozen=True)
class Proposal:
    """What S says of B photographs: theta (B, 2, 3), crop to photo in normalised coordinates; face (B,), the log odds
    that there is a face at all."""

    theta: Tensor
    face: Tensor


class SpatialTransformer(nn.Module):
    """Photograph (B, 3, search, search) in [-1, 1] → Proposal.

    Four soft-argmax heat maps pool features and positions (they learn to sit on the face), beside a flattened
    map; the last layer starts at zero, where θ is the identity: the crop is the whole photograph.
    """

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.affine = config.transform == "affine"
        channels = STAGES[TRUNK_STAGES - 1][1]
        cells = (config.search_size // 16) ** 2
        self.trunk = MobileNetV2(TRUNK_STAGES)
        self.heat = nn.Conv2d(channels, HEAT_MAPS, 1)
        self.flat = nn.Conv2d(channels, FLAT_CHANNELS, 1)
        last = nn.Linear(256, (6 if self.affine else 4) + 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        pooled = HEAT_MAPS * (channels + 2) + FLAT_CHANNELS * cells
        self.head = nn.Sequential(nn.Linear(pooled, 256), nn.LayerNorm(256), nn.SiLU(), last)

    def forward(self, photo: Tensor) -> Proposal:
        features = self.trunk(photo)[-1]
        batch, _, height, width = features.shape
        heat = self.heat(features).flatten(2).softmax(-1)  # (B, maps, cells)
        pooled = heat @ features.flatten(2).transpose(1, 2)  # (B, maps, channels)
        ys = torch.linspace(-1 + 1 / height, 1 - 1 / height, height, device=photo.device)
        xs = torch.linspace(-1 + 1 / width, 1 - 1 / width, width, device=photo.device)
        cells = torch.stack(torch.meshgrid(xs, ys, indexing="xy"), -1).reshape(-1, 2)
        where = heat @ cells  # (B, maps, 2)
        flat = torch.relu(self.flat(features)).flatten(1)
        out = self.head(torch.cat([pooled.flatten(1), where.flatten(1), flat], 1))
        out, face = out[:, :-1], out[:, -1]
        if self.affine:
            identity = torch.tensor([1.0, 0, 0, 0, 1, 0], device=photo.device)
            return Proposal((identity + out).view(batch, 2, 3), face)
        a, b = 1 + out[:, 0], out[:, 1]
        theta = torch.stack([a, -b, out[:, 2], b, a, out[:, 3]], 1).view(batch, 2, 3)
        return Proposal(theta, face)


def resample(photo: Tensor, theta: Tensor, size: int) -> Tensor:
    """Cut I' (B, 3, size, size) out of `photo` by θ.

    θ is detached here: with the gradient through the sampling grid training is slower and ends worse; θ learns
    from the map that takes landmarks from the crop back to the photo.
    """
    grid = nn.functional.affine_grid(
        theta.detach(), [len(photo), photo.shape[1], size, size], align_corners=False
    )
    return nn.functional.grid_sample(photo, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
