"""What the points cost: prediction against measurement, and who computed what when."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LogNorm
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from ..errors import NothingToDraw
from ..words import plural
from .style import ONE_COLUMN, TWO_COLUMNS, Figure, legend_below, logarithmic, note_not_ok, styled
from .ticks import label_logarithm

_BLUE, _ORANGE = "#0A4F8C", "#E67E00"
#: Above so many points a picture of densities replaces single marks.
_DENSE = 3000
#: From so many points on a spread is stated.
_SPREAD = 20
#: Bins of the timeline where points are too many to be told apart.
_BINS = 600


@styled
def cost_figure(execution: xr.Dataset) -> Figure:
    """CPU time of every ok point against the prediction, both axes logarithmic.

    `execution` is what `open_execution` returns. Points that ended early, at a limit of time for
    example, measure nothing. On the line prediction and measurement agree. The title has the CPU time
    of all points together, what was predicted for them, and where there are twenty points how far nine
    in ten of them lie from the prediction. More than 3,000 points are drawn as hexagons, coloured by how many
    points fall into them. Files without CPU time show wall-clock time.

    Raises `NothingToDraw` if no point has both.
    """
    for name in ("predicted_seconds", "wall_seconds"):
        if name not in execution:
            raise NothingToDraw(f"nothing to draw: /execution has no {name}")
    predicted = execution["predicted_seconds"].to_numpy()
    by_cpu = "cpu_seconds" in execution
    measured = execution["cpu_seconds" if by_cpu else "wall_seconds"].to_numpy()
    status = execution["status"].to_numpy()
    known = np.isfinite(predicted) & np.isfinite(measured) & (predicted > 0) & (measured > 0)
    known &= status == "ok"
    if not known.any():
        raise NothingToDraw(
            f"nothing to draw: none of {plural(len(known), 'point')} is ok and has predicted and "
            "measured seconds"
        )
    x, y = predicted[known], measured[known]
    figure = Figure(figsize=(ONE_COLUMN, 3.15), dpi=300, layout="constrained")
    axes = figure.add_subplot()
    crowded = len(x) > _DENSE
    # One range for both axes, so that the line of agreement is their diagonal.
    ends = np.array([min(x.min(), y.min()), max(x.max(), y.max())])
    logarithmic(axes, ends, ends)
    if crowded:
        cells = axes.hexbin(
            x,
            y,
            xscale="log",
            yscale="log",
            gridsize=60,
            mincnt=1,
            norm=LogNorm(),
            cmap="cividis",
            linewidths=0,
            zorder=3,
        )
        bar = figure.colorbar(cells, ax=axes, pad=0.02, aspect=25, label="Points")
        label_logarithm(bar.ax.yaxis)
        bar.outline.set_linewidth(0.6)
        logarithmic(axes, ends, ends)
    else:
        axes.scatter(
            x,
            y,
            s=float(np.clip(4e3 / len(x), 4, 22)),
            color=_BLUE,
            linewidths=0,
            alpha=float(np.clip(12 / np.sqrt(len(x)), 0.3, 0.85)),
            zorder=3,
        )
    limits = axes.get_xlim(), axes.get_ylim()
    axes.plot(ends, ends, color=_ORANGE, linewidth=1.2, zorder=4)
    axes.set_xlim(limits[0])
    axes.set_ylim(limits[1])
    clock = "CPU time" if by_cpu else "wall-clock time"
    axes.set_xlabel("Predicted CPU time of a point (s)")
    axes.set_ylabel(f"Measured {clock} of a point (s)")
    axes.set_title(
        f"{plural(len(x), 'point')} took {_time(y.sum())} of {clock};\n"
        f"{_time(x.sum())} were predicted{_spread(y / x)}",
        loc="left",
    )
    label = "prediction and measurement agree"
    legend_below(figure, [Line2D([], [], color=_ORANGE, linewidth=1.2, label=label)])
    note_not_ok(figure, status)
    return figure


@styled
def timeline_figure(execution: xr.Dataset) -> Figure:
    """When each rank computed: a row for each rank (or worker thread) and run.

    `execution` is what `open_execution` returns. Up to 3,000 points are bars from start to end,
    light and dark in turn; of more points the colour says which part of a time bin was computing.
    Pauses between runs are left out: each run starts where the one before it ended. Points that
    were tried several times show their last attempt.

    Raises `NothingToDraw` if no point says when it was computed.
    """
    needed = ("run", "rank", "start", "wall_seconds")
    if any(name not in execution for name in needed):
        raise NothingToDraw("nothing to draw: /execution does not say when points were computed")
    start, wall = execution["start"].to_numpy(), execution["wall_seconds"].to_numpy()
    rank, run = execution["rank"].to_numpy(), execution["run"].to_numpy()
    known = np.isfinite(start) & np.isfinite(wall) & (rank >= 0) & (run >= 0)
    if not known.any():
        raise NothingToDraw(
            f"nothing to draw: none of {len(known)} points says when it was computed"
        )
    start, wall, rank, run = start[known], wall[known], rank[known], run[known]
    begin = np.zeros(len(start))
    borders = []
    clock = 0.0
    for index in np.unique(run):
        mask = run == index
        first = start[mask].min()
        begin[mask] = start[mask] - first + clock
        clock = float((begin[mask] + wall[mask]).max())
        borders.append(clock)
    lanes, lane = np.unique(rank, return_inverse=True)
    unit, factor = _unit(clock)
    height = float(np.clip(0.16 * len(lanes) + 1.3, 1.8, 5.0))
    figure = Figure(figsize=(TWO_COLUMNS, height), dpi=300, layout="constrained")
    axes = figure.add_subplot()
    begin, wall, clock = begin * factor, wall * factor, max(clock * factor, 1e-12)
    axes.set_xlim(0, clock)
    axes.set_ylim(len(lanes) - 0.5, -0.5)
    if len(begin) > _DENSE:
        busy = _busy(begin, wall, lane, len(lanes), clock)
        picture = axes.imshow(
            busy,
            extent=(0, clock, len(lanes) - 0.5, -0.5),
            aspect="auto",
            cmap="cividis",
            vmin=0,
            vmax=1,
            interpolation="nearest",
        )
        bar = figure.colorbar(picture, ax=axes, pad=0.01, aspect=15, label="Computing")
        bar.outline.set_linewidth(0.6)
    else:
        _draw_bars(axes, begin, wall, lane)
    for border in borders[:-1]:
        axes.axvline(border * factor, color=_ORANGE, linewidth=1.0)
    shown = np.arange(0, len(lanes), max(1, -(-len(lanes) // 24)))
    axes.set_yticks(shown, [str(lanes[i]) for i in shown])
    axes.set_xlabel(f"Time since the start ({unit})")
    axes.set_ylabel("Rank or worker")
    used = wall.sum() / (len(lanes) * clock)
    runs = "" if len(borders) == 1 else f" in {len(borders)} runs"
    axes.set_title(
        f"{plural(len(begin), 'point')} on {plural(len(lanes), 'rank')}{runs}, "
        f"computing {100 * used:.1f} % of the time",
        loc="left",
    )
    handles: list[Line2D | Patch] = []
    if len(begin) <= _DENSE:
        handles.append(Patch(color=_BLUE, label="points, dark and light in turn"))
    if len(borders) > 1:
        handles.append(Line2D([], [], color=_ORANGE, linewidth=1.0, label="next run"))
    if handles:
        legend_below(figure, handles)
    return figure


def _time(seconds: float) -> str:
    unit, factor = _unit(float(seconds))
    return f"{seconds * factor:,.3g} {unit}"


def _spread(ratios: NDArray[np.float64]) -> str:
    """How far points lie from their prediction, in words."""
    if len(ratios) < _SPREAD:
        return ""
    low, high = np.quantile(ratios, [0.05, 0.95])
    return f"\n9 in 10 points: {low:.2g} to {high:.2g} times the prediction"


def _unit(seconds: float) -> tuple[str, float]:
    for unit, length in (("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3)):
        if seconds >= 2 * length:
            return unit, 1 / length
    return "ms", 1e3


def _draw_bars(
    axes: Axes, begin: NDArray[np.float64], wall: NDArray[np.float64], lane: NDArray[np.intp]
) -> None:
    order = np.lexsort((begin, lane))
    turn = np.zeros(len(begin), dtype=bool)
    turn[order] = np.arange(len(begin)) % 2 == 0
    for mask, colour in ((turn, _BLUE), (~turn, "#8FB6D9")):
        boxes = [
            Rectangle((b, row - 0.38), w, 0.76)
            for b, w, row in zip(begin[mask], wall[mask], lane[mask], strict=True)
        ]
        axes.add_collection(PatchCollection(boxes, facecolor=colour, linewidth=0, zorder=3))


def _busy(
    begin: NDArray[np.float64],
    wall: NDArray[np.float64],
    lane: NDArray[np.intp],
    lanes: int,
    clock: float,
) -> NDArray[np.float64]:
    """The part of each time bin that each rank computed, from the integral of its busy time."""
    step = clock / _BINS
    edges = np.arange(_BINS + 1) * step
    busy = np.zeros((lanes, _BINS))
    for row in range(lanes):
        mask = lane == row
        order = np.argsort(begin[mask], kind="stable")
        first, length = begin[mask][order], wall[mask][order]
        # Busy time up to t: all of the points that ended, and the begun part of the last one.
        before = np.concatenate(([0.0], np.cumsum(length)))
        index = np.searchsorted(first, edges, side="right")
        last = np.maximum(index - 1, 0)
        part = np.clip(edges - first[last], 0, length[last])
        total = np.where(index > 0, before[last] + part, 0.0)
        busy[row] = np.diff(total) / step
    return np.clip(busy, 0, 1)
