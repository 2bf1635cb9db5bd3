"""Training on any number of data sets at once."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import reduce
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn

from infl.datasets.dataset import Dataset
from infl.errors import FileError, InflError
from infl.model.backbone import load_imagenet
from infl.model.checkpoint import load_checkpoint, save_checkpoint
from infl.model.network import CANONICAL, InfiniteLandmarks, placed
from infl.progress import Job, Progress
from infl.training.batches import Batch, Batches
from infl.training.divergence import Diverged
from infl.training.faces import FaceSet, load_faces
from infl.training.losses import losses
from infl.training.memory import keep_memory
from infl.training.on_gpu import hasten, loaders
from infl.training.recipe import Recipe, recipe_json
from infl.training.state import load_state, save_state
from infl.training.validation import calibrate, validate

WARM_UP = 200  # steps until the learning rate is whole

STATE, METRICS, CHECKPOINT = "state.safetensors", "metrics.jsonl", "checkpoint.safetensors"


def train(recipe: Recipe, datasets: Sequence[Dataset], folder: str | Path, *, backbone: str | Path | None = None,
          start_from: str | Path | None = None, people: Sequence[FaceSet] = (),
          device: str = "cpu") -> Job[Path]:  # fmt: skip
    """Train a network on the "train" parts of `datasets` and return the path of its checkpoint.

    Everything is written to `folder`: the state (a run that was stopped goes on from there, to the step), metrics
    as JSON lines as they come, and the checkpoint. `backbone` are ImageNet weights to start from, or `start_from` is
    a checkpoint to go on from; `people` are rendered faces. Samples without a split count as "train"; those of "val"
    are measured, never trained on.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    keep_memory()
    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    learning = [dataset.where(lambda sample: sample.split in ("train", "")) for dataset in datasets]
    sets = [*(yield from load_faces(learning)), *people]
    if not sets:
        raise InflError("There is nothing to train on: no data set has a sample whose split is “train”.")
    names = sorted({faces.convention for faces in sets} - {CANONICAL})
    network = InfiniteLandmarks(recipe.model, (CANONICAL, *names), undescribed(sets))
    start_queries(network, sets)
    for trunk in (network.spatial_transformer.trunk, network.feature_extractor.trunk):
        trunk.freeze(recipe.frozen_stages)
        if backbone:
            load_imagenet(trunk, backbone)
    if start_from:
        take_over(network, start_from)
    network = placed(network, device)
    if device != "cpu":
        hasten()
    average = {name: tensor.detach().clone() for name, tensor in network.named_parameters()}
    optimiser = optimiser_of(network, recipe)
    settings, state = recipe_json(recipe), folder / STATE
    start = load_state(state, network, average, optimiser, settings) if state.exists() else 0
    card = card_of(recipe, sets, backbone, start_from)
    batches = Batches(sets, network.conventions, recipe, recipe.model)
    total = recipe.steps + recipe.deformer_steps
    began = Progress("training", 0, total - start)
    with open(folder / METRICS, "a", encoding="utf-8") as log:
        stream = batches.stream(start, total, workers=loaders(device))
        for step, batch in enumerate(stream, start):
            report = learn(network, optimiser, average, batch.to(torch.device(device)), recipe, step)
            done = step + 1
            measures = done % recipe.validate_every == 0 or done == total
            if measures:
                measured = validate(averaged(network, average), datasets, recipe.validate_faces, device)
                report |= {f"val.{name}": value for name, value in measured.items()}
            if measures or done % 20 == 0:
                log.write(json.dumps({"step": done, "time": round(time.time(), 1), **report}) + "\n")
                log.flush()
            if done == total and (fitted := calibrate(averaged(network, average), datasets, device)):
                card |= {"sigma": asdict(fitted)}
            if done % recipe.save_every == 0 or done == total:
                save_state(state, done, network, average, optimiser, settings)
                save_checkpoint(averaged(network, average), card | {"steps": done}, folder / CHECKPOINT)
            yield Progress("training", done - start, total - start, metrics=report, started=began.started)
    return folder / CHECKPOINT


