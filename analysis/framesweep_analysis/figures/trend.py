"""Any column over any axis of a sweep, a line for each family or other group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ..errors import NothingToDraw
from ..load import select_ok
from ..neighbours import GROUPS, MOST_LEVELS, neighbours
from ..words import plural
from .axes import (
    along,
    default_axis,
    default_outcome,
    distinct,
    form_panels,
    group_labels,
    ok_points,
    own_dimension,
    panel_title,
    quantity,
    refuse_equal,
    scale_axis,
)
from .style import (
    ONE_COLUMN,
    TWO_COLUMNS,
    Figure,
    legend_below,
    looks,
    note,
    note_not_ok,
    styled,
)


@styled
def trend_figure(
    dataset: xr.Dataset,
    *,
    column: str | None = None,
    over: str | None = None,
    by: str = "family",
) -> Figure:
    """A column over an axis of the sweep: a line for each family, with a band.

    `by` names another column whose values have a line each, of up to eight. The axis can be a dimension
    of the column too, such as `layer` or `radius`; it is if the column has one and `over` is not given.
    At each value of the axis, the line is the median of all draws of all ok points of the group
    there, and the band their middle half. So where a value has a single point, the band is over
    draws. An axis of more than 40 values is cut into 24 groups of about equal size. Of potentials
    the square root is shown. Columns that depend on the form of the frame have a panel for each
    form. Without `column` it is the test error, or else a potential; without `over` the swept key
    with the most values.

    Raises `NothingToDraw` where no ok point has both, `ResultsError` where a column is not one of
    numbers.
    """
    ok = ok_points(dataset)
    column = column or default_outcome(select_ok(dataset), over)
    status = dataset["status"].to_numpy()
    over = over or own_dimension(dataset, column) or default_axis(dataset, column)
    refuse_equal(column, over)
    points = dataset
    dataset = along(points, column, over, by)
    ok, point = ok_points(dataset), dataset["point"].to_numpy()
    y, x = quantity(dataset, column), quantity(dataset, over)
    places = x.means
    known = ok & np.isfinite(places) & np.isfinite(y.values).any(axis=1)
    if not known.any():
        raise NothingToDraw(
            f"nothing to draw: of {plural(len(np.unique(point[ok])), 'ok point')} none has both "
            f"{column} and {over}"
        )
    levels = distinct(places[known])
    grouped = len(levels) > MOST_LEVELS
    family, order = group_labels(dataset, by)
    panels = list(form_panels(dataset, known, [column, over]))
    figure = Figure(
        figsize=(ONE_COLUMN if len(panels) == 1 else TWO_COLUMNS, 3.0),
        dpi=300,
        layout="constrained",
    )
    present = set(pd.unique(family[known]))
    shown = looks(name for name in order if name in present)
    banded, single = False, True
    for axes, (form, mask) in zip(
        figure.subplots(1, len(panels), squeeze=False, sharey=True)[0], panels, strict=True
    ):
        for name in shown:
            rows = mask & (family == name)
            if rows.any():
                counts = _draw(axes, places[rows], y.values[rows], shown[name], grouped=grouped)
                banded |= counts.max() > 1
                single &= len(pd.unique(places[rows])) == int(rows.sum())
        scale_axis(axes, False, places[known], ticks=not grouped)
        axes.set_xlabel(x.label)
        count = int(mask.sum()) if dataset is points else len(pd.unique(point[mask]))
        axes.set_title(panel_title(count, form), loc="left")
    first = figure.axes[0]
    for axes in figure.axes:
        scale_axis(axes, True, y.values[known], ticks=False)
    first.set_ylabel(y.label)
    handles: list[Line2D | Patch] = [
        Line2D(
            [],
            [],
            color=colour,
            marker=marker,
            markersize=3.5,
            linewidth=1.2,
            label=name,
        )
        for name, (colour, marker) in shown.items()
    ]
    if banded:
        label = "middle half of draws" if single and not grouped else "middle half"
        handles.append(Patch(color="0.5", alpha=0.25, linewidth=0, label=label))
    legend_below(figure, handles, columns=4 if len(panels) > 1 or len(handles) < 4 else 2)
    if grouped:
        note(figure, f"{len(levels):,} values in {GROUPS} groups of about equal size")
    note_not_ok(figure, status)
    return figure


def _draw(
    axes: Axes,
    places: NDArray[np.float64],
    values: NDArray[np.float64],
    look: tuple[str, str],
    *,
    grouped: bool,
) -> NDArray[np.intp]:
    """Draws a group, and returns how many values each mark sums up."""
    each = np.broadcast_to(places[:, None], values.shape)
    finite = np.isfinite(values)
    x, y = each[finite], values[finite]
    group = neighbours(x) if grouped else np.unique(x, return_inverse=True)[1]
    counts = np.bincount(group)
    # Few groups: numbers of 16 bits are sorted in one pass.
    order = np.argsort(group.astype(np.int16), kind="stable")
    ends = np.cumsum(counts)[:-1]
    level = np.array([np.median(part) for part in np.split(x[order], ends)])
    parts = np.split(y[order], ends)
    low, middle, high = np.array([np.quantile(part, [0.25, 0.5, 0.75]) for part in parts]).T
    colour, marker = look
    if counts.max() > 1:
        axes.fill_between(level, low, high, color=colour, alpha=0.16, linewidth=0)
    axes.plot(
        level,
        middle,
        color=colour,
        marker=marker,
        markersize=3.2,
        linewidth=1.2,
        zorder=4,
    )
    return counts
