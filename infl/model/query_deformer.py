"""D: how a data set's convention departs from the canonical one, as a smooth field of offsets on C.

"Infinite 3D Landmarks", section 3.3: p' = p + δ_j(p) with a learned code D_j per data set.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from infl.model.config import ModelConfig
from infl.model.position_encoder import PositionEncoder


class QueryDeformer(nn.Module):
    """(B, K, 3) mm, (B, E) codes → (B, K, 3) mm offsets δ.

    The field is exactly 0 for the code 0 (the canonical convention), mirror-symmetric (nobody annotates the
    left half of a face by other rules than the right), bounded by a tanh, and smooth, because it sees only the
    slowest octaves of the position.
    """

    mirror: Tensor

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.bound = config.deformer_bound
        self.encoder = PositionEncoder(config.deformer_bands)
        self.position = nn.Linear(self.encoder.size, config.deformer_size)
        self.code = nn.Linear(config.dataset_code_size, config.deformer_size, bias=False)
        self.hidden = nn.Linear(config.deformer_size, config.deformer_size)
        self.out = nn.Linear(config.deformer_size, 3, bias=False)
        nn.init.zeros_(self.out.weight)
        self.register_buffer("mirror", torch.tensor([-1.0, 1.0, 1.0]), persistent=False)

    def forward(self, queries: Tensor, codes: Tensor) -> Tensor:
        field = self._field(queries, codes) + self.mirror * self._field(queries * self.mirror, codes)
        return self.bound * torch.tanh(field / self.bound)

    def _field(self, queries: Tensor, codes: Tensor) -> Tensor:
        """The network's answer to the code minus its answer to the code 0."""
        position = self.position(self.encoder(queries))

        def answer(shift: Tensor | float) -> Tensor:
            return nn.functional.silu(self.hidden(nn.functional.silu(position + shift)))

        return self.out(answer(self.code(codes)[:, None]) - answer(0.0))
