"""F: the normalised crop I' → image code f, feature maps, and the camera and head pose γ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn

from infl.geometry.rotations import rotation_from_6d
from infl.model.backbone import STAGES, MobileNetV2
from infl.model.config import CROP_HALF_WIDTH, HEAD_CENTRE, ModelConfig

MAP_STAGES = (1, 2, 4)  # outputs at strides 4, 8 and 16
FLAT_CHANNELS = 32
FOCAL_LENGTH = 6.0
"""Where the focal length starts, in half widths of the crop: a head seen from about 63 cm."""


@dataclass(frozen=True)
class Gamma:
    """γ of B faces: head rotation, where HEAD_CENTRE falls, how large the face is there, and the focal length.

    head: (B, 3, 3), the identity for a frontal upright face. centre: (B, 2) and focal (B,) in normalised
    coordinates of the crop. scale: (B,) normalised units a millimetre at the depth of HEAD_CENTRE. The last
    three say the same as a translation t = (centre / scale, focal / scale), but do not fight each other in training.
    """

    head: Tensor
    centre: Tensor
    scale: Tensor
    focal: Tensor

    def seen(self, points: Tensor) -> Tensor:
        """(B, K, 3) mm on C → (B, K, 3) mm in the camera's frame (x right, y down, z forward)."""
        turned = (points - points.new_tensor(HEAD_CENTRE)) @ self.head.transpose(1, 2)
        depth = self.focal / self.scale
        origin = torch.cat([self.centre / self.scale[:, None], depth[:, None]], 1)
        return turned * turned.new_tensor([1.0, -1.0, -1.0]) + origin[:, None]

    def project(self, points: Tensor) -> Tensor:
        """ψ: (B, K, 3) mm on C → (B, K, 2) normalised coordinates of the crop."""
        seen = self.seen(points)
        return self.focal[:, None, None] * seen[..., :2] / seen[..., 2:].clamp_min(1.0)

    def lift(self, points: Tensor, at: Tensor) -> Tensor:
        """Move (B, K, 3) canonical points parallel to the image plane until they project to `at` (B, K, 2)."""
        seen = self.seen(points)
        depth = seen[..., 2:].clamp_min(1.0)
        shift = at * depth / self.focal[:, None, None] - seen[..., :2]
        shift = torch.cat(
            [shift[..., :1], -shift[..., 1:], torch.zeros_like(depth)], -1
        )  # camera → canonical axes
        return points + shift @ self.head


@dataclass(frozen=True)
class Features:
    """What F says of B crops: code (B, C), maps at strides 4, 8, 16 (B, c, h, w), γ, and face (B,), the log odds that
    the crop shows a face, whole and in about the standard size."""

    code: Tensor
    maps: tuple[Tensor, ...]
    gamma: Gamma
    face: Tensor

    def of(self, i: int) -> Features:
        """Those of crop i alone."""
        one, gamma = slice(i, i + 1), self.gamma
        alone = Gamma(gamma.head[one], gamma.centre[one], gamma.scale[one], gamma.focal[one])
        return Features(self.code[one], tuple(cells[one] for cells in self.maps), alone, self.face[one])

    @staticmethod
    def together(several: Sequence[Features]) -> Features:
        """Those of the crops of all of `several`, in order."""
        if len(several) == 1:
            return several[0]
        gammas = [each.gamma for each in several]
        gamma = Gamma(*(torch.cat([getattr(g, f.name) for g in gammas]) for f in fields(Gamma)))
        maps = tuple(torch.cat(level) for level in zip(*(each.maps for each in several), strict=True))
        code, face = (torch.cat([getattr(each, name) for each in several]) for name in ("code", "face"))
        return Features(code, maps, gamma, face)


