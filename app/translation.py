"""Strings that a person reads, ready for translation: `tr("…")` is what Qt's tools collect and its translators answer.

What varies goes in afterwards, so every string is whole: `tr("{count} points").format(count=3)`. A constant that is
shown later is marked where it is written, `QT_TR_NOOP("any")`, and goes through `tr` where it is shown.

    pyside6-lupdate $(git ls-files "app/*.py") -ts infl-studio_de.ts   # then translate it, and make the file Qt reads:
    pyside6-lrelease infl-studio_de.ts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:

    def QT_TR_NOOP(text: str) -> str: ...
else:
    from PySide6.QtCore import QT_TR_NOOP as QT_TR_NOOP

CONTEXT = ""
"""Under which Qt's tools file what a bare `tr` is called with."""


def tr(text: str) -> str:
    """`text` in the language of the installed translator; as it is without one."""
    return QCoreApplication.translate(CONTEXT, text)
