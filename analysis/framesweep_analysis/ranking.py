"""How every score of a sweep ranks networks by their published errors, at equal size too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .columns import point_values, score_columns, warn_of_mixed_forms
from .correlation import (
    RankCorrelation,
    correlate_ranks,
    correlation_within,
    partial_correlation,
)
from .errors import NothingToDraw, ResultsError
from .neighbours import equal_size
from .published import PREFIX, outcomes
from .words import plural, signed

#: What stands for the size of a network.
SIZE = "parameter_count"
#: Networks from which on a score is ranked.
_FEWEST = 5
#: Networks that a group of equal size has on average, from which on there are groups.
_GROUPED = 10
#: Samples of networks behind each interval: three numbers for each of many scores take their time.
_RESAMPLES = 100


@dataclass(frozen=True)
class Ranking:
    """How one score ranks networks by an error: larger scores, larger errors above 0."""

    name: str
    label: str
    tau: RankCorrelation
    rho: RankCorrelation
    partial: RankCorrelation | None
    """τ with the number of parameters held fixed; None of that number itself."""
    within: RankCorrelation | None
    """τ among networks of about equal size; None where these are too few."""


@dataclass(frozen=True)
class Agreement:
    """A number that a table and a sweep both have of the same networks."""

    published: str
    ours: str
    count: int
    equal: int
    """Networks for which they differ by less than a millionth."""
    ratio: tuple[float, float]
    """The lowest and the highest of ours over theirs."""
    rho: RankCorrelation | None
    """Spearman's, None where one of them does not vary."""


def rank_published(dataset: xr.Dataset, outcome: str) -> list[Ranking]:
    """Ranks the points of a data set by each of its columns, as `join_published` returns it.

    The strongest scores come first. Several draws become their mean. Columns of a table that are about
    other data than the outcome are left out, and so are columns that fewer than five points have.
    `min_deep_frame_potential_bound`, the potential at the proved bound, stands beside the file's columns.
    Networks of about equal size are those with the same number of parameters, or neighbours in 24
    groups if there are more than 40 numbers. Intervals are those of `correlate_ranks`.

    Raises `ResultsError` where the outcome is not a published error.
    """
    if outcome not in outcomes(dataset):
        known = ", ".join(outcomes(dataset)) or "none, a table has them (--table)"
        raise ResultsError(f"{outcome} is no column of published errors, expected one of: {known}")
    dataset = with_deep_bound(dataset)
    target = point_values(dataset, outcome)
    size = point_values(dataset, SIZE)
    rankings = []
    names = [n for n in score_columns(dataset, outcome) if _concerns(dataset, n, outcome)]
    warn_of_mixed_forms(dataset.isel(point=np.isfinite(target)), *names)
    for name in names:
        values = point_values(dataset, name)
        known = np.isfinite(values) & np.isfinite(target)
        x, y, z = values[known], target[known], size[known]
        if len(x) < _FEWEST or x.min() == x.max() or y.min() == y.max():
            continue
        rankings.append(_ranking(name, _label(dataset, name), x, y, z))
    if not rankings:
        count = int(np.isfinite(target).sum())
        if count < _FEWEST:
            raise NothingToDraw(f"{plural(count, 'point')} with {outcome}, expected at least {_FEWEST}")
        if np.nanmin(target) == np.nanmax(target):
            raise NothingToDraw(f"{outcome} is the same for all of {plural(count, 'point')}")
        raise NothingToDraw(f"no score varies among {plural(count, 'point')} with {outcome}")
    return sorted(rankings, key=lambda row: -abs(row.tau.estimate))


