"""Points that no other point beats in two quantities at once."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from .columns import point_values, warn_of_mixed_forms
from .errors import ResultsError
from .load import select_ok


def pareto_indices(
    first: ArrayLike,
    second: ArrayLike,
    *,
    maximise_first: bool = False,
    maximise_second: bool = False,
) -> NDArray[np.intp]:
    """The indices of pairs that no other pair beats, best in `first` to best in `second`.

    A pair beats another if it is at least as good in both and better in one. Pairs that are equal
    are all kept; pairs with a NaN are not. Takes O(n log n).
    """
    x = np.asarray(first, dtype=np.float64) * (-1.0 if maximise_first else 1.0)
    y = np.asarray(second, dtype=np.float64) * (-1.0 if maximise_second else 1.0)
    known = np.flatnonzero(~(np.isnan(x) | np.isnan(y)))
    order = known[np.lexsort((y[known], x[known]))]
    if not len(order):
        return order
    a, b = x[order], y[order]
    starts = np.flatnonzero(np.concatenate(([True], np.diff(a) > 0)))
    group = np.cumsum(np.concatenate(([0], (np.diff(a) > 0).astype(np.intp))))
    best = b[starts]
    before = np.concatenate(([np.inf], np.minimum.accumulate(best)[:-1]))
    front: NDArray[np.intp] = order[(b == best[group]) & (b < before[group])]
    return front


def pareto_front(
    dataset: xr.Dataset, first: str, second: str, *, maximise: Collection[str] = ()
) -> xr.Dataset:
    """The ok points that no other ok point beats in two columns, by the first column.

    Both columns are minimised unless they are named in `maximise`. Several draws become their mean.
    Warns where the columns hold statistics of frames in both forms, which cannot be compared.

    Raises `ResultsError` where a column is not there or has several values per point.
    """
    for name in maximise:
        if name not in (first, second):
            raise ResultsError(f"cannot maximise {name}, expected {first} or {second}")
    ok = select_ok(dataset)
    x, y = point_values(ok, first), point_values(ok, second)
    warn_of_mixed_forms(ok.isel(point=np.isfinite(x) & np.isfinite(y)), first, second)
    return ok.isel(
        point=pareto_indices(
            x, y, maximise_first=first in maximise, maximise_second=second in maximise
        )
    )
