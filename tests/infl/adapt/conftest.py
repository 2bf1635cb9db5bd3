"""The demo's sets, as if they were new, and the shipped landmarker."""

from __future__ import annotations

from dataclasses import replace

import pytest

import infl
from infl.adapt.seen_faces import Seen, see_faces
from infl.datasets import Dataset
from infl.model import Landmarker
from infl.model.checkpoint import load_checkpoint
from infl.progress import run
from infl.resources import resource


@pytest.fixture(scope="session")
def landmarker() -> Landmarker:
    return Landmarker(*load_checkpoint())


@pytest.fixture(scope="session")
def field29() -> Dataset:
    """29 points with planted rules: eye and mouth corners further out, pupils, lids and nose wings higher."""
    return replace(infl.open_dataset(resource("demo", "demo_field29")), convention="new")


@pytest.fixture(scope="session")
def seen29(landmarker, field29) -> Seen:
    return run(see_faces(landmarker, field29, 24))
