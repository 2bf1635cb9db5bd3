"""Training and fine-tuning."""

from infl.training.fine_tuning import FineTune, FineTuned, fine_tune
from infl.training.recipe import Recipe, SetChoice, load_recipe
from infl.training.rehearsal import Rehearsal, rehearse
from infl.training.trainer import train

__all__ = [
    "FineTune",
    "FineTuned",
    "Recipe",
    "Rehearsal",
    "SetChoice",
    "fine_tune",
    "load_recipe",
    "rehearse",
    "train",
]
