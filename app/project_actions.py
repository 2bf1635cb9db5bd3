"""What can be done with projects: new, open, recent ones, save, and the questions before anything is lost."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from app import folders
from app.actions import Actions
from app.session import SUFFIX, Session
from app.translation import tr
from app.views.recovery_dialog import RecoveryDialog
from app.workers import in_words


class ProjectActions(QObject):
    """Asks, then does; `declare` puts it all into a menu."""

    def __init__(self, session: Session, window: QWidget):
        super().__init__(window)
        self.session, self.window = session, window
        self.kinds = tr("Projects") + f" (*{SUFFIX})"

    def declare(self, actions: Actions, menu: str) -> None:
        actions.add("new_project", menu, tr("New project"), self.new, "Ctrl+Shift+N",
                    tr("Close everything and start with an empty project"))  # fmt: skip
        actions.add("open_project", menu, tr("Open project…"), self.ask_open, "Ctrl+Shift+O")
        recent = QMenu(tr("Open recent"))
        recent.aboutToShow.connect(lambda: self._fill_recent(recent))
        actions.submenu(menu, recent)
        actions.add("save_project", menu, tr("Save project"), self.save, "Ctrl+S",
                    tr("Save sets, layout, corrections and what is on screen in one file"))  # fmt: skip
        actions.add("save_project_as", menu, tr("Save project as…"), self.ask_save, "Ctrl+Shift+S")

    # saving

    def save(self) -> bool:
        """Save the project where it is; ask where, if it is nowhere. Whether it is saved now."""
        return self.session.save(self.session.path) if self.session.path is not None else self.ask_save()

    def ask_save(self) -> bool:
        """Choose a file and save the project there; whether it is saved now."""
        name = str(self.session.path) if self.session.path is not None else f"project{SUFFIX}"
        path = folders.ask_new_file(self.window, tr("Save the project"), name, self.kinds)
        return path is not None and self.session.save(path)

    def may_go_on(self) -> bool:
        """True when nothing is unsaved, or the person has saved it or does not want it."""
        if not self.session.modified:
            return True
        box = QMessageBox(self.window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(tr("Save the changes to “{name}”?").format(name=self.session.name or tr("Untitled")))
        box.setInformativeText(tr("Points, corrections or weights since the last saving would be lost."))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        choice = box.exec()
        return choice == buttons.Discard or (choice == buttons.Save and self.save())

    # opening

    def new(self) -> None:
        if self.may_go_on():
            self.session.start_anew()

    def ask_open(self) -> None:
        path = folders.ask_file(self.window, tr("Open a project"), self.kinds)
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Open a project in place of what is open, once nothing is lost by that."""
        if self.may_go_on():
            self.session.open(path, self.find_folder)

    def find_folder(self, folder: Path) -> Path | None:
        """Ask where a data set is now."""
        box = QMessageBox(self.window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(tr("The data set “{name}” is not where it was.").format(name=folder.name))
        text = tr(
            "It was {folder}. Sets that moved with it are found too; one that is left out stays in the project."
        )
        box.setInformativeText(text.format(folder=folder))
        find = box.addButton(tr("Find it…"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(tr("Leave it out"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        if box.clickedButton() is not find:
            return None
        if folder.suffix:
            kinds = f"{folder.suffix} (*{folder.suffix})"
            return folders.ask_file(self.window, tr("Where is {name} now?").format(name=folder.name), kinds)
        return folders.ask_folder(self.window, tr("Where is {name} now?").format(name=folder.name))

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        paths = self.session.recent()
        for number, path in enumerate(paths, 1):
            mnemonic = f"&{number}" if number < 10 else str(number)
            action = menu.addAction(f"{mnemonic}  {path.stem}", lambda path=path: self.open(path))
            action.setToolTip(str(path))
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        clear = menu.addAction(tr("Forget these"), self.session.forget)
        clear.setEnabled(bool(paths))

    # after a crash

    def offer_recovery(self) -> None:
        """Show what studios that did not end well have left, if anything."""
        left = self.session.left_behind()
        if not left:
            return
        rows = []
        for _, kept in left:
            name = Path(kept.file).stem if kept.file else tr("Untitled")
            ago = in_words(time.time() - kept.saved)
            rows.append((name, tr("{ago} ago").format(ago=ago), kept.points, kept.corrected, kept.weights))
        dialog = RecoveryDialog(rows, self.window)

        def decided() -> None:
            chosen = dialog.recovered
            brought_back = chosen is not None and self.session.recover(*left[chosen], self.find_folder)
            for number, (slot, _) in enumerate(left):
                if number in dialog.deleted:
                    slot.clear()
                if number != chosen or not brought_back:
                    slot.release()

        dialog.finished.connect(lambda _result: decided())
        dialog.open()
