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
MINIMUM_STATUSES = (
    "not_requested closed_form converged iteration_limit unavailable failed certified"
)
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


def neural_columns(
    table: dict[str, np.ndarray[Any, Any]], draws: int, layers: int, seed: int = 3
) -> dict[str, tuple[tuple[str, ...], np.ndarray[Any, Any]]]:
    """Neural frames of four families of perturbations: means and deviations over 16 images.

    Statistics move from layer to layer as those of networks do: ranks fall, cosines rise, in dense
    networks less than in chains. Layers that a network does not have hold NaN.
    """
    rng = np.random.default_rng(seed)
    count, families = len(table["family"]), 4
    depth = np.asarray(table["stage_depth"], dtype=np.int64)
    layer = np.arange(layers)[None, None, None, :]
    pace = np.array([1.0, 0.45, 0.3])[table["family"]][:, None, None, None]
    kind = np.arange(families)[None, None, :, None]
    shape = (count, draws, families, layers)
    fade = np.exp(-0.12 * pace * layer) * np.exp(rng.normal(0, 0.05, shape))
    ranks = 1 + (9.0 - kind) * fade
    values = {
        "gain": np.exp(rng.normal(0, 0.1, shape)) * np.exp(-0.2 * pace * layer),
        "relative_gain": np.exp(rng.normal(0, 0.08, shape)) * (1.0 + 0.15 * kind + 0.02 * layer),
        "stable_rank": 0.6 * ranks,
        "participation_ratio": 0.8 * ranks,
        "effective_rank": ranks,
        "coherence": 1 - 0.5 * fade,
        "mean_abs_cosine": 0.9 - 0.7 * fade,
        "mean_square_cosine": np.clip(0.85 - 0.8 * fade + 0.03 * kind, 0, 1),
        "angle_distortion": 0.4 * (1 - fade),
        "collapsed": np.zeros(shape),
    }
    absent = np.broadcast_to(layer > depth[:, None, None, None], shape)
    dimensions = ("point", "draw", "perturbation", "layer")
    columns: dict[str, tuple[tuple[str, ...], np.ndarray[Any, Any]]] = {}
    for name, data in values.items():
        columns[f"neural_{name}_mean"] = (dimensions, np.where(absent, np.nan, data))
        columns[f"neural_{name}_std"] = (dimensions, np.where(absent, np.nan, 0.1 * abs(data)))
    columns["neural_valid_images"] = (dimensions, np.where(absent, 0, 16).astype(np.int32))
    pair = np.arange(6)[None, None, :, None]
    noise = rng.normal(0, 0.02, (count, draws, 6, layers))
    pairs = np.clip(0.1 + 0.08 * pair + noise + 0.04 * layer * pace, 0, 1)
    gone = np.broadcast_to(layer > depth[:, None, None, None], pairs.shape)
    columns["neural_subspace_overlap_mean"] = (
        ("point", "draw", "perturbation_pair", "layer"),
        np.where(gone, np.nan, pairs),
    )
    columns["perturbation_a"] = (("perturbation_pair",), np.array([0, 0, 0, 1, 1, 2], np.int8))
    columns["perturbation_b"] = (("perturbation_pair",), np.array([1, 2, 3, 2, 3, 3], np.int8))
    return columns


