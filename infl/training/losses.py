"""The loss: how unlikely the annotations are under the landmarks and their σ, and what keeps the parts honest."""

from __future__ import annotations

import torch
from torch import Tensor

from infl.geometry.transforms import apply
from infl.model.config import CROP_HALF_WIDTH, HEAD_CENTRE
from infl.model.landmark_predictor import UNIT
from infl.model.network import InfiniteLandmarks
from infl.model.spatial_transformer import resample
from infl.training.batches import Batch
from infl.training.recipe import Recipe

SMALLEST_LOG_SIGMA = -5.5  # 0.4 % of the face's size, less than annotators agree on
ROUGH_SIGMA = 0.1  # of the face's size: what the terms of the unbent face are measured in


def likelihood(distance: Tensor, log_sigma: Tensor, kind: str) -> Tensor:
    """Negative log-likelihood of 2D residuals of length `distance` (units of the face's size), up to a constant.

    "gaussian" is "Infinite 3D Landmarks", eq. 6; "laplace" is its heavy-tailed cousin with density ∝ exp(-r/σ).
    """
    log_sigma = log_sigma.clamp_min(SMALLEST_LOG_SIGMA)
    if kind == "gaussian":
        return 0.5 * distance**2 * (-2 * log_sigma).exp() + 2 * log_sigma
    return distance * (-log_sigma).exp() + 2 * log_sigma


def losses(
    network: InfiniteLandmarks, batch: Batch, recipe: Recipe, done: float
) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch when the fraction `done` of the run is over, and its parts as numbers for the log.

    Residuals are measured in the photograph, in units of the face's size: measured in the crop, S could lower
    them by zooming out. "nme" is the mean distance of the refined points, in percent of the face's size.
    """
    config = network.config
    photos = batch.photos.permute(0, 3, 1, 2).float().div(127.5).sub(1)
    crops = batch.crops.permute(0, 3, 1, 2).float().div(127.5).sub(1)
    count = len(photos)
    theta = torch.eye(3, device=photos.device)[:2].repeat(len(batch.queries), 1, 1)
    if count:
        search = torch.nn.functional.avg_pool2d(photos, 2).contiguous(memory_format=torch.channels_last)
        found = network.spatial_transformer(search)
        crops = torch.cat([resample(photos, found, config.crop_size), crops])
        theta = torch.cat([found, theta[count:]])
    features = network.feature_extractor(crops.contiguous(memory_format=torch.channels_last))
    queries = asked(network, batch)
    delta = network.offsets(queries, batch.convention)
    deformed = queries + delta
    coarse, refined = network.predict(features, deformed)
    weight = batch.present.float()
    total = weight.sum().clamp_min(1.0)

    def distance(points: Tensor) -> Tensor:
        return ((apply(theta, points) - batch.targets) / batch.size[:, None, None]).norm(dim=-1).add(1e-8)

    def mean(values: Tensor, where: Tensor = weight) -> Tensor:
        return (values * where).sum() / where.sum().clamp_min(1.0)

    far_coarse, far = distance(coarse.points), distance(refined.points)
    parts = {"coarse": mean(likelihood(far_coarse, coarse.log_sigma, recipe.likelihood))}
    if network.refinement:
        parts["refined"] = mean(likelihood(far, refined.log_sigma, recipe.likelihood))
    firm = weight * batch.firm
    parts["rigid"] = recipe.rigid * mean(distance(features.gamma.project(queries)) / ROUGH_SIGMA, firm)
    flat = (queries - queries.new_tensor(HEAD_CENTRE))[..., :2] / CROP_HALF_WIDTH
    flat = flat * flat.new_tensor([1.0, -1.0])
    fading = recipe.localisation * max(0.05, 1 - 2 * done)
    parts["localisation"] = fading * mean(distance(flat)[:count] / ROUGH_SIGMA, firm[:count])
    residual = (coarse.points3d - deformed) / (UNIT / 10)
    parts["residual"] = recipe.residual * (residual**2).sum(-1).mean()
    parts["deformation"] = recipe.deformation * (delta**2).sum(-1).mean()
    turned = (features.gamma.head - _seen_from(batch, theta)).pow(2).sum((1, 2)).add(1e-6).sqrt()
    parts["pose"] = recipe.pose * (turned * batch.trust).sum() / batch.trust.sum().clamp_min(1.0)
    bent = (refined.points3d - batch.points3d).norm(dim=-1).mean(1) / UNIT
    parts["shape"] = recipe.shape * (bent * batch.rendered).sum() / batch.rendered.sum().clamp_min(1)
    report = {name: float(value.detach()) for name, value in parts.items()}
    report["nme"] = float((far * weight).sum().detach() / total * 100)
    report["nme_coarse"] = float((far_coarse * weight).sum().detach() / total * 100)
    return torch.stack(list(parts.values())).sum(), report


def asked(network: InfiniteLandmarks, batch: Batch) -> Tensor:
    """(B, N, 3) mm: the queries of a batch, from the layouts or, for undescribed conventions, as they are learned."""
    queries = batch.queries
    for key, learned in network.learned_queries.items():
        mine = batch.learned == int(key)
        theirs = learned[batch.index.clamp_max(len(learned) - 1)]
        theirs = theirs * torch.stack([batch.side, *[torch.ones_like(batch.side)] * 2], -1)[:, None]
        queries = torch.where(mine[:, None, None], theirs, queries)
    return queries


def _seen_from(batch: Batch, theta: Tensor) -> Tensor:
    """The known head rotations (B, 3, 3) as seen in the crops that θ cuts: θ turns the picture, not the head."""
    angle = torch.atan2(theta[:, 1, 0], theta[:, 0, 0]).detach()  # the crop lies turned by this in the photo
    c, s, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    turn = torch.stack([c, -s, zero, s, c, zero, zero, zero, torch.ones_like(c)], -1).view(-1, 3, 3)
    return turn @ batch.head
