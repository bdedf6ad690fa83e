"""Parts of a data set, by the values of its columns and dimensions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .columns import require_columns
from .errors import ResultsError, UsageError

#: What a column or a dimension is compared with: a label or a number, or several.
Wanted = str | float | Sequence[str | float]


def select_values(dataset: xr.Dataset, **wanted: Wanted) -> xr.Dataset:
    """The part of a data set in which columns and dimensions have the wanted values.

    A column of points selects points, a dimension such as `attack`, `radius`, `layer` or `draw` its
    own values: `select_values(results, family=["chain", "dense"], attack="pgd_linf", radius=0.1)`.
    A dimension of which one value is left stays, with the length 1. Numbers may be given as text.

    Raises `ResultsError` where there is no such column, where it has several values per point, and
    where none of its values is wanted.
    """
    for name, values in wanted.items():
        dataset = _kept(dataset, name, "=", values)
    return dataset


def chosen_rows(count: int, most: int) -> NDArray[np.intp]:
    """The rows of at most so many of `count` points, chosen at random, the same every time, in order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False, shuffle=False))


_COMPARISONS: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


def select_where(dataset: xr.Dataset, conditions: Sequence[str]) -> xr.Dataset:
    """The part of a data set for which all conditions hold, such as `family=chain,dense`, `width>=32`.

    A condition compares a column or a dimension by =, !=, <, <=, > or >= with a number or label; = and
    != take several, separated by commas. Raises `UsageError` for a condition that compares nothing, and
    `ResultsError` as `select_values` does.
    """
    for condition in conditions:
        name, sign, values = comparison("--select", condition)
        dataset = _kept(dataset, name, sign, values.split(","))
    return dataset


def comparison(option: str, condition: str) -> tuple[str, str, str]:
    """The name, the sign and the values of a condition that an option gives."""
    found = re.fullmatch(r"([^=!<>]+)(!=|<=|>=|=|<|>)([^=].*)", condition)
    if not found:
        raise UsageError(
            f"{option} is {condition}, expected a condition such as family=dense or width>=32"
        )
    name, sign, values = found.groups()
    return name, sign, values


def _kept(dataset: xr.Dataset, name: str, sign: str, values: Wanted) -> xr.Dataset:
    require_columns(dataset, name)
    dimensions = dataset[name].dims
    if len(dimensions) != 1:
        raise ResultsError(
            f"{name} has several values per point, expected a column with one or a dimension"
        )
    present = dataset[name].to_numpy()
    if sign in _COMPARISONS:
        kept = _compares(name, sign, present, values)
    else:
        kept = _matches(name, present, values) == (sign == "=")
    if not kept.any():
        verb = "is" if sign == "=" else sign
        raise ResultsError(f"no {name} {verb} {_words(values)}{_known(present)}")
    return dataset.isel({dimensions[0]: np.flatnonzero(kept)})


def _compares(
    name: str, sign: str, present: NDArray[np.generic], wanted: Wanted
) -> NDArray[np.bool_]:
    if present.dtype.kind not in "iufb":
        raise ResultsError(f"{name} holds labels, expected = or !=")
    try:
        bound = float(_words(wanted))
    except ValueError:
        raise ResultsError(f"{name} {sign} {_words(wanted)}, expected one number") from None
    return _COMPARISONS[sign](present.astype(np.float64), bound)


def _matches(name: str, present: NDArray[np.generic], wanted: Wanted) -> NDArray[np.bool_]:
    each = [wanted] if isinstance(wanted, str | float | int) else list(wanted)
    if present.dtype.kind not in "iufb":
        return np.isin(present.astype(str), [str(value) for value in each])
    try:
        numbers = [float(value) for value in each]
    except ValueError:
        raise ResultsError(f"{name} is {_words(wanted)}, expected a number") from None
    close = np.isclose(present.astype(np.float64)[:, None], numbers, rtol=1e-9, atol=0)
    return np.asarray(close.any(axis=1))


def _words(wanted: Wanted) -> str:
    if isinstance(wanted, str | float | int):
        return str(wanted)
    return " or ".join(str(value) for value in wanted)


def _known(present: NDArray[np.generic]) -> str:
    """The values that there are, where they are few."""
    values = list(dict.fromkeys(str(value) for value in present))
    return f", expected one of {', '.join(values)}" if len(values) <= 12 else ""
