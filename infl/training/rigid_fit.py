"""Where the rigid canonical face lies in an annotated photograph, from its 2D landmarks alone.

A weak-perspective fit of C's own shape: x = s·Π F H (X − c) + u. Training needs it to know how large a face is,
to cut standard crops for the second pass, and to place faces when augmenting; nothing of it is a label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from infl.geometry.rotations import head_rotation
from infl.model.config import FACE_SIZE, HEAD_CENTRE

STEPS = 25
HUBER = 0.04  # of the face's size: residuals beyond it count linearly
CONTOUR_WEIGHT = 0.15  # contour points slide, so they say little of the rigid pose
UPRIGHT_WEIGHT = 0.02  # pull towards a frontal head, for layouts that leave the pose open
STARTS = tuple((yaw, pitch) for yaw in (-60.0, -20.0, 20.0, 60.0) for pitch in (0.0,))


@dataclass(frozen=True)
class RigidFit:
    """Of N faces: head (N, 3, 3); centre (N, 2), where HEAD_CENTRE falls, pixels; scale (N,), pixels a mm;
    error (N,), the mean distance of the points that stay in place, in units of the face's size."""

    head: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    error: np.ndarray


def rigid_fit(queries: np.ndarray, contour: np.ndarray, points: np.ndarray) -> RigidFit:
    """Fit (K, 3) mm queries with (K,) contour flags to (N, K, 2) pixels, NaN where a point is absent."""
    target = torch.from_numpy(points.astype(np.float64))
    present = torch.isfinite(target).all(-1)
    target = torch.where(present[..., None], target, 0.0)
    shape = torch.from_numpy((queries - np.array(HEAD_CENTRE)).astype(np.float64)).expand(len(points), -1, -1)
    weight = present * torch.where(torch.from_numpy(contour), CONTOUR_WEIGHT, 1.0)
    best: tuple[Tensor, ...] | None = None
    for yaw, pitch in STARTS:
        fit = _fit(shape, target, weight, torch.from_numpy(head_rotation(yaw, pitch, 0.0)))
        if best is None:
            best = fit
        else:
            better = fit[0] < best[0]
            best = tuple(torch.where(better.view(-1, *[1] * (new.ndim - 1)), new, old)
                         for new, old in zip(fit, best, strict=True))  # fmt: skip
    assert best is not None
    _, head, scale, centre, distance = best
    firm = present * torch.where(torch.from_numpy(contour), 1e-6, 1.0)
    error = (distance * firm).sum(1) / firm.sum(1).clamp_min(1e-9)
    return RigidFit(head.numpy(), centre.numpy(), scale.numpy(), error.numpy())


def _project(head: Tensor, shape: Tensor) -> Tensor:
    """(N, K, 3) mm → (N, K, 3) with x right and y down in the picture; z is not flipped."""
    return (shape @ head.transpose(1, 2)) * shape.new_tensor([1.0, -1.0, 1.0])


def _place(flat: Tensor, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Weighted similarity (complex factor a + ib, shift) that lays `flat` (N, K, 2) on `target`."""
    total = weight.sum(1, keepdim=True)[..., None].clamp_min(1e-9)
    mean_flat = (flat * weight[..., None]).sum(1, keepdim=True) / total
    mean_target = (target * weight[..., None]).sum(1, keepdim=True) / total
    p, q = flat - mean_flat, target - mean_target
    norm = (weight * (p**2).sum(-1)).sum(1).clamp_min(1e-9)
    a = (weight * (p * q).sum(-1)).sum(1) / norm
    b = (weight * (p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0])).sum(1) / norm
    return a, b, (mean_target - _turn(mean_flat, a, b))[:, 0]


def _turn(points: Tensor, a: Tensor, b: Tensor) -> Tensor:
    x, y = points[..., 0], points[..., 1]
    a, b = a[:, None], b[:, None]
    return torch.stack([a * x - b * y, b * x + a * y], -1)


def _fit(shape: Tensor, target: Tensor, weight: Tensor, start: Tensor) -> tuple[Tensor, ...]:
    """Gauss–Newton with Huber weights from one start; returns cost, head, scale, centre, and distances (N, K)."""
    count = len(shape)
    a, b, _ = _place(_project(start.expand(count, 3, 3), shape)[..., :2], target, weight)
    angle = torch.atan2(-b, a)  # y points down in the picture and up on C
    turn = torch.zeros(count, 3, 3, dtype=shape.dtype)
    turn[:, 0, 0] = turn[:, 1, 1] = angle.cos()
    turn[:, 0, 1], turn[:, 1, 0], turn[:, 2, 2] = -angle.sin(), angle.sin(), 1.0
    head = turn @ start
    scale = (a**2 + b**2).sqrt().clamp_min(1e-6)
    flat = _project(head, shape)[..., :2] * scale[:, None, None]
    total = weight.sum(1, keepdim=True).clamp_min(1e-9)
    centre = ((target - flat) * weight[..., None]).sum(1) / total
    for _ in range(STEPS):
        seen = _project(head, shape)
        unit = (scale * FACE_SIZE)[:, None]
        residual = (target - centre[:, None] - scale[:, None, None] * seen[..., :2]) / unit[..., None]
        distance = residual.norm(dim=-1)
        robust = weight * (HUBER / distance.clamp_min(HUBER)) / total
        x, y, z = seen[..., 0], -seen[..., 1], seen[..., 2]  # canonical axes
        zero, one = torch.zeros_like(x), torch.ones_like(x)
        # Derivatives by a turn about the canonical axes, log scale, and shift (already over the face's size).
        dx = torch.stack([zero, z / FACE_SIZE, -y / FACE_SIZE, x / FACE_SIZE, one, zero], -1)
        dy = torch.stack([z / FACE_SIZE, zero, -x / FACE_SIZE, -y / FACE_SIZE, zero, one], -1)
        jacobian = torch.stack([dx, dy], -2)
        normal = torch.einsum("nk,nkci,nkcj->nij", robust, jacobian, jacobian)
        right = torch.einsum("nk,nkci,nkc->ni", robust, jacobian, residual)
        forward = head[:, :, 2]  # where the nose points; the prior pulls it back to +z
        lean = torch.stack([-forward[:, 1], forward[:, 0]], -1)
        prior = UPRIGHT_WEIGHT * 0.05
        normal[:, :2, :2] += prior * torch.eye(2, dtype=shape.dtype)
        right[:, :2] -= prior * lean
        normal += 1e-5 * torch.eye(6, dtype=shape.dtype)
        step = torch.linalg.solve(normal, right)
        step = step * (0.5 / step[:, :3].norm(dim=1, keepdim=True).clamp_min(0.5))
        head = torch.linalg.matrix_exp(_cross(step[:, :3])) @ head
        scale = scale * step[:, 3].clamp(-0.3, 0.3).exp()
        centre = centre + step[:, 4:] * unit
    seen = _project(head, shape)
    distance = (target - centre[:, None] - scale[:, None, None] * seen[..., :2]).norm(dim=-1) / (
        scale * FACE_SIZE
    )[:, None]
    huber = torch.where(distance < HUBER, distance**2 / 2, HUBER * (distance - HUBER / 2))
    cost = (weight * huber).sum(1) / total[:, 0] + UPRIGHT_WEIGHT * 0.05 * (1 - head[:, 2, 2])
    return cost, head, scale, centre, distance


def _cross(vector: Tensor) -> Tensor:
    """(N, 3) → (N, 3, 3) cross-product matrices."""
    x, y, z = vector.unbind(-1)
    zero = torch.zeros_like(x)
    return torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).view(-1, 3, 3)
