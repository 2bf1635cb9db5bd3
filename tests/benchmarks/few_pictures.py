"""What a convention costs in pictures: a code fitted to 20, 50 or 200 of them, and a layout that nobody described.

    python tests/benchmarks/few_pictures.py [--sets ibug68 wflw98 …] [--checkpoint FILE] [--out X.json]

Each set is treated as unknown: its own code is taken out of the checkpoint, and its convention gets a new name. Fitted
to train pictures; NME (%, of the set's normaliser) on the annotated face of each val picture, in
- canonical: no convention at all,
- nearest: the best of the other conventions that the checkpoint knows, chosen on train pictures,
- code: fitted from 20, 50 and 200 pictures,
- trained: the code that training found with all of the set's pictures.
Then the layout is dropped as well, and proposed from 100 pictures:
- place mm: mean (median) distance on C from the shipped layout, of the places found before they are named,
- with all layouts known: share of points taken for a known one, of these how many in the right place (within 1.5 mm
  on C of where the shipped layout has them, or of the same name),
- the set's own layout unknown (and layouts of the same points): the same, and NME with the proposed layout and the code
  fitted with it,
- seconds of one CPU thread for finding, and for fitting.

With a checkpoint that trained on the set, such as the shipped ones, the image network has seen the set's train
pictures, and the deformer its rules: a true hold-out needs a checkpoint that was trained without it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from common import arguments_of, evenly, held_out, save

import infl
from infl.adapt import fit_seen, propose_layout, propose_seen
from infl.adapt.fit_convention import PICTURES
from infl.adapt.known_points import known_layouts
from infl.adapt.layout_proposal import SAME, Proposal
from infl.adapt.seen_faces import Seen, SeenFace, see_faces
from infl.datasets import Dataset, Sample
from infl.evaluation.nme import nme, unit
from infl.harmonize.annotated_face import encode_annotated
from infl.layouts import Layout
from infl.model.landmarker import Landmarker
from infl.model.network import InfiniteLandmarks
from infl.progress import run

SETS = ("ibug68", "wflw98", "scut86", "imm73", "webmorph189")
COUNTS = (20, 50, 200)
NEW = "unknown set"
TWINS = {"ibug68": ("ibug51", "facesynthetics70")}
"""Layouts that hold the same points, which a set's own layout being unknown means too."""


def without_code(landmarker: Landmarker, convention: str) -> Landmarker:
    """The same landmarker, not knowing one convention."""
    network = landmarker.network
    if convention not in network.conventions:
        return landmarker
    row = network.conventions.index(convention) - 1
    kept = tuple(name for name in network.conventions if name != convention)
    undescribed = {name: count for name, count in network.undescribed.items() if name != convention}
    less = InfiniteLandmarks(network.config, kept, undescribed)
    weights = {
        name: tensor for name, tensor in network.state_dict().items() if not name.startswith("learned_")
    }
    for name in ("dataset_codes", "pixel_shifts"):
        weights[name] = torch.cat([weights[name][:row], weights[name][row + 1 :]])
    less.load_state_dict(weights, strict=False)
    return Landmarker(less, landmarker.card, landmarker.device)


def errors(
    landmarker: Landmarker, faces: Sequence[SeenFace], layout: Layout, convention: str, dataset: Dataset
):
    """(N,) NME of each face; what divides is told by the set's own layout."""
    corners = dataset.layout.eye_corners if dataset.layout else None
    result = []
    for face in faces:
        size, _ = unit(face.points, corners, dataset.normaliser)
        result.append(nme(landmarker.query(face.encoded, layout, convention).points, face.points, size))
    return np.array(result)


def right(proposal: Proposal, layout: Layout) -> tuple[float, float]:
    """(share of points that are taken for a known one, share of these that are right)."""
    same = np.array([p.same for p in proposal.points])
    near = np.linalg.norm(proposal.layout.queries - layout.queries, axis=1) <= SAME
    named = np.array(
        [ours == theirs for ours, theirs in zip(proposal.layout.names, layout.names, strict=True)]
    )
    return float(same.mean()), float((near | named)[same].mean()) if same.any() else float("nan")


def looked_at(landmarker: Landmarker, dataset: Dataset, samples: Sequence[Sample]) -> list[SeenFace]:
    return [
        SeenFace(s.key, encode_annotated(landmarker, s.load_image(), dataset, s, True), s.points)
        for s in samples
    ]


def measure(landmarker: Landmarker, folder: str, data: Any, pictures: int | None) -> dict[str, Any]:
    dataset, val = held_out(landmarker, data / folder)
    assert dataset.layout is not None
    layout, own = dataset.layout, dataset.convention
    faces = looked_at(landmarker, dataset, evenly(val, pictures))
    unknowing = without_code(landmarker, own)
    nameless = replace(dataset, convention=NEW)
    seen = run(see_faces(unknowing, nameless, PICTURES))
    train = evenly(list(seen.faces), 50)

    def mean(which: Landmarker, convention: str, where: Layout = layout) -> float:
        return float(errors(which, faces, where, convention, dataset).mean())

    others = [name for name in unknowing.conventions[1:]]
    nearest = min(others, key=lambda name: errors(unknowing, train, layout, name, dataset).mean())
    row: dict[str, Any] = {"faces": len(faces), "canonical": mean(landmarker, "canonical"), "nearest is": nearest,
                           "nearest": mean(unknowing, nearest)}  # fmt: skip
    for count in COUNTS:
        some = Seen(
            tuple(seen.faces[i] for i in np.unique(np.linspace(0, len(seen.faces) - 1, count).astype(int))),
            0,
            (),
        )
        start = time.process_time()
        fitted = run(fit_seen(unknowing, layout, NEW, some))
        row[f"code {count}"] = mean(fitted.landmarker, NEW)
        row[f"seconds {count}"] = time.process_time() - start
        row[f"shift {count}"], row[f"own field {count}"] = float(fitted.shift[0]), int(fitted.own_field)
    row["trained"] = mean(landmarker, own) if own in landmarker.conventions else float("nan")
    start = time.process_time()
    proposal = run(propose_layout(landmarker, replace(nameless, layout=None)))
    row["seconds to propose"] = time.process_time() - start
    away = np.linalg.norm(np.array([p.query for p in proposal.points]) - layout.queries, axis=1)
    row["place mm"], row["place mm, median"] = float(away.mean()), float(np.median(away))
    row["known: named"], row["known: right"] = right(proposal, layout)
    less = known_layouts((layout.name, *TWINS.get(layout.name, ())))
    proposal = run(propose_seen(unknowing, NEW, proposal.seen, less))
    row["unknown: named"], row["unknown: right"] = right(proposal, layout)
    off = np.linalg.norm(proposal.layout.queries - layout.queries, axis=1)
    row["unknown: layout mm"], row["unknown: layout mm, median"] = float(off.mean()), float(np.median(off))
    fitted = run(fit_seen(unknowing, proposal.layout, NEW, proposal.seen))
    row["unknown: NME"] = mean(fitted.landmarker, NEW, proposal.layout)
    return row


def main() -> None:
    parser = arguments_of(__doc__, pictures=True, out=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    landmarker = infl.load_landmarker(arguments.checkpoint)
    rows = {}
    for name in arguments.sets:
        rows[name] = measure(landmarker, name, arguments.data, arguments.pictures)
        print(name, ", ".join(f"{key} {value:.2f}" if isinstance(value, float) else f"{key} {value}"
                              for key, value in rows[name].items()), flush=True)  # fmt: skip
        save(arguments.out, {"checkpoint": str(arguments.checkpoint or "shipped"), "sets": rows})


if __name__ == "__main__":
    main()
