"""A statistic over depth and width, as a map for each family and form."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ..columns import axis_label, is_squared, point_values, require_columns
from ..errors import NothingToDraw
from ..words import plural
from .axes import distinct
from .potential import FAMILIES, FORMS, no_column
from .style import Figure, legend_below, note, note_not_ok, styled
from .ticks import label_logarithm

#: Up to so many values of an axis every one of them has a label.
_LABELLED = 12
#: Roots of potentials below this are 0 to rounding.
_ZERO = 1e-7
_COLOURS = matplotlib.colormaps["cividis"].with_extremes(under="black")
#: The colour of cells whose networks have no value.
_NOT_COMPUTED = "0.82"


def default_potential(dataset: xr.Dataset) -> str:
    """The minimum, or else the potential of the weights where only that has values."""
    names = ("min_deep_frame_potential", "deep_frame_potential")
    known = (n for n in names if n in dataset and np.isfinite(dataset[n].to_numpy()).any())
    return next(known, names[0])


@styled
def depth_width_figure(
    dataset: xr.Dataset,
    *,
    column: str | None = None,
    depth: str = "stage_depth",
    width: str = "width",
) -> Figure:
    """A map over depth and width, one panel for each family and form.

    The colour is the median of a column over the ok points of a cell, which differ in the other
    swept keys: the minimum deep frame potential if the file has one, else the potential of the
    draws. Of potentials the square root is shown. Values of the two forms cannot be compared, so
    each form has a scale of its own. A scale is logarithmic where a value is positive; zeros and
    less are black. Cells are grey where no network has a value, because it is pending or failed or
    because it was not measured, and hatched where the sweep has no such network.

    Raises `NothingToDraw` if no ok point has the columns.
    """
    if column is None:
        column = default_potential(dataset)
        if column not in dataset:
            raise no_column(column)
    require_columns(dataset, "family", "form", depth, width, column)
    values = point_values(dataset, column)
    rows, columns = point_values(dataset, depth), point_values(dataset, width)
    ok = dataset["status"].to_numpy() == "ok"
    with_keys = np.isfinite(rows) & np.isfinite(columns)
    drawn = ok & with_keys & np.isfinite(values)
    if not drawn.any():
        raise NothingToDraw(
            f"nothing to draw: of {len(values)} points {int(ok.sum())} are ok, "
            f"{int((ok & with_keys).sum())} of these have {depth} and {width}, which networks "
            f"given by their stages or as a preset do not have, and 0 of these have {column}"
        )
    if is_squared(column):
        values = np.sqrt(np.maximum(values, 0))
    family, form = dataset["family"].to_numpy(), dataset["form"].to_numpy()
    # What is pending or failed has its place too.
    placed = drawn | (with_keys & ~ok)
    forms = [f for f in FORMS if (placed & (form == f)).any()]
    families = [f for f in FAMILIES if (placed & (family == f)).any()]
    figure = Figure(
        figsize=(max(1.9 * len(families) + 1.2, 3.5), 1.95 * len(forms) + 0.75),
        dpi=300,
        layout="constrained",
    )
    panels = figure.subplots(len(forms), len(families), squeeze=False, sharex=True, sharey=True)
    depths, widths = distinct(rows[placed]), distinct(columns[placed])
    label = axis_label(dataset, column, root=is_squared(column))
    handles: dict[str, Patch] = {}
    for row, form_name in enumerate(forms):
        in_row = drawn & (form == form_name)
        norm = _scale(values[in_row])
        mesh = None
        for column_index, family_name in enumerate(families):
            axes = panels[row][column_index]
            member = with_keys & (form == form_name) & (family == family_name)
            if not (member & placed).any():
                axes.set_axis_off()
                continue
            mask = member & drawn
            cells = _medians(rows[mask], columns[mask], values[mask], depths, widths)
            exists = _present(rows[member], columns[member], depths, widths)
            mesh = _draw_map(axes, cells, exists, depths, widths, norm)
            if (exists & np.isnan(cells)).any():
                patch = Patch(facecolor=_NOT_COMPUTED, label="not computed")
                handles["not computed"] = patch
            if not exists.all():
                handles["no such network"] = Patch(
                    facecolor="white", edgecolor="0.75", hatch="////", label="no such network"
                )
            count = plural(int(member.sum()), "network")
            if mask.sum() < member.sum():
                count = f"{mask.sum():,} of {count}"
            axes.set_title(f"{family_name}, {form_name}\n{count}", loc="left")
        if mesh is None or not in_row.any():
            continue
        if norm.vmin == norm.vmax:
            value = float(values[in_row][0])
            handles[form_name] = Patch(facecolor=_COLOURS(0.5), label=f"{form_name}: {value:.4g}")
            continue
        below = isinstance(norm, LogNorm) and bool((values[in_row] <= 0).any())
        bar = figure.colorbar(
            mesh,
            ax=list(panels[row]),
            pad=0.02,
            aspect=14,
            extend="min" if below else "neither",
        )
        if isinstance(norm, LogNorm):
            label_logarithm(bar.ax.yaxis)
        bar.outline.set_linewidth(0.6)
        bar.set_label(label, fontsize=7)
    # The labels stand at the outermost panels that show something.
    for line in panels.T:
        axes = [axes for axes in line if axes.axison][-1]
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(axis_label(dataset, width))
    for line in panels:
        axes = next(axes for axes in line if axes.axison)
        axes.tick_params(labelleft=True)
        axes.set_ylabel(axis_label(dataset, depth))
    legend_below(figure, list(handles.values()))
    pooled = _pooled(dataset, drawn, (depth, width, "family", "form"))
    if pooled or any(name in handles for name in forms):
        note(figure, label + pooled)
    note_not_ok(figure, dataset["status"].to_numpy())
    return figure


def _pooled(dataset: xr.Dataset, drawn: NDArray[np.bool_], keys: tuple[str, ...]) -> str:
    """What the networks of one cell differ in, where cells hold several."""
    cell = np.zeros(int(drawn.sum()), dtype=np.int64)
    for key in keys:
        cell = _divided(cell, dataset[key].to_numpy()[drawn])
    most = int(np.bincount(cell).max())
    if most == 1:
        return ""
    differ = []
    for name in str(dataset.attrs.get("swept", "")).split():
        if name in keys or name not in dataset or dataset[name].dims != ("point",):
            continue
        if _divided(cell, dataset[name].to_numpy()[drawn]).max() > cell.max():
            differ.append(name.replace("_", " "))
    unlike = f", which differ in {', '.join(differ)}" if differ else ""
    return f": median of up to {most:,} networks{unlike}"


def _divided(cell: NDArray[np.int64], values: NDArray[np.generic]) -> NDArray[np.int64]:
    """The numbers of the cells that the values of a key divide numbered cells into, from 0."""
    place, levels = pd.factorize(values, use_na_sentinel=False)
    return pd.factorize(cell * len(levels) + place)[0]


def _medians(
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    values: NDArray[np.float64],
    depths: NDArray[np.float64],
    widths: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The median of the values in each cell, NaN where there are none."""
    cells = np.full(len(depths) * len(widths), np.nan)
    place = np.searchsorted(depths, rows) * len(widths) + np.searchsorted(widths, columns)
    middle = pd.Series(values).groupby(place).median()
    cells[middle.index] = middle
    return cells.reshape(len(depths), len(widths))


