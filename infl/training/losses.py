"""The loss: how unlikely the annotations are under the landmarks and their σ, and what keeps the parts honest."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from infl.geometry.transforms import apply, scale_of
from infl.model.backbone import memory_format
from infl.model.config import CROP_HALF_WIDTH, HEAD_CENTRE
from infl.model.landmark_predictor import UNIT
from infl.model.network import InfiniteLandmarks
from infl.model.spatial_transformer import resample
from infl.training.batches import Batch
from infl.training.recipe import Recipe

SMALLEST_LOG_SIGMA = -5.5  # 0.4 % of the face's size, less than annotators agree on
FOUND, MISSED = 0.35, 0.8  # of the face's size: how far off a crop is that shows the face, and that does not
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
    count, lie = len(photos), memory_format(photos.device)
    theta = torch.eye(3, device=photos.device)[:2].repeat(len(batch.queries), 1, 1)
    if count:
        search = torch.nn.functional.avg_pool2d(photos, 2).contiguous(memory_format=lie)
        found = network.spatial_transformer(search)
        crops = torch.cat([resample(photos, found.theta, config.crop_size), crops])
        theta = torch.cat([found.theta, theta[count:]])
    features = network.feature_extractor(crops.contiguous(memory_format=lie))
    queries = asked(network, batch)
    delta = network.offsets(queries, batch.convention)
    deformed = queries + delta
    # Landmarks must not turn the head: Δ could make up for any turn, and the likelihood would keep both.
    still = replace(features, gamma=replace(features.gamma, head=features.gamma.head.detach()))
    coarse, *refined = predictions = network.predict(still, deformed)
    weight = batch.present.float()
    total = weight.sum().clamp_min(1.0)

    shift = (batch.pixel @ network.shifts(batch.convention)[..., None]).mT

    def off(points: Tensor) -> Tensor:
        return (apply(theta, points) + shift - batch.targets) / batch.size[:, None, None]

    def distance(points: Tensor) -> Tensor:
        return off(points).norm(dim=-1).add(1e-8)

    def mean(values: Tensor, where: Tensor = weight) -> Tensor:
        return (values * where).sum() / where.sum().clamp_min(1.0)

    far = [distance(prediction.points) for prediction in predictions]
    parts = {"coarse": mean(likelihood(far[0], coarse.log_sigma, recipe.likelihood))}
    for step, prediction in enumerate(refined, 1):
        parts[f"refined {step}"] = mean(likelihood(far[step], prediction.log_sigma, recipe.likelihood))
    second = torch.nonzero(batch.twin)[:, 0]
    sigma = predictions[-1].log_sigma.detach().exp()
    between = apart(off(predictions[-1].points), batch.pixel, second)
    both = weight[second] * weight[second - 1]
    parts["agreement"] = recipe.agreement * mean(2 * between / (sigma[second] + sigma[second - 1]), both)
    firm = weight * batch.firm
    parts["rigid"] = recipe.rigid * mean(distance(features.gamma.project(queries)) / ROUGH_SIGMA, firm)
    flat = (queries - queries.new_tensor(HEAD_CENTRE))[..., :2] / CROP_HALF_WIDTH
    flat = flat * flat.new_tensor([1.0, -1.0])
    fading = recipe.localisation * max(0.05, 1 - 2 * done)
    placed = distance(flat)
    parts["localisation"] = fading * mean(placed[:count] / ROUGH_SIGMA, firm[:count])
    missed = (placed * firm).sum(1) / firm.sum(1).clamp_min(1.0)
    parts["presence"] = recipe.presence * _presence(features.face, batch.face, missed.detach())
    if count:
        parts["presence in photo"] = recipe.presence * _presence(found.face, batch.face[:count])
    residual = (coarse.points3d - deformed) / (UNIT / 10)
    parts["residual"] = recipe.residual * (residual**2).sum(-1).mean()
    parts["deformation"] = recipe.deformation * (delta**2).sum(-1).mean()
    turned = (features.gamma.head - _seen_from(batch, theta)).pow(2).sum((1, 2)).add(1e-6).sqrt()
    parts["pose"] = recipe.pose * (turned * batch.trust).sum() / batch.trust.sum().clamp_min(1.0)
    lens = (features.gamma.focal * scale_of(theta) / batch.focal.clamp_min(1e-3)).log().abs()
    parts["focal"] = recipe.focal * (lens * batch.rendered).sum() / batch.rendered.sum().clamp_min(1)
    bent = (predictions[-1].points3d - batch.points3d).norm(dim=-1).mean(1) / UNIT
    parts["shape"] = recipe.shape * (bent * batch.rendered).sum() / batch.rendered.sum().clamp_min(1)
    loss = torch.stack(list(parts.values())).sum()
    nme = {
        name: 100 * (each * weight).sum() / total for name, each in (("nme", far[-1]), ("nme_coarse", far[0]))
    }
    known = {**parts, "loss": loss, **nme}
    numbers = torch.stack(list(known.values())).tolist()  # all at once: a GPU has to be waited for
    return loss, dict(zip(known, numbers, strict=True))


def apart(off: Tensor, pixel: Tensor, second: Tensor) -> Tensor:
    """(T, N) how far apart two looks at the same points of a face are, at `second` and one before: their errors
    `off` (B, N, 2), turned back to how the photograph lies, have the annotation in common; their difference has not."""
    turn = pixel / pixel[:, :1].norm(dim=-1, keepdim=True)
    upright = off @ turn  # `pixel` keeps angles, so that the transpose of `turn` takes it back
    return (upright[second] - upright[second - 1]).norm(dim=-1)


def _presence(log_odds: Tensor, face: Tensor, missed: Tensor | None = None) -> Tensor:
    """How badly (B,) log odds tell where a face is. A crop counts as empty where the mean face laid into it is `missed`
    by more than the face's size, and does not count where that is between FOUND and MISSED."""
    weight = torch.ones_like(log_odds)
    if missed is not None:
        weight = (~face | (missed < FOUND) | (missed > MISSED)).float()
        face = face & (missed < FOUND)
    each = torch.nn.functional.binary_cross_entropy_with_logits(log_odds, face.float(), reduction="none")
    return (each * weight).mean()


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
