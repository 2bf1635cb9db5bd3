"""A small world to try the library in: layouts on the canonical face, drawn faces as a set, an untrained checkpoint."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from infl.geometry.canonical_face import canonical_face
from infl.geometry.surface import closest_points
from infl.images import cv2, write_image
from infl.layouts import Layout, LayoutPoint, save_layout
from infl.model import InfiniteLandmarks, ModelConfig
from infl.model.checkpoint import save_checkpoint

PLACES = {
    "right_eye_outer": (-45, 0, 4), "right_eye_inner": (-18, 0, 8), "left_eye_inner": (18, 0, 8),
    "left_eye_outer": (45, 0, 4), "nose_tip": (0, -36, 34), "right_mouth": (-26, -68, 14), "left_mouth": (26, -68, 14),
    "chin": (0, -110, 12),
}  # fmt: skip
PARTNER = {
    name: name.replace("left", "right") if "left" in name else name.replace("right", "left")
    for name in PLACES
}


@pytest.fixture(scope="session")
def layout_of() -> Callable[..., Layout]:
    """layout_of(name, *places): a layout of some of PLACES (by default all), in the order given."""
    _, _, on_surface = closest_points(canonical_face(), np.array(list(PLACES.values()), float))
    triangles, weights, places = closest_points(canonical_face(), on_surface)
    at = {name: i for i, name in enumerate(PLACES)}

    def build(name: str, *chosen: str) -> Layout:
        chosen = chosen or tuple(PLACES)
        points = tuple(
            LayoutPoint(place, tuple(places[at[place]].tolist()), int(triangles[at[place]]),
                        tuple(weights[at[place]].tolist()), chosen.index(PARTNER[place]))
            for place in chosen
        )  # fmt: skip
        return Layout(name, name, points, edges=((0, 1),), eye_corners=(0, 1))

    return build


@pytest.fixture(scope="session")
def untrained_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that has seen nothing, with the conventions “here” and “there”, which its deformer tells apart."""
    torch.manual_seed(7)
    network = InfiniteLandmarks(ModelConfig(), ("canonical", "here", "there"))
    torch.nn.init.normal_(network.query_deformer.out.weight, std=0.3)
    path = tmp_path_factory.mktemp("checkpoint") / "untrained.safetensors"
    save_checkpoint(network, {"recipe": {"name": "untrained"}}, path)
    return path


@pytest.fixture
def drawn_set(tmp_path: Path) -> Callable[..., Path]:
    """drawn_set(name, layout, convention, count): a folder of drawn faces with their points in a CSV table."""

    def draw(name: str, layout: Layout, convention: str, count: int = 3) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        save_layout(layout, folder / "layout.json")
        (folder / "dataset.json").write_text(
            f'{{"format": "infl-dataset", "format_version": 1, "convention": "{convention}", "layout": "layout.json"}}'
        )
        rng = np.random.default_rng(len(name))
        with open(folder / "points.csv", "w", newline="") as file:
            table = csv.writer(file)
            table.writerow(
                ["image", "split", "subject"] + [f"{axis}{i}" for i in range(len(layout)) for axis in "xy"]
            )
            for i in range(count):
                picture, points = _face(rng, layout)
                write_image(folder / f"{i}.png", picture)
                table.writerow(
                    [f"{i}.png", "val" if i == 0 else "train", f"person {i}", *points.ravel().round(3)]
                )
        return folder

    return draw


def _face(rng: np.random.Generator, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """(160, 140, 3) uint8 RGB and (K, 2) pixels: skin, eyes, nose and mouth where C has them."""
    scale, shift = rng.uniform(0.45, 0.55), np.array([70, 62]) + rng.uniform(-5, 5, 2)

    def seen(places: np.ndarray) -> np.ndarray:
        return places[:, :2] * [scale, -scale] + shift

    picture = np.full((160, 140, 3), rng.integers(40, 90, 3), np.uint8)
    centre = tuple(int(v) for v in seen(np.array([[0.0, -35, 0]]))[0])
    cv2.ellipse(picture, centre, (int(75 * scale), int(95 * scale)), 0, 0, 360, (205, 160, 140), -1)
    for x, y in seen(np.array([[-32.0, 0, 0], [32, 0, 0], [0, -36, 0], [0, -68, 0]])).astype(int):
        cv2.circle(picture, (int(x), int(y)), int(9 * scale), (60, 30, 30), -1)
    return picture, seen(layout.queries)
