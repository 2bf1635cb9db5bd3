"""Fine-tuning: go on from a landmarker's weights with data sets of one's own, known conventions or new ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from infl.datasets.dataset import Dataset
from infl.devices import ran_out
from infl.errors import InflError
from infl.model.landmarker import Landmarker
from infl.model.network import InfiniteLandmarks, placed
from infl.progress import Job, Progress
from infl.training.batches import Batch, Batches
from infl.training.best_weights import Best
from infl.training.divergence import Diverged, Watch
from infl.training.faces import FaceSet, load_faces
from infl.training.recipe import Recipe, recipe_json
from infl.training.state import load_state, save_state
from infl.training.trainer import (
    averaged,
    learn,
    optimiser_of,
    part_of,
    start_queries,
    trained_on,
    undescribed,
)
from infl.training.validation import validate

STATE = "state.safetensors"
SAVE_EVERY = 30.0
"""Seconds between two savings of a run's state: what a kill costs at most."""


@dataclass(frozen=True)
class FineTune:
    """What is trained, how long, and how boldly.

    parts: "deformer" – only the query deformer and the data sets' codes, which tells conventions apart without
    touching how faces are seen; "heads" – everything but the convolutional trunks; "everything". device: where, as
    torch calls it; "" is where the landmarker is. best: keep the weights with which the val parts came out best, not
    the last ones.
    """

    parts: Literal["deformer", "heads", "everything"] = "deformer"
    steps: int = 200
    learning_rate: float = 5e-4
    faces_a_step: int = 16
    validate_every: int = 50  # steps
    validate_faces: int = 8  # of each set's val part
    threads: int = 1
    seed: int = 1
    device: str = ""
    best: bool = False


@dataclass(frozen=True, eq=False)
class FineTuned:
    """landmarker: the new weights, of `step`, on the device of the old ones. before, after: NME (%) on the val parts
    by convention. trouble: why the run ended early, "" if it did not."""

    landmarker: Landmarker
    step: int
    before: Mapping[str, float]
    after: Mapping[str, float]
    trouble: str = ""


class OutOfMemory(InflError):
    """Memory ran out; `remedy` says what to do."""

    def __init__(self, text: str, remedy: str):
        super().__init__(f"{text} {remedy}")
        self.remedy = remedy


def fine_tune(
    landmarker: Landmarker, datasets: Sequence[Dataset], how: FineTune | None = None, *,
    enough: Callable[[], bool] = lambda: False, folder: Path | None = None,
) -> Job[FineTuned]:  # fmt: skip
    """Train a copy of `landmarker` on the train parts of `datasets`, and return it.

    Yields progress with "loss" and the faces' "nme" (% of their size, on augmented train pictures) at every step,
    and before the first one, now and then and after the last one "val.CONVENTION" (NME in %, whole val photographs). A
    convention that the landmarker does not know gets a code of its own. The landmarker that is passed in never changes.

    enough: asked after every step; True ends the run with what it has. folder: where the run's state is kept from time
    to time and when the job is closed; the same call with a folder that holds one goes on from there. A run that
    diverges ends with the best weights before, or raises InflError where there are none.
    """
    how = how or FineTune()
    try:
        return (yield from _fine_tune(landmarker, datasets, how, enough, folder))
    except (RuntimeError, MemoryError) as error:
        if ran_out(error):
            raise out_of_memory(how) from error
        raise


def _fine_tune(
    landmarker: Landmarker, datasets: Sequence[Dataset], how: FineTune, enough: Callable[[], bool],
    folder: Path | None,
) -> Job[FineTuned]:  # fmt: skip
    torch.set_num_threads(how.threads)
    sets = [faces for faces in (yield from load_faces(learning_parts(datasets))) if faces.faces]
    if not sets:
        raise InflError("There is nothing to fine-tune on: no open set has a sample whose split is “train”.")
    run = Run.start(landmarker, sets, how)
    measure = lambda network: validate(network, datasets, how.validate_faces, str(run.device))  # noqa: E731
    done, watch, trouble = 0, Watch(), ""
    if folder is not None and (folder / STATE).exists():
        done, best = run.load(folder), Best.load(folder, str(run.device))
    else:
        best = Best(before=measure(run.weights()))
    measured, clock, saved = dict(best.after), _Clock(done, how.steps), time.monotonic()
    yield clock.report(done, _by_set(measured or best.before))
    clock.go_on()
    try:
        for step, batch in enumerate(run.batches.stream(done, how.steps), done):
            report = run.learn(batch, step)
            watch.see(step, report["nme"])
            done = step + 1
            over = done == how.steps or enough()
            if over or done % how.validate_every == 0:
                weights = run.weights()
                measured = measure(weights)
                best = best.with_measured(weights, done, measured)
                report |= _by_set(measured)
            if folder is not None and (
                done % how.validate_every == 0 or time.monotonic() - saved > SAVE_EVERY
            ):
                run.save(folder, done, best)
                saved = time.monotonic()
            yield clock.report(done, report)
            clock.go_on()
            if over:
                break
    except Diverged as error:
        if best.network is None or not best.step:
            raise InflError(f"{error} The model is unchanged. {calmer(how)}") from error
        trouble = f"{error} The weights of step {best.step} are kept. {calmer(how)}"
    except GeneratorExit:
        if folder is not None:
            run.save(folder, done, best)
        raise
    keys = trained_on(landmarker.card, sets)
    card = {**landmarker.card, "training_keys": keys, "fine_tuned_on": [faces.name for faces in sets]}
    network, step, after = run.weights(), done, measured if not trouble else best.after
    if (how.best or trouble) and best.network is not None:
        network, step, after = best.network, best.step, best.after
    return FineTuned(Landmarker(network, card, landmarker.device), step, best.before, after, trouble)