class Merge(nn.Module):
    """One level of the pyramid: a finer stage, told by the coarser level what it is part of."""

    def __init__(self, channels: int, width: int):
        super().__init__()
        self.lateral = nn.Conv2d(channels, width, 1)
        self.spatial = nn.Conv2d(width, width, 3, padding=1, groups=width)
        self.mix = nn.Conv2d(width, width, 1)

    def forward(self, stage: Tensor, coarser: Tensor) -> Tensor:
        above = nn.functional.interpolate(coarser, size=stage.shape[-2:], mode="nearest")
        merged = torch.relu(self.lateral(stage) + above)
        return torch.relu(self.mix(torch.relu(self.spatial(merged))) + merged)


class Pyramid(nn.Module):
    """Beyond the paper: maps at strides 4, 8 and 16 that are fine and know the whole face.

    Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017, with separable convolutions.
    """

    def __init__(self, width: int):
        super().__init__()
        self.top = nn.Conv2d(STAGES[-1][1], width, 1)
        self.levels = nn.ModuleList(Merge(STAGES[stage][1], width) for stage in MAP_STAGES)

    def forward(self, stages: list[Tensor]) -> tuple[Tensor, ...]:
        """Outputs of all stages of the trunk → maps (B, width, h, w), the finest first."""
        level = self.top(stages[-1])
        maps = []
        for merge, stage in zip(reversed(self.levels), reversed(MAP_STAGES), strict=True):
            level = merge(stages[stage], level)
            maps.append(level)
        return tuple(reversed(maps))


class Softening(nn.Module):
    """Beyond the paper: a Gaussian blur of `softness` pixels before F. Noise and the grid of pixels then move landmarks
    less from frame to frame (a trunk that only looks at every second pixel aliases: Zhang, "Making Convolutional
    Networks Shift-Invariant Again", ICML 2019)."""

    weight: Tensor

    def __init__(self, softness: float):
        super().__init__()
        self.reach = math.ceil(3 * softness)
        bell = torch.exp(-0.5 * (torch.arange(-self.reach, self.reach + 1) / softness) ** 2)
        self.register_buffer("weight", (bell / bell.sum()).expand(3, 1, 1, -1).clone(), persistent=False)

    def forward(self, crop: Tensor) -> Tensor:
        around = nn.functional.pad(crop, (self.reach,) * 4, mode="reflect")
        along = nn.functional.conv2d(around, self.weight, groups=3)
        return nn.functional.conv2d(along, self.weight.transpose(2, 3), groups=3)


class FeatureExtractor(nn.Module):
    """(B, 3, crop, crop) in [-1, 1] → Features. All last layers start at zero: a frontal face that fills the crop."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.soften = Softening(config.softness)
        self.trunk = MobileNetV2()
        channels = STAGES[-1][1]
        cells = (config.crop_size // 32) ** 2
        self.flat = nn.Conv2d(channels, FLAT_CHANNELS, 1)
        self.code = nn.Sequential(
            nn.Linear(channels + FLAT_CHANNELS * cells, config.code_size),
            nn.LayerNorm(config.code_size),
            nn.SiLU(),
        )
        last = nn.Linear(128, 11)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.pose = nn.Sequential(nn.Linear(config.code_size, 128), nn.SiLU(), last)
        self.pyramid = Pyramid(config.pyramid_channels) if config.refine_steps or config.attention else None

    def forward(self, crop: Tensor) -> Features:
        stages = self.trunk(self.soften(crop))
        last = stages[-1]
        flat = torch.relu(self.flat(last)).flatten(1)
        code = self.code(torch.cat([last.mean((2, 3)), flat], 1))
        pose = self.pose(code)
        identity = pose.new_tensor([1.0, 0, 0, 0, 1, 0])
        gamma = Gamma(
            head=rotation_from_6d(identity + pose[:, :6]),
            centre=pose[:, 6:8],
            scale=pose[:, 8].clamp(-2, 2).exp() / CROP_HALF_WIDTH,
            focal=FOCAL_LENGTH * pose[:, 9].clamp(-math.log(3), math.log(5)).exp(),
        )
        maps = self.pyramid(stages) if self.pyramid else ()
        return Features(code, maps, gamma, pose[:, 10])
