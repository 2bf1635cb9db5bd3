"""The codes of several sets at once, each fitted and measured: the quickest way to teach a landmarker conventions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from infl.adapt.fit_convention import PICTURES, fit_seen, with_room
from infl.adapt.seen_faces import see_faces
from infl.datasets.dataset import Dataset
from infl.errors import InflError
from infl.model.landmarker import Landmarker
from infl.model.network import CANONICAL
from infl.progress import Job, Progress
from infl.training.fine_tuning import FineTuned
from infl.training.validation import validate

VAL_FACES = 16
"""Faces of each val part that are measured before and after."""


@dataclass
class _Measured:
    before: dict[str, float] = field(default_factory=dict)
    after: dict[str, float] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)


def fit_conventions(
    landmarker: Landmarker, datasets: Sequence[Dataset], *, pictures: int = PICTURES,
    enough: Callable[[], bool] = lambda: False,
) -> Job[FineTuned]:  # fmt: skip
    """`fit_convention` for each of `datasets`; a code that makes the set's val part worse is not taken.

    Reports "val.CONVENTION" before and after, as `infl.training.fine_tune` does; `step` of the result is the number of
    codes that are new. enough: asked after each set; True leaves out the rest. Raises InflError where no set can be
    fitted; where only some can, `trouble` says why.
    """
    now, troubles, figures, device = landmarker, [], _Measured(), str(landmarker.device)
    progress = Progress("fitting codes", 0, len(datasets))
    for done, dataset in enumerate(datasets, 1):
        name = dataset.convention
        try:
            if dataset.layout is None or name == CANONICAL:
                reason = (
                    "nobody said what its points mean" if name != CANONICAL else "it is the canonical one"
                )
                raise InflError(f"{dataset.name} has no code to fit: {reason}.")
            room = with_room(now.network, name)
            before = validate(room, [dataset], VAL_FACES, device)
            yield Progress(
                progress.phase, done - 1, len(datasets), metrics=_by_set(before), started=progress.started
            )
            # What is seen in the pictures depends on no code, so the given landmarker, the fastest, looks at them.
            seen = yield from see_faces(landmarker, dataset, pictures)
            fitted = (yield from fit_seen(now, dataset.layout, name, seen)).landmarker
        except InflError as error:
            troubles.append(str(error))
            continue
        after = validate(fitted.network, [dataset], VAL_FACES, device)
        worse = after.get(name, 0.0) > before.get(name, float("inf"))
        if not worse:
            now = fitted
            figures.kept.append(name)
        figures.before |= before
        figures.after |= before if worse else after
        yield Progress(
            progress.phase, done, len(datasets), metrics=_by_set(figures.after), started=progress.started
        )
        if enough():
            break
    if not figures.kept:
        raise InflError(
            " ".join(troubles) or "No set's val part gets better by another code; the model is unchanged."
        )
    return FineTuned(now, len(figures.kept), figures.before, figures.after, " ".join(troubles))


def _by_set(measured: dict[str, float]) -> dict[str, float]:
    return {f"val.{name}": value for name, value in measured.items()}
