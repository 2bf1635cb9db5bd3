"""The whole network, from the photograph and the queries to landmarks in the photograph.

    θ = S(I)        I' = I∘θ        f, γ = F(I')        p' = p + D(p, D_j)
    L³ᵈ = p' + P(f, Q(p'))          l' = ψ(L³ᵈ, γ)       l = θ(l')

"Infinite 3D Landmarks: Improving Continuous 2D Facial Landmark Detection", Chandran et al., 2024, figure 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn

from infl.model.backbone import memory_format
from infl.model.config import ModelConfig
from infl.model.feature_extractor import FeatureExtractor, Features
from infl.model.landmark_predictor import Attention, LandmarkPredictor, LocalRefinement, Prediction
from infl.model.query_deformer import QueryDeformer
from infl.model.spatial_transformer import SpatialTransformer

CANONICAL = "canonical"
NOTHING: Mapping[str, int] = MappingProxyType({})


class InfiniteLandmarks(nn.Module):
    """S, F, D, Q, P and ψ together, with a learned code for each convention.

    `conventions` name the data sets' codes D_j; the first is always "canonical", whose code is 0 and stays so.
    Beside its code a convention has a shift, (2,) pixels of the photograph, by which its files lay all points beside
    where they are meant, whatever the face's size and turn: counting pixels from 1 instead of 0 is no matter of
    meaning, and D must not explain it. `undescribed` are conventions whose layout nobody described, with their number
    of points: their queries are weights like others, (K, 3) mm each.
    """

    def __init__(
        self, config: ModelConfig, conventions: tuple[str, ...], undescribed: Mapping[str, int] = NOTHING
    ):
        super().__init__()
        if not conventions or conventions[0] != CANONICAL:
            conventions = (CANONICAL, *conventions)
        self.config = config
        self.conventions = conventions
        self.spatial_transformer = SpatialTransformer(config)
        self.feature_extractor = FeatureExtractor(config)
        self.query_deformer = QueryDeformer(config)
        self.landmark_predictor = LandmarkPredictor(config)
        steps = [Attention(config)] if config.attention else []
        self.refinements = nn.ModuleList(
            [*steps, *(LocalRefinement(config) for _ in range(config.refine_steps))]
        )
        self.learned_queries = nn.ParameterDict(
            {
                str(conventions.index(name)): nn.Parameter(torch.zeros(count, 3))
                for name, count in undescribed.items()
            }
        )
        self.pixel_shifts = nn.Parameter(torch.zeros(len(conventions) - 1, 2))
        self.dataset_codes = nn.Parameter(0.5 * torch.randn(len(conventions) - 1, config.whole_code_size))

    @property
    def undescribed(self) -> dict[str, int]:
        """The conventions whose queries are learned, with their number of points."""
        return {self.conventions[int(key)]: len(queries) for key, queries in self.learned_queries.items()}

    def queries_of(self, convention: str) -> nn.Parameter:
        """(K, 3) mm: the learned queries of an undescribed convention."""
        return self.learned_queries[str(self.conventions.index(convention))]

    def codes(self, index: Tensor) -> Tensor:
        """(B,) indices into `conventions` → (B, E) codes; 0 gives the zero code."""
        zero = self.dataset_codes.new_zeros(1, self.dataset_codes.shape[1])
        return torch.cat([zero, self.dataset_codes])[index]

    def shifts(self, index: Tensor) -> Tensor:
        """(B,) indices into `conventions` → (B, 2) pixels of the photograph; 0 has none."""
        return torch.cat([self.pixel_shifts.new_zeros(1, 2), self.pixel_shifts])[index]

    def offsets(self, queries: Tensor, convention: Tensor) -> Tensor:
        """δ_j(p): (B, K, 3) mm and (B,) convention indices → (B, K, 3) mm."""
        return self.query_deformer(queries, self.codes(convention))

    def predict(self, features: Features, queries: Tensor) -> list[Prediction]:
        """Features of B crops and (B, K, 3) deformed queries → predictions in the crop, from coarse to refined."""
        prediction, hidden = self.landmark_predictor(features, queries)
        predictions = [prediction]
        for refinement in self.refinements:
            prediction, hidden = refinement(features, prediction, hidden)
            predictions.append(prediction)
        return predictions


def placed(network: InfiniteLandmarks, device: str | torch.device) -> InfiniteLandmarks:
    """`network` on `device`, its weights as they are quickest there."""
    network.to(device)
    network.to(memory_format=memory_format(device))  # pyright: ignore[reportCallIssue]
    return network
