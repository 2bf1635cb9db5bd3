"""File dialogs that begin in the folder where the last one ended, also after the program was closed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

KEY = "folder"

_settings: QSettings | None = None


def use(settings: QSettings) -> None:
    """Remember there from now on."""
    global _settings
    _settings = settings


def last_folder() -> Path:
    """Where a person was last; home where nothing is known, or the folder is gone."""
    folder = Path(str(_settings.value(KEY, ""))) if _settings is not None else Path()
    return folder if folder != Path() and folder.is_dir() else Path.home()


def remember(path: Path) -> None:
    """A person has chosen this file or folder."""
    if _settings is not None:
        _settings.setValue(KEY, str(path if path.is_dir() else path.parent))


def ask_file(parent: QWidget, title: str, kinds: str) -> Path | None:
    """Choose a file that is there."""
    return _chosen(QFileDialog.getOpenFileName(parent, title, str(last_folder()), kinds)[0])


def ask_files(parent: QWidget, title: str, kinds: str) -> list[Path]:
    """Choose files that are there."""
    names, _ = QFileDialog.getOpenFileNames(parent, title, str(last_folder()), kinds)
    return [path for name in names if (path := _chosen(name)) is not None]


def ask_folder(parent: QWidget, title: str, start: Path | None = None) -> Path | None:
    """Choose a folder."""
    return _chosen(QFileDialog.getExistingDirectory(parent, title, str(start or last_folder())))


def ask_new_file(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """Choose where a file is to be written; `name` is proposed, in the folder of last time unless it has one."""
    start = Path(name) if Path(name).is_absolute() else last_folder() / name
    return _chosen(QFileDialog.getSaveFileName(parent, title, str(start), kinds)[0])


def _chosen(name: str) -> Path | None:
    if not name:
        return None
    remember(Path(name))
    return Path(name)
