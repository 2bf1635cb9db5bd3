"""Where the second pass looks: the crop in which a face whose landmarks were found is upright and of one size."""

from __future__ import annotations

import numpy as np

from infl.model.config import CROP_HALF_WIDTH, HEAD_CENTRE
from infl.model.feature_extractor import Gamma
from infl.model.landmark_predictor import Prediction


def standard_crop(gamma: Gamma, queries: np.ndarray, found: Prediction) -> np.ndarray:
    """(B, 2, 3): the similarity that cuts the standard crop of B faces in which (K, 3) mm on C were `found`.

    The standard crop is centred on HEAD_CENTRE, spans CROP_HALF_WIDTH mm to each side, and has the head upright. C,
    turned as γ says, is laid onto the landmarks, the surer ones first: that trembles less than γ's own centre and
    scale, and is right where these are not. The map goes from the new crop to the one in which the landmarks were
    found, both in normalised coordinates.
    """
    head, points, log_sigma = (
        tensor.detach().cpu().numpy().astype(float) for tensor in (gamma.head, found.points, found.log_sigma)
    )
    flat = (queries - HEAD_CENTRE) @ head[:, :2].transpose(0, 2, 1) * [1, -1]
    weight = np.exp(-2 * (log_sigma - log_sigma.min(1, keepdims=True)))[..., None]
    weight /= weight.sum(1, keepdims=True)
    from_mean, to_mean = ((weight * places).sum(1, keepdims=True) for places in (flat, points))
    p, q = flat - from_mean, points - to_mean
    norm = (weight * p**2).sum((1, 2))
    a = (weight * p * q).sum((1, 2)) / norm
    b = (weight[..., 0] * (p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0])).sum(1) / norm
    turn = np.stack([a, -b, b, a], 1).reshape(-1, 2, 2)
    centre = (to_mean - from_mean @ turn.transpose(0, 2, 1))[:, 0]
    lean = np.arctan2(head[:, 0, 1], head[:, 1, 1]) + np.arctan2(b, a)
    size = np.hypot(a, b) * CROP_HALF_WIDTH
    c, s = size * np.cos(lean), size * np.sin(lean)
    return np.stack([c, -s, centre[:, 0], s, c, centre[:, 1]], 1).reshape(-1, 2, 3)
