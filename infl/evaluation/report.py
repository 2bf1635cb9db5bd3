"""The result of an evaluation: rows of figures that know how they came about, as JSON and as a table."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from infl.evaluation.nme import NOT_FOUND, THRESHOLD, area_under_curve, failure_rate


@dataclass(frozen=True)
class Row:
    """How one data set's faces came out, asked in one convention.

    errors: sample key → NME in per cent of the face's size. normaliser: what they are divided by: "eyes", "box", or
    "eyes, n by box" where n faces lack an eye corner. deformer: whether the set's own convention was asked
    (otherwise the canonical one, without any deformation). skipped: faces that could not be measured, with the
    reason. several: photographs with more than one annotated face; the largest is meant.
    """

    dataset: str
    convention: str
    split: str
    deformer: bool
    normaliser: str
    points: int
    errors: Mapping[str, float]
    several: int = 0
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def faces(self) -> int:
        return len(self.errors)

    @property
    def nme(self) -> float:
        """Mean NME, %."""
        return float(np.mean(self._values))

    @property
    def median(self) -> float:
        """Median NME, %."""
        return float(np.median(self._values))

    @property
    def failures(self) -> float:
        """Faces with an NME above 8 %, %."""
        return failure_rate(self._values)

    @property
    def auc(self) -> float:
        """AUC₈, %."""
        return area_under_curve(self._values)

    @property
    def not_found(self) -> int:
        return int((self._values == NOT_FOUND).sum())

    @property
    def _values(self) -> np.ndarray:
        return np.array(list(self.errors.values()), np.float64)

    def as_json(self) -> dict[str, Any]:
        figures = {
            "nme_percent": round(self.nme, 4),
            "median_percent": round(self.median, 4),
            f"failures_above_{THRESHOLD:g}_percent": round(self.failures, 4),
            f"auc_{THRESHOLD:g}_percent": round(self.auc, 4),
            "faces": self.faces,
            "not_found": self.not_found,
        }
        row = asdict(self)
        row["errors"] = {key: round(value, 4) for key, value in self.errors.items()}
        return {**{k: v for k, v in row.items() if k != "errors"}, **figures, "errors_percent": row["errors"]}


@dataclass(frozen=True)
class Report:
    """The rows of one evaluation. checkpoint: its card's name, steps and digest, as far as the card says them. meant:
    which of several faces in a photograph is measured."""

    rows: tuple[Row, ...]
    checkpoint: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    meant: str = "the face that encode gives"

    def row(self, dataset: str, deformer: bool = True) -> Row:
        """The row of one data set; raises KeyError when there is none."""
        for row in self.rows:
            if row.dataset == dataset and row.deformer == deformer:
                return row
        raise KeyError(f"{dataset}, {'with' if deformer else 'without'} deformer")

    def markdown(self) -> str:
        """A table for a README, one line a row, and the notes below it."""
        lines = [
            "| data set | part | faces | asked as | NME % | median % | > 8 % | AUC₈ % | divided by |",
            "|---|---|---:|---|---:|---:|---:|---:|---|",
        ]
        for r in self.rows:
            asked = r.convention if r.deformer else f"{r.convention}, no deformer"
            lines.append(
                f"| {r.dataset} | {r.split or 'all'} | {r.faces} | {asked} | {r.nme:.2f} | {r.median:.2f} | "
                f"{r.failures:.1f} | {r.auc:.1f} | {r.normaliser} |"
            )
        return "\n".join([*lines, *(f"\n{note}" for note in self.notes)]) + "\n"

    def save(self, path: str | Path) -> None:
        """Write everything as JSON, whole or not at all."""
        path = Path(path)
        content = {
            "format": "infl-evaluation",
            "format_version": 1,
            "protocol": (
                "whole photograph, no box; of several annotated faces the largest; mean distance over the annotated "
                f"points by the normaliser, in per cent; a face that is not found counts {NOT_FOUND:g} %; measured is "
                f"{self.meant}"
            ),
            "checkpoint": dict(self.checkpoint),
            "notes": list(self.notes),
            "rows": [row.as_json() for row in self.rows],
        }
        temporary = path.with_name(path.name + ".part")
        temporary.write_text(
            json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8"
        )
        os.replace(temporary, path)
