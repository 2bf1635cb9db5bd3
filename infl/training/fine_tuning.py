"""Fine-tuning: go on from a landmarker's weights with data sets of one's own, known conventions or new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from infl.datasets.dataset import Dataset
from infl.errors import InflError
from infl.model.landmarker import Landmarker
from infl.model.network import InfiniteLandmarks, placed
from infl.progress import Job, Progress
from infl.training.batches import Batches
from infl.training.faces import FaceSet, load_faces
from infl.training.recipe import Recipe
from infl.training.trainer import averaged, learn, optimiser_of, part_of, start_queries, undescribed
from infl.training.validation import validate


@dataclass(frozen=True)
class FineTune:
    """What is trained, how long, and how boldly.

    parts: "deformer" – only the query deformer and the data sets' codes, which tells conventions apart without
    touching how faces are seen; "heads" – everything but the convolutional trunks; "everything".
    """

    parts: Literal["deformer", "heads", "everything"] = "deformer"
    steps: int = 200
    learning_rate: float = 5e-4
    faces_a_step: int = 16
    validate_every: int = 50  # steps
    validate_faces: int = 8  # of each set's val part
    threads: int = 1
    seed: int = 1


def fine_tune(
    landmarker: Landmarker, datasets: Sequence[Dataset], how: FineTune | None = None
) -> Job[Landmarker]:
    """Train a copy of `landmarker` on the train parts of `datasets`, and return it.

    Yields progress with "loss" and the faces' "nme" (% of their size, on augmented train pictures) at every step,
    and now and then "val.CONVENTION" (NME in %, whole val photographs). A convention that the landmarker does not
    know gets a code of its own. The landmarker that is passed in never changes.
    """
    how = how or FineTune()
    torch.set_num_threads(how.threads)
    learning = [dataset.where(lambda sample: sample.split in ("train", "")) for dataset in datasets]
    sets = yield from load_faces(learning)
    if not sets:
        raise InflError("There is nothing to fine-tune on: no open set has a sample whose split is “train”.")
    alone = how.parts == "deformer"
    recipe = Recipe(
        name="fine-tune", model=landmarker.network.config, seed=how.seed, learning_rate=how.learning_rate,
        steps=0 if alone else how.steps, deformer_steps=how.steps if alone else 0,
        deformer_rate=20.0 if alone else 10.0,  # from a smaller learning rate; the deformer is far from its optimum
        search_batch=how.faces_a_step // 4, crop_batch=how.faces_a_step - how.faces_a_step // 4,
        localisation=0.05, averaging=0.98, threads=how.threads,
    )  # fmt: skip
    torch.manual_seed(how.seed)
    network = with_conventions(landmarker.network, sets).train()
    device = landmarker.device
    if how.parts != "everything":
        for name, parameter in network.named_parameters():
            trained = part_of(name) in ("deformer", "queries") or (not alone and part_of(name) == "heads")
            parameter.requires_grad_(trained)
    average = {name: tensor.detach().clone() for name, tensor in network.named_parameters()}
    optimiser = optimiser_of(network, recipe)
    batches = Batches(sets, network.conventions, recipe, network.config)
    start = Progress("fine-tuning", 0, how.steps)
    for step, batch in enumerate(batches.stream(0, how.steps)):
        report = learn(network, optimiser, average, batch.to(device), recipe, step)
        done = step + 1
        if done % how.validate_every == 0 or done == how.steps:
            measured = validate(averaged(network, average), datasets, how.validate_faces, str(device))
            report |= {f"val.{name}": value for name, value in measured.items()}
        yield Progress(start.phase, done, how.steps, metrics=report, started=start.started)
    keys = dict(landmarker.card.get("training_keys", {}))
    for faces in sets:
        keys[faces.convention] = sorted({*keys.get(faces.convention, ()), *faces.keys})
    card = {**landmarker.card, "training_keys": keys, "fine_tuned_on": [faces.name for faces in sets]}
    return Landmarker(averaged(network, average), card, device)


def with_conventions(network: InfiniteLandmarks, sets: Sequence[FaceSet]) -> InfiniteLandmarks:
    """A copy of `network` that has a code for the convention of each of `sets`, and queries where nobody described
    its layout. New codes start small, near “no deformation”; new queries at a rough guess."""
    new = tuple(dict.fromkeys(s.convention for s in sets if s.convention not in network.conventions))
    missing = [s for s in sets if not s.described and s.convention not in network.undescribed]
    conventions = (*network.conventions, *new)
    copy = InfiniteLandmarks(network.config, conventions, {**network.undescribed, **undescribed(missing)})
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    codes = weights["dataset_codes"]
    fresh = 0.1 * torch.randn(len(new), codes.shape[1], device=codes.device)
    weights["dataset_codes"] = torch.cat([codes, fresh])
    weights["pixel_shifts"] = torch.cat([weights["pixel_shifts"], codes.new_zeros(len(new), 2)])
    copy.load_state_dict({**copy.state_dict(), **weights})
    start_queries(copy, missing)
    return placed(copy, codes.device)
