"""Training and fine-tuning."""

from infl.training.fine_tuning import FineTune, fine_tune
from infl.training.recipe import Recipe, SetChoice, load_recipe
from infl.training.trainer import train

__all__ = ["FineTune", "Recipe", "SetChoice", "fine_tune", "load_recipe", "train"]
