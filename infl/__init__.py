"""infl: find any points of a canonical 3D face in a photograph, and make annotated data sets speak one language."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from infl.errors import FileError, InflError
from infl.layouts import Layout, LayoutPoint, layout, layout_names

if TYPE_CHECKING:
    from infl.datasets import Dataset, Sample, open_dataset
    from infl.export.hdf5 import open_harmonised
    from infl.model import Landmarker, load_landmarker

# Loaded on first use: torch, h5py and pandas cost seconds that `infl.layout` alone need not pay.
_LATER = {
    "Dataset": "infl.datasets",
    "Sample": "infl.datasets",
    "open_dataset": "infl.datasets",
    "Landmarker": "infl.model",
    "load_landmarker": "infl.model",
    "open_harmonised": "infl.export.hdf5",
}

__all__ = [
    "Dataset",
    "FileError",
    "InflError",
    "Landmarker",
    "Layout",
    "LayoutPoint",
    "Sample",
    "layout",
    "layout_names",
    "load_landmarker",
    "open_dataset",
    "open_harmonised",
]


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module 'infl' has no attribute '{name}'")
