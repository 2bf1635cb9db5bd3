"""Reading text and numbers so that what is wrong is named by file and line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from infl.errors import FileError


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; raises FileError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(
            path, f"cannot be read ({error.strerror}).", remedy="Check the path and its rights."
        ) from error


def read_text(path: Path) -> str:
    """The text of a UTF-8 file (with or without a byte-order mark); raises FileError naming the line that is
    none.
    """
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(
            path, "is not UTF-8 text.", place=f"line {line}", remedy="Save it as UTF-8."
        ) from error


def read_lines(path: Path) -> list[tuple[int, str]]:
    """(line number counted from 1, text without blanks around it) of the lines that are not empty."""
    # Not str.splitlines: it also splits at form feeds and the like, which editors do not count as lines.
    lines = read_text(path).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]


def read_json(path: Path) -> Any:
    """The content of a JSON file; raises FileError naming the line that is wrong."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise FileError(path, f"is no JSON: {error.msg}.", place=f"line {error.lineno}") from error
    except (RecursionError, ValueError) as error:  # nested too deeply; an integer of thousands of digits
        raise FileError(path, f"is no JSON that can be read: {error}.") from error


def head(path: Path, limit: int = 65536) -> list[str]:
    """The first lines that are not empty (whole ones, at most 10, from `limit` bytes at most): for sniffing.

    [] for a file that cannot be opened; what is no text gives no error here.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit)
    except OSError:
        return []
    lines = data.decode("utf-8-sig", errors="replace").splitlines()
    if len(data) == limit and len(lines) > 1:
        lines.pop()  # cut off in the middle
    return [line.strip() for line in lines if line.strip()][:10]


def first_line(path: Path) -> str:
    """The first line that is not empty, "" where there is none: for sniffing."""
    return next(iter(head(path)), "")


def number(text: str, path: Path, place: str) -> float:
    """A finite decimal number; raises FileError otherwise."""
    try:
        value = float(text)
    except ValueError:
        raise FileError(path, f"“{text[:40]}” is no number.", place=place) from None
    if not math.isfinite(value):
        raise FileError(path, f"“{text[:40]}” is no finite number.", place=place)
    return value


def numbers(words: Sequence[str], path: Path, place: str) -> list[float]:
    return [number(word, path, place) for word in words]


def is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def point_lines(lines: Iterable[tuple[int, str]], path: Path) -> np.ndarray:
    """(K, 2) float64 from numbered lines of "x y" each; raises FileError for any other line and for none."""
    points = []
    for at, line in lines:
        words = line.split()
        if len(words) != 2:
            raise FileError(path, f"{len(words)} numbers where a point has 2.", place=f"line {at}")
        points.append(numbers(words, path, f"line {at}"))
    if not points:
        raise FileError(path, "holds no points.")
    return np.array(points)
