"""What the benchmarks share: their arguments, held-out faces, and how they write what they found."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

import infl
from infl.datasets import Dataset, Sample
from infl.evaluation.held_out import largest_faces, refuse_trained

DATA = Path(os.environ.get("INFL_DATA", Path(__file__).parents[3] / "shared" / "data"))


def arguments_of(
    doc: str | None, *, data: bool = True, pictures: bool = False, out: bool = False
) -> argparse.ArgumentParser:
    """A parser with --checkpoint and, where asked for, --data, --pictures and --out."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="by default the one that comes with infl")
    if data:
        parser.add_argument("--data", type=Path, default=DATA, help="folder of the published data sets")
    if pictures:
        parser.add_argument("--pictures", type=int, help="of each set at most, for a quick look")
    if out:
        parser.add_argument("--out", type=Path, metavar="X.json", help="where every figure is written to")
    return parser


def held_out(
    landmarker: infl.Landmarker, folder: Path, annotation: str | None = None, pictures: int | None = None
) -> tuple[Dataset, list[Sample]]:
    """(the set, the faces of its val part, one a photograph, evenly fewer where `pictures` says so)."""
    dataset = infl.open_dataset(folder, annotation)
    samples = [sample for sample in largest_faces(dataset.samples)[0] if sample.split == "val"]
    refuse_trained(landmarker.card, dataset, samples)
    return dataset, evenly(samples, pictures)


def evenly(samples: list[Sample], pictures: int | None) -> list[Sample]:
    """At most `pictures` of the samples, spread over all of them."""
    count = min(pictures or len(samples), len(samples))
    return [samples[i] for i in np.linspace(0, len(samples) - 1, count).round().astype(int)]


def save(path: Path | None, content: dict[str, Any]) -> None:
    """Write JSON, whole or not at all; nothing without a path. Numbers that are not finite become null."""
    if path is None:
        return
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(_plain(content), indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(temporary, path)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, (float, np.floating)):
        return round(float(value), 4) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
