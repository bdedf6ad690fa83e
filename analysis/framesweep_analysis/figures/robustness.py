"""Errors of trained networks as they are and under attack."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ..columns import PLAN_COLUMNS, axis_label, require_columns
from ..errors import NothingToDraw, ResultsError
from ..words import plural
from .style import CROWDED, TWO_COLUMNS, Figure, family_order, legend_below, note_not_ok, styled
from .ticks import label_logarithm

#: How the panels name the attacks.
_ATTACKS = {
    "fgsm_linf": "FGSM, $\\ell_\\infty$",
    "pgd_linf": "PGD, $\\ell_\\infty$",
    "fgsm_l2": "FGSM, $\\ell_2$",
    "pgd_l2": "PGD, $\\ell_2$",
}


@styled
def robustness_figure(dataset: xr.Dataset, *, column: str | None = None) -> Figure:
    """The test error, and the error under each attack, over a column of the plan.

    A row of panels for each attack and a column for each family of networks; the radius has a
    colour, black being no attack. Every draw of every ok and trained network is a dot, lines join
    the means. The column is `inference_sweeps` unless another is asked for, or `parameter_count`
    where the file has no such column.

    Raises `NothingToDraw` if no network was attacked.
    """
    require_columns(dataset, "family")
    if "adversarial_error" not in dataset or "test_error" not in dataset:
        raise NothingToDraw("nothing to draw: the sweep attacks no trained networks")
    column = column or (
        "inference_sweeps" if "inference_sweeps" in dataset.variables else "parameter_count"
    )
    require_columns(dataset, column)
    if column not in (*PLAN_COLUMNS, "parameter_count") or dataset[column].dtype.kind not in "iuf":
        raise ResultsError(f"{column} says nothing about networks in numbers, expected such a key")
    clean = dataset["test_error"].to_numpy()
    ok = (dataset["status"].to_numpy() == "ok") & np.isfinite(clean).any(axis=1)
    if not ok.any():
        raise NothingToDraw(f"nothing to draw: of {len(ok)} points none is ok and was trained")
    x = dataset[column].to_numpy().astype(np.float64)
    family = dataset["family"].to_numpy().astype(str)
    attacked = dataset["adversarial_error"].to_numpy()
    radii = dataset["radius"].to_numpy()
    shown = family_order(family[ok])
    attacks = [str(attack) for attack in dataset["attack"].to_numpy()]
    colours = colormaps["viridis"](np.linspace(0.1, 0.85, len(radii)))
    size = (TWO_COLUMNS, 0.6 + 1.45 * len(attacks))
    figure = Figure(figsize=size, dpi=300, layout="constrained")
    panels = figure.subplots(len(attacks), len(shown), squeeze=False, sharex=True, sharey=True)
    for row, attack in enumerate(attacks):
        for axes, name in zip(panels[row], shown, strict=True):
            mask = ok & (family == name)
            _draw(axes, x[mask], clean[mask], "black")
            for place, colour in enumerate(colours):
                _draw(axes, x[mask], attacked[mask][:, :, row, place], colour)
            if row == 0:
                axes.set_title(f"{name}, {plural(int(mask.sum()), 'network')}", loc="left")
            axes.grid(axis="y", zorder=0)
            axes.set_ylim(-0.03, 1.03)
        panels[row][0].set_ylabel(f"Error\n{_ATTACKS.get(attack, attack)}")
    values = np.unique(x[ok])
    if values.min() > 0 and values.max() / values.min() >= 4:
        panels[0][0].set_xscale("log")
        for axes in panels[-1]:
            label_logarithm(axes.xaxis, values)
    elif len(values) <= 8:
        panels[0][0].set_xticks(values, [f"{value:,g}" for value in values])
    for axes in panels[-1]:
        axes.set_xlabel(axis_label(dataset, column))
    handles = [Line2D([], [], color="black", marker="o", markersize=3, label="no attack")] + [
        Line2D([], [], color=colour, marker="o", markersize=3, label=f"radius {radius:g}")
        for radius, colour in zip(radii, colours, strict=True)
    ]
    legend_below(figure, handles, columns=6)
    note_not_ok(figure, dataset["status"].to_numpy())
    return figure


def _draw(axes: Axes, x: NDArray[np.float64], errors: NDArray[np.float64], colour: object) -> None:
    """Dots of all draws, and a line through the means at each value."""
    places = np.broadcast_to(x[:, None], errors.shape)
    known = np.isfinite(errors)
    axes.scatter(
        places[known],
        errors[known],
        s=5,
        color=colour,
        alpha=0.45,
        linewidths=0,
        zorder=3,
        rasterized=int(known.sum()) > CROWDED,
    )
    values = np.unique(places[known])
    means = [errors[known & (places == value)].mean() for value in values]
    axes.plot(values, means, color=colour, linewidth=1.0, zorder=4)