def undescribed(sets: Sequence[FaceSet]) -> dict[str, int]:
    """The conventions of `sets` whose layout nobody described, with their number of points."""
    return {faces.convention: len(faces.queries) for faces in sets if not faces.described}


def start_queries(network: InfiniteLandmarks, sets: Sequence[FaceSet]) -> None:
    """Put the rough guesses of undescribed layouts where the network will optimise them."""
    with torch.no_grad():
        for faces in sets:
            if not faces.described:
                network.queries_of(faces.convention).copy_(torch.from_numpy(faces.queries))


def learn(network: InfiniteLandmarks, optimiser: torch.optim.Optimizer, average: dict[str, Tensor], batch: Batch,
          recipe: Recipe, step: int) -> dict[str, float]:  # fmt: skip
    """One step: set the learning rates of `step`, follow the gradient of `batch`, update the running mean.

    Raises Diverged where the loss is no number.
    """
    alone = step >= recipe.steps
    set_rates(optimiser, recipe, step)
    report = gradient(network, batch, recipe, step)
    if not math.isfinite(report["loss"]):
        raise Diverged(f"Training diverged: the loss became {report['loss']} at step {step}.")
    if alone:
        for name, parameter in network.named_parameters():
            if part_of(name) not in ("deformer", "queries"):
                parameter.grad = None
    torch.nn.utils.clip_grad_norm_([p for p in network.parameters() if p.grad is not None], recipe.clip)
    optimiser.step()
    decay = min(recipe.averaging, (1 + step) / (10 + step))
    get_ema_multi_avg_fn(decay)(list(average.values()), [*network.parameters()], 0)
    return report


def gradient(network: InfiniteLandmarks, batch: Batch, recipe: Recipe, step: int) -> dict[str, float]:
    """Put the mean gradient of the loss of `batch` into the parameters' `.grad` and return the loss and its parts.

    On a CPU each core takes its share of the faces in a thread of its own: small convolutions gain little from
    several threads each, and nothing in the network mixes the faces of a batch.
    """
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    shares = batch.split(recipe.threads) if batch.queries.device.type == "cpu" else [batch]

    def one(share: Batch) -> tuple[tuple[Tensor | None, ...], dict[str, float]]:
        if len(shares) > 1:
            torch.set_num_threads(1)
        loss, report = losses(network, share, recipe, step / max(recipe.steps, 1))
        gradients = torch.autograd.grad(loss, trained, allow_unused=True)
        return gradients, report

    if len(shares) == 1:  # in this thread: cuDNN's plans for each convolution are made anew in every other
        results = [one(batch)]
    else:
        with ThreadPoolExecutor(len(shares)) as pool:
            results = list(pool.map(one, shares))
    for i, parameter in enumerate(trained):
        found = [gradient for gradients, _ in results if (gradient := gradients[i]) is not None]
        parameter.grad = reduce(torch.add, found) / len(shares) if found else None
    return {name: sum(report[name] for _, report in results) / len(results) for name in results[0][1]}


