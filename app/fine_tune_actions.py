"""Actions of fine-tuning: tried, begun, paused, ended, gone on with, and taken back."""

from __future__ import annotations

from collections.abc import Callable

from app.actions import Actions
from app.fine_tuning import FineTuning
from app.kept_runs import LeftOver
from app.state import Studio
from app.translation import tr


def declare(
    actions: Actions,
    menu: str,
    studio: Studio,
    tuning: FineTuning,
    begin: Callable[[], object],
    check: Callable[[], object],
) -> None:
    """begin, check: with what the panel says. The panel enables all of these, as it knows what would be done."""

    def of_left(do: Callable[[LeftOver], object]) -> Callable[[], object]:
        return lambda: do(tuning.left[0]) if tuning.left else None

    declared = (
        ("fine_tune", tr("Fine-tune on the open sets"), tr("Fine-tune"), begin, "",
         tr("Teach the model the conventions of the ticked sets")),
        ("check_run", tr("Check what fine-tuning needs"), tr("Check"), check, "",
         tr("Run one batch forward and backward, and say what a run needs")),
        ("pause_run", *pausing(paused=False), tuning.pause, "Ctrl+Shift+R",
         tr("Let the fine-tuning run rest after this step, or go on")),
        ("keep_best", tr("Stop fine-tuning, keep the best"), tr("Keep the best"), tuning.stop_and_keep, "Ctrl+Shift+K",
         tr("Stop, with the weights that were best on the val parts")),
        ("discard_run", tr("Discard the fine-tuning run"), tr("Discard"), tuning.discard, "",
         tr("End the run; the model stays as it is")),
        None,
        ("go_on_left", tr("Go on with the unfinished run"), tr("Go on"), of_left(tuning.go_on), "",
         tr("Go on with the fine-tuning run that was left")),
        ("use_left", tr("Use the unfinished run's best weights"), tr("Use its best weights"), of_left(tuning.use_best),
         "", tr("Take the weights of the run that was left, as they were best on the val parts")),
        ("forget_left", tr("Discard the unfinished run"), tr("Discard it"), of_left(tuning.forget), "",
         tr("Forget the fine-tuning run that was left")),
        None,
        ("revert", tr("Use the weights from before"), tr("Use the weights from before"), studio.revert_landmarker, "",
         tr("Go back to the model before the last fine-tuning, and again forward")),
    )  # fmt: skip
    for entry in declared:
        if entry is None:
            actions.separate(menu)
            continue
        identifier, text, short, do, keys, tip = entry
        actions.add(identifier, menu, text, do, keys, tip).setIconText(short)


def pausing(*, paused: bool) -> tuple[str, str]:
    """What the action that pauses and goes on is called, in full and in short."""
    return (tr("Go on fine-tuning"), tr("Go on")) if paused else (tr("Pause fine-tuning"), tr("Pause"))
