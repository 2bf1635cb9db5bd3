"""The calls of the README, on the shipped checkpoint; and the library without Qt."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import infl
from infl.geometry.transforms import move
from infl.images import read_image
from infl.resources import resource


@pytest.fixture(scope="module")
def landmarker() -> infl.Landmarker:
    return infl.load_landmarker()


@pytest.fixture(scope="module")
def sample() -> infl.Sample:
    return infl.open_dataset(resource("demo", "demo_studio68")).split("val").samples[0]


def test_any_points_of_a_whole_photograph(landmarker: infl.Landmarker, sample: infl.Sample):
    encoded = landmarker.encode(read_image(sample.image))
    found = landmarker.query(encoded, infl.layout("ibug68"), convention="ibug68")
    assert found.points.shape == (68, 2) and found.sigma.shape == (68,) and found.points3d.shape == (68, 3)
    assert encoded.camera.rotation.shape == (3, 3) and encoded.camera.translation.shape == (3,)
    assert encoded.camera.focal_length > 0 and encoded.roi.shape == (2, 3)
    seen = move(encoded.roi, encoded.camera.project(found.points3d)) + landmarker.pixel_shift("ibug68")
    assert np.allclose(seen, found.points, atol=0.05)


def test_the_shipped_checkpoint_finds_a_rendered_face(landmarker: infl.Landmarker, sample: infl.Sample):
    layout = infl.layout("ibug68")
    found = landmarker.query(landmarker.encode(sample.load_image()), layout, convention="demo_studio68")
    eyes = np.linalg.norm(sample.points[36] - sample.points[45])
    assert np.linalg.norm(found.points - sample.points, axis=1).mean() < 0.1 * eyes


def test_the_deformers_difference_of_two_conventions(landmarker: infl.Landmarker):
    offsets = landmarker.offsets("wflw98", reference="ibug68", at=infl.layout("ibug68"))
    assert offsets.shape == (68, 3) and 0 < np.abs(offsets).max() < 16
    assert np.allclose(
        offsets, -landmarker.offsets("ibug68", reference="wflw98", at=infl.layout("ibug68")), atol=1e-5
    )


def test_an_opened_data_set_knows_its_layout_and_convention(infl_data):
    dataset = infl.open_dataset(infl_data / "wflw98")
    assert (
        dataset.convention == "wflw98"
        and dataset.layout is infl.layout("wflw98")
        and len(dataset.samples) == 300
    )


def test_the_library_imports_and_works_without_qt():
    code = """
import sys
for name in ("PySide6", "shiboken6", "pyqtgraph", "app"):
    sys.modules[name] = None
import pkgutil, importlib, infl
for module in pkgutil.walk_packages(infl.__path__, "infl."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
import numpy as np
landmarker = infl.load_landmarker()
found = landmarker.query(landmarker.encode(np.zeros((64, 48, 3), np.uint8)), infl.layout("five"))
assert found.points.shape == (5, 2)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
