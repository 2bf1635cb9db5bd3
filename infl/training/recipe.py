"""A recipe: everything besides the pictures that decides what a training run makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from infl.errors import FileError
from infl.model.config import ModelConfig


@dataclass(frozen=True)
class SetChoice:
    """One data set of a recipe: a folder, relative to the data root, which of its annotations is meant, and a pattern
    of the samples' keys ("3dsk/*") that are left out, where their terms do not allow what the recipe is for."""

    folder: str
    annotation: str | None = None
    leave_out: str | None = None


@dataclass(frozen=True)
class Recipe:
    """How a network is trained. `resources/recipes` has those of the shipped checkpoints, whose cards tell the rest."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    sets: tuple[SetChoice, ...] = ()
    model: ModelConfig = field(default_factory=ModelConfig)
    people: int = 0  # rendered people that train beside the photographs, under the code 0
    demo: bool = False  # whether the embedded demo sets train too
    steps: int = 4000  # batches in which everything is trained
    deformer_steps: int = 300  # batches after those in which only the deformer and the codes are
    search_batch: int = 16  # whole photographs a batch, through S and F
    crop_batch: int = 16  # faces a batch whose crop is cut as the second pass would, through F alone
    twins: int = 0  # of those faces, how many come a second time, laid and disturbed anew
    points: int = 40  # queries a face
    learning_rate: float = 1.5e-3  # of the heads
    frozen_stages: int = 2  # stages of the trunks that keep the weights they came with; 0: not even the stem
    trunk_rate: float = 0.5  # of the convolutional trunks, times the learning rate
    deformer_rate: float = 5.0  # of the deformer and the codes, times the learning rate
    query_rate: float = 40.0  # of the queries of undescribed layouts, times the learning rate: 0.06 mm a step
    weight_decay: float = 0.01
    clip: float = 5.0  # norm that the gradient is cut to
    averaging: float = 0.998  # decay of the running mean of the weights that is kept in the end
    balance: float = 0.7  # a set of n faces is drawn as often as n to this power says
    likelihood: Literal["gaussian", "laplace"] = "gaussian"  # of the distance between landmark and annotation
    localisation: float = 1.0  # weight, falling to a twentieth, of the mean face placed by θ alone
    rigid: float = 0.5  # weight of C itself, unbent, seen through γ: it makes pose explain what pose can
    residual: float = 0.02  # weight of |Δ|²/cm²
    deformation: float = 0.005  # weight of |δ|²/mm²
    pose: float = 1.0  # weight of the head rotation, rendered or fitted to the 2D landmarks
    shape: float = 4.0  # weight of the 3D landmarks of rendered people
    focal: float = 0.3  # weight of the logarithm of the focal length of rendered people
    agreement: float = 1.0  # weight of the distance between what is found in twins, in units of σ
    presence: float = 0.3  # weight of telling faces from what is none
    faceless: float = 0.12  # part of the pictures that show no face, or none that the crop holds
    smallest_face: float = 0.16  # height of the face in the photograph, as a fraction of the photograph's
    largest_face: float = 1.1
    rotation: float = 50.0  # largest in-plane rotation, degrees
    seed: int = 1
    threads: int = 2  # of the arithmetic on the CPU
    save_every: int = 250  # steps between saved states
    validate_every: int = 2000  # steps between measurements on the val parts
    validate_faces: int = 40  # faces of each set in such a measurement


_FILE = TypeAdapter(Recipe)


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe (JSON); raises FileError naming the field that is wrong."""
    path = Path(path)
    try:
        return _FILE.validate_json(path.read_bytes())
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise FileError(
            path, f"is no recipe: {first['msg']}.", place=".".join(map(str, first["loc"]))
        ) from error


def recipe_json(recipe: Recipe) -> dict:
    """The recipe as plain JSON data, for cards and states."""
    return _FILE.dump_python(recipe, mode="json")
