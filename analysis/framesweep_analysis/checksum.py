"""Recomputes the checksum that a results file carries of its own data."""

from __future__ import annotations

import hashlib
import os

import h5py


def data_sha256(path: str | os.PathLike[str]) -> str:
    """The SHA-256 of all data sets of the root group, as the attribute `data_sha256` defines it."""
    total = hashlib.sha256()
    with h5py.File(path, "r") as file:
        for name in sorted(name for name in file if isinstance(file[name], h5py.Dataset)):
            data = file[name][()]
            shape = ",".join(str(length) for length in data.shape)
            total.update(f"{name}\0{data.dtype.name}\0{shape}\0".encode())
            little_endian = data.astype(data.dtype.newbyteorder("<"), copy=False)
            total.update(hashlib.sha256(little_endian.tobytes()).digest())
    return total.hexdigest()


def stored_sha256(path: str | os.PathLike[str]) -> str:
    """The checksum that framesweep wrote into the file."""
    with h5py.File(path, "r") as file:
        value = file.attrs["data_sha256"]
    return value.decode() if isinstance(value, bytes) else str(value)
