"""The errors a person sees: one sentence that names the file, the place in it, the reason and the remedy."""

from __future__ import annotations

from pathlib import Path


class InflError(Exception):
    """Base of all errors that are meant to be read by a person; `str(error)` is a whole message."""


class FileError(InflError):
    """Something in a file (or the file itself) cannot be used.

    `place` is where in the file ("line 3", "row 17, column x4", "point 12"), empty for the whole file.
    """

    def __init__(self, path: str | Path, reason: str, *, place: str = "", remedy: str = ""):
        self.path, self.reason, self.place, self.remedy = Path(path), reason, place, remedy
        where = f"{path}, {place}" if place else f"{path}"
        super().__init__(f"{where}: {reason}" + (f" {remedy}" if remedy else ""))
