"""Which weights of a run are kept: those with which the val parts came out best."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from infl.model.checkpoint import load_checkpoint, save_checkpoint
from infl.model.network import InfiniteLandmarks, placed

WEIGHTS, FIGURES = "best.safetensors", "best.json"


@dataclass(frozen=True, eq=False)
class Best:
    """before: NME (%) on the val part of each convention before the first step. network: the best weights so far, of
    `step`, with their `after`; None while nothing was measured since."""

    before: Mapping[str, float] = field(default_factory=dict)
    network: InfiniteLandmarks | None = None
    step: int = 0
    after: Mapping[str, float] = field(default_factory=dict)

    def with_measured(self, network: InfiniteLandmarks, step: int, measured: Mapping[str, float]) -> Best:
        """The better of the two; without val parts the newer one. Weights that find nothing at all are never kept."""
        if not all(map(math.isfinite, measured.values())):
            return self
        if self.network is not None and self._score(measured) > self._score(self.after):
            return self
        return replace(self, network=network, step=step, after=dict(measured))

    def _score(self, measured: Mapping[str, float]) -> float:
        """Mean of the sets' NME, each as a part of what it was: every set counts alike."""
        parts = [value / max(self.before.get(name, value), 1e-6) for name, value in measured.items()]
        return sum(parts) / len(parts) if parts else 0.0

    def save(self, folder: Path) -> None:
        """Into files of a run's folder, the weights in half precision."""
        if self.network is not None:
            save_checkpoint(self.network, {}, folder / WEIGHTS)
        figures = {"before": dict(self.before), "step": self.step, "after": dict(self.after)}
        part = folder / f"{FIGURES}.part"
        part.write_text(json.dumps(figures))
        part.replace(folder / FIGURES)

    @classmethod
    def load(cls, folder: Path, device: str) -> Best:
        """What `save` wrote; raises FileError."""
        figures = json.loads((folder / FIGURES).read_text())
        network = None
        if (folder / WEIGHTS).exists():
            network = placed(load_checkpoint(folder / WEIGHTS)[0], device).eval()
        return cls(figures["before"], network, figures["step"], figures["after"])
