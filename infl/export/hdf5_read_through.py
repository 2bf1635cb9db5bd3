"""A program of its own: `hdf5_read_through.py FILE FORMAT` reads all of an HDF5 file of that format, see `hdf5_probe`.

It says nothing, and whatever HDF5 calls an error is no fault of the file's here: only not ending, or dying, is.
It imports nothing of infl, so that it starts at once.
"""

from __future__ import annotations

import contextlib
import sys

import h5py

AT_ONCE = 1 << 24
"""Bytes that are read together."""


def read_through(path: str, form: str) -> None:
    """Read every attribute and array, as far as each can be; of files of another format only what says so."""
    with h5py.File(path, "r") as file:
        if file.attrs.get("format") != form:
            return
        _read(file)
        names: list[str] = []
        file.visit(names.append)
        for name in names:
            with contextlib.suppress(Exception):
                _read(file[name])


def _read(member: h5py.Group | h5py.Dataset | h5py.Datatype) -> None:
    for attribute in member.attrs:
        with contextlib.suppress(Exception):
            member.attrs[attribute]
    if isinstance(member, h5py.Dataset) and member.shape and member.shape[0]:
        rows = max(1, AT_ONCE // max(1, member.nbytes // member.shape[0]))
        for start in range(0, member.shape[0], rows):
            member[start : start + rows]


if __name__ == "__main__":
    with contextlib.suppress(Exception):
        read_through(sys.argv[1], sys.argv[2])
