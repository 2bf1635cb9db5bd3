"""P: image features and encoded queries → 3D landmarks with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from infl.model.config import ModelConfig
from infl.model.feature_extractor import MAP_STAGES, Features
from infl.model.position_encoder import UNIT, PositionEncoder

WINDOW = 3  # samples a side that the refinement takes of each feature map
SIGMA_START = (
    -1.0
)  # log of the σ that an untrained network claims: it knows how little it knows, and learns calmly


@dataclass(frozen=True)
class Prediction:
    """Landmarks of B faces: `points` (B, K, 2) in the crop's normalised coordinates, `points3d` (B, K, 3) mm in
    the canonical frame (they project to `points`), and log σ (B, K) in units of the face's size."""

    points: Tensor
    points3d: Tensor
    log_sigma: Tensor


class LandmarkPredictor(nn.Module):
    """L³ᵈ = p' + Δ(f, Q(p')), each query by itself; then l' = ψ(L³ᵈ, γ)."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.encoder = PositionEncoder(config.query_bands)
        width = config.hidden_size
        self.query = nn.Linear(self.encoder.size, width)
        self.image = nn.Linear(config.code_size, width, bias=False)
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
        self.out = nn.Linear(width, 4)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, features: Features, queries: Tensor) -> tuple[Prediction, Tensor]:
        """Features of B crops, (B, K, 3) deformed queries p' in mm → coarse prediction, hidden states (B, K, width)."""
        hidden = silu(self.query(self.encoder(queries)) + self.image(features.code)[:, None])
        for layer in self.layers:
            hidden = hidden + silu(layer(hidden))
        out = self.out(hidden)
        points3d = queries + UNIT * out[..., :3]
        return Prediction(features.gamma.project(points3d), points3d, out[..., 3] + SIGMA_START), hidden


class LocalRefinement(nn.Module):
    """Beyond the paper: look at the feature maps around the coarse landmark and correct it there.

    3×3 bilinear samples, one cell apart, of the maps at strides 4, 8 and 16; the correction stays in the image
    plane, and `points3d` follows it, so that it still projects to `points`.
    """

    offsets: Tensor

    def __init__(self, config: ModelConfig):
        super().__init__()
        width = config.hidden_size
        self.look = nn.Linear(len(MAP_STAGES) * WINDOW**2 * config.refine_channels, width)
        self.norm = nn.LayerNorm(width)
        self.know = nn.Linear(width, width)
        self.layer = nn.Linear(width, width)
        self.out = nn.Linear(width, 3)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        steps = torch.arange(WINDOW) - WINDOW // 2
        grid = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), -1).reshape(-1, 2)
        self.register_buffer("offsets", grid.float(), persistent=False)

    def forward(self, features: Features, coarse: Prediction, hidden: Tensor) -> Prediction:
        samples = []
        for cells in features.maps:
            grid = coarse.points.detach()[:, :, None] + self.offsets * (2.0 / cells.shape[-1])
            sampled = nn.functional.grid_sample(cells, grid, align_corners=False)  # (B, c, K, 9)
            samples.append(sampled.permute(0, 2, 3, 1).flatten(2))
        looked = self.norm(self.look(torch.cat(samples, -1)))
        state = silu(looked + self.know(hidden))
        out = self.out(state + silu(self.layer(state)))
        points = coarse.points + out[..., :2]
        points3d = features.gamma.lift(coarse.points3d, points)
        return Prediction(points, points3d, coarse.log_sigma.detach() + out[..., 2])