def write_results(
    path: Path,
    count: int = 60,
    *,
    change: dict[str, Any] | None = None,
    complete: int | None = None,
    draws: int = 2,
    layers: int = 3,
    version: int = 1,
    neural: bool = False,
    trained: bool = False,
    ids: list[str] | None = None,
    errors: dict[int, str] | None = None,
    ranks: int = 2,
    shard: str | None = None,
    sweep: str | None = None,
) -> Path:
    """A results file of `count` points; `change` replaces whole columns, None leaves one out.

    With `neural` it has all columns of neural frames, otherwise only the gain of two families; with
    `trained` errors of trained networks, also under two attacks of two radii; with both, neural
    frames after training; `shard` is the one of its only run, `sweep` the text of the sweep file.
    """
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
        "perturbation_a": PERTURBATIONS,
        "perturbation_b": PERTURBATIONS,
    }
    scales = {
        "point": np.arange(count, dtype=np.int64),
        "draw": np.arange(draws, dtype=np.int32),
        "layer": np.arange(layers, dtype=np.int32),
        "perturbation": np.array([1, 3], dtype=np.int32),
    }
    rng = np.random.default_rng(2)
    values = rng.uniform(0.1, 0.9, (count, draws, 2, layers))
    many: dict[str, tuple[tuple[str, ...], np.ndarray[Any, Any]]] = {
        "layer_width": (("point", "layer"), np.full((count, layers), 8, dtype=np.int32)),
        "mutual_coherence": (("point", "draw"), values[:, :, 0, 0]),
    }
    if "min_deep_frame_potential" in table:
        # Random weights stay above the minimum of their architecture.
        level = np.nan_to_num(np.asarray(table["min_deep_frame_potential"]), nan=1e-3)[:, None]
        drawn = level * rng.uniform(1.1, 2.5, (count, draws))
        drawn[table["status"] != 1] = np.nan
        many["deep_frame_potential"] = (("point", "draw"), drawn)
    if neural:
        scales["perturbation"] = np.arange(4, dtype=np.int32)
        scales["perturbation_pair"] = np.arange(6, dtype=np.int32)
        frames = neural_columns(table, draws, layers)
        many |= frames
        if trained:
            # Training lets directions grow, and come closer to one another.
            for name, (dimensions, data) in frames.items():
                if name.startswith("neural_"):
                    many[f"trained_{name}"] = (
                        dimensions,
                        data * 1.1 if data.dtype.kind == "f" else data,
                    )
    else:
        many["neural_gain_mean"] = (("point", "draw", "perturbation", "layer"), values)
    if trained:
        scales["attack"] = np.array([1, 3], dtype=np.int32)
        scales["radius"] = np.array([0.05, 0.2])
        error = np.where(table["status"][:, None] == 1, rng.uniform(0, 0.1, (count, draws)), np.nan)
        reach = 1 + np.array([[1.0, 6.0], [0.5, 2.0]])
        many["test_error"] = (("point", "draw"), error)
        many["adversarial_error"] = (
            ("point", "draw", "attack", "radius"),
            np.minimum(error[:, :, None, None] * reach, 1.0),
        )
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
                    name, data=data, chunks=_chunks(data), shuffle=True, compression=1
                )
            _describe(dataset, name, meanings)
            for axis, dimension in enumerate(dimensions):
                dataset.dims[axis].attach_scale(file[dimension])
        ids = ids or [f"{index:016x}" for index in range(count)]
        _write_groups(file, table, layers, ids, shard, sweep or _sweep(neural, trained))
        _write_execution(file, table["status"], ranks)
        _write_errors(file, errors or {})
        file.attrs["Conventions"] = "CF-1.8"
        file.attrs["coordinates"] = "family stage_depth width"
        file.attrs["framesweep_format"] = np.int32(version)
        file.attrs["plan_sha256"] = "0" * 64
        file.attrs["complete"] = np.int8(complete)
    checksum = data_sha256(path)
    with h5py.File(path, "r+") as file:
        file.attrs["data_sha256"] = checksum
    return path


def write_rectangular(path: Path) -> Path:
    """Families by three depths by four widths; the last varies fastest."""
    axes = np.meshgrid(range(3), [2, 4, 8], [8, 16, 32, 64], indexing="ij")
    family, depth, width = (axis.ravel() for axis in axes)
    change = {
        "family": family.astype(np.int8),
        "stage_depth": depth.astype(np.int32),
        "width": width.astype(np.int32),
        "min_deep_frame_potential": 100.0 * family + 10.0 * depth + width,
    }
    return write_results(path, 36, change=change)


