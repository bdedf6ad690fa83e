"""How every score ranks networks by their published errors, at equal size too."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..correlation import RankCorrelation
from ..errors import NothingToDraw
from ..published import outcomes
from ..ranking import Ranking, rank_published
from ..words import plural
from .style import FAMILY_COLOURS, TWO_COLUMNS, Figure, legend_below, styled

#: What each row shows: the field of a ranking, its words, colour, marker and place within the row.
_MARKS = (
    ("tau", "Kendall τ", FAMILY_COLOURS["chain"], "o", 0.24),
    ("partial", "parameters held fixed", FAMILY_COLOURS["residual"], "^", 0.0),
    ("within", "within equal size", FAMILY_COLOURS["dense"], "D", -0.24),
)
#: Panels beside one another, and characters of a label.
_PANELS, _LONGEST = 3, 44


@styled
def published_figure(dataset: xr.Dataset, *, column: str | None = None) -> Figure:
    """Kendall's τ of every score with published errors: a row for each score, a panel for each error.

    A row has τ, Kendall's partial τ with the number of parameters held fixed, and τ among networks of
    about equal size, with their 95 % bootstrap intervals. Above 0, larger scores go with larger errors.
    `column` names one of the errors; without it there is a panel for each, of up to three.

    Raises `NothingToDraw` if no table of published errors was joined to the data set.
    """
    wanted = [column] if column else outcomes(dataset)
    if not wanted:
        raise NothingToDraw(
            "nothing to draw: there are no published errors; name a table of them with --table"
        )
    if len(wanted) > _PANELS:
        raise NothingToDraw(
            f"nothing to draw: there are {len(wanted)} published errors, name one with --column: "
            + ", ".join(wanted)
        )
    tables = {name: {row.name: row for row in rank_published(dataset, name)} for name in wanted}
    labels = {row.name: row.label for rows in tables.values() for row in rows.values()}
    # The strongest of the first panel on top; scores that only others have are below.
    order = [*dict.fromkeys(name for rows in tables.values() for name in rows)][::-1]
    height = 0.95 + 0.235 * len(order)
    figure = Figure(figsize=(TWO_COLUMNS, height), dpi=300, layout="constrained")
    panels = figure.subplots(1, len(wanted), squeeze=False, sharey=True)[0]
    for axes, (outcome, rows) in zip(panels, tables.items(), strict=True):
        for place, name in enumerate(order):
            if name in rows:
                _row(axes, place, rows[name])
        axes.axvline(0, color="0.4", linewidth=0.7, zorder=1)
        axes.set_xlim(-1.03, 1.03)
        axes.grid(axis="x", zorder=0)
        for place in range(1, len(order), 2):
            axes.axhspan(place - 0.5, place + 0.5, color="0.965", linewidth=0, zorder=0)
        axes.set_axisbelow(True)
        axes.set_ylim(-0.6, len(order) - 0.4)
        count = max(row.tau.count for row in rows.values())
        title = _title(dataset, outcome)
        if len(wanted) > 1:
            # A panel among others has no room for more.
            title = title.removesuffix(", published")
            axes.set_xticks([-0.5, 0, 0.5])
        axes.set_title(f"{title}\n{plural(count, 'network')}", loc="left")
        axes.set_xlabel("Correlation with the error")
        axes.tick_params(axis="y", length=0)
    texts = [labels[name] for name in order]
    texts = [text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…" for text in texts]
    panels[0].set_yticks(range(len(order)), texts)
    shown = [r for rows in tables.values() for r in rows.values()]
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=4, linewidth=0.9, label=label)
        for field, label, colour, marker, _ in _MARKS
        if any(getattr(row, field) is not None for row in shown)
    ]
    legend_below(figure, handles)
    return figure


def _row(axes: Axes, place: int, row: Ranking) -> None:
    for field, _, colour, marker, offset in _MARKS:
        found: RankCorrelation | None = getattr(row, field)
        if found is None:
            continue
        y = place + offset
        if np.isfinite(found.low):
            axes.plot([found.low, found.high], [y, y], color=colour, linewidth=0.9, zorder=3)
        axes.plot(found.estimate, y, color=colour, marker=marker, markersize=3, zorder=4)


def _title(dataset: xr.Dataset, outcome: str) -> str:
    words = str(dataset[outcome].attrs["long_name"])
    return words[:1].upper() + words[1:]
