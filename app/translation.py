"""Strings that a person reads, ready for translation: `tr("…")` is what Qt's tools collect and its translators answer.

What varies goes in afterwards, so that every string is whole: `tr("{count} points").format(count=3)`.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

CONTEXT = "studio"


def tr(text: str) -> str:
    """`text` in the language of the installed translator; as it is without one."""
    return QCoreApplication.translate(CONTEXT, text)
