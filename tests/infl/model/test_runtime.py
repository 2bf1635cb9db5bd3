"""onnxruntime answers as torch does; its files are made once for each checkpoint; without it torch does the work."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from infl.cache import cache_folder
from infl.model import Encoded, InfiniteLandmarks, Landmarker, Landmarks, ModelConfig, load_landmarker
from infl.model.checkpoint import save_checkpoint
from infl.model.config import FACE_SIZE
from infl.model.onnx_export import is_whole
from infl.model.runtime import KEPT

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

PHOTO = np.random.default_rng(0).integers(0, 256, (150, 220, 3)).astype(np.uint8)
QUERIES = np.random.default_rng(1).normal(0, 40, (50, 3)).astype(np.float32)


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """Where exports are kept, still empty."""
    monkeypatch.setenv("INFL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "onnx"


@pytest.fixture
def checkpoint(network: InfiniteLandmarks, tmp_path) -> Path:
    save_checkpoint(network, {}, tmp_path / "x.safetensors")
    return tmp_path / "x.safetensors"


def answer(landmarker: Landmarker) -> tuple[Encoded, Landmarks]:
    encoded = landmarker.encode(PHOTO)
    return encoded, landmarker.query(encoded, QUERIES, "first")


def test_both_find_the_same(checkpoint: Path, cache: Path):
    fast = load_landmarker(checkpoint)
    slow = Landmarker(fast.network, {})
    assert (
        fast.runtime.startswith("onnxruntime ") and slow.runtime == f"torch {torch.__version__.split('+')[0]}"
    )
    (seen, found), (truly_seen, truly) = answer(fast), answer(slow)
    face = (
        FACE_SIZE
        * float(truly_seen.features.gamma.scale[0])
        * np.sqrt(abs(np.linalg.det(truly_seen.roi[:, :2])))
        * 64
    )
    assert np.abs(found.points - truly.points).max() < 1e-3 * face
    assert np.abs(found.points3d - truly.points3d).max() < 1e-3 * FACE_SIZE
    assert np.allclose(found.sigma, truly.sigma, rtol=1e-3)
    assert np.allclose(seen.roi, truly_seen.roi, atol=1e-2) and abs(seen.score - truly_seen.score) < 1e-3
    assert np.allclose(fast.offsets("second", at=QUERIES), slow.offsets("second", at=QUERIES), atol=1e-3)


def test_a_checkpoint_is_exported_once(checkpoint: Path, cache: Path, monkeypatch):
    before = answer(load_landmarker(checkpoint))[1].points
    monkeypatch.setattr("infl.model.runtime.export_onnx", None)
    again = load_landmarker(checkpoint)
    assert again.runtime.startswith("onnxruntime")
    assert (answer(again)[1].points == before).all()
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize("part", ["feature_extractor.onnx", "network.json"])
def test_a_broken_export_is_made_again(checkpoint: Path, cache: Path, part: str):
    before = answer(load_landmarker(checkpoint))[1].points
    (folder,) = cache.iterdir()
    (folder / part).write_bytes((folder / part).read_bytes()[:1000])
    again = load_landmarker(checkpoint)
    assert again.runtime.startswith("onnxruntime") and is_whole(folder)
    assert (answer(again)[1].points == before).all()


def test_other_weights_have_files_of_their_own(network: InfiniteLandmarks, checkpoint: Path, cache: Path):
    before = answer(load_landmarker(checkpoint))[1].points
    other = InfiniteLandmarks(network.config, network.conventions)
    other.load_state_dict(network.state_dict())
    with torch.no_grad():
        other.landmark_predictor.out.bias += 0.05
    save_checkpoint(other, {}, checkpoint)
    assert np.abs(answer(load_landmarker(checkpoint))[1].points - before).max() > 0.1
    assert len(list(cache.iterdir())) == 2


def test_only_the_exports_used_last_stay(untrained_checkpoint: Path, cache: Path):
    cache.mkdir(parents=True)
    for name in map(str, range(KEPT + 2)):
        (cache / name).mkdir()
    load_landmarker(untrained_checkpoint)
    assert len(list(cache.iterdir())) == KEPT and sum(is_whole(folder) for folder in cache.iterdir()) == 1


def test_without_onnxruntime_torch_answers(checkpoint: Path, cache: Path, monkeypatch):
    before = answer(load_landmarker(checkpoint))[1].points
    for library in ("onnxruntime", "onnx"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, library, None)
            patch.setenv("INFL_CACHE", str(cache.parent / f"without {library}"))
            landmarker = load_landmarker(checkpoint)
            assert landmarker.runtime.startswith("torch ") and library in landmarker.runtime
            assert np.allclose(answer(landmarker)[1].points, before, atol=0.05)
            assert not any((cache.parent / f"without {library}").rglob("*.onnx"))


def test_where_nothing_can_be_kept_torch_answers(checkpoint: Path, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("INFL_CACHE", str(tmp_path / "file"))
    assert cache_folder() == tmp_path / "file"
    landmarker = load_landmarker(checkpoint)
    assert landmarker.runtime.startswith("torch ") and "file" in landmarker.runtime
    assert answer(landmarker)[1].points.shape == (50, 2)


def test_a_network_in_memory_answers_with_the_weights_that_it_has_now():
    torch.manual_seed(3)
    network = InfiniteLandmarks(ModelConfig(), ("canonical", "first"))
    landmarker = Landmarker(network, {})
    before = answer(landmarker)[1].points
    with torch.no_grad():
        network.landmark_predictor.out.bias += 0.05
    assert np.abs(answer(landmarker)[1].points - before).max() > 0.1
