"""What computes S, F, D and P: torch, or where it can onnxruntime, which is about twice as fast on a CPU."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from infl.cache import cache_folder
from infl.model.config import ModelConfig
from infl.model.feature_extractor import Features
from infl.model.landmark_predictor import Prediction
from infl.model.network import InfiniteLandmarks
from infl.model.onnx_export import export_onnx, is_whole
from infl.model.onnx_runtime import OnnxRuntime
from infl.model.spatial_transformer import Proposal

KEPT = 4
"""Exports that stay in the cache, of the checkpoints that were used last; about 15 MB each."""


class Runtime(Protocol):
    """The four parts of a network whose weights do not change. Tensors come and go on `device`, with no gradients."""

    @property
    def name(self) -> str:
        """What computes, with its version, and why it is not the faster one."""
        ...

    @property
    def config(self) -> ModelConfig: ...

    @property
    def device(self) -> torch.device: ...

    def locate(self, photos: Tensor) -> Proposal:
        """S of (B, 3, search, search)."""
        ...

    def extract(self, crops: Tensor) -> Features:
        """F of (B, 3, crop, crop)."""
        ...

    def offsets(self, queries: Tensor, convention: int) -> Tensor:
        """δ of (1, K, 3) mm in the convention with that index: (1, K, 3) mm."""
        ...

    def predict(self, features: Features, queries: Tensor) -> Prediction:
        """P, refined, of B faces and (B, K, 3) deformed queries in mm."""
        ...


class TorchRuntime:
    """The network itself; what is done to it afterwards counts."""

    def __init__(self, network: InfiniteLandmarks, device: torch.device, note: str = ""):
        self._network = network
        self.device = device
        self.name = f"torch {torch.__version__.split('+')[0]}" + (f" ({note})" if note else "")

    @property
    def config(self) -> ModelConfig:
        return self._network.config

    def locate(self, photos: Tensor) -> Proposal:
        with torch.no_grad():
            return self._network.spatial_transformer(photos)

    def extract(self, crops: Tensor) -> Features:
        with torch.no_grad():
            return self._network.feature_extractor(crops)

    def offsets(self, queries: Tensor, convention: int) -> Tensor:
        with torch.no_grad():
            return self._network.offsets(queries, torch.tensor([convention], device=self.device))

    def predict(self, features: Features, queries: Tensor) -> Prediction:
        with torch.no_grad():
            return self._network.predict(features, queries)[-1]


def fastest(network: InfiniteLandmarks, checkpoint: Path, device: torch.device) -> Runtime:
    """The fastest runtime on this machine of a `network` that was loaded from `checkpoint`: onnxruntime on a CPU where
    it is installed and works, else torch, whose name then says why."""
    if device.type != "cpu":
        return TorchRuntime(network, device)
    try:
        return OnnxRuntime(network, _exported(network, checkpoint))
    except Exception as error:  # whatever is wrong with a library that nobody needs, torch does the same
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        return TorchRuntime(network, device, f"not onnxruntime: {reason}")


def _exported(network: InfiniteLandmarks, checkpoint: Path) -> Path:
    """The cached folder of the checkpoint's ONNX files, made anew where it is missing or broken."""
    import onnxruntime  # noqa: F401 – where it is missing nothing is exported

    folder = cache_folder() / "onnx" / _key(checkpoint)
    if not is_whole(folder):
        shutil.rmtree(folder, ignore_errors=True)
        export_onnx(network, {}, folder)
    with suppress(OSError):  # somebody else may tidy up, or own the folder
        os.utime(folder)
        for old in sorted(folder.parent.iterdir(), key=lambda other: other.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _key(checkpoint: Path) -> str:
    """SHA-256 of everything that an export depends on: the checkpoint's bytes, the code of the network, torch."""
    digest = hashlib.sha256(torch.__version__.encode())
    package = Path(__file__).parents[1]
    for part in (*sorted(package.glob("model/*.py")), *sorted(package.glob("geometry/*.py")), checkpoint):
        digest.update(hashlib.sha256(part.read_bytes()).digest())
    return digest.hexdigest()
