"""What a column is: one number per point, its axis label, and what it can be compared with."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Hashable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .errors import MixedFormsWarning, ResultsError

#: Columns that say what a point is and not what was measured, in file order. Equal architectures
#: can differ in them: the same network can be written in shorthand or as stages.
PLAN_COLUMNS = (
    "family",
    "form",
    "shortcut",
    "preset",
    "preset_index",
    "preset_widen",
    "preset_growth",
    "preset_wide",
    "preset_narrow",
    "preset_blocks",
    "stage_depth",
    "width",
    "stage_count",
    "widen",
    "kernel",
    "stride",
    "growth",
    "compression",
    "blocks",
    "skip_length",
    "first_kernel",
    "normalization",
    "norm_groups",
    "normalization_statistics",
    "activation",
    "block",
    "expansion",
    "squeeze",
    "groups",
    "choices",
    "cell",
    "stem",
    "stem_width",
    "pooling",
    "classifier_width",
    "patch",
    "heads",
    "mlp_ratio",
    "class_token",
    "token_width",
    "channel_width",
    "input_channels",
    "input_size",
    "branch_scale",
    "layer_count",
    "seed",
    "inference_sweeps",
    "layer_width",
    "layer_kernel",
    "layer_stride",
    "layer_stage",
    "layer_input_width",
    "layer_kind",
)

#: Counts of the induced frame, which are −1 if there is none.
_FRAME_COUNTS = ("atom_count", "frame_dimension", "gram_nonzeros")

#: Columns of the induced frame, whose values depend on its form; those of trained weights too.
_OF_FRAME = {
    "frame_dimension",
    "gram_nonzeros",
    "layerwise_welch_potential",
    "min_frame_potential",
    "min_deep_frame_potential",
    "min_frame_potential_bound",
    "minimum_spread",
    "frame_potential",
    "deep_frame_potential",
    "mutual_coherence",
    "mean_coherence",
    "frame_bound_lower",
    "frame_bound_upper",
}

#: Columns that say how a network was trained and how well it learnt: outcomes, not scores.
_OUTCOMES = (
    "train_loss",
    "validation_loss",
    "test_loss",
    "train_error",
    "validation_error",
    "test_error",
    "train_epochs",
    "epochs_to_convergence",
)
#: Columns that say how a number was found.
_HOW = ("minimum_iterations", "minimum_restarts", "minimum_gradient_norm", "minimum_spread")
#: Potentials, of which papers plot the square root.
_SQUARED = {
    "min_deep_frame_potential",
    "deep_frame_potential",
    "trained_deep_frame_potential",
    "layerwise_welch_potential",
}

#: Dimensions along which a point's values are repetitions, which a mean sums up.
REPETITIONS = ("draw", "image")


def in_file_order(dataset: xr.Dataset) -> list[str]:
    """The names of all columns as the file has them: xarray puts swept keys behind the others."""
    names = [str(name) for name in dataset.variables]
    plan = [name for name in PLAN_COLUMNS if name in dataset.variables]
    return plan + [name for name in names if name not in plan]


def require_columns(dataset: xr.Dataset, *names: str) -> None:
    """Raises `ResultsError` for the first of the columns that the data set does not have."""
    for name in names:
        if name in dataset.variables:
            continue
        near = difflib.get_close_matches(name, map(str, dataset.variables), 1)
        hint = f", did you mean {near[0]}?" if near else ""
        raise ResultsError(f"there is no column {name}{hint}")


def point_values(dataset: xr.Dataset, name: str) -> NDArray[np.float64]:
    """One number per point of a column, NaN where there is none.

    Several draws or images become their mean. Raises `ResultsError` for labels, and for columns
    with several values along another dimension, such as a layer, of which one has to be selected
    first.
    """
    values = repeated_values(dataset, name)
    if values.shape[1] == 1:
        return values[:, 0]
    known = np.isfinite(values)
    counts = known.sum(axis=1)
    sums = np.where(known, values, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def repeated_values(dataset: xr.Dataset, name: str) -> NDArray[np.float64]:
    """The numbers of each point of a column, (point, draw or image), NaN where there is none.

    A column with one number per point has the extent 1 there. Raises `ResultsError` as
    `point_values` does.
    """
    require_columns(dataset, name)
    column = dataset[name]
    if column.dtype.kind not in "iufb":
        raise ResultsError(f"{name} holds labels, expected a column of numbers")
    if "point" not in column.dims:
        raise ResultsError(f"{name} is a column along {column.dims[0]}, expected one of the points")
    single = [d for d in column.dims if d not in ("point", *REPETITIONS) and column.sizes[d] == 1]
    column = column.isel({d: 0 for d in single})
    others = [str(d) for d in column.dims if d != "point" and d not in REPETITIONS]
    if others:
        example = " ".join(f"{d}={dataset[d].to_numpy()[-1]}" for d in others if d in dataset)
        raise ResultsError(
            f"{name} has several values per point, along {' and '.join(others)}: select one with "
            f"--select {example}, or select_values in Python"
        )
    values = column.transpose("point", ...).to_numpy().astype(np.float64)
    if column.dtype.kind == "i" and name in (*PLAN_COLUMNS, *_FRAME_COUNTS) and name != "seed":
        values[values == -1] = np.nan
    return values.reshape(len(values), int(np.prod(values.shape[1:])))


def score_columns(dataset: xr.Dataset, outcome: str) -> list[str]:
    """The columns that can rank points by `outcome`: all numbers of a point that are not outcomes."""
    found = []
    for key, column in dataset.variables.items():
        name = str(key)
        plain = name.removeprefix("trained_")
        if name in (*PLAN_COLUMNS, *_OUTCOMES, *_HOW, outcome, "point") and name != "layer_count":
            continue
        if column.dtype.kind not in "iuf" or "point" not in column.dims:
            continue
        if any(d not in ("point", "draw") for d in column.dims) or plain == "frame_bound_residual":
            continue
        if "published_outcome" in column.attrs:
            continue
        found.append(name)
    return found


def depends_on_form(name: Hashable) -> bool:
    """Whether values of a column compare within one form of the induced frame only."""
    return str(name).removeprefix("trained_") in _OF_FRAME


def is_squared(name: Hashable) -> bool:
    """Whether figures show the square root of a column, as the papers do."""
    return name in _SQUARED


def axis_label(dataset: xr.Dataset, name: str, *, root: bool = False) -> str:
    """The label of an axis: the column's long name and its unit."""
    attributes = dataset[name].attrs if name in dataset.variables else {}
    label = str(attributes.get("long_name", name.replace("_", " ")))
    units = str(attributes.get("units", "1"))
    label = label[:1].upper() + label[1:]
    if root:
        label = "√ " + label[:1].lower() + label[1:]
    return label if units in ("1", "") else f"{label} ({units})"


def warn_of_mixed_forms(dataset: xr.Dataset, *names: str) -> None:
    """Warns where statistics of both forms of the frame would be compared with one another."""
    measured = [name for name in names if depends_on_form(name)]
    if not measured or "form" not in dataset:
        return
    forms = sorted(set(dataset["form"].to_numpy().tolist()) - {"none"})
    if len(forms) > 1:
        warnings.warn(
            f"{measured[0]} of points in {' and '.join(forms)} form stand beside one another here; "
            "only values of one form compare, the column form tells them apart",
            MixedFormsWarning,
            stacklevel=3,
        )
