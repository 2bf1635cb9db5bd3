"""Training that goes wrong: a loss that is no number any more, or faces that are missed ever farther."""

from __future__ import annotations

from infl.errors import InflError

WINDOW = 20
"""Steps whose mean is compared with that of the first ones."""

FARTHER = 2.5
"""How many times farther than at the start landmarks may be missed before that is called divergence."""


class Diverged(InflError):
    """The weights of this step are of no use; earlier ones may be."""


class Watch:
    """Sees the mean error of each step, in whatever unit, and raises Diverged where it explodes."""

    def __init__(self) -> None:
        self._errors: list[float] = []

    def see(self, step: int, error: float) -> None:
        self._errors.append(error)
        if len(self._errors) < 2 * WINDOW:
            return
        first = sum(self._errors[:WINDOW]) / WINDOW
        last = sum(self._errors[-WINDOW:]) / WINDOW
        if last > FARTHER * first:
            raise Diverged(
                f"Training diverged: at step {step} landmarks are missed {last / first:.1f} times farther than at the "
                "start."
            )
