"""The state of a run, so that it goes on after a kill as if nothing had happened."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from infl.errors import FileError
from infl.model.network import InfiniteLandmarks


def save_state(path: Path, step: int, network: InfiniteLandmarks, average: dict[str, Tensor],
               optimiser: torch.optim.Optimizer, recipe: dict) -> None:  # fmt: skip
    """Write weights, their running mean, the optimiser's moments and the step, whole or not at all."""
    tensors = {f"weights.{name}": tensor for name, tensor in network.state_dict().items()}
    tensors |= {f"average.{name}": tensor for name, tensor in average.items()}
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    for parameter, moments in optimiser.state.items():
        tensors |= {f"optimiser.{names[id(parameter)]}.{key}": value for key, value in moments.items()}
    header = {"step": step, "recipe": recipe, "conventions": list(network.conventions)}
    temporary = path.with_name(path.name + ".part")
    save_file({name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}, temporary,
              metadata={"infl": json.dumps(header)})  # fmt: skip
    os.replace(temporary, path)


def steps_done(path: Path) -> int:
    """The step at which a state was saved; raises FileError."""
    try:
        with safe_open(path, "pt") as file:
            return int(json.loads((file.metadata() or {})["infl"])["step"])
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise FileError(path, f"is no training state ({error}).") from error


def load_state(path: Path, network: InfiniteLandmarks, average: dict[str, Tensor],
               optimiser: torch.optim.Optimizer, recipe: dict) -> int:  # fmt: skip
    """Fill all from a file and return the step; raises FileError when the file is of another run."""
    try:
        with safe_open(path, "pt") as file:
            header = json.loads((file.metadata() or {}).get("infl", "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise FileError(
            path, f"is no training state ({error}).", remedy="Delete it to start anew."
        ) from error
    if header.get("recipe") != recipe or header.get("conventions") != list(network.conventions):
        raise FileError(path, "is the state of a run with another recipe or other data sets.",
                        remedy="Choose another folder, or delete it to start anew.")  # fmt: skip
    network.load_state_dict({name.removeprefix("weights."): tensor for name, tensor in tensors.items()
                             if name.startswith("weights.")})  # fmt: skip
    for name in average:
        average[name].copy_(tensors[f"average.{name}"])
    for name, parameter in network.named_parameters():
        moments = {key.rpartition(".")[2]: tensor for key, tensor in tensors.items()
                   if key.rpartition(".")[0] == f"optimiser.{name}"}  # fmt: skip
        if moments:
            optimiser.state[parameter] = {key: tensor.to(parameter.device) if key != "step" else tensor
                                          for key, tensor in moments.items()}  # fmt: skip
    return int(header["step"])
