"""How all scores of a sweep rank its networks, beside one another."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..columns import depends_on_form, point_values, require_columns, score_columns
from ..correlation import RankCorrelation, correlate_ranks
from ..errors import NothingToDraw
from ..words import plural, signed
from .axes import ok_points
from .style import TWO_COLUMNS, Figure, family_order, note_not_ok, styled

#: Networks of a family and form from which on it has a column.
_FEWEST = 5
#: Above so many networks there are no intervals.
_RESAMPLED = 5000
_RESAMPLES = 300
_COLOURS = matplotlib.colormaps["RdBu_r"]


@dataclass(frozen=True)
class ScoreTable:
    """Rank correlations of scores with an outcome, for each family and form."""

    outcome: str
    scores: list[str]
    groups: list[tuple[str, str, int]]
    """Family, form and number of networks."""
    cells: list[list[RankCorrelation | None]]
    """By score and group; None where there are too few values."""


def score_table(
    dataset: xr.Dataset, outcome: str | None = None, *, method: str = "kendall"
) -> ScoreTable:
    """Correlates every number of a point, draws averaged, with an outcome, by family and form.

    The strongest scores come first, by the mean absolute correlation over the groups. The outcome
    is `test_error` unless another is named. Groups of fewer than five networks are left out.

    Raises `NothingToDraw` where no network has the outcome.
    """
    ok = ok_points(dataset)
    dataset = dataset.isel(point=ok)
    if outcome is None:
        if "test_error" not in dataset:
            raise NothingToDraw("nothing to draw: without training there is no test_error; name another column")
        outcome = "test_error"
    require_columns(dataset, outcome)
    target = point_values(dataset, outcome)
    family = dataset["family"].to_numpy().astype(str)
    form = dataset["form"].to_numpy().astype(str)
    masks, groups = [], []
    for name in family_order(family):
        for kind in sorted(set(form[family == name]), reverse=True):
            mask = (family == name) & (form == kind) & np.isfinite(target)
            if mask.sum() >= _FEWEST:
                masks.append(mask)
                groups.append((name, kind, int(mask.sum())))
    if not groups:
        raise NothingToDraw(
            f"nothing to draw: no family has {_FEWEST} ok networks with a value of {outcome}"
        )
    rows: list[tuple[str, list[RankCorrelation | None]]] = []
    for name in score_columns(dataset, outcome):
        values = point_values(dataset, name)
        cells = [_correlate(values[mask], target[mask], method) for mask in masks]
        if any(cell is not None for cell in cells):
            rows.append((name, cells))
    rows.sort(key=lambda row: -np.mean([abs(c.estimate) for c in row[1] if c is not None]))
    if not rows:
        raise NothingToDraw(f"nothing to draw: nothing varies with {outcome}")
    return ScoreTable(outcome, [name for name, _ in rows], groups, [cells for _, cells in rows])


def _correlate(
    x: NDArray[np.float64], y: NDArray[np.float64], method: str
) -> RankCorrelation | None:
    known = ~np.isnan(x)
    x, y = x[known], y[known]
    if len(x) < _FEWEST or x.min() == x.max() or y.min() == y.max():
        return None
    resamples = _RESAMPLES if len(x) <= _RESAMPLED else 0
    return correlate_ranks(x, y, method=method, resamples=resamples)


@styled
def correlation_figure(dataset: xr.Dataset, *, column: str | None = None) -> Figure:
    """Kendall's τ of every score with an error, as a table: a row for each score, strongest first.

    A column for each family and form with at least five networks. Red: larger scores, larger
    errors. Small numbers are the 95 % bootstrap interval, which says how much depends on single
    networks. The error is `test_error` unless `column` names another outcome.

    Raises `NothingToDraw` where the sweep trains no networks.
    """
    table = score_table(dataset, column)
    rows, columns = len(table.scores), len(table.groups)
    width = float(np.clip(2.3 + 0.95 * columns, 3.5, TWO_COLUMNS))
    figure = Figure(figsize=(width, 0.9 + 0.27 * rows), dpi=300, layout="constrained")
    axes = figure.subplots()
    values = np.array(
        [[np.nan if c is None else c.estimate for c in cells] for cells in table.cells]
    )
    axes.imshow(
        np.ma.masked_invalid(values),
        cmap=_COLOURS,
        vmin=-1,
        vmax=1,
        aspect="auto",
        interpolation="nearest",
        alpha=0.75,
    )
    for row, cells in enumerate(table.cells):
        for place, cell in enumerate(cells):
            if cell is None:
                continue
            has_interval = np.isfinite(cell.low)
            axes.text(
                place,
                row - (0.17 if has_interval else 0),
                signed(cell.estimate),
                ha="center",
                va="center",
                fontsize=7.5,
                fontweight="bold" if has_interval and cell.low * cell.high > 0 else "normal",
            )
            if has_interval:
                axes.text(
                    place,
                    row + 0.26,
                    f"{signed(cell.low)} to {signed(cell.high)}",
                    ha="center",
                    va="center",
                    fontsize=5,
                )
    axes.set_yticks(range(rows), [score_label(dataset, name) for name in table.scores])
    axes.set_xticks(
        range(columns),
        [f"{name}\n{form}, {count:,}" for name, form, count in table.groups],
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for edge in np.arange(-0.5, rows):
        axes.axhline(edge, color="white", linewidth=1.2)
    for edge in np.arange(-0.5, columns):
        axes.axvline(edge, color="white", linewidth=1.2)
    for side in axes.spines.values():
        side.set_visible(False)
    total = sum(count for _, _, count in table.groups)
    name = score_label(dataset, table.outcome)
    axes.set_title(f"Kendall τ with the {name}, {plural(total, 'network')}", loc="left", pad=8)
    note_not_ok(figure, dataset["status"].to_numpy())
    return figure


def score_label(dataset: xr.Dataset, name: str) -> str:
    """What a row of the table is called."""
    text = str(dataset[name].attrs.get("long_name", name.replace("_", " ")))
    # Only the first letter is a capital where the name is not one: NASWOT, SNIP, ln synflow.
    return text if depends_on_form(name) or len(text) < 42 else text[:41] + "…"
