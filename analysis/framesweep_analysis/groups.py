"""The groups beside the table: how the points were computed, by what, and what went wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from .errors import ResultsError
from .load import check_file, decode_labels, hdf5_errors

#: The columns of `/execution` that are numbers; the hosts' names are read on request.
_EXECUTION = (
    "run",
    "rank",
    "attempts",
    "start",
    "wall_seconds",
    "cpu_seconds",
    "predicted_seconds",
    "peak_memory",
)


@dataclass(frozen=True)
class Provenance:
    """What a results file says about its own making."""

    sweep: str
    """The text of the sweep file."""
    runs: list[dict[str, str]]
    """The facts of every start of the program: versions, hosts, command line, start and end."""
    plan_sha256: str
    data_sha256: str
    complete: bool


def open_execution(path: str | os.PathLike[str], *, hosts: bool = False) -> xr.Dataset:
    """The group `/execution` as a data set over `point`, in memory; `hosts` adds their names.

    `status` stands beside it, as in the table. Points that were not computed have rank −1 and NaN
    seconds. Raises `ResultsError` where the file
    cannot be read or has no such group.
    """
    with _open(path) as file:
        group = file.get("execution")
        if group is None:
            raise ResultsError(f"{path}: the file does not say how its points were computed")
        names = [*_EXECUTION, *(["host"] if hosts else [])]
        columns = {}
        for name in names:
            if name not in group:
                continue
            stored = group[name]
            values = stored.asstr()[()].astype(object) if name == "host" else stored[()]
            attributes = {
                key: _text(stored.attrs[key])
                for key in ("units", "long_name", "description")
                if key in stored.attrs
            }
            columns[name] = (("point",), values, attributes)
        stored = file["status"]
        flags = {key: stored.attrs[key] for key in ("flag_values", "flag_meanings")}
        status = xr.Dataset({"status": (("point",), stored[()], flags)})
        point = file["point"][()]
    return decode_labels(xr.Dataset(columns, coords={"point": point}).merge(status))


def provenance(path: str | os.PathLike[str]) -> Provenance:
    """What the file was made from and with. Raises `ResultsError` where it cannot be read."""
    with _open(path) as file:
        runs: list[dict[str, str]] = []
        group = file.get("provenance", {})
        if "run" in group:
            runs = [{} for _ in range(len(group["run"]))]
            for name in group:
                if name in ("run", "sweep"):
                    continue
                for facts, value in zip(runs, np.atleast_1d(group[name].asstr()[()]), strict=True):
                    if value:
                        facts[name] = str(value)
        sweep = str(np.atleast_1d(group["sweep"].asstr()[()])[0]) if "sweep" in group else ""
        return Provenance(
            sweep=sweep,
            runs=runs,
            plan_sha256=_text(file.attrs.get("plan_sha256", "")),
            data_sha256=_text(file.attrs.get("data_sha256", "")),
            complete=bool(np.all(np.asarray(file.attrs.get("complete", 1)) == 1)),
        )


def failures(path: str | os.PathLike[str]) -> pd.DataFrame:
    """The points that went wrong: `point` and `message`, empty where none did."""
    with _open(path) as file:
        group = file.get("errors")
        if group is None or "message" not in group:
            return pd.DataFrame({"point": np.zeros(0, np.int64), "message": np.zeros(0, object)})
        return pd.DataFrame(
            {
                "point": np.asarray(group["error_point"][()]),
                "message": np.asarray(group["message"].asstr()[()], dtype=object),
            }
        )


def point_texts(
    path: str | os.PathLike[str], name: str, points: Sequence[int] | None = None
) -> list[str]:
    """`id`, `architecture` or `weights` of some points, or of all."""
    with _open(path) as file:
        group = file.get("points")
        if group is None or name not in group:
            raise ResultsError(f"{path}: the file has no {name} of its points")
        if points is None:
            return [str(text) for text in group[name].asstr()[()]]
        texts = group[name].asstr()
        # One after the other is slow, and all of millions are many.
        if 8 * len(points) > len(group[name]):
            texts = texts[()]
        return [str(texts[int(point)]) for point in points]


def network_texts(
    path: str | os.PathLike[str], points: Sequence[int] | None = None
) -> list[str]:
    """The networks of some points, or of all, as `include` of a sweep file writes them.

    Of a network from a file, the architecture is the digest, and the path stands with the weights.
    """
    architectures = point_texts(path, "architecture", points)
    if not any(text.startswith("{onnx: ") for text in architectures):
        return architectures
    weights = point_texts(path, "weights", points)
    return [
        f"{{network: {file}}}" if text.startswith("{onnx: ") else text
        for text, file in zip(architectures, weights, strict=True)
    ]


@contextmanager
def _open(path: str | os.PathLike[str]) -> Iterator[h5py.File]:
    path = Path(path)
    check_file(path)
    with hdf5_errors(path), h5py.File(path, "r") as file:
        if "framesweep_format" not in file.attrs or "point" not in file:
            raise ResultsError(f"{path}: this HDF5 file was not written by framesweep")
        yield file


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
