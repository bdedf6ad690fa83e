"""Minimum deep frame potential against parameter count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ..errors import NothingToDraw
from ..load import status_counts
from ..words import plural
from .axes import group_labels
from .style import (
    CROWDED,
    ONE_COLUMN,
    TWO_COLUMNS,
    Figure,
    draw_cloud,
    group_handles,
    hollow_handle,
    legend_below,
    logarithmic,
    looks,
    note_not_ok,
    styled,
)

FAMILIES = ("chain", "residual", "dense")
#: Potentials up to this are 0 but for rounding.
ROUNDING = 1e-15
FORMS = ("synthesis", "analysis")

#: Below so many points a family's lowest values say nothing about the family.
_FRONT_COUNT = 12


@dataclass(frozen=True)
class PotentialSelection:
    """What one panel draws: parameters and potential by family, or by another group."""

    form: str
    parameters: dict[str, NDArray[np.float64]]
    potentials: dict[str, NDArray[np.float64]]
    zero_count: int
    """Points whose minimum is 0 (to rounding), which a logarithmic axis cannot show."""
    unfinished: dict[str, NDArray[np.bool_]]
    """Which points' minimisation stopped at its iteration limit, by family; they are drawn."""

    @property
    def count(self) -> int:
        return sum(len(values) for values in self.parameters.values())

    @property
    def unfinished_count(self) -> int:
        return sum(int(mask.sum()) for mask in self.unfinished.values())


def select_potentials(
    dataset: xr.Dataset,
    *,
    form: str = "synthesis",
    families: tuple[str, ...] = FAMILIES,
    by: str = "family",
) -> PotentialSelection:
    """The ok points of the families in one form that have a minimum deep frame potential.

    They are in groups by their family, or by another column.

    Raises `NothingToDraw`, with counts that say why, if no point is left.
    """
    for name in ("family", "form", "parameter_count", "min_deep_frame_potential"):
        if name not in dataset:
            raise no_column(name)
    family = dataset["family"].to_numpy()
    ok = dataset["status"].to_numpy() == "ok"
    parameters = dataset["parameter_count"].to_numpy().astype(np.float64)
    potential = dataset["min_deep_frame_potential"].to_numpy()
    known = np.isfinite(potential) & (parameters > 0)
    positive = known & (potential > ROUNDING)
    candidates = is_among(family, families) & (dataset["form"].to_numpy() == form)
    drawn = candidates & ok & positive
    if not drawn.any():
        raise _nothing(dataset, families, (form,), known)
    unfinished = np.zeros(len(family), dtype=bool)
    if "minimum_status" in dataset:
        unfinished = dataset["minimum_status"].to_numpy() == "iteration_limit"
    labels, order = group_labels(dataset, by)
    groups = families if by == "family" else order
    members = {name: drawn & (labels == name) for name in groups}
    members = {name: mask for name, mask in members.items() if mask.any()}
    return PotentialSelection(
        form=form,
        parameters={name: parameters[mask] for name, mask in members.items()},
        potentials={name: potential[mask] for name, mask in members.items()},
        zero_count=int((candidates & ok & known & ~positive).sum()),
        unfinished={name: unfinished[mask] for name, mask in members.items()},
    )


def is_among(labels: NDArray[np.object_], names: Sequence[str]) -> NDArray[np.bool_]:
    """Which labels are one of some names."""
    place, words = pd.factorize(labels)
    return np.isin(words.astype(str), names)[place]


def no_column(name: str) -> NothingToDraw:
    """What to say of a file that lacks a column, and how sweeps come to have it."""
    hint = "; sweeps find it if their measure has frame: {minimum: true}"
    return NothingToDraw(
        f"nothing to draw: the file has no column {name}"
        + (hint if name == "min_deep_frame_potential" else "")
    )


def _nothing(
    dataset: xr.Dataset,
    families: tuple[str, ...],
    forms: tuple[str, ...],
    known: NDArray[np.bool_],
) -> NothingToDraw:
    """How many points are left after each condition, of which the last leaves none."""
    family, form = dataset["family"].to_numpy().astype(str), dataset["form"].to_numpy().astype(str)
    ok = dataset["status"].to_numpy() == "ok"
    left = np.isin(family, families)
    statuses = ", ".join(f"{n} {label}" for label, n in status_counts(dataset).items())
    words = [f"of {len(family)} points ({statuses}) {int(left.sum())} are {' or '.join(families)}"]
    for condition, text in (
        (np.isin(form, forms), f"have the {' or '.join(forms)} form"),
        (ok, "are ok"),
        (known, "have a minimum deep frame potential"),
    ):
        left = left & condition
        words.append(f"{int(left.sum())} of these {text}")
    return NothingToDraw(f"nothing to draw: {', '.join(words)} and 0 of these one above zero")


