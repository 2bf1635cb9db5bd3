"""Keeping memory that was used once, instead of giving it back to the system and asking for it again."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # names of mallopt(3)
_NEVER = 2**31 - 1


def keep_memory() -> None:
    """Let glibc reuse freed blocks of any size; elsewhere nothing happens.

    Every step of training frees and asks for the same hundreds of megabytes. By default each large block goes back
    to the system and comes back as new pages, which have to be cleared: a fifth of the time of a step on a CPU.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, _NEVER)
