"""Data sets in the formats in which people published them.

`open_dataset(folder)` finds out which format a folder is in (`registry`), reads its annotations into one
`Dataset` and leaves the pictures on disk until they are asked for. One module reads one native format; a
`dataset.json` (`header`) says what files cannot.
"""

from __future__ import annotations

from infl.datasets.dataset import ABSENT, OCCLUDED, VISIBLE, Dataset, Sample
from infl.datasets.registry import find_annotations, open_dataset, open_datasets

__all__ = [
    "ABSENT",
    "OCCLUDED",
    "VISIBLE",
    "Dataset",
    "Sample",
    "find_annotations",
    "open_dataset",
    "open_datasets",
]