def _present(
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    depths: NDArray[np.float64],
    widths: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Which cells have a network."""
    cells = np.zeros((len(depths), len(widths)), dtype=bool)
    row, column = np.searchsorted(depths, rows), np.searchsorted(widths, columns)
    inside = depths[np.minimum(row, len(depths) - 1)] == rows
    inside &= widths[np.minimum(column, len(widths) - 1)] == columns
    cells[row[inside], column[inside]] = True
    return cells


def _scale(values: NDArray[np.float64]) -> Normalize:
    positive = values[values > _ZERO]
    if len(positive) and positive.max() > positive.min():
        return LogNorm(float(positive.min()), float(positive.max()))
    return Normalize(*((values.min(), values.max()) if len(values) else (0.0, 0.0)))


def _draw_map(
    axes: Axes,
    cells: NDArray[np.float64],
    exists: NDArray[np.bool_],
    depths: NDArray[np.float64],
    widths: NDArray[np.float64],
    norm: Normalize,
) -> QuadMesh:
    axes.set_facecolor("white")
    axes.patch.set(hatch="////", edgecolor="0.8")
    # Cells are of one size whatever the values: sweeps take widths in powers of two.
    edges = np.arange(len(widths) + 1) - 0.5, np.arange(len(depths) + 1) - 0.5
    many = cells.size > 2000
    shown = np.maximum(cells, 1e-300) if isinstance(norm, LogNorm) else cells
    mesh = axes.pcolormesh(
        *edges,
        # A logarithm has no colour for 0: what is below every positive value is drawn as `under`.
        np.ma.masked_invalid(shown),
        cmap=_COLOURS if norm.vmin != norm.vmax else ListedColormap([_COLOURS(0.5)]),
        norm=norm,
        rasterized=many,
    )
    axes.pcolormesh(
        *edges,
        np.ma.masked_where(~exists | np.isfinite(cells), exists.astype(float)),
        cmap=ListedColormap([_NOT_COMPUTED]),
        rasterized=many,
    )
    for axis, levels in ((axes.xaxis, widths), (axes.yaxis, depths)):
        step = -(-len(levels) // _LABELLED)
        shown = np.arange(0, len(levels), step)
        axis.set_ticks(shown, [f"{levels[i]:g}" for i in shown])
    if len(widths) > 5:
        axes.tick_params(axis="x", rotation=60)
    return mesh
