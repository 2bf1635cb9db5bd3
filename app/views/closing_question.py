"""What becomes of a fine-tuning run when the window is to be closed."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from app.translation import tr

GO_ON, LATER, KEEP, DISCARD = "go on", "later", "keep", "discard"


def ask_about_run(parent: QWidget, *, kept: bool) -> str:
    """GO_ON with the run, and with the window; close it and go on LATER, at the next start (offered where runs are
    `kept`); stop, KEEP the best weights and close; DISCARD the run and close."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setText(tr("A fine-tuning run is under way."))
    box.setInformativeText(
        tr("Its weights so far can be kept, or the run goes on at the next start from where it is.")
        if kept
        else tr("Its weights so far can be kept.")
    )
    roles = QMessageBox.ButtonRole
    choices = {box.addButton(tr("Go on training"), roles.RejectRole): GO_ON}
    if kept:
        choices[box.addButton(tr("Close, go on next time"), roles.AcceptRole)] = LATER
    choices[box.addButton(tr("Stop, keep the best"), roles.AcceptRole)] = KEEP
    choices[box.addButton(tr("Discard"), roles.DestructiveRole)] = DISCARD
    first = next(iter(choices))
    box.setDefaultButton(first)
    box.setEscapeButton(first)
    box.exec()
    return choices.get(box.clickedButton(), GO_ON)  # pyright: ignore[reportCallIssue, reportArgumentType]
