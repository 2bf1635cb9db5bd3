"""A network as ONNX files, for use without infl and torch, and for onnxruntime inside infl.

One file for each of S, F, D and P, and network.json, which says how they fit together and whether they are whole.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from infl.errors import FileError, InflError
from infl.model.backbone import ConvReLU
from infl.model.config import CROP_HALF_WIDTH, FACE_SIZE, HEAD_CENTRE
from infl.model.network import InfiniteLandmarks
from infl.model.onnx_runtime import PARTS, OnnxRuntime, features_of, tensors_of

DESCRIPTION = "network.json"
FORMAT, FORMAT_VERSION = "infl-onnx", 1
OPSET = 18
ASKED = ("queries", "offsets", "points", "points3d", "log_sigma")
"""Inputs and outputs with a row for each query."""

AGREEMENT = 1e-3
"""What the files' answers may differ from the network's, in sizes of the face."""

HOW = (
    "spatial_transformer: photos (B, 3, search_size, search_size), RGB/127.5 - 1, each a whole photograph centred in a "
    "gray square → theta (B, 2, 3), a map from normalised coordinates of the crop to those of that square (-1 and 1 "
    "are the outer borders of the first and the last pixel); face (B,), log odds that there is one.",
    "feature_extractor: crops (B, 3, crop_size, crop_size), cut through theta → features, and in the crop's "
    "normalised coordinates head (B, 3, 3), centre (B, 2), scale (B,), focal (B,): where crop.centre_mm is seen, with "
    "how many units a mm. Look again, passes times in all, at the crop centred there, upright, that shows "
    "crop.half_width_mm to each side.",
    "query_deformer: queries (B, K, 3) mm on the canonical face (x to the subject's left, y up, z out of the face), "
    "codes (B, E), one of conventions → offsets (B, K, 3) mm; add them to the queries.",
    "landmark_predictor: the deformed queries and the features → points (B, K, 2), normalised coordinates of the "
    "crop; points3d (B, K, 3) mm on the canonical face; log_sigma (B, K), of face_size_mm.",
)


def export_onnx(network: InfiniteLandmarks, card: Mapping[str, Any], folder: str | Path) -> None:
    """Write `network` as ONNX files and a description into `folder`, which is made where it is missing.

    Sizes of batches and the number of queries stay free. The files are written under temporary names, compared with
    the network on made-up photographs, and renamed. Raises FileError when `folder` is a file, and InflError when onnx
    or onnxruntime is missing, when torch cannot export the network, or when the files do not answer as it does.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise FileError(folder, "is a file.", remedy="Name a folder.") from error
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ImportError as error:
        raise InflError(
            f"Exporting needs onnx and onnxruntime ({error}): pip install 'infl-studio[fast]'."
        ) from error
    with tempfile.TemporaryDirectory(dir=folder, prefix=".part") as part, torch.no_grad():
        written = Path(part)
        try:
            _write(network, written)
            difference = largest_difference(network, OnnxRuntime(network, written))
        except Exception as error:  # torch and onnxruntime have many
            raise InflError(
                f"This network cannot be exported to ONNX: {str(error).splitlines()[0]}"
            ) from error
        if not difference <= AGREEMENT:
            raise InflError(
                f"The exported network does not answer as torch does: they differ by {difference:.2g} of a face's size."
            )
        description = json.dumps(_description(network, card, written), ensure_ascii=False, indent=1)
        (written / DESCRIPTION).write_text(description + "\n", encoding="utf-8")
        for name in (*(f"{part}.onnx" for part in PARTS), DESCRIPTION):
            os.replace(written / name, folder / name)


def is_whole(folder: Path) -> bool:
    """Whether all files of an export are there, as they were written."""
    try:
        files = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))["files"]
        return all(_digest(folder / f"{part}.onnx") == files[f"{part}.onnx"] for part in PARTS)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def largest_difference(network: InfiniteLandmarks, runtime: OnnxRuntime) -> float:
    """What `runtime`'s answers to made-up photographs and queries differ from the network's: landmarks in sizes of the
    face, the rest in units of its own size, at least 1."""
    made_up = torch.Generator().manual_seed(0)
    sizes, worst = network.config, 0.0
    for batch, count in ((1, 40), (3, 7)):
        photos, crops = (
            torch.rand(batch, 3, size, size, generator=made_up) * 2 - 1
            for size in (sizes.search_size, sizes.crop_size)
        )
        queries = 40 * torch.randn(batch, count, 3, generator=made_up)
        found, looked = runtime.locate(photos), runtime.extract(crops)
        truly, features = network.spatial_transformer(photos), network.feature_extractor(crops)
        pairs = [(found.theta, truly.theta), (found.face, truly.face)]
        pairs += [(ours, tensors_of(features)[name]) for name, ours in tensors_of(looked).items()]
        worst = max(
            worst, *(_apart(ours, theirs, theirs.abs().clamp_min(1).amax()) for ours, theirs in pairs)
        )
        for index in range(min(len(network.conventions), 3)):
            theirs = network.offsets(queries[:1], torch.tensor([index]))
            worst = max(worst, _apart(runtime.offsets(queries[:1], index), theirs, torch.tensor(FACE_SIZE)))
        points, right = runtime.predict(looked, queries), network.predict(features, queries)[-1]
        unit = FACE_SIZE * features.gamma.scale[:, None, None]
        worst = max(
            worst,
            _apart(points.points, right.points, unit),
            _apart(points.points3d, right.points3d, torch.tensor(FACE_SIZE)),
            _apart(points.log_sigma, right.log_sigma, torch.tensor(1.0)),
        )
    return worst


