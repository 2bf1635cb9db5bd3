"""`infl adapt`: a data set's convention for a network that is trained already, and a layout where it has none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from infl.cli.arguments import can_be_written, open_data
from infl.cli.console import drive, say
from infl.errors import FileError, InflError

if TYPE_CHECKING:
    from infl.adapt import FittedConvention, Proposal
    from infl.datasets import Dataset
    from infl.layouts import Layout

UNSURE = 0.8
"""Confidence below which a name is pointed out."""


def adapt(data: str, out: Path, layout: str | None, propose: bool, layout_out: Path | None, convention: str,
          pictures: int | None, checkpoint: Path | None) -> None:  # fmt: skip
    """Fit a convention, propose a layout before where none is known, and say what was found."""
    import torch

    from infl.adapt import fit_convention, fit_seen, propose_layout
    from infl.adapt.fit_convention import PICTURES
    from infl.model import load_landmarker
    from infl.model.checkpoint import save_checkpoint

    torch.set_num_threads(1)
    (dataset,) = open_data([data])
    can_be_written(out)
    if layout is not None:
        dataset = replace(dataset, layout=_described(layout, dataset, layout_out))
    landmarker = load_landmarker(checkpoint)
    convention = convention or dataset.convention
    how_many = pictures or PICTURES
    proposed = None
    if dataset.layout is None or propose:
        proposed = can_be_written(layout_out or out.with_suffix(".json"))
        proposal = drive(propose_layout(landmarker, dataset, pictures=how_many))
        _save(proposal, proposed)
        fitted = drive(fit_seen(landmarker, proposal.layout, convention, proposal.seen))
    else:
        fitted = drive(fit_convention(landmarker, dataset, convention=convention, pictures=how_many))
    save_checkpoint(fitted.landmarker.network, fitted.landmarker.card, out)
    _tell(fitted)
    print(f"{out}: the network with the convention “{convention}”; all others answer as before.")
    if proposed is not None:
        table = proposed.with_suffix(".csv")
        print(f"Check {table} (one row a point; empty “same_as” where it is wrong, or name another known point), then "
              f"run again with --layout {table}. If all is right, put {proposed.name} into {dataset.root} and "
              f'"layout": "{proposed.name}", "convention": "{convention}" into its dataset.json.')  # fmt: skip


def _described(name: str, dataset: Dataset, layout_out: Path | None) -> Layout:
    """The layout that --layout names; an edited table is also written as a layout file."""
    from infl.adapt.proposal_table import load_table
    from infl.layouts import layout, save_layout

    if not name.endswith(".csv"):
        chosen = layout(name)
    else:
        chosen = load_table(Path(name))
        written = can_be_written(layout_out or Path(name).with_suffix(".json"))
        save_layout(chosen, written)
        print(f"{written}: the layout of {name}.")
    if len(chosen) != dataset.point_count:
        raise InflError(
            f"{dataset.name} has {dataset.point_count} points, but the layout {name} has {len(chosen)}."
        )
    return chosen


def _save(proposal: Proposal, path: Path) -> None:
    """Write the layout and its table, and say what was found."""
    from infl.adapt.proposal_table import save_table
    from infl.layouts import save_layout

    table = path.with_suffix(".csv")
    if table == path:
        raise FileError(path, "is where the table would go.", remedy="Name a .json file after --layout-out.")
    save_layout(proposal.layout, path)
    save_table(proposal, table)
    points = proposal.points
    of = Counter(p.known.layout.name for p in points if p.same)
    shares = ", ".join(f"{count} of {name}" for name, count in of.most_common())
    alone = [k for k, p in enumerate(points) if not p.same]
    print(
        f"{len(points)} points, of which {len(points) - len(alone)} are known ones"
        + (f": {shares}." if of else ".")
    )
    for k in alone[:12]:
        print(f"  point {k}: no known one; {points[k].away:.1f} mm from {points[k].known}")
    if len(alone) > 12:
        print(f"  and {len(alone) - 12} more that are no known ones")
    unsure = [k for k, p in enumerate(points) if p.same and p.confidence < UNSURE]
    if unsure:
        say(f"note: unsure of {len(unsure)} names, those of the points {', '.join(map(str, unsure[:12]))}"
            + ("…" if len(unsure) > 12 else "."))  # fmt: skip
    print(f"{path} and {table}: the layout as proposed.")


def _tell(fitted: FittedConvention) -> None:
    missed = f" ({fitted.missed} more were not found where the annotation says)" if fitted.missed else ""
    print(
        f"{fitted.faces} faces{missed}: points are {fitted.after:.2f} σ off on faces that were left out of the fit, "
        f"and {fitted.before:.2f} σ in the canonical convention."
    )
    if fitted.own_field:
        print("The conventions known so far do not span this one: it has a smooth field of its own.")
    if fitted.shift.any():
        print(
            f"Its files lay every point {fitted.shift[0]:+.2f} ± {fitted.shift_error:.2f} px to the right, "
            "whatever the face: perhaps they count pixels from elsewhere (“pixel_origin” in dataset.json)."
        )
