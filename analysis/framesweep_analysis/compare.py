"""Compares what two results files of one sweep have to agree in."""

from __future__ import annotations

import os
from typing import Any

import h5py
import numpy as np

#: The groups that describe a run and not its results.
_OF_THE_RUN = {"execution", "provenance"}

#: Attributes that hold addresses inside their file.
_ADDRESSES = {"DIMENSION_LIST", "REFERENCE_LIST"}


def differences(first: str | os.PathLike[str], second: str | os.PathLike[str]) -> list[str]:
    """What differs in data and attributes outside `/execution` and `/provenance`, bit for bit."""
    with h5py.File(first, "r") as a, h5py.File(second, "r") as b:
        one, other = _contents(a), _contents(b)
    return [
        f"{name}: only in {first if name in one else second}"
        if (name in one) != (name in other)
        else f"{name}: differs"
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def _contents(file: h5py.File) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    contents = {f"/@{key}": _bytes(value) for key, value in file.attrs.items()}

    def visit(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if name.split("/")[0] in _OF_THE_RUN:
            return
        if isinstance(item, h5py.Dataset):
            contents[f"/{name}"] = _bytes(item[()])
        for key, value in item.attrs.items():
            if key not in _ADDRESSES:
                contents[f"/{name}@{key}"] = _bytes(value)

    file.visititems(visit)
    return contents


def _bytes(value: Any) -> tuple[str, tuple[int, ...], bytes]:
    array = np.asarray(value)
    text = array.dtype.kind in "OSU"
    return array.dtype.str, array.shape, repr(array.tolist()).encode() if text else array.tobytes()
