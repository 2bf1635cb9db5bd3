"""Numeric arrays of MATLAB level 5 `.mat` files (those of `save -v6` and `-v7`), in plain Python.

SciPy reads them too, but ends the whole process with a segmentation fault on some damaged files; here a damaged
file is an error. Elements: a tag (type, bytes), then the data, padded to 8 bytes; a matrix is an element of
elements (flags, dimensions, name, numbers). Source: MathWorks, "MAT-File Format", level 5.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from infl.datasets.text import read_bytes
from infl.errors import FileError

_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_MATRIX, _COMPRESSED = 14, 15
_NUMERIC_CLASSES = range(6, 16)
_COMPLEX = 0x0800
_LARGEST = 1 << 28
"""Bytes: a compressed element that grows beyond this is refused."""


class _Damaged(Exception):
    """What is wrong, in words."""


def read_mat(path: Path, names: Collection[str]) -> dict[str, np.ndarray]:
    """The real numeric arrays called `names` that the file has, as float64.

    Raises FileError when the file is no such file or is damaged.
    """
    data = read_bytes(path)
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    if order is None:
        raise FileError(path, "is no MATLAB file of level 5.", remedy="Save it with -v7.")
    found: dict[str, np.ndarray] = {}
    try:
        for kind, body in _elements(memoryview(data)[128:], order):
            if kind == _COMPRESSED:
                matrices = [b for k, b in _elements(_inflated(body), order) if k == _MATRIX]
            else:
                matrices = [body] if kind == _MATRIX else []
            for matrix in matrices:
                named = _array(matrix, order, names)
                if named is not None:
                    found[named[0]] = named[1]
    except _Damaged as error:
        raise FileError(path, f"is a damaged MATLAB file: {error}.") from error
    return found


def _elements(data: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    """(type, data) of each element in turn."""
    at = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from(order + "II", data, at)
        if kind >> 16:  # a small element: both in one word, the data in the next
            kind, size, start, step = kind & 0xFFFF, kind >> 16, at + 4, 8
            if size > 4:
                raise _Damaged(f"a small element of {size} bytes")
        else:
            start = at + 8
            step = 8 + (size if kind == _COMPRESSED else -(-size // 8) * 8)
        if start + size > len(data):
            raise _Damaged(f"an element of {size} bytes where {len(data) - start} are left")
        yield kind, data[start : start + size]
        at += step


def _inflated(data: memoryview) -> memoryview:
    unpacker = zlib.decompressobj()
    try:
        whole = unpacker.decompress(data, _LARGEST)
    except zlib.error as error:
        raise _Damaged(str(error)) from error
    if not unpacker.eof:
        raise _Damaged("a compressed element that does not end")
    return memoryview(whole)


def _array(data: memoryview, order: str, names: Collection[str]) -> tuple[str, np.ndarray] | None:
    """(name, array) of a matrix element; None when it is not one of `names` or holds no real numbers."""
    parts = list(_elements(data, order))[:4]
    if len(parts) < 4 or len(parts[0][1]) < 8:
        return None
    flags = struct.unpack_from(order + "I", parts[0][1])[0]
    name = bytes(parts[2][1]).decode("ascii", errors="replace")
    if name not in names or flags & 0xFF not in _NUMERIC_CLASSES or flags & _COMPLEX:
        return None
    shape = tuple(int(n) for n in np.frombuffer(_whole(parts[1][1], 4), order + "i4"))
    kind, numbers = parts[3]
    if kind not in _NUMBERS:
        raise _Damaged(f"{name} holds numbers of the unknown type {kind}")
    dtype = np.dtype(order + _NUMBERS[kind])
    values = np.frombuffer(_whole(numbers, dtype.itemsize), dtype)
    if min(shape, default=0) < 0 or int(np.prod(shape, dtype=object)) != values.size:
        raise _Damaged(f"{name} is said to be of shape {shape} and has {values.size} numbers")
    return name, values.astype(np.float64).reshape(shape, order="F")


def _whole(data: memoryview, size: int) -> memoryview:
    if len(data) % size:
        raise _Damaged(f"{len(data)} bytes are no whole number of {size}-byte numbers")
    return data
