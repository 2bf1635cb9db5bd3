"""Members of an HDF5 file of the kind that is expected of them."""

from __future__ import annotations

import h5py
import numpy as np


def array_in(group: h5py.Group, name: str) -> h5py.Dataset:
    """The array `name`; raises KeyError saying so where there is none."""
    member = group.get(name)
    if not isinstance(member, h5py.Dataset):
        raise KeyError(f"the array {name} of {group.name} is missing.")
    return member


def group_in(group: h5py.Group, name: str) -> h5py.Group:
    """The group `name`; raises KeyError saying so where there is none."""
    member = group.get(name)
    if not isinstance(member, h5py.Group):
        raise KeyError(f"the group {name} of {group.name} is missing.")
    return member


def attribute_in(group: h5py.Group, name: str):
    """The attribute `name`; raises KeyError saying so where there is none."""
    if name not in group.attrs:
        raise KeyError(f"the attribute {name} of {group.name} is missing.")
    return group.attrs[name]


def values_in(group: h5py.Group, name: str, rows: slice = slice(None)) -> np.ndarray:
    """Rows of the array `name`; text as str objects."""
    array = array_in(group, name)
    return np.asarray(array.asstr()[rows] if array.dtype == object else array[rows])
