"""S, F, D and P of an exported network, computed by onnxruntime on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from infl.model.config import ModelConfig
from infl.model.feature_extractor import Features, Gamma
from infl.model.landmark_predictor import Prediction
from infl.model.network import InfiniteLandmarks
from infl.model.spatial_transformer import Proposal

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

PARTS = ("spatial_transformer", "feature_extractor", "query_deformer", "landmark_predictor")
"""An export has one file of each, for example spatial_transformer.onnx."""


class OnnxRuntime:
    """A Runtime (see infl.model.runtime) on the files that `export_onnx` wrote of `network` into `folder`.

    It takes as many threads as torch does when it is made. Raises what onnxruntime raises.
    """

    def __init__(self, network: InfiniteLandmarks, folder: Path):
        import onnxruntime

        self._folder, self._threads = folder, torch.get_num_threads()
        self._alone = {part: self._session(part, faces=1) for part in PARTS}
        self._several: dict[str, InferenceSession] = {}
        with torch.no_grad():
            self._codes = network.codes(torch.arange(len(network.conventions))).cpu()
        self.config: ModelConfig = network.config
        self.device = torch.device("cpu")
        self.name = f"onnxruntime {onnxruntime.__version__}"

    def locate(self, photos: Tensor) -> Proposal:
        return Proposal(**self._run("spatial_transformer", {"photos": photos}))

    def extract(self, crops: Tensor) -> Features:
        return features_of(self._run("feature_extractor", {"crops": crops}))

    def offsets(self, queries: Tensor, convention: int) -> Tensor:
        codes = self._codes[[convention]]
        return self._run("query_deformer", {"queries": queries, "codes": codes})["offsets"]

    def predict(self, features: Features, queries: Tensor) -> Prediction:
        return Prediction(**self._run("landmark_predictor", {"queries": queries, **tensors_of(features)}))

    def _session(self, part: str, faces: int | None) -> InferenceSession:
        """For that many faces at a time, whose shapes are then worked out once and for all, or for any number."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if faces is not None:
            options.add_free_dimension_override_by_name("faces", faces)
        return onnxruntime.InferenceSession(self._folder / f"{part}.onnx", options, ["CPUExecutionProvider"])

    def _run(self, part: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        session = self._alone[part]
        if any(len(tensor) > 1 for tensor in tensors.values()):
            if part not in self._several:
                self._several[part] = self._session(part, faces=None)
            session = self._several[part]
        feed = {one.name: np.ascontiguousarray(tensors[one.name].numpy()) for one in session.get_inputs()}
        names = [one.name for one in session.get_outputs()]
        return {
            name: torch.from_numpy(array) for name, array in zip(names, session.run(names, feed), strict=True)
        }


def tensors_of(features: Features) -> dict[str, Tensor]:
    """Features as named tensors, the outputs of F's file and inputs of P's."""
    gamma = features.gamma
    maps = {f"map{level}": cells for level, cells in enumerate(features.maps)}
    return {"code": features.code, **maps, "head": gamma.head, "centre": gamma.centre, "scale": gamma.scale,
            "focal": gamma.focal, "face": features.face}  # fmt: skip


def features_of(tensors: Mapping[str, Tensor]) -> Features:
    """The inverse of `tensors_of`."""
    gamma = Gamma(*(tensors[name] for name in ("head", "centre", "scale", "focal")))
    maps = tuple(tensors[name] for name in sorted(tensors) if name.startswith("map"))
    return Features(tensors["code"], maps, gamma, tensors["face"])
