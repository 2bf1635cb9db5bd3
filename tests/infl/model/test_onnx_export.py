"""Exported files answer as the network does, for any number of faces and queries, without infl's help."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from infl.cli import main
from infl.errors import FileError, InflError
from infl.model import InfiniteLandmarks, ModelConfig
from infl.model.config import FACE_SIZE
from infl.model.onnx_export import DESCRIPTION, export_onnx, is_whole
from infl.model.onnx_runtime import PARTS, tensors_of

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")


@pytest.fixture(scope="module")
def exported(network: InfiniteLandmarks, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("onnx")
    export_onnx(network, {"trained_on": "nothing"}, folder)
    return folder


@pytest.fixture(scope="module")
def ask(exported: Path) -> Callable[..., dict[str, np.ndarray]]:
    """ask(part, input=array, …): the outputs of a part's file by name."""

    def run(part: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        session = onnxruntime.InferenceSession(exported / f"{part}.onnx", providers=["CPUExecutionProvider"])
        wanted = {one.name for one in session.get_inputs()}
        feed = {name: array for name, array in inputs.items() if name in wanted}
        return dict(zip([one.name for one in session.get_outputs()], session.run(None, feed), strict=True))

    return run


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape[0]).uniform(-1, 1, shape).astype(np.float32)


@pytest.mark.parametrize("faces", [1, 3])
def test_s_proposes_the_same_place(network: InfiniteLandmarks, ask, faces: int):
    photos = noise(faces, 3, 96, 96)
    with torch.no_grad():
        truly = network.spatial_transformer(torch.from_numpy(photos))
    found = ask("spatial_transformer", photos=photos)
    assert np.abs(found["theta"] - truly.theta.numpy()).max() < 1e-3
    assert np.abs(found["face"] - truly.face.numpy()).max() < 1e-3


@pytest.mark.parametrize(("faces", "count"), [(1, 1), (1, 500), (3, 7)])
def test_the_chain_finds_the_same_landmarks(
    network: InfiniteLandmarks, ask, exported, faces: int, count: int
):
    crops, queries = noise(faces, 3, 128, 128), 60 * noise(faces, count, 3)
    codes = json.loads((exported / DESCRIPTION).read_text())["conventions"]
    with torch.no_grad():
        features = network.feature_extractor(torch.from_numpy(crops))
        asked = torch.from_numpy(queries)
        deformed = asked + network.offsets(asked, torch.tensor([1] * faces))
        truly = network.predict(features, deformed)[-1]
    seen = ask("feature_extractor", crops=crops)
    assert list(seen) == list(tensors_of(features))
    offsets = ask("query_deformer", queries=queries, codes=np.array([codes["first"]] * faces, np.float32))
    found = ask("landmark_predictor", queries=queries + offsets["offsets"], **seen)
    unit = FACE_SIZE * features.gamma.scale.numpy()[:, None, None]
    assert (np.abs(found["points"] - truly.points.numpy()) / unit).max() < 1e-3
    assert np.abs(found["points3d"] - truly.points3d.numpy()).max() < 1e-3 * FACE_SIZE
    assert np.abs(found["log_sigma"] - truly.log_sigma.numpy()).max() < 1e-3
    assert np.ptp(found["points"], axis=1).min() > 0 or count == 1


def test_the_description_says_what_a_user_needs(network: InfiniteLandmarks, exported: Path):
    said = json.loads((exported / DESCRIPTION).read_text())
    assert (said["format"], said["format_version"], said["card"]) == (
        "infl-onnx",
        1,
        {"trained_on": "nothing"},
    )
    assert ModelConfig(**said["config"]) == network.config
    assert list(said["conventions"]) == ["canonical", "first", "second"]
    assert not any(said["conventions"]["canonical"]) and any(said["conventions"]["first"])
    assert [line.split(":")[0] for line in said["how"]] == list(PARTS)
    assert sorted(file.name for file in exported.iterdir()) == sorted(
        [*(f"{part}.onnx" for part in PARTS), DESCRIPTION]
    )


def test_files_that_answer_otherwise_get_no_name(network: InfiniteLandmarks, tmp_path, monkeypatch):
    def wrong(network: InfiniteLandmarks) -> InfiniteLandmarks:
        other = InfiniteLandmarks(network.config, network.conventions).eval()
        other.load_state_dict(network.state_dict())
        other.refinements[-1].out.bias.data += 0.1
        return other

    monkeypatch.setattr("infl.model.onnx_export._with_plain_convolutions", wrong)
    with pytest.raises(InflError, match="does not answer as torch does"):
        export_onnx(network, {}, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_broken_file_is_noticed(network: InfiniteLandmarks, tmp_path):
    assert not is_whole(tmp_path)
    export_onnx(network, {}, tmp_path)
    assert is_whole(tmp_path)
    file = tmp_path / "query_deformer.onnx"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert not is_whole(tmp_path)


def test_where_it_cannot_be_written_or_a_library_is_missing(network, tmp_path, monkeypatch):
    (tmp_path / "x").write_text("")
    with pytest.raises(FileError, match="is a file"):
        export_onnx(network, {}, tmp_path / "x")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InflError, match=r"pip install 'infl-studio\[fast\]'"):
        export_onnx(network, {}, tmp_path / "y")


def test_on_the_command_line(untrained_checkpoint: Path, tmp_path, capsys):
    main(["export", "--checkpoint", str(untrained_checkpoint), "--out", str(tmp_path / "new" / "here")])
    assert is_whole(tmp_path / "new" / "here")
    assert "landmark_predictor.onnx" in capsys.readouterr().out
    said = json.loads((tmp_path / "new" / "here" / DESCRIPTION).read_text())
    assert said["card"] == {"recipe": {"name": "untrained"}} and "there" in said["conventions"]
