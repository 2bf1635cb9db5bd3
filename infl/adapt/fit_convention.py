"""A new convention for a landmarker that is trained already: only its code and its shift are fitted, in seconds.

What the network sees in each annotated photograph is computed once and does not change; nor does anything that other
conventions use. (`infl.training.fine_tune` trains the deformer of all of them, through augmented pictures.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from infl.adapt.code_fit import CodeProblem
from infl.adapt.linearised import Linearised, linearise
from infl.adapt.seen_faces import Seen, see_faces
from infl.datasets.dataset import Dataset
from infl.errors import InflError
from infl.geometry.canonical_face import canonical_face
from infl.layouts import Layout
from infl.model.landmarker import Landmarker
from infl.model.network import CANONICAL, InfiniteLandmarks, placed
from infl.progress import Job, Progress

PICTURES = 200
"""Faces that are looked at where a set has more; their number hardly matters beyond."""
CENTRES = 40
"""Places on half of C where a convention's own field has its Gaussians; they lie up to about 19 mm apart."""
SURE = 4.0
"""Standard errors from 0 at which a shift in pixels is believed. Most sets have none."""
LEAST_SHIFT = 0.25
"""px: smaller ones are nobody's way to count, and the network itself is not truer."""


@dataclass(frozen=True, eq=False)
class FittedConvention:
    """landmarker: a copy that knows `convention`. faces: on how many it was fitted; missed: how many were not found.

    before, after: mean distance in σ on faces while they were left out, in the canonical convention and in this one.
    own_field: whether the code needed a field of its own. shift: (2,) px as kept, shift_error: standard error in x.
    """

    landmarker: Landmarker
    convention: str
    faces: int
    missed: int
    before: float
    after: float
    own_field: bool
    shift: np.ndarray
    shift_error: float


def fit_convention(
    landmarker: Landmarker, dataset: Dataset, *, convention: str = "", pictures: int = PICTURES
) -> Job[FittedConvention]:
    """Fit the code of `convention` (by default the set's own name for it) to the train part of `dataset`.

    A convention that the landmarker knows already is fitted anew. The landmarker that is passed in never changes.

    Raises InflError when the set has no layout (`propose_layout` finds one), too few faces, or faces that are not
    found.
    """
    convention = convention or dataset.convention
    if dataset.layout is None:
        raise InflError(
            f"{dataset.name}: nobody said what its {dataset.point_count} points mean; propose_layout finds that out."
        )
    if convention == CANONICAL:
        raise InflError(
            "The canonical convention has no code to fit; give the set's convention a name of its own."
        )
    seen = yield from see_faces(landmarker, dataset, pictures)
    return (yield from fit_seen(landmarker, dataset.layout, convention, seen))


def fit_seen(landmarker: Landmarker, layout: Layout, convention: str, seen: Seen) -> Job[FittedConvention]:
    """`fit_convention` on faces that were encoded before."""
    network = with_room(landmarker.network, convention)
    row = network.conventions.index(convention) - 1
    usual = np.delete(network.dataset_codes.detach().double().cpu().numpy(), row, 0)
    mean = usual.mean(0) if len(usual) else np.zeros(network.config.whole_code_size)
    mean[network.config.dataset_code_size :] = 0
    progress = Progress("fitting the code", 0, 2)
    nowhere = np.zeros((len(layout), 3))
    faces = linearise(landmarker, seen.faces, layout, nowhere)
    before = _cost(faces)
    near = CodeProblem(network.query_deformer, layout.queries, mean, nowhere).rough(faces)
    yield Progress(progress.phase, 1, 2, started=progress.started)
    faces = linearise(landmarker, seen.faces, layout, near)
    problem = CodeProblem(network.query_deformer, layout.queries, mean, near)
    fit = problem.best(faces)
    yield Progress(progress.phase, 2, 2, started=progress.started)
    if abs(fit.shift[0]) < max(SURE * fit.shift_error, LEAST_SHIFT):
        fit = replace(fit, shift=np.zeros(2))
    with torch.no_grad():
        network.dataset_codes[row] = torch.from_numpy(fit.code)
        network.pixel_shifts[row] = torch.from_numpy(fit.shift)
    keys = {**landmarker.card.get("training_keys", {})}
    keys[convention] = sorted({*keys.get(convention, ()), *(face.key for face in seen.faces)})
    card = {**landmarker.card, "training_keys": keys}
    fitted = Landmarker(network, card, landmarker.device)
    return FittedConvention(fitted, convention, len(seen.faces), seen.missed, before, float(fit.left_out.mean()),
                            fit.field is not None, fit.shift, fit.shift_error)  # fmt: skip


def _cost(faces: Linearised) -> float:
    distance = np.linalg.norm(faces.residual, axis=2) * faces.trust
    return float((distance.sum(1) / np.maximum((faces.trust > 0).sum(1), 1)).mean())


def with_room(network: InfiniteLandmarks, convention: str) -> InfiniteLandmarks:
    """A copy of `network` that has a code for `convention`, still 0 where it had none, and centres for fields."""
    conventions = (
        network.conventions if convention in network.conventions else (*network.conventions, convention)
    )
    config = network.config
    if not config.field_centres:
        config = replace(config, field_centres=CENTRES)
    copy = InfiniteLandmarks(config, conventions, network.undescribed)
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    for name in ("dataset_codes", "pixel_shifts"):
        wider = torch.zeros_like(copy.state_dict()[name], device=weights[name].device)
        wider[: len(weights[name]), : weights[name].shape[1]] = weights[name]
        weights[name] = wider
    weights.setdefault("query_deformer.centres", torch.from_numpy(field_centres()))
    copy.load_state_dict(weights)
    return placed(copy, weights["dataset_codes"].device).eval()


def field_centres() -> np.ndarray:
    """(CENTRES, 3) float32 mm: places of the feature curves on C's left half, each as far as can be from the others."""
    curves = canonical_face().curves
    places = np.concatenate([curves[name] for name in sorted(curves)]).astype(np.float64)
    places = places[places[:, 0] >= 0]
    chosen = [int(np.argmax(places[:, 2]))]
    distance = np.linalg.norm(places - places[chosen[0]], axis=1)
    while len(chosen) < CENTRES:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(places - places[chosen[-1]], axis=1))
    return places[chosen].astype(np.float32)
