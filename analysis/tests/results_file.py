"""Writes files in the layout of framesweep's results, with made-up but plausible values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from framesweep_analysis import data_sha256

FAMILIES = "chain residual dense"
FORMS = "synthesis analysis"
STATUSES = "pending ok failed timeout out_of_memory nonfinite lost skipped"
MINIMUM_STATUSES = "not_requested closed_form converged iteration_limit unavailable failed"
PERTURBATIONS = "augmentation noise fourier generative"


def columns(count: int, seed: int = 1) -> dict[str, np.ndarray[Any, Any]]:
    """One-dimensional columns of a sweep over chain, residual and dense networks."""
    rng = np.random.default_rng(seed)
    family = (np.arange(count) % 3).astype(np.int8)
    depth = rng.integers(2, 13, count)
    width = 2 ** rng.integers(3, 9, count)
    dense = family == 2
    parameters = np.where(dense, width * width * depth * (depth + 1) // 2, width * width * depth)
    parameters = parameters + 64 * width
    potential = np.where(dense, 0.9, 2.2) / (width * np.where(dense, depth**0.9, depth**0.35))
    potential = (potential * np.exp(rng.normal(0, 0.18, count))) ** 2 * 0.4
    synthesis = family != 1
    return {
        "family": family,
        "form": np.where(synthesis, 0, 1).astype(np.int8),
        "shortcut": np.where(family == 1, 0, -1).astype(np.int8),
        "stage_depth": depth.astype(np.int32),
        "width": width.astype(np.int32),
        "seed": np.full(count, 7, dtype=np.int64),
        "status": np.ones(count, dtype=np.int8),
        "parameter_count": parameters.astype(np.int64),
        "min_deep_frame_potential": np.where(synthesis, potential, np.nan),
        "minimum_status": np.where(synthesis, 1, 4).astype(np.int8),
    }


def write_results(
    path: Path,
    count: int = 60,
    *,
    change: dict[str, Any] | None = None,
    complete: int | None = None,
    draws: int = 2,
    layers: int = 3,
    version: int = 1,
) -> Path:
    """A results file of `count` points; `change` replaces whole columns, None leaves one out."""
    table = columns(count) | (change or {})
    table = {name: values for name, values in table.items() if values is not None}
    if complete is None:
        complete = int(not np.any(table["status"] == 0))
    meanings = {
        "family": FAMILIES,
        "form": FORMS,
        "shortcut": "plain projection",
        "status": STATUSES,
        "minimum_status": MINIMUM_STATUSES,
        "perturbation": PERTURBATIONS,
    }
    scales = {
        "point": np.arange(count, dtype=np.int64),
        "draw": np.arange(draws, dtype=np.int32),
        "layer": np.arange(layers, dtype=np.int32),
        "perturbation": np.array([1, 3], dtype=np.int32),
    }
    values = np.random.default_rng(2).uniform(0.1, 0.9, (count, draws, 2, layers))
    many = {
        "layer_width": (("point", "layer"), np.full((count, layers), 8, dtype=np.int32)),
        "mutual_coherence": (("point", "draw"), values[:, :, 0, 0]),
        "neural_gain_mean": (("point", "draw", "perturbation", "layer"), values),
    }
    with h5py.File(path, "w", track_order=True, libver=("earliest", "v108")) as file:
        for name, scale in scales.items():
            dataset = file.create_dataset(name, data=scale)
            _describe(dataset, name, meanings)
            dataset.make_scale(name)
        shaped = {name: (("point",), column) for name, column in table.items()} | many
        for name, (dimensions, data) in shaped.items():
            if len(dimensions) == 1:
                dataset = file.create_dataset(name, data=data)
            else:
                dataset = file.create_dataset(
                    name, data=data, chunks=data.shape, shuffle=True, compression=1
                )
            _describe(dataset, name, meanings)
            for axis, dimension in enumerate(dimensions):
                dataset.dims[axis].attach_scale(file[dimension])
        _write_groups(file, count, layers)
        file.attrs["Conventions"] = "CF-1.8"
        file.attrs["coordinates"] = "family stage_depth width"
        file.attrs["framesweep_format"] = np.int32(version)
        file.attrs["plan_sha256"] = "0" * 64
        file.attrs["complete"] = np.int8(complete)
    checksum = data_sha256(path)
    with h5py.File(path, "r+") as file:
        file.attrs["data_sha256"] = checksum
    return path


def _describe(dataset: h5py.Dataset, name: str, meanings: dict[str, str]) -> None:
    dataset.attrs["units"] = "1"
    dataset.attrs["long_name"] = name.replace("_", " ")
    dataset.attrs["description"] = f"What {name} is."
    if name in meanings:
        labels = meanings[name].split()
        dataset.attrs["flag_values"] = np.arange(len(labels), dtype=dataset.dtype)
        dataset.attrs["flag_meanings"] = meanings[name]


def _write_groups(file: h5py.File, count: int, layers: int) -> None:
    text = h5py.string_dtype("utf-8")
    for group, name, dimension, values in (
        ("labels", "layer_name", "layer", [f"layer {index}" for index in range(layers)]),
        ("points", "id", "point", [f"{index:016x}" for index in range(count)]),
    ):
        dataset = file.create_group(group, track_order=True).create_dataset(
            name, data=values, dtype=text
        )
        dataset.dims[0].attach_scale(file[dimension])
    execution = file.create_group("execution", track_order=True)
    seconds = execution.create_dataset("wall_seconds", data=np.full(count, 0.01))
    seconds.attrs["units"] = "s"
    seconds.dims[0].attach_scale(file["point"])
    provenance = file.create_group("provenance", track_order=True)
    runs = provenance.create_dataset("run", data=np.zeros(1, dtype=np.int32))
    runs.make_scale("run")
    version = provenance.create_dataset("framesweep_version", data=["0.1.0"], dtype=text)
    version.dims[0].attach_scale(runs)
