"""P: image features and encoded queries → 3D landmarks with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from infl.model.config import ModelConfig
from infl.model.feature_extractor import MAP_STAGES, Features
from infl.model.position_encoder import UNIT, PositionEncoder

ATTENDED = 1  # the map, at stride 8, in which it looks
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


class Attention(nn.Module):
    """Beyond the paper: where in the feature map does this query's place seem to be?

    Scaled dot products of the query with every cell of the map at stride 8; their softmax is a heat map whose mean is
    a place in the crop. It sees where regression from a code can only guess, and stays with regression where the
    place is hidden: a gate decides.
    """

    def __init__(self, config: ModelConfig):
        super().__init__()
        width, channels = config.hidden_size, config.pyramid_channels
        self.ask = nn.Linear(width, channels)
        self.tell = nn.Linear(channels + 3, width)
        self.out = nn.Linear(width, 4)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, features: Features, before: Prediction, hidden: Tensor) -> tuple[Prediction, Tensor]:
        """Features of B crops, predictions and hidden states (B, K, width) so far → the next ones."""
        cells = features.maps[ATTENDED]
        flat = cells.flatten(2)  # (B, channels, cells)
        heat = (self.ask(hidden) @ flat / cells.shape[1] ** 0.5).softmax(-1)  # (B, K, cells)
        places = _centres(cells)
        values = heat @ flat.transpose(1, 2)
        moments = torch.cat([places, (places**2).sum(-1, keepdim=True)], -1)
        where, square = (heat @ moments).split([2, 1], -1)
        spread = (square - (where**2).sum(-1, keepdim=True)).clamp_min(1e-6)
        away = where - before.points.detach()
        state = hidden + silu(self.tell(torch.cat([values, 4 * away, 4 * spread.sqrt()], -1)))
        out = self.out(state)
        points = torch.lerp(before.points, where, torch.sigmoid(out[..., 3:])) + out[..., :2]
        points3d = features.gamma.lift(before.points3d, points)
        return Prediction(points, points3d, before.log_sigma.detach() + out[..., 2]), state


def _centres(cells: Tensor) -> Tensor:
    """(rows · columns, 2): normalised coordinates of the middle of each cell of a map (B, c, rows, columns)."""
    rows, columns = cells.shape[-2:]
    ys = torch.linspace(-1 + 1 / rows, 1 - 1 / rows, rows, device=cells.device)
    xs = torch.linspace(-1 + 1 / columns, 1 - 1 / columns, columns, device=cells.device)
    return torch.stack(torch.meshgrid(xs, ys, indexing="xy"), -1).reshape(-1, 2)


class LocalRefinement(nn.Module):
    """Beyond the paper: look at the feature maps where the landmark fell and correct it there.

    Bilinear samples of the maps at strides 4, 8 and 16; the correction stays in the image plane, and `points3d`
    follows it, so that it still projects to `points`.
    """

    def __init__(self, config: ModelConfig):
        super().__init__()
        width = config.hidden_size
        self.look = nn.Linear(len(MAP_STAGES) * config.pyramid_channels, width)
        self.norm = nn.LayerNorm(width)
        self.know = nn.Linear(width, width)
        self.out = nn.Linear(width, 3)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, features: Features, before: Prediction, hidden: Tensor) -> tuple[Prediction, Tensor]:
        """Features of B crops, predictions and hidden states (B, K, width) so far → the next ones."""
        at = before.points.detach()[:, :, None]
        samples = [
            nn.functional.grid_sample(cells, at, align_corners=False).squeeze(-1) for cells in features.maps
        ]
        seen = torch.cat(samples, 1).transpose(1, 2)
        state = hidden + silu(self.norm(self.look(seen)) + self.know(hidden))
        out = self.out(state)
        points = before.points + out[..., :2]
        points3d = features.gamma.lift(before.points3d, points)
        return Prediction(points, points3d, before.log_sigma.detach() + out[..., 2]), state
