"""`infl train`: what is trained on, and from which recipe."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from infl.cli.arguments import open_data
from infl.cli.console import drive, say
from infl.errors import InflError
from infl.resources import resource

if TYPE_CHECKING:
    from infl.datasets import Dataset
    from infl.training import Recipe


def run_training(data: Sequence[str], out: Path, recipe: str | None, root: Path | None, backbone: Path | None,
                 start_from: Path | None, people: Path | None, ict: Path | None,
                 device: Literal["cpu", "cuda"]) -> None:  # fmt: skip
    """Train, or go on where a run in `out` was stopped."""
    import torch

    from infl.training import train
    from infl.training.trainer import CHECKPOINT, METRICS

    if device == "cuda" and not torch.cuda.is_available():
        raise InflError("This machine has no CUDA device that this torch can use. Leave --device out.")
    chosen = recipe_named(recipe)
    datasets = open_data(data) if data else sets_of(chosen, root)
    faces = []
    if chosen.people:
        from infl.training.people import load_people

        folder, cores = people or out / "people", os.cpu_count() or 1
        faces = drive(load_people(folder, chosen.people, workers=cores, photographs=datasets, ict=ict))
    try:
        drive(train(chosen, datasets, out, backbone=backbone, start_from=start_from, people=faces,
                    device=device))  # fmt: skip
    except KeyboardInterrupt:
        say(f"\nStopped. Its state is in {out}: the same command goes on from the last saved step.")
        raise SystemExit(130) from None
    print(f"Trained: {out / CHECKPOINT}, with the measurements in {out / METRICS}.")


def recipe_named(name: str | None) -> Recipe:
    """A recipe that comes with the program, one from a file, or the default one."""
    from infl.training import Recipe, load_recipe

    if name is None:
        return Recipe(name="default")
    shipped = {path.stem: path for path in sorted(resource("recipes").glob("*.json"))}
    if name not in shipped and not name.endswith(".json"):
        raise InflError(
            f"There is no recipe “{name}”. Known: {', '.join(shipped)}; or give the path of a .json."
        )
    return load_recipe(shipped.get(name, name))


def sets_of(recipe: Recipe, root: Path | None) -> list[Dataset]:
    """The sets that a recipe names, below `root`, and those of the demo where it wants them."""
    if not recipe.sets and not recipe.demo:
        raise InflError("There is no data. Name folders after --data, or a recipe with sets after --recipe.")
    if recipe.sets and root is None:
        raise InflError(
            f"The recipe {recipe.name} names sets by their folders: say where these are with --root."
        )
    demo = resource("demo")
    if recipe.demo and not demo.is_dir():
        raise InflError(
            f"The recipe {recipe.name} wants the demo's sets, but this copy has none ({demo} is missing)."
        )
    named = [str(Path(root or "", choice.folder)) + (f":{choice.annotation}" if choice.annotation else "")
             for choice in recipe.sets]  # fmt: skip
    drawn = sorted(str(folder) for folder in demo.iterdir() if folder.is_dir()) if recipe.demo else []
    datasets = open_data([*named, *drawn])
    for i, choice in enumerate(recipe.sets):
        if pattern := choice.leave_out:
            datasets[i] = datasets[i].where(lambda sample, pattern=pattern: not fnmatch(sample.key, pattern))
    return datasets
