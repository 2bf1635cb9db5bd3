"""D: how a data set's convention departs from the canonical one, as a smooth field of offsets on C.

"Infinite 3D Landmarks", section 3.3: p' = p + δ_j(p) with a learned code D_j per data set.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from infl.model.config import ModelConfig
from infl.model.position_encoder import PositionEncoder

FIELD_REACH = 20.0
"""mm from a centre of the field that its Gaussian falls to e^-½."""


class QueryDeformer(nn.Module):
    """(B, K, 3) mm, (B, E) codes → (B, K, 3) mm offsets δ.

    The field is exactly 0 for the code 0 (the canonical convention), mirror-symmetric (nobody annotates the
    left half of a face by other rules than the right), bounded by a tanh, and smooth, because it sees only the
    slowest octaves of the position.

    Beyond the paper: what the network cannot say of a convention that it was not trained on, the tail of a code can:
    (M, 3) mm at M centres, which Gaussians spread over C. Codes of trained conventions have zeros there.
    """

    mirror: Tensor
    centres: Tensor | None

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.bound = config.deformer_bound
        self.encoder = PositionEncoder(config.deformer_bands)
        self.position = nn.Linear(self.encoder.size, config.deformer_size)
        self.code = nn.Linear(config.dataset_code_size, config.deformer_size, bias=False)
        self.hidden = nn.Linear(config.deformer_size, config.deformer_size)
        self.out = nn.Linear(config.deformer_size, 3, bias=False)
        nn.init.zeros_(self.out.weight)
        self.code_size = config.dataset_code_size
        centres = torch.zeros(config.field_centres, 3) if config.field_centres else None
        self.register_buffer("centres", centres)
        self.register_buffer("mirror", torch.tensor([-1.0, 1.0, 1.0]), persistent=False)

    def forward(self, queries: Tensor, codes: Tensor) -> Tensor:
        field = self._field(queries, codes) + self.mirror * self._field(queries * self.mirror, codes)
        return self.bound * torch.tanh(field / self.bound)

    def _field(self, queries: Tensor, codes: Tensor) -> Tensor:
        """The network's answer to the code minus its answer to the code 0."""
        position = self.position(self.encoder(queries))

        def answer(shift: Tensor | float) -> Tensor:
            return nn.functional.silu(self.hidden(nn.functional.silu(position + shift)))

        field = self.out(answer(self.code(codes[:, : self.code_size])[:, None]) - answer(0.0))
        return field if self.centres is None else field + self._own(queries, codes[:, self.code_size :])

    def _own(self, queries: Tensor, tail: Tensor) -> Tensor:
        """(B, K, 3) mm, (B, 3M) → (B, K, 3) mm: the field that belongs to one convention alone."""
        assert self.centres is not None
        square = ((queries[:, :, None] - self.centres) ** 2).sum(-1)
        return (-square / (2 * FIELD_REACH**2)).exp() @ tail.reshape(len(tail), -1, 3)
