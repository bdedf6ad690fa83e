"""Opens a results file as one data set with labels in place of codes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import xarray as xr
import yaml
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from .errors import IncompleteResultsWarning, ResultsError

#: The version of the file layout that this package reads, the attribute `framesweep_format`.
FORMAT = 1

#: The families of perturbations by their codes, which the dimension `perturbation` holds.
PERTURBATIONS = ("augmentation", "noise", "fourier", "generative")

#: The attacks by their codes, which the dimension `attack` holds.
ATTACKS = ("fgsm_linf", "pgd_linf", "fgsm_l2", "pgd_l2")

#: The labels of coordinates that are codes: dimensions have no flags of their own.
_CODES = {
    "perturbation": PERTURBATIONS,
    "perturbation_a": PERTURBATIONS,
    "perturbation_b": PERTURBATIONS,
    "attack": ATTACKS,
}

#: The label of code -1: the key takes no part in the point.
NOT_USED = "none"

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def open_results(path: str | os.PathLike[str]) -> xr.Dataset:
    """Opens the table of a results file, its root group.

    Columns are read when they are used. Enumerations (`family`, `form`, `status`, ...) hold their
    labels as text, with "none" where a key takes no part in a point; the labels in the order of
    their codes stay in the attribute `flag_meanings`. The dimensions `perturbation` and `attack`
    are labelled too, `layer_name` names the layers, and `perturbation_pair_name` the pairs;
    `direction_count` says how many directions each family of perturbations has, NaN where the sweep
    file does not say it. The attribute `swept` has the keys that the sweep varies, in their order,
    `sweep_name` the sweep's name, and `training` how it trains: plain, augmented, adversarial.

    Raises `ResultsError` if there is no such file or it is not a whole results file of a known
    version. Warns with `IncompleteResultsWarning` if points are still pending.
    """
    path = Path(path)
    check_file(path)
    with hdf5_errors(path):
        dataset = xr.open_dataset(
            path, engine="h5netcdf", decode_timedelta=False, phony_dims="access"
        )
    try:
        _check_format(dataset, path)
        with hdf5_errors(path):
            dataset = _with_names(decode_labels(_in_one_piece(dataset)), path)
    except ResultsError:
        dataset.close()
        raise
    if not _is_complete(dataset):
        pending = status_counts(dataset).get("pending", 0)
        warnings.warn(
            f"{path}: {pending} of {dataset.sizes['point']} points are pending; {_advice(path)}",
            IncompleteResultsWarning,
            stacklevel=2,
        )
    return dataset


class _PointColumn(BackendArray):
    """A column with one value for each point, of which runs of rows are read.

    HDF5 takes a hundred times as long for a million single rows as for all of them.
    """

    def __init__(self, variable: xr.Variable) -> None:
        self._variable = variable
        self.shape, self.dtype = variable.shape, variable.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._rows
        )

    def _rows(self, key: tuple[Any, ...]) -> NDArray[Any]:
        return self._variable[key].to_numpy()


def _in_one_piece(dataset: xr.Dataset) -> xr.Dataset:
    """The same data set, whose columns with one value for each point are read in runs of rows."""
    found = {}
    for name, variable in dataset.variables.items():
        if variable.dims == ("point",) and name != "point":
            rows = indexing.LazilyIndexedArray(_PointColumn(variable))
            cached = indexing.MemoryCachedArray(indexing.CopyOnWriteArray(rows))
            found[name] = xr.Variable(variable.dims, cached, variable.attrs, variable.encoding)
    coordinates = {name: found.pop(name) for name in list(found) if name in dataset.coords}
    return dataset.assign(found).assign_coords(coordinates)


def select_ok(dataset: xr.Dataset) -> xr.Dataset:
    """The points whose status is ok, in their order."""
    ok = dataset["status"].to_numpy() == "ok"
    return dataset if ok.all() else dataset.isel(point=np.flatnonzero(ok))


def status_counts(dataset: xr.Dataset) -> dict[str, int]:
    """How many points ended with each status, most frequent first; absent ones are left out."""
    place, labels = pd.factorize(dataset["status"].to_numpy())
    counts = dict(zip(map(str, labels), np.bincount(place).tolist(), strict=True))
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


def decode_labels(dataset: xr.Dataset) -> xr.Dataset:
    """The same data set with labels in place of the codes of every enumeration."""
    decoded = {
        name: _decoded(variable)
        for name, variable in dataset.variables.items()
        if "flag_values" in variable.attrs and "flag_meanings" in variable.attrs
    }
    for name, labels in _CODES.items():
        if name in dataset.variables and name not in decoded:
            variable = dataset.variables[name]
            if variable.dtype.kind in "iu":
                words = {"flag_values": np.arange(len(labels)), "flag_meanings": " ".join(labels)}
                labelled = xr.Variable(variable.dims, variable.to_numpy(), variable.attrs | words)
                decoded[name] = _decoded(labelled)
    coordinates = [name for name in decoded if name in dataset.coords]
    return dataset.assign({n: v for n, v in decoded.items() if n not in coordinates}).assign_coords(
        {n: decoded[n] for n in coordinates}
    )


def _with_names(dataset: xr.Dataset, path: Path) -> xr.Dataset:
    """Adds the names of layers and of pairs of perturbations as coordinates, and the swept keys."""
    names: dict[str, tuple[Any, Any]] = {}
    wanted = [(d, f"{d}_name") for d in ("layer", "perturbation_pair") if d in dataset.sizes]
    with h5py.File(path, "r") as file:
        # xarray makes coordinates of the keys that this attribute names, and drops their order.
        swept = file.attrs.get("coordinates", "")
        dataset = dataset.assign_attrs(swept=swept.decode() if isinstance(swept, bytes) else swept)
        sweep = _sweep(file)
        dataset = dataset.assign_attrs(
            sweep_name=str(sweep.get("name", "")), training=_training(sweep)
        )
        labels = file.get("labels", {})
        codes = file.get("points/layer_name_code")
        if codes is not None and "layer_name" in labels:
            # Names of representations differ from point to point; code -1 is none.
            known = np.array([*labels["layer_name"].asstr()[()], ""], dtype=object)
            names["layer_name"] = (("point", "layer"), known[codes[()]])
        for dimension, name in wanted:
            if name in names:
                continue
            if name in labels and len(labels[name]) == dataset.sizes[dimension]:
                names[name] = (dimension, [str(text) for text in labels[name].asstr()[()]])
    if {"perturbation_a", "perturbation_b"} <= set(dataset.variables):
        pairs = zip(
            dataset["perturbation_a"].to_numpy(), dataset["perturbation_b"].to_numpy(), strict=True
        )
        names["perturbation_pair_name"] = ("perturbation_pair", [f"{a} · {b}" for a, b in pairs])
    dataset = dataset.assign_coords(
        {name: (d, np.array(texts, dtype=object)) for name, (d, texts) in names.items()}
    )
    if "perturbation" in dataset.variables:
        counts = _direction_counts(
            sweep, [str(name) for name in dataset["perturbation"].to_numpy()]
        )
        dataset = dataset.assign_coords(direction_count=("perturbation", counts))
    return dataset


def _sweep(file: h5py.File) -> dict[str, Any]:
    """The sweep file, as far as it can be read."""
    stored = file.get("provenance/sweep")
    if stored is None:
        return {}
    try:
        sweep = yaml.safe_load(str(np.atleast_1d(stored.asstr()[()])[0]))
    except yaml.YAMLError:
        return {}
    return sweep if isinstance(sweep, dict) else {}


def _training(sweep: dict[str, Any]) -> str:
    """How networks are trained: plain, augmented, adversarial or both; empty where they are not."""
    measure = sweep.get("measure")
    train = measure.get("train") if isinstance(measure, dict) else None
    if train is None:
        return ""
    words = {"augment": "augmented", "adversarial": "adversarial"}
    found = [word for key, word in words.items() if isinstance(train, dict) and train.get(key)]
    return " and ".join(found) or "plain"


def _direction_counts(sweep: dict[str, Any], names: list[str]) -> NDArray[np.float64]:
    """How many directions each family of perturbations has, by the sweep file; NaN: it is open."""
    wanted: Any = sweep
    for key in ("measure", "neural_frames", "perturbations"):
        wanted = wanted.get(key) if isinstance(wanted, dict) else None

    def count(entry: Any) -> float:
        if isinstance(entry, dict):
            entry = entry.get("components")
        if isinstance(entry, list):
            return len(entry)
        return entry if isinstance(entry, int) else np.nan

    return np.array([count((wanted or {}).get(name)) for name in names], dtype=np.float64)


def _decoded(variable: xr.Variable) -> xr.Variable:
    attributes = dict(variable.attrs)
    codes: NDArray[np.int64] = np.atleast_1d(attributes.pop("flag_values")).astype(np.int64)
    labels = str(attributes["flag_meanings"]).split()
    if len(codes) != len(labels):
        raise ResultsError(
            f"{len(codes)} flag_values but {len(labels)} flag_meanings ({attributes})"
        )
    # One entry for each value of a byte: looking up a million codes takes milliseconds.
    table = np.array([f"code_{code}" for code in (*range(128), *range(-128, 0))], dtype=object)
    table[np.uint8(255)] = NOT_USED
    for code, label in zip(codes, labels, strict=True):
        table[int(code) % 256] = label
    values = variable.to_numpy().astype(np.int64) % 256
    return xr.Variable(variable.dims, table[values], attributes)


def _is_complete(dataset: xr.Dataset) -> bool:
    return bool(np.all(np.asarray(dataset.attrs.get("complete", 1)) == 1))


def _advice(path: Path) -> str:
    """What leads on from a file with pending points, which in that of a shard belong to others."""
    with hdf5_errors(path), h5py.File(path, "r") as file:
        stored = file.get("provenance/shard")
        shards = {str(text) for text in np.atleast_1d(stored.asstr()[()])} if stored else {""}
    if len(shards) > 1 or "" in shards:
        return f"`framesweep run SWEEP -o {path} --resume` computes them"
    return (
        f"the file is that of shard {shards.pop()}: `framesweep verify {path}` says if that is "
        "complete, `framesweep merge` joins it with the others"
    )


def check_file(path: Path) -> None:
    if path.is_dir():
        raise ResultsError(f"{path}: this is a folder, expected a results file (.h5)")
    if not path.exists():
        journal = path.with_name(path.name + ".journal")
        if journal.exists():
            raise ResultsError(
                f"{path}: not there yet, its journal is: the run has not finished; "
                f"`framesweep run SWEEP -o {path} --resume` resumes it"
            )
        near = sorted(other.name for other in path.parent.glob("*.h5"))[:5]
        there = f"; the folder has {', '.join(near)}" if near else ""
        raise ResultsError(f"{path}: no such file{there}")
    if path.name.endswith(".journal"):
        raise ResultsError(
            f"{path}: this is the journal of a run, expected its output {path.name[:-8]}"
        )
    try:
        with path.open("rb") as file:
            start = file.read(len(_HDF5_SIGNATURE))
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror}") from error
    if start != _HDF5_SIGNATURE:
        raise ResultsError(f"{path}: this is not an HDF5 file, expected an output of framesweep")


@contextmanager
def hdf5_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, KeyError, RuntimeError) as error:
        raise ResultsError(
            f"{path}: cannot be read, perhaps because only a part of it was copied: {error}"
        ) from error


def _check_format(dataset: xr.Dataset, path: Path) -> None:
    version = dataset.attrs.get("framesweep_format")
    if version is None or "point" not in dataset.sizes or "status" not in dataset:
        raise ResultsError(f"{path}: this HDF5 file was not written by framesweep")
    if int(np.asarray(version).item()) > FORMAT:
        raise ResultsError(
            f"{path}: has format {version}, this package reads formats up to {FORMAT}; "
            "install the analysis package of the framesweep that wrote the file"
        )
