"""The potential of draws of the weights beside the minimum that the architecture allows."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ..columns import require_columns
from ..errors import NothingToDraw
from ..words import plural
from .potential import FAMILIES, FORMS, ROUNDING
from .style import (
    FAMILY_COLOURS,
    FAMILY_MARKERS,
    ONE_COLUMN,
    OTHER_COLOUR,
    OTHER_MARKER,
    TWO_COLUMNS,
    Figure,
    draw_cloud,
    family_handles,
    legend_below,
    looks,
    logarithmic,
    note_not_ok,
    styled,
)

#: Up to so many points of a form each has a place of its own.
_SINGLE = 40
#: The dashes of bars whose minimum may lie below them.
_LIMITED = (0, (1, 1))


@styled
def draws_figure(dataset: xr.Dataset) -> Figure:
    """How the deep frame potential varies over draws of the weights, with the minimum's level.

    One panel for each form, whose values cannot be compared. Up to 40 ok points of a form stand
    side by side, in the order of their lowest level, a mark for every draw and a bar at the minimum
    of the architecture, where it is known. More points are drawn by their minimum, draws above the
    line of equality, or by their parameters where no minimum of the form is known. Where the search
    of a minimum stopped at its iteration limit, its bar is dotted: the minimum may lie below it. The
    layerwise Welch potential is not shown: it bounds nothing.

    Raises `NothingToDraw` if no ok point has draws.
    """
    require_columns(dataset, "family", "form", "parameter_count")
    if "deep_frame_potential" not in dataset:
        raise NothingToDraw(
            "nothing to draw: the sweep has no draws, its file no column deep_frame_potential"
        )
    draws = np.sqrt(np.maximum(dataset["deep_frame_potential"].to_numpy(), 0))
    ok = (dataset["status"].to_numpy() == "ok") & np.isfinite(draws).any(axis=1)
    if not ok.any():
        raise NothingToDraw(
            f"nothing to draw: of {len(draws)} points none is ok and has a deep frame potential"
        )
    minimum = np.full(len(draws), np.nan)
    if "min_deep_frame_potential" in dataset:
        potential = dataset["min_deep_frame_potential"].to_numpy()
        # A minimum of 0 is found up to rounding; a logarithmic axis has no place for it.
        minimum = np.sqrt(np.where(potential <= ROUNDING, 0, potential))
    limited = np.zeros(len(draws), dtype=bool)
    if "minimum_status" in dataset:
        limited = dataset["minimum_status"].to_numpy() == "iteration_limit"
    family = dataset["family"].to_numpy().astype(str)
    form = dataset["form"].to_numpy().astype(str)
    points = dataset["point"].to_numpy()
    parameters = dataset["parameter_count"].to_numpy().astype(np.float64)
    panels: list[tuple[str, NDArray[np.bool_]]] = []
    for name in FORMS:
        mask = ok & (form == name)
        with_minimum = mask & np.isfinite(minimum) & (minimum > 0)
        if mask.sum() > _SINGLE and with_minimum.any():
            mask = with_minimum
        if mask.any():
            panels.append((name, mask))
    if not panels:
        raise NothingToDraw(
            "nothing to draw: networks from files have no form, and no other point has draws"
        )
    single = [mask.sum() <= _SINGLE for _, mask in panels]
    wide = len(panels) > 1 or (single[0] and panels[0][1].sum() > 15)
    width = TWO_COLUMNS if wide else ONE_COLUMN
    figure = Figure(figsize=(width, 3.3), dpi=300, layout="constrained")
    crowd = 0
    limits: list[tuple[float, float]] = []
    for axes, (name, mask), few in zip(
        figure.subplots(1, len(panels), squeeze=False, sharey=True)[0], panels, single, strict=True
    ):
        if few:
            _draw_single(
                axes, points[mask], draws[mask], minimum[mask], limited[mask], family[mask]
            )
        else:
            crowd = max(crowd, int(mask.sum()))
            known = bool((minimum[mask] > 0).any())
            _draw_cloud(axes, draws[mask], (minimum if known else parameters)[mask], family[mask])
            if known:
                ends = np.array([minimum[mask].min(), minimum[mask].max()])
                axes.plot(ends, ends, color="black", linewidth=1.3, zorder=4)
            axes.set_xlabel("√ minimum deep frame potential" if known else "Parameters")
        left_out = int((ok & (form == name)).sum() - mask.sum())
        title = f"{plural(int(mask.sum()), 'network')}, {name} form"
        if left_out:
            title += f"\n{left_out:,} without a minimum above 0 not shown"
        if not few and limited[mask].any():
            title += f"\n{limited[mask].sum():,} minima stopped at the iteration limit"
        axes.set_title(title, loc="left")
        limits.append(axes.get_ylim())
    # Each panel set the common limits to its own.
    figure.axes[0].set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    figure.axes[0].set_ylabel("√ deep frame potential of the weights")
    shown = [f for f in FAMILIES if any((family[mask] == f).any() for _, mask in panels)]
    handles: list[Line2D | Patch] = list(family_handles(shown, crowd))
    if any(np.isfinite(minimum[mask]).any() for _, mask in panels):
        label = "minimum of the architecture"
        handles.append(Line2D([], [], color="black", linewidth=1.3, label=label))
    if any(few and limited[mask].any() for few, (_, mask) in zip(single, panels, strict=True)):
        label = "search stopped at the iteration limit"
        handles.append(Line2D([], [], color="black", lw=1.3, linestyle=_LIMITED, label=label))
    legend_below(figure, handles, columns=2 if width < 5 else 4)
    note_not_ok(figure, dataset["status"].to_numpy())
    return figure


def _draw_single(
    axes: Axes,
    points: NDArray[np.int64],
    draws: NDArray[np.float64],
    minimum: NDArray[np.float64],
    limited: NDArray[np.bool_],
    family: NDArray[np.str_],
) -> None:
    with np.errstate(all="ignore"):
        level = np.where(np.isfinite(minimum), minimum, np.nanmin(draws, axis=1))
    order = np.argsort(level, kind="stable")
    for place, row in enumerate(order):
        values = draws[row][np.isfinite(draws[row])]
        colour = FAMILY_COLOURS.get(family[row], OTHER_COLOUR)
        axes.plot([place, place], [values.min(), values.max()], color=colour, lw=0.7, alpha=0.5)
        axes.scatter(
            np.full(len(values), place),
            values,
            s=9,
            color=colour,
            alpha=0.65,
            linewidths=0,
            marker=FAMILY_MARKERS.get(family[row], OTHER_MARKER),
            zorder=3,
        )
        if np.isfinite(minimum[row]) and minimum[row] > 0:
            ends = [place - 0.4, place + 0.4]
            dashes = _LIMITED if limited[row] else "-"
            axes.plot(ends, [minimum[row]] * 2, color="black", lw=1.3, linestyle=dashes)
    positive = np.concatenate([draws[np.isfinite(draws)], minimum[np.isfinite(minimum)]])
    logarithmic(axes, None, positive[positive > 0])
    axes.grid(visible=False, axis="x")
    axes.set_xlim(-0.7, len(order) - 0.3)
    rotation = 90 if len(order) > 12 else 0
    size = 5 if len(order) > 20 else 7
    axes.set_xticks(
        range(len(order)), [str(points[row]) for row in order], rotation=rotation, fontsize=size
    )
    order_of = "minimum" if np.isfinite(minimum).any() else "lowest draw"
    axes.set_xlabel(f"Point, in the order of the {order_of}")


def _draw_cloud(
    axes: Axes,
    draws: NDArray[np.float64],
    places: NDArray[np.float64],
    family: NDArray[np.str_],
) -> None:
    groups = {}
    for name in FAMILIES:
        y = draws[family == name]
        x = np.broadcast_to(places[family == name][:, None], y.shape)
        known = np.isfinite(y) & (y > 0) & (x > 0)
        if known.any():
            groups[name] = (x[known], y[known])
    draw_cloud(axes, groups, looks(groups))
    x = np.concatenate([pair[0] for pair in groups.values()])
    y = np.concatenate([pair[1] for pair in groups.values()])
    logarithmic(axes, x, y)