def _chunks(data: np.ndarray[Any, Any]) -> tuple[int, ...]:
    """Some points and all of the rest, about 256 KiB, as framesweep stores them."""
    return (min(len(data), max(1, (1 << 18) * len(data) // max(data.nbytes, 1))), *data.shape[1:])


def _describe(dataset: h5py.Dataset, name: str, meanings: dict[str, str]) -> None:
    dataset.attrs["units"] = "1"
    dataset.attrs["long_name"] = name.replace("_", " ")
    dataset.attrs["description"] = f"What {name} is."
    if name in meanings:
        labels = meanings[name].split()
        dataset.attrs["flag_values"] = np.arange(len(labels), dtype=dataset.dtype)
        dataset.attrs["flag_meanings"] = meanings[name]


def _sweep(neural: bool, trained: bool) -> str:
    """What the sweep file could have said: ten augmentations, and ten directions of each other kind."""
    text = "format: 1\nname: <made up>\n"
    if neural or trained:
        text += "measure:\n"
    if neural:
        text += (
            "  neural_frames:\n    data: digits\n    perturbations:\n      augmentation: [a, b, c, d, e, f, g, h, i, j]\n"
            "      noise: 10\n      fourier: 10\n      generative: {components: 10, from: data}\n"
        )
    return text + ("  train: {data: digits}\n" if trained else "")


def _write_groups(
    file: h5py.File,
    table: dict[str, np.ndarray[Any, Any]],
    layers: int,
    ids: list[str],
    shard: str | None,
    sweep: str,
) -> None:
    text = h5py.string_dtype("utf-8")
    architectures = [f"{{width: {w}}}" for w in table.get("width", np.zeros(len(ids), int))]
    for group, name, dimension, values in (
        ("labels", "layer_name", "layer", [f"layer {index}" for index in range(layers)]),
        ("points", "id", "point", ids),
        ("points", "architecture", "point", architectures),
    ):
        dataset = file.require_group(group).create_dataset(name, data=values, dtype=text)
        dataset.dims[0].attach_scale(file[dimension])
    provenance = file.create_group("provenance", track_order=True)
    provenance.create_dataset("sweep", data=sweep, dtype=text)
    runs = provenance.create_dataset("run", data=np.zeros(1, dtype=np.int32))
    runs.make_scale("run")
    facts = {"framesweep_version": "0.1.0", "hosts": "alpha\nbeta"}
    for name, value in (facts | ({"shard": shard} if shard else {})).items():
        dataset = provenance.create_dataset(name, data=[value], dtype=text)
        dataset.dims[0].attach_scale(runs)


def _write_execution(file: h5py.File, status: np.ndarray[Any, Any], ranks: int) -> None:
    count = len(status)
    done = np.asarray(status) != 0
    wall = np.random.default_rng(5).lognormal(-5, 1.0, count)
    rank = np.arange(count, dtype=np.int32) % ranks
    start = np.zeros(count)
    for index in range(ranks):
        mine = rank == index
        start[mine] = 1.7e9 + np.concatenate(([0.0], np.cumsum(wall[mine])))[: mine.sum()]
    group = file.create_group("execution", track_order=True)
    for name, data, units in (
        ("run", np.where(done, 0, -1).astype(np.int32), "1"),
        ("rank", np.where(done, rank, -1).astype(np.int32), "1"),
        ("attempts", done.astype(np.int32), "1"),
        ("start", np.where(done, start, np.nan), "seconds since 1970-01-01 00:00:00"),
        ("wall_seconds", np.where(done, wall, np.nan), "s"),
        ("cpu_seconds", np.where(done, 0.98 * wall, np.nan), "s"),
        ("predicted_seconds", np.where(done, wall**0.9 * 0.7, np.nan), "s"),
        ("peak_memory", np.where(done, 50_000_000, -1).astype(np.int64), "byte"),
    ):
        dataset = group.create_dataset(name, data=data)
        dataset.attrs["units"] = units
        dataset.dims[0].attach_scale(file["point"])


def _write_errors(file: h5py.File, errors: dict[int, str]) -> None:
    if not errors:
        return
    group = file.create_group("errors", track_order=True)
    scale = group.create_dataset("error", data=np.arange(len(errors), dtype=np.int32))
    scale.make_scale("error")
    points = group.create_dataset("error_point", data=np.array(list(errors), dtype=np.int64))
    text = h5py.string_dtype("utf-8")
    messages = group.create_dataset("message", data=list(errors.values()), dtype=text)
    for dataset in (points, messages):
        dataset.dims[0].attach_scale(scale)
