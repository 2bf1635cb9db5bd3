"""What each part of the network and of its training brings: one change a row, the same budget.

    python tests/benchmarks/ablation.py --backbone DATA/backbone/mobilenet_v2_imagenet_fp16.safetensors [--rows all]

Each row trains F, D, Q and P anew, with the same seed, on the train parts of six sets for `--steps` steps of 16 faces,
in standard crops that are as inexact as a first look leaves them (no S: it would have to be trained in each row), and
is measured on AFW, the val part of ibug68, in such crops too: NME in per cent of the outer eye corners' distance. The
budget is small, so differences count and not the figures; seconds are of one core.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from common import arguments_of, save

import infl
from infl.datasets import Dataset
from infl.evaluation.nme import nme, unit
from infl.geometry.transforms import chain, invert, move, pixels_from_normalised
from infl.images import cv2
from infl.model import CANONICAL, InfiniteLandmarks, ModelConfig
from infl.model.backbone import load_imagenet
from infl.model.network import placed
from infl.model.photo import cut, to_input
from infl.progress import run
from infl.training import Recipe
from infl.training.augmentation import place_in_crop
from infl.training.batches import Batches
from infl.training.faces import FaceSet, load_faces
from infl.training.memory import keep_memory
from infl.training.trainer import averaged, learn, optimiser_of

SETS = ("ibug68", "wflw98", "scut86", "aflw21", "aflw2000", "mtfl5")

Change = Callable[[Recipe, list[FaceSet]], tuple[Recipe, list[FaceSet]]]


def model(**changes) -> Change:
    return lambda recipe, sets: (replace(recipe, model=replace(recipe.model, **changes)), sets)


def training(**changes) -> Change:
    return lambda recipe, sets: (replace(recipe, **changes), sets)


def fixed_outlines(recipe: Recipe, sets: list[FaceSet]) -> tuple[Recipe, list[FaceSet]]:
    """Outline points stay where the layout has them, however the head turns."""
    still = [replace(each, faces=tuple(replace(face, queries=None) for face in each.faces)) for each in sets]
    return recipe, still


def only_ibug(recipe: Recipe, sets: list[FaceSet]) -> tuple[Recipe, list[FaceSet]]:
    return recipe, [each for each in sets if each.name == "ibug68"]


ROWS: dict[str, Change] = {
    "everything": lambda recipe, sets: (recipe, sets),
    "no attention": model(attention=False),
    "no refinement": model(refine_steps=0),
    "neither: regression alone": model(attention=False, refine_steps=0),
    "Gaussian likelihood": training(likelihood="gaussian"),
    "outlines stay in place": fixed_outlines,
    "trunk not from ImageNet": training(name="scratch"),
    "no deformer": model(deformer_bound=1e-6),
    "ibug68 alone": only_ibug,
}


def budget(steps: int) -> Recipe:
    return Recipe("ablation", search_batch=0, crop_batch=16, steps=steps, deformer_steps=0, threads=1,
                  likelihood="laplace", pose=3.0, faceless=0.0, model=ModelConfig())  # fmt: skip


def trained(recipe: Recipe, sets: Sequence[FaceSet], backbone: Path | None) -> InfiniteLandmarks:
    torch.manual_seed(recipe.seed)
    names = sorted({faces.convention for faces in sets} - {CANONICAL})
    network = InfiniteLandmarks(recipe.model, (CANONICAL, *names))
    if backbone and recipe.name != "scratch":
        load_imagenet(network.feature_extractor.trunk, backbone)
    network = placed(network, "cpu")
    optimiser = optimiser_of(network, recipe)
    average = {name: tensor.detach().clone() for name, tensor in network.named_parameters()}
    for step, batch in enumerate(
        Batches(sets, network.conventions, recipe, recipe.model).stream(0, recipe.steps)
    ):
        learn(network, optimiser, average, batch, recipe, step)
    return averaged(network, average)


def error(network: InfiniteLandmarks, val: FaceSet, dataset: Dataset) -> list[float]:
    """NME (%) of each face of `val`, loaded from `dataset`, in crops that its place in the list decides."""
    size, index = network.config.crop_size, torch.tensor([network.conventions.index(val.convention)])
    errors = []
    for i, face in enumerate(val.faces):
        place = place_in_crop(np.random.default_rng(i), face, size)
        own = val.queries if face.queries is None else face.queries
        queries = torch.from_numpy(own)[None].float()
        with torch.no_grad():
            features = network.feature_extractor(to_input(cut(face.picture, invert(place), size)))
            found = network.predict(features, queries + network.offsets(queries, index))[-1].points[0]
        found = move(chain(invert(place), pixels_from_normalised(size)), found.numpy())
        corners = dataset.layout.eye_corners if dataset.layout else None
        divided_by, _ = unit(face.points, corners, dataset.normaliser)
        errors.append(nme(found, face.points, divided_by))
    return errors


def main() -> None:
    parser = arguments_of(__doc__, out=True)
    parser.add_argument("--backbone", type=Path, help="ImageNet weights of the trunk")
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--rows", nargs="*", default=list(ROWS), choices=list(ROWS))
    arguments = parser.parse_args()
    keep_memory()
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    opened = [infl.open_dataset(arguments.data / name) for name in SETS]
    sets = run(load_faces([dataset.where(lambda sample: sample.split == "train") for dataset in opened]))
    val = run(load_faces([opened[0].split("val")]))[0]
    base = budget(arguments.steps)
    figures = {}
    for name in arguments.rows:
        began = time.process_time()
        recipe, chosen = ROWS[name](base, sets)
        network = trained(recipe, chosen, arguments.backbone)
        seconds = time.process_time() - began
        measured = val if name != "outlines stay in place" else fixed_outlines(base, [val])[1][0]
        errors = error(network, measured, opened[0])
        figures[name] = {"nme": np.mean(errors), "median": np.median(errors), "seconds": seconds}
        print(
            f"{name:28s} NME {np.mean(errors):6.2f} %  median {np.median(errors):6.2f} %  {seconds:5.0f} s",
            flush=True,
        )
        save(arguments.out, figures)


if __name__ == "__main__":
    main()
