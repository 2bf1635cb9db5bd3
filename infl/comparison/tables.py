"""A comparison as tables, for a notebook and for CSV."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infl.comparison.compare import Comparison
from infl.comparison.intervals import Interval
from infl.geometry.canonical_face import canonical_face


def offsets_table(comparison: Comparison) -> pd.DataFrame:
    """One row for each point of each pair: first − second.

    kind is "measured", or "deformer" where no picture was asked. x, y, z: mm, where the point lies on C. outward, up,
    size: mm, with low and high of 95 %. size_percent: of the distance between the outer eye corners. p: of no offset;
    sure: corrected for all points of the pair. deformer_…: mm, what the deformer alone says. faces_…: that tell. What
    is not known is empty.
    """
    parts = []
    for pair in comparison.pairs:
        part = _place(
            pair.first.evidence.name, pair.second.evidence.name, pair.points, pair.queries, "measured"
        )
        for axis, name in enumerate(("outward", "up")):
            interval = Interval(pair.interval.low[:, axis], pair.interval.high[:, axis])
            part |= _figures(name, pair.offset[:, axis], interval)
        part |= _figures("size", pair.size, pair.size_interval)
        part |= {"size_percent": percent(pair.size), "p": pair.p}
        part["sure"] = pd.array(pair.sure.astype(int), "Int64")
        part |= {"deformer_outward": pair.learned[:, 0], "deformer_up": pair.learned[:, 1]}
        part |= {"faces_first": pair.faces[:, 0], "faces_second": pair.faces[:, 1]}
        table = pd.DataFrame(part)
        table.loc[np.isnan(pair.p), "sure"] = pd.NA
        parts.append(table)
    for asked in comparison.deformer:
        part = _place(asked.first, asked.second, asked.layout.names, asked.layout.queries, "deformer")
        part |= {"deformer_outward": asked.offset[:, 0], "deformer_up": asked.offset[:, 1]}
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def origins_table(comparison: Comparison) -> pd.DataFrame:
    """One row for each set, `second` empty, and one for each pair, first − second.

    x, y: pixels right and down, with low and high of 95 %; for pairs also p of no difference, and whether it was taken
    off (1) or not (0).
    """
    rows = []
    for witness in comparison.sets:
        evidence, origin = witness.evidence, witness.origin
        row = {"first": evidence.name, "second": "", "faces": len(evidence), "subjects": len(witness.names)}
        row |= {"left_out": evidence.left_out, "unreadable": len(evidence.unreadable)}
        for axis, name in enumerate("xy"):
            row |= _one(name, origin.shift[axis], origin.interval, axis)
        rows.append(row)
    for pair in comparison.pairs:
        row: dict[str, object] = {"first": pair.first.evidence.name, "second": pair.second.evidence.name}
        for axis, name in enumerate("xy"):
            row |= _one(name, pair.origin.difference[axis], pair.origin.interval, axis)
            row[f"{name}_p"] = pair.origin.p[axis]
        row["taken_off"] = int(pair.origin.taken)
        rows.append(row)
    counts = dict.fromkeys(("faces", "subjects", "left_out", "unreadable", "taken_off"), "Int64")
    table = pd.DataFrame(rows)
    return table.astype({name: kind for name, kind in counts.items() if name in table})


def percent(millimetres: np.ndarray) -> np.ndarray:
    """Of the distance between the outer eye corners of C."""
    return 100 * millimetres / canonical_face().interocular


def csv_text(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, float_format="%.5g", lineterminator="\n")


def _place(first: str, second: str, points: tuple[str, ...], queries: np.ndarray, kind: str) -> dict:
    x, y, z = queries.T
    return {"first": first, "second": second, "point": points, "kind": kind, "x": x, "y": y, "z": z}


def _figures(name: str, value: np.ndarray, interval: Interval) -> dict[str, np.ndarray]:
    return {name: value, f"{name}_low": interval.low, f"{name}_high": interval.high}


def _one(name: str, value: float, interval: Interval, axis: int) -> dict[str, float]:
    """Without an interval nothing is known."""
    low, high = interval.low[axis], interval.high[axis]
    known = np.isfinite(high)
    return {name: value if known else np.nan, f"{name}_low": low if known else np.nan,
            f"{name}_high": high if known else np.nan}  # fmt: skip