@styled
def potential_figure(
    dataset: xr.Dataset,
    *,
    form: str | None = None,
    families: tuple[str, ...] = FAMILIES,
    title: str | None = None,
    by: str = "family",
) -> Figure:
    """Minimum deep frame potential against parameter count, both axes logarithmic.

    Every point is an architecture. The vertical axis has the square root of the potential, as in
    the papers. Families have colours, or the values of another column that `by` names, of up to eight.
    A line runs along the lowest value that each of these groups reaches with at most so many
    parameters, where the group has a dozen points. Markers are hollow where the search of the
    minimum stopped at its iteration limit, if not more than 2,000 points make a cloud. Values of the
    two forms cannot be compared, so each form has a panel, unless `form` names one of them. The panels
    state the form and how many points are drawn.

    Raises `NothingToDraw` if no point can be drawn.
    """
    forms = FORMS if form is None else (form,)
    selections: list[PotentialSelection] = []
    for name in forms:
        try:
            selections.append(select_potentials(dataset, form=name, families=families, by=by))
        except NothingToDraw:
            if len(forms) == 1 or "min_deep_frame_potential" not in dataset:
                raise
    if not selections:
        known = np.isfinite(dataset["min_deep_frame_potential"].to_numpy())
        raise _nothing(dataset, families, forms, known)
    width = ONE_COLUMN if len(selections) == 1 else TWO_COLUMNS
    figure = Figure(figsize=(width, 3.15), dpi=300, layout="constrained")
    panels = figure.subplots(1, len(selections), squeeze=False, sharey=True)[0]
    order = families if by == "family" else group_labels(dataset, by)[1]
    shown = looks(f for f in order if any(f in s.parameters for s in selections))
    heights = np.sqrt(np.concatenate([v for s in selections for v in s.potentials.values()]))
    for axes, selection in zip(panels, selections, strict=True):
        pairs = {
            family: (selection.parameters[family], np.sqrt(selection.potentials[family]))
            for family in selection.parameters
        }
        draw_cloud(axes, pairs, shown, selection.unfinished)
        for family in _families_with_front(selection):
            _draw_front(axes, family, shown[family][0], selection)
        logarithmic(
            axes,
            np.concatenate([x for x, _ in pairs.values()]),
            heights,
        )
        axes.set_xlabel("Parameters")
        axes.set_title(title or _title(selection, by), loc="left")
    panels[0].set_ylabel("√ minimum deep frame potential")
    handles = group_handles(shown, max(selection.count for selection in selections))
    if any(_families_with_front(selection) for selection in selections):
        label = "lowest up to that size"
        handles.append(Line2D([], [], color="0.35", linewidth=1.0, label=label))
    if any(selection.unfinished_count and selection.count <= CROWDED for selection in selections):
        handles.append(hollow_handle("iteration limit"))
    legend_below(figure, handles, columns=3 if len(handles) > 3 and width < 5 else 5)
    note_not_ok(figure, dataset["status"].to_numpy())
    return figure


def _draw_front(
    axes: Axes, family: str, colour: str, selection: PotentialSelection
) -> None:
    lowest = pd.Series(selection.potentials[family]).groupby(selection.parameters[family]).min()
    x = lowest.index.to_numpy()
    y = np.minimum.accumulate(np.sqrt(lowest.to_numpy()))
    corners = np.flatnonzero(np.diff(y, prepend=np.inf) < 0)
    # On to the family's largest network, where the line would otherwise end at its last step.
    x = np.append(x[corners], x[-1])
    y = np.append(y[corners], y[-1])
    if selection.count > CROWDED:
        # Above a cloud the line needs an edge to be seen; among single markers it goes below.
        axes.step(x, y, where="post", color="white", linewidth=2.4, zorder=4)
        axes.step(x, y, where="post", color=colour, linewidth=1.1, zorder=5)
    else:
        axes.step(x, y, where="post", color=colour, linewidth=0.8, alpha=0.6, zorder=2)


def _families_with_front(selection: PotentialSelection) -> list[str]:
    return [name for name, x in selection.parameters.items() if len(x) >= _FRONT_COUNT]


def _title(selection: PotentialSelection, by: str) -> str:
    names = list(selection.parameters) if by == "family" else []
    families = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    networks = plural(selection.count, f"{families} network".strip())
    notes = [f"{networks}, {selection.form} form"]
    if selection.zero_count:
        notes.append(f"{selection.zero_count:,} with minimum 0 not shown")
    if selection.unfinished_count:
        notes.append(f"{selection.unfinished_count:,} stopped at the iteration limit")
    return "\n".join(notes)
