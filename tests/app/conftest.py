"""A studio to try: the demo sets, a real landmarker that has seen nothing, settings of its own, no screen."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
import torch
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.window import MainWindow
from infl.datasets import open_dataset
from infl.datasets.dataset import Dataset
from infl.model import InfiniteLandmarks, Landmarker, ModelConfig, load_landmarker
from infl.resources import resource

SETS = ("demo_clinic98", "demo_field29", "demo_studio68")


@pytest.fixture(scope="session")
def landmarker() -> Landmarker:
    """Random weights; its deformer tells the demo's conventions apart."""
    torch.manual_seed(3)
    network = InfiniteLandmarks(ModelConfig(), ("canonical", *SETS))
    torch.nn.init.normal_(network.query_deformer.out.weight, std=0.3)
    return Landmarker(network, {"recipe": {"name": "untrained"}})


@pytest.fixture(scope="session")
def trained() -> Landmarker:
    """The checkpoint that comes with infl: it finds faces at once, where one that has seen nothing searches on."""
    return load_landmarker()


@pytest.fixture(scope="session")
def demo_folders() -> list[Path]:
    return [resource("demo", name) for name in SETS]


@pytest.fixture(scope="session")
def demo_sets(demo_folders: list[Path]) -> list[Dataset]:
    return [open_dataset(folder) for folder in demo_folders]


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    theme.apply(qapp, "light")
    return qapp


@pytest.fixture
def empty_window(dressed: QApplication, qtbot: QtBot, settings: QSettings) -> Iterator[MainWindow]:
    """The window with no set and no model."""
    window = MainWindow(settings, remember=False)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.shut_down()
    window.close()
    window.deleteLater()
    dressed.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.unfreeze()  # the workers freeze what lives, and a window is full of cycles


@pytest.fixture
def window(
    empty_window: MainWindow, qtbot: QtBot, landmarker: Landmarker, demo_sets: list[Dataset]
) -> MainWindow:
    """The window with the demo sets and the landmarker, its first photo drawn."""
    empty_window.studio.add_sets(demo_sets)
    empty_window.studio.set_landmarker(landmarker, "untrained")
    qtbot.waitUntil(lambda: not empty_window.busy, timeout=20_000)
    return empty_window
