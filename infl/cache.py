"""Where the program keeps what it can make again: the user's cache folder, as the platform has it."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """INFL_CACHE where it is set, else the platform's place for caches; it need not exist yet."""
    if own := os.environ.get("INFL_CACHE"):
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "infl" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "infl"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "infl"
