"""The configuration of the network: everything besides its weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HEAD_CENTRE = (0.0, -42.0, 0.0)
"""The point of C (mm) on which normalised crops are centred: half way from brows to chin, at the eyes' depth."""

CROP_HALF_WIDTH = 88.0
"""Millimetres of the face, at the depth of HEAD_CENTRE, from the centre of a normalised crop to its border."""


@dataclass(frozen=True)
class ModelConfig:
    """Architecture; the defaults are those of the shipped checkpoint."""

    transform: Literal["similarity", "affine"] = "similarity"  # what the spatial transformer may do
    search_size: int = 96  # pixels of the whole photograph as the spatial transformer sees it
    crop_size: int = 128  # pixels of the normalised crop I'
    softness: float = 1.0  # pixels of I': standard deviation of the blur through which F looks
    passes: int = 2  # times the feature extractor looks; the second time at the crop its own pose asks for
    code_size: int = 256  # C: length of the image code f
    hidden_size: int = 192  # width of the landmark predictor
    query_bands: int = 6  # octaves of the position encoder of P
    deformer_bands: int = 2  # octaves that the query deformer sees: few, so that δ is smooth
    deformer_size: int = 64  # width of the query deformer
    dataset_code_size: int = 16  # E: length of a data set's code D_j
    field_centres: int = 0  # places on half of C where D_j may have offsets of its own, 3 more numbers each
    deformer_bound: float = 8.0  # mm that δ can never exceed per axis
    attention: bool = True  # look for each query's place in a feature map before refining it
    refine_steps: int = 2  # times that the feature maps are sampled where the landmark fell, to correct it
    pyramid_channels: int = 64  # of each of the feature maps that are sampled

    @property
    def whole_code_size(self) -> int:
        """Length of a data set's code with what its own field adds."""
        return self.dataset_code_size + 3 * self.field_centres


FACE_SIZE = 90.0
"""Millimetres that "the face's size" means in losses and in σ: about the distance of the outer eye corners."""