def optimiser_of(network: InfiniteLandmarks, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW with a rate for each of: trunks, heads, the deformer with its codes, and learned queries (in mm)."""
    groups: dict[str, list[Tensor]] = {"trunk": [], "heads": [], "deformer": [], "queries": []}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            groups[part_of(name)].append(parameter)
    decay = {"queries": 0.0}  # a place on the face is not better for being nearer to its middle
    return torch.optim.AdamW(
        [{"params": parameters, "kind": kind, "weight_decay": decay.get(kind, recipe.weight_decay)}
         for kind, parameters in groups.items() if parameters],
        lr=recipe.learning_rate,
    )  # fmt: skip


def set_rates(optimiser: torch.optim.Optimizer, recipe: Recipe, step: int) -> None:
    """A short warm-up and half a cosine for the whole; then a second half cosine for the deformer alone."""
    if step < recipe.steps:
        rate = (
            min(1.0, (step + 1) / WARM_UP)
            * 0.5
            * (1 + torch.cos(torch.tensor(torch.pi * step / recipe.steps)).item())
        )
    else:
        rest = (step - recipe.steps) / max(recipe.deformer_steps, 1)
        rate = 0.5 * (1 + torch.cos(torch.tensor(torch.pi * rest)).item())
    share = {
        "trunk": recipe.trunk_rate,
        "heads": 1.0,
        "deformer": recipe.deformer_rate,
        "queries": recipe.query_rate,
    }
    for group in optimiser.param_groups:
        group["lr"] = recipe.learning_rate * rate * share[group["kind"]]


def averaged(network: InfiniteLandmarks, average: dict[str, Tensor]) -> InfiniteLandmarks:
    """A copy of `network` that holds the running mean of its weights."""
    copy = InfiniteLandmarks(network.config, network.conventions, network.undescribed)
    copy.load_state_dict(average)
    return placed(copy, next(network.parameters()).device).eval()


def take_over(network: InfiniteLandmarks, checkpoint: str | Path) -> None:
    """Begin with the weights of a checkpoint of the same shape; codes of the conventions that it knows go along.

    Raises FileError when its configuration is another, but for how softly it looks.
    """
    before, _ = load_checkpoint(checkpoint)
    if replace(before.config, softness=network.config.softness) != network.config:
        raise FileError(Path(checkpoint), "is of another configuration than the recipe asks for.",
                        remedy="Start from a checkpoint that the same model was trained to.")  # fmt: skip
    weights = {name: tensor for name, tensor in before.state_dict().items()
               if not name.startswith(("dataset_codes", "pixel_shifts", "learned_queries."))}  # fmt: skip
    network.load_state_dict(weights, strict=False)
    with torch.no_grad():
        for row, name in enumerate(network.conventions[1:]):
            if name in before.conventions:
                network.dataset_codes[row] = before.dataset_codes[before.conventions.index(name) - 1]
                network.pixel_shifts[row] = before.pixel_shifts[before.conventions.index(name) - 1]
        for name in set(network.undescribed) & set(before.undescribed):
            network.queries_of(name).copy_(before.queries_of(name))


def card_of(recipe: Recipe, sets: Sequence[FaceSet], backbone: str | Path | None,
            start_from: str | Path | None) -> dict:  # fmt: skip
    """What a checkpoint says of its origin: recipe, sets, and the keys of the pictures that trained it, also before."""
    digest = hashlib.sha256(Path(backbone).read_bytes()).hexdigest() if backbone else None
    before = load_checkpoint(start_from)[1] if start_from else {}
    return {
        "started_from": {
            name: before[name]
            for name in ("recipe", "backbone_sha256", "faces", "steps", "started_from")
            if name in before
        },
        "recipe": recipe_json(recipe),
        "backbone_sha256": digest,
        "faces": {f"{faces.name} ({faces.convention})": len(faces.faces) for faces in sets},
        "training_keys": trained_on(before, sets),
    }


def trained_on(card: Mapping[str, Any], sets: Sequence[FaceSet]) -> dict[str, list[str]]:
    """Convention → keys of what a network has trained on after `sets`, with its `card` from before.

    Faces of a harmonised set are listed as the sets before it know them too, so that they are refused there as well.
    """
    keys: dict[str, list[str]] = {}
    for convention, several in card.get("training_keys", {}).items():
        keys[convention] = list(several)
    for faces in sets:
        keys.setdefault(faces.convention, []).extend(faces.keys)
        for convention, key in faces.origins:
            keys.setdefault(convention, []).append(key)
    return {convention: list(dict.fromkeys(several)) for convention, several in keys.items()}


def part_of(name: str) -> str:
    """Which learning rate a parameter has."""
    if name.startswith("learned_queries."):
        return "queries"
    if name.startswith(("query_deformer.", "dataset_codes", "pixel_shifts")):
        return "deformer"
    return "trunk" if ".trunk." in name else "heads"
