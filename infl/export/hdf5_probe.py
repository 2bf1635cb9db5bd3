"""On some damaged files the HDF5 library never returns, and on some it crashes: what is opened was read before, in a
process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from infl.errors import FileError

PROGRAM = Path(__file__).with_name("hdf5_read_through.py")

PATIENCE = 20.0
"""Seconds that reading may take whatever the file's size, and more for its bytes."""
BYTES_A_SECOND = 10e6


def check_readable(path: Path, form: str) -> None:
    """Raise FileError where reading the HDF5 file of the format `form` would hang or crash.

    Other faults, and files of other formats, are left to who reads. What was read once is not read again until it
    changes. Raises OSError when there is no such file.
    """
    status = path.stat()
    if fault := _fault(path.absolute(), form, status.st_size, status.st_mtime_ns, status.st_ino):
        raise FileError(path, f"is damaged: {fault}.", remedy="Write it again, or take a copy of it.")


@lru_cache(maxsize=64)
def _fault(path: Path, form: str, size: int, _modified: int, _inode: int) -> str:
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(PROGRAM), str(path), form],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=PATIENCE + size / BYTES_A_SECOND, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "reading it does not come to an end"
    return "reading it crashes" if done.returncode < 0 else ""
