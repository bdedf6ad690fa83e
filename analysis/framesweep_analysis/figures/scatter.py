"""Any two columns against one another, with their rank correlation."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from ..correlation import correlate_ranks
from ..errors import NothingToDraw
from ..load import select_ok
from ..selection import chosen_rows
from ..words import plural, signed
from .axes import (
    default_outcome,
    default_score,
    form_panels,
    group_labels,
    ok_points,
    panel_title,
    quantity,
    refuse_equal,
    scale_axis,
)
from .style import (
    CROWDED,
    ONE_COLUMN,
    TWO_COLUMNS,
    Figure,
    Looks,
    first_of_pixels,
    group_handles,
    legend_below,
    looks,
    mixed_marks,
    note_not_ok,
    styled,
)

#: Up to so many points each has its number beside it; of more, those at the edges have.
_NUMBERED = 30
#: Above so many points there is no interval: it would take longer than the figure.
_RESAMPLED = 5000
#: Of more points the correlation is that of so many, whose error is below 0.001.
_CORRELATED = 1_000_000


@styled
def scatter_figure(
    dataset: xr.Dataset,
    *,
    column: str | None = None,
    over: str | None = None,
    by: str = "family",
) -> Figure:
    """Two columns against one another: a mark for each ok point, and Kendall's τ.

    Families have colours, or the values of another column that `by` names, of up to eight.
    Several draws become their mean. Of potentials the square root is shown. Up to 30 points of a
    panel have their numbers beside them; of more, those at the edges have. Columns that depend on the form of
    the frame have a panel for each form. The titles hold τ with its 95 % bootstrap interval, over
    all points of the panel. Without `column` the vertical axis is the test error, or else a
    potential; without `over` the horizontal one is the potential at the weights, or the parameters.

    Raises `NothingToDraw` where no ok point has both.
    """
    ok = ok_points(dataset)
    chosen = select_ok(dataset)
    column = column or default_outcome(chosen, over)
    over = over or default_score(chosen, column)
    refuse_equal(column, over)
    y, x = quantity(dataset, column), quantity(dataset, over)
    known = ok & np.isfinite(x.means) & np.isfinite(y.means)
    if not known.any():
        raise NothingToDraw(
            f"nothing to draw: of {plural(int(ok.sum()), 'ok point')} none has both {column} and {over}"
        )
    family, order = group_labels(dataset, by)
    points = dataset["point"].to_numpy()
    panels = list(form_panels(dataset, known, [column, over]))
    figure = Figure(
        figsize=(ONE_COLUMN if len(panels) == 1 else TWO_COLUMNS, 3.3),
        dpi=300,
        layout="constrained",
    )
    present = set(pd.unique(family[known]))
    shown = looks(name for name in order if name in present)
    for axes, (form, mask) in zip(
        figure.subplots(1, len(panels), squeeze=False, sharey=True)[0], panels, strict=True
    ):
        scale_axis(axes, False, x.means[known], ticks=False)
        scale_axis(axes, True, y.means[known], ticks=False)
        _draw(axes, x.means[mask], y.means[mask], family[mask], shown)
        _number(axes, x.means[mask], y.means[mask], points[mask])
        axes.set_xlabel(x.label)
        title = panel_title(int(mask.sum()), form)
        axes.set_title(f"{title}\n{_tau(x.means[mask], y.means[mask])}", loc="left")
    figure.axes[0].set_ylabel(y.label)
    count = max(int(mask.sum()) for _, mask in panels)
    legend_below(figure, group_handles(shown, count), columns=4)
    note_not_ok(figure, dataset["status"].to_numpy())
    return figure


def _tau(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    if len(x) < 3 or x.min() == x.max() or y.min() == y.max():
        return "too few different values for a rank correlation"
    of = ""
    if len(x) > _CORRELATED:
        chosen = chosen_rows(len(x), _CORRELATED)
        x, y, of = x[chosen], y[chosen], f" of {_CORRELATED:,} of them"
    found = correlate_ranks(x, y, resamples=None if len(x) <= _RESAMPLED else 0)
    text = f"Kendall τ{of} {signed(found.estimate)}"
    if np.isfinite(found.low):
        text += f", 95 %: {signed(found.low)} to {signed(found.high)}"
    return text


def _draw(
    axes: Axes,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    group: NDArray[np.object_],
    shown: Looks,
) -> None:
    """The points in an order that lets no group cover another."""
    count = len(x)
    size = float(np.clip(2.6e3 / count, 2.0, 26.0))
    alpha = float(np.clip(40.0 / np.sqrt(count), 0.22, 0.85))
    if count <= CROWDED:
        for name, (colour, marker) in shown.items():
            mask = group == name
            axes.scatter(
                x[mask],
                y[mask],
                s=size,
                marker=marker,
                color=colour,
                alpha=alpha,
                linewidths=0,
                zorder=3,
            )
        return
    place, names = pd.factorize(group)
    kept = first_of_pixels(
        place,
        np.log(x) if axes.get_xscale() == "log" else x,
        np.log(y) if axes.get_yscale() == "log" else y,
    )
    colours = np.array([to_rgb(shown[name][0]) for name in names])[place[kept]]
    mixed_marks(axes, x[kept], y[kept], colours, size=size, alpha=alpha)


def _number(
    axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64], points: NDArray[np.int64]
) -> None:
    """The numbers of all points, or of those at the edges of the cloud."""
    chosen = np.arange(len(x))
    if len(x) > _NUMBERED:
        chosen = _edge(
            np.log(x) if axes.get_xscale() == "log" else x,
            np.log(y) if axes.get_yscale() == "log" else y,
        )
    for index in chosen:
        axes.annotate(
            str(points[index]),
            (x[index], y[index]),
            xytext=(2.5, 2.0),
            textcoords="offset points",
            fontsize=5.5,
            color="0.25",
            zorder=5,
            path_effects=[withStroke(linewidth=1.2, foreground="white")],
        )


def _edge(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.intp]:
    """The points that lie farthest in eight directions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        a = (x - x.mean()) / (np.ptp(x) or 1.0)
        b = (y - y.mean()) / (np.ptp(y) or 1.0)
    angles = np.arange(8) * np.pi / 4
    return np.unique([int(np.argmax(a * np.cos(t) + b * np.sin(t))) for t in angles])
