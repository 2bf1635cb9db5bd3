"""PySide6 6.12.0 dropped a reference to None at every call that returns nothing, until CPython died."""

import sys

from PySide6.QtWidgets import QLabel


def test_calls_into_qt_keep_the_references_of_none(qapp):
    label, before = QLabel(), sys.getrefcount(None)
    for i in range(2000):
        label.setText(str(i))
    assert sys.getrefcount(None) > before - 500
