"""Cutting squares out of photographs, for the network's eyes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from infl.geometry.transforms import chain, move
from infl.images import cv2
from infl.model.backbone import memory_format

GRAY = 128
"""What lies outside a photograph, in all three channels: nearly 0 once it is scaled to [-1, 1]."""


def square_of(image: np.ndarray) -> np.ndarray:
    """(2, 3) map from normalised coordinates of the smallest square around a photograph, centred, to its pixels."""
    height, width = image.shape[:2]
    half = max(height, width) / 2
    return np.array([[half, 0, (width - 1) / 2], [0, half, (height - 1) / 2]])


def cut(image: np.ndarray, to_image: np.ndarray, size: int) -> np.ndarray:
    """Resample `image` (H, W, 3) into a square of `size` pixels through the (2, 3) map from its pixels to the image's.

    Where the square is coarser than the image, the image is first averaged down to its resolution, so that
    nothing aliases; where it leaves the image it is gray.
    """
    corners = move(
        to_image, np.array([[-0.5, -0.5], [size - 0.5, -0.5], [size - 0.5, size - 0.5], [-0.5, size - 0.5]])
    )
    height, width = image.shape[:2]
    low = np.clip(np.floor(corners.min(0)).astype(int) - 2, 0, [width, height])
    high = np.clip(np.ceil(corners.max(0)).astype(int) + 3, 0, [width, height])
    part = image[low[1] : high[1], low[0] : high[0]]
    if not part.size:
        return np.full((size, size, 3), GRAY, np.uint8)
    to_part = chain(np.array([[1.0, 0, -low[0]], [0, 1.0, -low[1]]]), to_image)
    while (coarser := _scale_of(to_part)) >= 4 and min(part.shape[:2]) > 1:
        even = part[
            : part.shape[0] // 2 * 2, : part.shape[1] // 2 * 2
        ]  # halving these is the quickest averaging
        part, to_part = _shrunk(even, to_part, np.array([even.shape[1], even.shape[0]]) // 2)
    if coarser > 1.25:
        shape = np.maximum(np.round(np.array([part.shape[1], part.shape[0]]) / coarser), 1).astype(int)
        part, to_part = _shrunk(part, to_part, shape)
    return cv2.warpAffine(
        part, to_part, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(GRAY, GRAY, GRAY),
    )  # fmt: skip


def _scale_of(to_image: np.ndarray) -> float:
    """How many of the image's pixels, in a row, a pixel of the square covers."""
    return float(np.sqrt(abs(np.linalg.det(to_image[:, :2]))))


def _shrunk(part: np.ndarray, to_part: np.ndarray, shape: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`part` averaged down to `shape` (width, height), and the map into it."""
    ratio = shape / [part.shape[1], part.shape[0]]
    part = cv2.resize(part, (int(shape[0]), int(shape[1])), interpolation=cv2.INTER_AREA)
    shrink = np.array([[ratio[0], 0, (ratio[0] - 1) / 2], [0, ratio[1], (ratio[1] - 1) / 2]])
    return part, chain(shrink, to_part)


def to_input(pictures: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
    """(H, W, 3) or (B, H, W, 3) uint8 RGB → (B, 3, H, W) float32 in [-1, 1], as it is quickest on `device`."""
    batch = torch.from_numpy(pictures if pictures.ndim == 4 else pictures[None]).to(device)
    return (
        batch.permute(0, 3, 1, 2).float().div_(127.5).sub_(1).contiguous(memory_format=memory_format(device))
    )
