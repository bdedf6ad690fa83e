"""A results file as a table for pandas, one observation per row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from .columns import in_file_order, require_columns
from .errors import ResultsError
from .load import select_ok


def to_table(
    dataset: xr.Dataset,
    columns: Sequence[str] | None = None,
    *,
    along: Sequence[str] = (),
    ok: bool = False,
) -> pd.DataFrame:
    """One row per point, or per point and each value of the dimensions in `along`.

    Without `columns` all columns are taken that have no other dimensions, in the order of the file;
    with `columns` the dimensions follow from them. `along=["draw"]` gives a row for each draw, in which the columns
    of the point repeat. Labels become categories, in the order of their codes. `ok` keeps the
    points whose status is ok.

    Raises `ResultsError` where a column or a dimension is not there.
    """
    source = select_ok(dataset) if ok else dataset
    if columns is not None:
        require_columns(source, *columns)
        found = [str(d) for name in columns for d in source[name].dims]
        dimensions = ["point", *dict.fromkeys(d for d in [*along, *found] if d != "point")]
    else:
        dimensions = ["point", *along]
    for dimension in dimensions:
        if dimension not in source.sizes:
            raise ResultsError(f"there is no dimension {dimension} in the file")
    names = [
        str(name)
        for name in (columns if columns is not None else in_file_order(source))
        if "point" in source[name].dims
        and name not in dimensions
        and set(source[name].dims) <= set(dimensions)
    ]
    shape = tuple(source.sizes[d] for d in dimensions)
    index = np.indices(shape, sparse=True)
    data: dict[str, pd.Series | pd.Categorical | np.ndarray] = {}
    for axis, dimension in enumerate(dimensions):
        values = source[dimension].to_numpy() if dimension in source.variables else index[axis]
        place = np.broadcast_to(index[axis], shape).ravel()
        data[dimension] = np.asarray(values).ravel()[place]
    for name in names:
        variable = source[name].variable
        order = [d for d in dimensions if d in variable.dims]
        values = variable.transpose(*order).to_numpy()
        spread = values.reshape([len(source[d]) if d in order else 1 for d in dimensions])
        flat = np.broadcast_to(spread, shape).ravel()
        data[name] = _categories(flat, variable.attrs) if flat.dtype == object else flat
    return pd.DataFrame(data)


def _categories(values: np.ndarray, attributes: dict[object, object]) -> pd.Categorical:
    meanings = str(attributes.get("flag_meanings", "")).split()
    present = [str(value) for value in pd.unique(values)]
    order = [m for m in meanings if m in present] + sorted(set(present) - set(meanings))
    return pd.Categorical(values, categories=order, ordered=False)