def _apart(ours: Tensor, theirs: Tensor, unit: Tensor) -> float:
    """The largest difference in units; infinite where one is no number."""
    return float(((ours - theirs).abs() / unit).nan_to_num(torch.inf).max())


class _Part(nn.Module):
    """A part of the network as a module whose answer is a tuple of tensors, which is all that ONNX knows."""

    def __init__(self, network: InfiniteLandmarks, answer: Callable[..., Mapping[str, Tensor]]):
        super().__init__()
        self.network, self.answer = network, answer

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.answer(self.network, *inputs).values())


def _write(network: InfiniteLandmarks, folder: Path) -> None:
    """The four files; see HOW for their inputs and outputs."""
    config = network.config
    photos = torch.zeros(2, 3, config.search_size, config.search_size)
    crops = torch.zeros(2, 3, config.crop_size, config.crop_size)
    queries, codes = torch.zeros(2, 5, 3), torch.zeros(2, config.whole_code_size)
    features = tensors_of(network.feature_extractor(crops))

    def locate(network: InfiniteLandmarks, photos: Tensor) -> Mapping[str, Tensor]:
        return vars(network.spatial_transformer(photos))

    def extract(network: InfiniteLandmarks, crops: Tensor) -> Mapping[str, Tensor]:
        return tensors_of(network.feature_extractor(crops))

    def deform(network: InfiniteLandmarks, queries: Tensor, codes: Tensor) -> Mapping[str, Tensor]:
        return {"offsets": network.query_deformer(queries, codes)}

    def predict(network: InfiniteLandmarks, queries: Tensor, *values: Tensor) -> Mapping[str, Tensor]:
        seen = features_of(dict(zip(features, values, strict=True)))
        return vars(network.predict(seen, queries)[-1])

    answers = (locate, extract, deform, predict)
    inputs = ({"photos": photos}, {"crops": crops}, {"queries": queries, "codes": codes},
              {"queries": queries, **features})  # fmt: skip
    network = _with_plain_convolutions(network)
    for name, answer, given in zip(PARTS, answers, inputs, strict=True):
        part = _Part(network, answer).eval()
        outputs = list(answer(network, *given.values()))
        free = {
            one: {0: "faces", 1: "queries"} if one in ASKED else {0: "faces"} for one in (*given, *outputs)
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sizes that tracing holds fast are those of the configuration
            torch.onnx.export(
                part, tuple(given.values()), folder / f"{name}.onnx", dynamo=False, opset_version=OPSET,
                input_names=list(given), output_names=outputs, dynamic_axes=free,
            )  # fmt: skip


def _with_plain_convolutions(network: InfiniteLandmarks) -> InfiniteLandmarks:
    """A copy (float32, CPU) whose strided convolutions pad on all sides, with kernels of 4 × 4 whose first row and
    column are 0: the same numbers, and no step of its own for padding right and below, which costs a tenth of F."""
    network = copy.deepcopy(network).float().cpu().eval()
    for module in list(network.modules()):
        if isinstance(module, ConvReLU) and module.pad_end:
            old = module.conv
            module.conv = nn.Conv2d(old.in_channels, old.out_channels, 4, 2, 1, groups=old.groups)
            module.conv.load_state_dict(
                {"weight": nn.functional.pad(old.weight, (1, 0, 1, 0)), "bias": old.bias}
            )
            module.pad_end = False
    return network


def _description(network: InfiniteLandmarks, card: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    codes = network.codes(torch.arange(len(network.conventions))).tolist()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "how": HOW,
        "config": asdict(network.config),
        "conventions": dict(zip(network.conventions, codes, strict=True)),
        "crop": {"centre_mm": HEAD_CENTRE, "half_width_mm": CROP_HALF_WIDTH},
        "face_size_mm": FACE_SIZE,
        "card": dict(card),
        "files": {f"{part}.onnx": _digest(folder / f"{part}.onnx") for part in PARTS},
    }


def _digest(file: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
