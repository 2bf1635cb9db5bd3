"""Checkpoints: one safetensors file, with configuration, conventions and card as JSON in its header. Never pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from infl.errors import FileError, InflError
from infl.model.config import ModelConfig
from infl.model.network import InfiniteLandmarks, placed
from infl.resources import resource

SHIPPED = "research"
"""The checkpoint that is meant where none is named. “open” comes with the program too; see their cards."""
_LEARNED = "learned_queries."


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid")
    format: Literal["infl-checkpoint"]
    format_version: Literal[1]
    config: dict[str, Any]
    conventions: list[str]
    card: dict[str, Any]


def save_checkpoint(network: InfiniteLandmarks, card: Mapping[str, Any], path: str | Path) -> None:
    """Write the weights in half precision, whole or not at all."""
    path = Path(path)
    header = _Header(
        format="infl-checkpoint",
        format_version=1,
        config=asdict(network.config),
        conventions=list(network.conventions),
        card=dict(card),
    )
    weights = {name: tensor.detach().half().contiguous() for name, tensor in network.state_dict().items()}
    temporary = path.with_name(path.name + ".part")
    save_file(weights, temporary, metadata={"infl": header.model_dump_json()})
    load_checkpoint(temporary)
    os.replace(temporary, path)


def checkpoint_file(which: str | Path | None = None) -> Path:
    """The file of a checkpoint: a path, or the name of one that comes with the program, by default SHIPPED.

    Raises InflError when this copy lacks it and FileError when there is no such file.
    """
    named = resource("models", f"{which or SHIPPED}.safetensors")
    if which is None and not named.exists():
        raise InflError(
            f"No checkpoint comes with this copy ({named} is missing). Train one with “infl train”."
        )
    if which is None or (Path(which).name == str(which) and not Path(which).exists() and named.exists()):
        return named
    if not Path(which).exists():
        shipped = ", ".join(path.stem for path in sorted(named.parent.glob("*.safetensors")))
        raise FileError(
            which, "does not exist.", remedy=f"Name a file, or one that comes with infl: {shipped}."
        )
    return Path(which)


def load_checkpoint(path: str | Path | None = None) -> tuple[InfiniteLandmarks, dict[str, Any]]:
    """The network (float32, CPU) and the card of a checkpoint, by default of the one that comes with the program.

    Raises InflError when no checkpoint comes with this copy and FileError when the file is none.
    """
    path = checkpoint_file(path)
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            header = _Header.model_validate(json.loads(metadata.get("infl", "null")))
            weights = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        config = TypeAdapter(ModelConfig).validate_python(header.config)
    except (SafetensorError, json.JSONDecodeError) as error:
        raise FileError(path, f"is no checkpoint of infl ({error}).") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = "header " + ".".join(map(str, first["loc"]))
        raise FileError(path, f"is no checkpoint of infl: {first['msg']}.", place=place) from error
    learned = {
        name.removeprefix(_LEARNED): len(tensor)
        for name, tensor in weights.items()
        if name.startswith(_LEARNED)
    }
    if "dataset_codes" in weights:  # files from before there were shifts have none
        weights.setdefault("pixel_shifts", weights["dataset_codes"].new_zeros(len(header.conventions) - 1, 2))
    undescribed = {header.conventions[int(key)]: count for key, count in learned.items()}
    network = InfiniteLandmarks(config, tuple(header.conventions), undescribed)
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise FileError(
            path, "its weights do not fit its configuration.", remedy=str(error).splitlines()[-1]
        ) from error
    return placed(network, "cpu").eval(), header.card