@dataclass(frozen=True, eq=False)
class Run:
    """The moving parts of a run."""

    network: InfiniteLandmarks
    average: dict[str, Tensor]
    optimiser: torch.optim.Optimizer
    batches: Batches
    recipe: Recipe
    device: torch.device

    @classmethod
    def start(cls, landmarker: Landmarker, sets: Sequence[FaceSet], how: FineTune) -> Run:
        """A copy of the landmarker's network, with room for what is new in `sets`, ready for its first step."""
        alone = how.parts == "deformer"
        recipe = Recipe(
            name="fine-tune", model=landmarker.network.config, seed=how.seed, learning_rate=how.learning_rate,
            steps=0 if alone else how.steps, deformer_steps=how.steps if alone else 0,
            deformer_rate=20.0 if alone else 10.0,  # from a smaller rate; the deformer is far from its optimum
            search_batch=how.faces_a_step // 4, crop_batch=how.faces_a_step - how.faces_a_step // 4,
            localisation=0.05, averaging=0.98, threads=how.threads,
        )  # fmt: skip
        torch.manual_seed(how.seed)
        device = torch.device(how.device or landmarker.device)
        network = placed(with_conventions(landmarker.network, sets), device).train()
        if how.parts != "everything":
            for name, parameter in network.named_parameters():
                trained = part_of(name) in ("deformer", "queries") or (not alone and part_of(name) == "heads")
                parameter.requires_grad_(trained)
        average = {name: tensor.detach().clone() for name, tensor in network.named_parameters()}
        batches = Batches(sets, network.conventions, recipe, network.config)
        return cls(network, average, optimiser_of(network, recipe), batches, recipe, device)

    def learn(self, batch: Batch, step: int) -> dict[str, float]:
        """One step; raises Diverged."""
        return learn(self.network, self.optimiser, self.average, batch.to(self.device), self.recipe, step)

    def weights(self) -> InfiniteLandmarks:
        """The running mean of the weights, as a network of its own."""
        return averaged(self.network, self.average)

    def save(self, folder: Path, done: int, best: Best) -> None:
        best.save(folder)
        state = recipe_json(self.recipe)
        save_state(folder / STATE, done, self.network, self.average, self.optimiser, state)

    def load(self, folder: Path) -> int:
        """Fill all from what was kept; returns the number of steps done. Raises FileError."""
        state = recipe_json(self.recipe)
        return load_state(folder / STATE, self.network, self.average, self.optimiser, state)


class _Clock:
    """Makes the run's reports. Time in which nobody asked for the next step, a pause, is no part of its pace."""

    def __init__(self, done: int, steps: int):
        self._first, self._steps = done, steps
        self._started = self._reported = time.monotonic()

    def report(self, done: int, metrics: Mapping[str, float]) -> Progress:
        self._reported = time.monotonic()
        pace = (self._reported - self._started) / max(done - self._first, 1)
        return Progress(
            "fine-tuning", done, self._steps, metrics=metrics, started=self._reported - pace * done
        )

    def go_on(self) -> None:
        self._started += time.monotonic() - self._reported


def learning_parts(datasets: Sequence[Dataset]) -> list[Dataset]:
    """What is trained on; samples of no part count as "train"."""
    return [dataset.where(lambda sample: sample.split in ("train", "")) for dataset in datasets]


def out_of_memory(how: FineTune) -> OutOfMemory:
    """What to tell a person when memory runs out."""
    fewer = max(how.faces_a_step // 2, 4)
    less = {"everything": " or train less of it (“heads”)", "heads": " or train the deformer only"}
    choices = f"Take {fewer} faces a step instead of {how.faces_a_step}{less.get(how.parts, '')}"
    where = "graphics card" if how.device not in ("", "cpu") else "computer"
    return OutOfMemory(f"The {where}'s memory is too small for this.", f"{choices}, or close other programs.")


def calmer(how: FineTune) -> str:
    """What to tell a person when training diverges."""
    return f"Try a learning rate of {how.learning_rate / 3:.1g} instead of {how.learning_rate:.1g}."


def _by_set(measured: Mapping[str, float]) -> dict[str, float]:
    return {f"val.{name}": value for name, value in measured.items()}


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