def _ranking(
    name: str,
    label: str,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    size: NDArray[np.float64],
) -> Ranking:
    resamples = _RESAMPLES
    partial = partial_correlation(x, y, size, resamples=resamples)
    group = equal_size(size)
    grouped = len(x) >= _GROUPED * (group.max() + 1) and group.max() > 0
    within = correlation_within(x, y, group, resamples=resamples) if grouped else None
    return Ranking(
        name,
        label,
        correlate_ranks(x, y, resamples=resamples),
        correlate_ranks(x, y, method="spearman", resamples=resamples),
        partial if np.isfinite(partial.estimate) else None,
        within if within is not None and np.isfinite(within.estimate) else None,
    )


def agreements(dataset: xr.Dataset) -> list[Agreement]:
    """What a table and the sweep both say of the points of a joined data set, and how well it agrees."""
    found = []
    for key, variable in dataset.variables.items():
        ours = str(variable.attrs.get("counterpart", ""))
        if ours not in dataset.variables:
            continue
        theirs = point_values(dataset, str(key))
        values = point_values(dataset, ours)
        known = np.isfinite(theirs) & np.isfinite(values)
        a, b = values[known], theirs[known]
        if not len(a):
            continue
        varies = len(a) > 2 and a.min() < a.max() and b.min() < b.max()
        rho = correlate_ranks(a, b, method="spearman") if varies else None
        ratios = a[b != 0] / b[b != 0]
        ends = (float(ratios.min()), float(ratios.max())) if len(ratios) else (np.nan, np.nan)
        equal = int(np.isclose(a, b, rtol=1e-6, atol=0).sum())
        found.append(Agreement(str(key), ours, len(a), equal, ends, rho))
    return found


def with_deep_bound(dataset: xr.Dataset) -> xr.Dataset:
    """The same data set with the deep frame potential at the bound, if it has the bound."""
    needed = ("min_frame_potential_bound", "atom_count", "gram_nonzeros")
    name = "min_deep_frame_potential_bound"
    if name in dataset or any(column not in dataset for column in needed):
        return dataset
    bound, atoms, entries = (point_values(dataset, column) for column in needed)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(entries > 0, (bound - atoms) / entries, np.nan)
    attributes = {"units": "1", "long_name": "bound of the minimum deep frame potential"}
    return dataset.assign({name: ("point", values, attributes)})


def markdown(rankings: Sequence[Ranking]) -> list[str]:
    """Lines of a Markdown table with a row for each score."""
    lines = [
        "| score | Kendall τ | Spearman ρ | τ, parameters fixed | τ within equal size | networks |",
        "|---|---|---|---|---|---|",
    ]
    for row in rankings:
        cells = [_cell(row.tau), _cell(row.rho), _cell(row.partial), _cell(row.within)]
        lines.append(f"| {row.label} | {' | '.join(cells)} | {row.tau.count:,} |")
    return lines


def agreement_markdown(found: Sequence[Agreement]) -> list[str]:
    """Lines of a Markdown table with a row for each number that both sides have."""
    lines = ["| published | column | Spearman ρ | equal | ours / theirs |", "|---|---|---|---|---|"]
    for row in found:
        low, high = (f"{end:.4g}" for end in row.ratio)
        lines.append(
            f"| {row.published.removeprefix(PREFIX)} | {row.ours} | {_cell(row.rho, '+.3f')} "
            f"| {row.equal:,} of {row.count:,} | {low} to {high} |"
        )
    return lines


def _cell(found: RankCorrelation | None, form: str = "+.2f") -> str:
    if found is None:
        return ""
    text = signed(found.estimate, form)
    if np.isfinite(found.low):
        text += f" [{signed(found.low, form)}, {signed(found.high, form)}]"
    return text


def _label(dataset: xr.Dataset, name: str) -> str:
    return str(dataset[name].attrs.get("long_name", name.replace("_", " ")))


def _concerns(dataset: xr.Dataset, name: str, outcome: str) -> bool:
    """Whether a column is about no data, or about those of the outcome."""
    about = str(dataset[name].attrs.get("published_group", ""))
    data = str(dataset[outcome].attrs["published_outcome"])
    return not about or f"{data} ".startswith(f"{about} ")
