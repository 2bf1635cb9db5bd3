"""The convolutional trunk: MobileNetV2 with batch normalisation folded into its convolutions.

Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018, table 2. Folding costs
nothing at inference and lets small batches train; early stages can stay frozen and then cost no backward pass.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""(expansion, channels, blocks, stride) of each stage; after the stem's stride of 2."""

FROZEN_STAGES = 2
"""Stages that keep their weights unless `freeze` says otherwise: edges are edges, and they cost no backward pass."""


class ConvReLU(nn.Module):
    """Convolution, bias, and ReLU6; strided ones pad one pixel right and below, as the ImageNet weights expect."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, relu: bool = True
    ):
        super().__init__()
        self.pad_end = stride == 2
        padding = 0 if self.pad_end else kernel // 2
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups)
        self.relu = relu

    def forward(self, x: Tensor) -> Tensor:
        if self.pad_end:
            x = nn.functional.pad(x, (0, 1, 0, 1))
        x = self.conv(x)
        return nn.functional.hardtanh(x, 0.0, 6.0) if self.relu else x


class InvertedResidual(nn.Module):
    """Expand, filter per channel, project; with a shortcut where shapes allow."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int):
        super().__init__()
        hidden = inputs * expansion
        expand = [ConvReLU(inputs, hidden)] if expansion != 1 else []
        self.layers = nn.Sequential(
            *expand, ConvReLU(hidden, hidden, 3, stride, hidden), ConvReLU(hidden, outputs, relu=False)
        )
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x) if self.shortcut else self.layers(x)


class MobileNetV2(nn.Module):
    """(B, 3, H, W) RGB in [-1, 1] → the output of each of the first `stages` stages.

    The first `frozen` stages, and with them the stem, are not trained.
    """

    def __init__(self, stages: int = len(STAGES)):
        super().__init__()
        self.stem = ConvReLU(3, 32, 3, 2)
        self.blocks = nn.ModuleList()
        inputs = 32
        for expansion, outputs, count, stride in STAGES[:stages]:
            blocks = [InvertedResidual(inputs if i == 0 else outputs, outputs, stride if i == 0 else 1, expansion)
                      for i in range(count)]  # fmt: skip
            self.blocks.append(nn.Sequential(*blocks))
            inputs = outputs
        self.freeze(FROZEN_STAGES)

    def freeze(self, stages: int) -> None:
        """From now on train all but the stem and the first `stages` stages; 0 trains the stem too."""
        self.frozen = stages
        self.stem.requires_grad_(stages == 0)
        for stage, block in enumerate(self.blocks):
            block.requires_grad_(stage >= stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        outputs = []
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.frozen == 0):
            x = self.stem(x)
        for stage, block in enumerate(self.blocks):
            with torch.set_grad_enabled(torch.is_grad_enabled() and stage >= self.frozen):
                x = block(x)
            outputs.append(x)
        return outputs


def memory_format(device: torch.device | str) -> torch.memory_format:
    """How pictures and weights lie in memory where the trunks run fastest: channels last on a CPU; on a GPU torch's own
    kernels for depthwise convolutions want each channel by itself."""
    return torch.channels_last if torch.device(device).type == "cpu" else torch.contiguous_format


def load_imagenet(trunk: MobileNetV2, path: str | Path) -> None:
    """Fill `trunk` from MobileNetV2 ImageNet weights (safetensors, with batch norm, which is folded here)."""
    weights = {name: tensor.float() for name, tensor in load_file(path).items()}
    with torch.no_grad():
        for name, module in trunk.named_modules():
            if isinstance(module, ConvReLU):
                norm = {
                    key: weights[f"{name}.bn.{key}"]
                    for key in ("weight", "bias", "running_mean", "running_var")
                }
                gain = norm["weight"] / (norm["running_var"] + 1e-3).sqrt()
                module.conv.weight.copy_(weights[f"{name}.conv.weight"] * gain[:, None, None, None])
                assert module.conv.bias is not None
                module.conv.bias.copy_(norm["bias"] - norm["running_mean"] * gain)
