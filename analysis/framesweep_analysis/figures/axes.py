"""What figures of any two columns share: which columns, their roots, panels and scales."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..columns import (
    PLAN_COLUMNS,
    REPETITIONS,
    axis_label,
    depends_on_form,
    is_squared,
    repeated_values,
    require_columns,
)
from ..errors import NothingToDraw, ResultsError
from ..words import plural
from .style import family_order, family_text
from .ticks import label_logarithm

#: What a figure shows unless it is asked for something: the first of these with a value.
OUTCOMES = (
    "test_error",
    "min_deep_frame_potential",
    "deep_frame_potential",
    "mutual_coherence",
    "parameter_count",
)
#: Positive values that span more than this factor get a logarithmic axis.
_SPAN = 8.0
#: Groups that colours and markers can tell apart.
_MOST_GROUPS = 8


@dataclass(frozen=True)
class Quantity:
    """A column as an axis shows it: the square root of potentials, else the values."""

    name: str
    label: str
    values: NDArray[np.float64]
    """(point, repetition)"""

    @cached_property
    def means(self) -> NDArray[np.float64]:
        if self.values.shape[1] == 1:
            return np.where(np.isfinite(self.values[:, 0]), self.values[:, 0], np.nan)
        known = np.isfinite(self.values)
        counts = known.sum(axis=1)
        sums = np.where(known, self.values, 0.0).sum(axis=1)
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def quantity(dataset: xr.Dataset, name: str) -> Quantity:
    """The column `name`, of ok points. Raises `ResultsError` where it is not one of numbers."""
    values = repeated_values(dataset, name)
    root = is_squared(name)
    if root:
        values = np.sqrt(np.where(values < 0, np.nan, values))
    return Quantity(name, axis_label(dataset, name, root=root), values)


def default_outcome(dataset: xr.Dataset, *without: str | None) -> str:
    """The column that a figure shows if none is named."""
    for name in OUTCOMES:
        if name in dataset.variables and name not in without:
            if np.isfinite(repeated_values(dataset, name)).any():
                return name
    raise NothingToDraw(
        f"nothing to draw: no ok point has a value of {', '.join(OUTCOMES)}; name a column"
    )


def default_axis(dataset: xr.Dataset, *without: str | None) -> str:
    """The key with the most values of those that the sweep varies, or else the parameters."""
    best, most = "parameter_count", 1
    for name in str(dataset.attrs.get("swept", "")).split():
        if name in dataset.variables and name in PLAN_COLUMNS and name not in without:
            if dataset[name].dtype.kind not in "iuf" or dataset[name].dims != ("point",):
                continue
            values = repeated_values(dataset, name)[:, 0]
            count = len(pd.unique(values[np.isfinite(values)]))
            if count > most:
                best, most = name, count
    require_columns(dataset, best)
    return best


def default_score(dataset: xr.Dataset, outcome: str) -> str:
    """What a column is drawn against unless something is named: a potential, or the parameters."""
    for name in ("deep_frame_potential", "min_deep_frame_potential"):
        if name != outcome and name in dataset.variables:
            if np.isfinite(repeated_values(dataset, name)).any():
                return name
    return "parameter_count"


def own_dimension(dataset: xr.Dataset, column: str) -> str | None:
    """The dimension of a column that is neither its points nor a repetition, if it has just one."""
    require_columns(dataset, column)
    found = [str(d) for d in dataset[column].dims if d not in ("point", *REPETITIONS)]
    found = [d for d in found if dataset.sizes[d] > 1]
    return found[0] if len(found) == 1 else None


def along(dataset: xr.Dataset, column: str, over: str, by: str) -> xr.Dataset:
    """The data set as it is, or if `over` is a dimension of the column, a row for each point and value of it.

    Such rows have what a figure of the column needs, and their numbers in `point` repeat.
    """
    require_columns(dataset, column, over, by)
    if over not in dataset[column].dims or over in ("point", *REPETITIONS):
        return dataset
    names = dict.fromkeys((column, by, "family", "form", "status"))
    rows = dataset[[name for name in names if name in dataset.variables]]
    rows = rows.drop_vars([name for name in rows.coords if name not in (*rows.dims, *names)])
    rows = rows.stack(row=("point", over))
    point, place = rows["point"].to_numpy(), rows[over].to_numpy()
    rows = rows.drop_vars(["row", "point", over]).rename(row="point")
    return rows.assign_coords(point=point).assign({over: ("point", place, dataset[over].attrs)})


def group_labels(dataset: xr.Dataset, by: str) -> tuple[NDArray[np.object_], list[str]]:
    """What each point's group is called, and the groups of ok points in the order of a legend.

    Points whose column `by` has the same value are a group. Raises `ResultsError` where the column has
    several values per point, and where its ok points have more than eight.
    """
    require_columns(dataset, by)
    column = dataset[by]
    if column.dims != ("point",):
        raise ResultsError(f"--by is {by}, expected a column with one value per point")
    values = column.to_numpy()
    numbers = values.dtype.kind in "iuf"
    # Words are made for each value and not for each of millions of points.
    place, levels = pd.factorize(values, use_na_sentinel=False)
    words = [f"{by.replace('_', ' ')} {level:g}" if numbers else str(level) for level in levels]
    if by == "family":
        words = [family_text(word) for word in words]
    labels = np.array(words, dtype=object)[place]
    counts = np.bincount(place[dataset["status"].to_numpy() == "ok"], minlength=len(words))
    shown = np.flatnonzero(counts)
    present = {words[index] for index in shown}
    if by == "family":
        return labels, family_order(present)
    if numbers:
        order = [words[index] for index in sorted(shown, key=lambda index: levels[index])]
    else:
        meanings = str(column.attrs.get("flag_meanings", "")).split()
        order = [word for word in meanings if word in present]
        order += sorted(present - set(order))
    if len(order) > _MOST_GROUPS:
        raise ResultsError(
            f"--by is {by}, which has {len(order)} values, expected at most {_MOST_GROUPS}; "
            "--select leaves some"
        )
    return labels, order


def form_panels(
    dataset: xr.Dataset, known: NDArray[np.bool_], names: Sequence[str]
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """A panel for each form where one of the columns depends on it, else one for all points."""
    if "form" not in dataset or not any(depends_on_form(name) for name in names):
        yield "", known
        return
    forms = dataset["form"].to_numpy()
    order = [f for f in ("synthesis", "analysis") if (known & (forms == f)).any()]
    order += sorted({str(form) for form in pd.unique(forms[known])} - set(order))
    for form in order:
        yield form, known & (forms == form)


def panel_title(count: int, form: str) -> str:
    networks = plural(count, "network")
    return f"{networks}, {form} form" if form and form != "none" else networks


def scale_axis(axes: Axes, upright: bool, values: NDArray[np.float64], *, ticks: bool) -> None:
    """A logarithmic axis where values are positive and span much, else one with whole numbers.

    With `ticks` the values themselves are labelled where they are few.
    """
    axis = axes.yaxis if upright else axes.xaxis
    values = values[np.isfinite(values)]
    levels = distinct(values)
    if len(levels) and levels[0] > 0 and levels[-1] / levels[0] >= _SPAN:
        (axes.set_yscale if upright else axes.set_xscale)("log")
        label_logarithm(axis, levels if ticks and len(levels) <= 8 else ())
    elif ticks and len(levels) <= 8:
        axis.set_ticks(levels, [f"{level:,g}" for level in levels])
    else:
        axis.set_major_locator(MaxNLocator(nbins=6, integer=bool(np.all(levels % 1 == 0))))
    axes.grid(which="major", zorder=0)
    axes.set_axisbelow(True)


def distinct(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The different values, ascending; of millions it takes a tenth of the time of `np.unique`."""
    return np.sort(pd.unique(values.ravel()))


def ok_points(dataset: xr.Dataset) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = dataset["status"].to_numpy() == "ok"
    if not mask.any():
        raise NothingToDraw(f"nothing to draw: none of {plural(len(mask), 'point')} is ok")
    return mask


def refuse_equal(first: str, second: str) -> None:
    if first == second:
        raise ResultsError(f"both axes are {first}, expected two columns")
