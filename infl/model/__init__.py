"""The paper's network. Read it in this order: spatial_transformer, feature_extractor, query_deformer,
position_encoder, landmark_predictor, network; then landmarker, which is what most people call."""

from infl.model.config import ModelConfig
from infl.model.landmarker import Encoded, Landmarker, Landmarks, load_landmarker
from infl.model.network import CANONICAL, InfiniteLandmarks

__all__ = [
    "CANONICAL",
    "Encoded",
    "InfiniteLandmarks",
    "Landmarker",
    "Landmarks",
    "ModelConfig",
    "load_landmarker",
]
