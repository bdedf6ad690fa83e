"""`dataset.framesweep`: what one does with results, on a data set that is open already."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from .columns import PLAN_COLUMNS, require_columns
from .correlation import RankCorrelation, rank_correlation
from .errors import ResultsError
from .figures import FIGURES, caption
from .grid import to_grid
from .load import decode_labels, select_ok
from .selection import Wanted, select_values
from .table import to_table
from .words import plural


@xr.register_dataset_accessor("framesweep")  # type: ignore[no-untyped-call]
class FramesweepAccessor:
    """Results as `results.framesweep`, once `framesweep_analysis` is imported.

    It works on what `open_results` returns and on what `xarray.open_dataset` does: labels are decoded
    where they are codes still.
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        if "status" not in dataset.variables or "point" not in dataset.sizes:
            raise ResultsError(
                "the data set has no points with a status: framesweep did not write it"
            )
        if dataset["status"].dtype.kind in "iu":
            # xarray makes coordinates of the swept keys, and forgets their order.
            swept = [name for name in PLAN_COLUMNS if name in dataset.coords]
            source = dataset.encoding.get("source")
            dataset = decode_labels(dataset).assign_attrs(swept=" ".join(swept))
            dataset.encoding["source"] = source
        self._dataset = dataset

    def __repr__(self) -> str:
        ok = int((self._dataset["status"] == "ok").sum())
        name = str(self._dataset.attrs.get("sweep_name", ""))
        return (
            f"<framesweep results{f' of {name}' if name else ''}: "
            f"{plural(self._dataset.sizes['point'], 'point')}, {ok:,} ok>"
        )

    @property
    def labels(self) -> xr.Dataset:
        """The data set with labels in place of codes."""
        return self._dataset

    @property
    def ok(self) -> xr.Dataset:
        """The points whose status is ok, with labels."""
        return select_ok(self._dataset)

    def select(self, **wanted: Wanted) -> xr.Dataset:
        """The part with these values: `select(family="dense", attack="pgd_linf")`."""
        return select_values(self._dataset, **wanted)

    def grid(self, keys: Sequence[str] | None = None, *, fill: bool = False) -> xr.Dataset:
        """A dimension for each swept key in place of `point`, as `to_grid`."""
        return to_grid(self._dataset, keys, fill=fill)

    def table(
        self, columns: Sequence[str] | None = None, *, along: Sequence[str] = (), ok: bool = True
    ) -> pd.DataFrame:
        """One row per point for pandas, as `to_table`; of ok points unless `ok` is False."""
        return to_table(self._dataset, columns, along=along, ok=ok)

    def correlate(
        self, first: str, second: str, *, by: str | None = None, method: str = "kendall"
    ) -> RankCorrelation | pd.DataFrame:
        """The rank correlation of two columns over the ok points.

        With `by`, a table with a row for each value of that column: `estimate`, the ends `low` and
        `high` of its interval where there is one, and the number of `points`. Values that have too few
        points are left out.
        """
        if by is None:
            return rank_correlation(self._dataset, first, second, method=method)
        require_columns(self._dataset, by)
        values = self._dataset[by].to_numpy()
        rows = {}
        for level in dict.fromkeys(values.tolist()):
            part = self._dataset.isel(point=np.flatnonzero(values == level))
            try:
                found = rank_correlation(part, first, second, method=method)
            except ResultsError:
                continue
            rows[level] = (found.estimate, found.low, found.high, found.count)
        table = pd.DataFrame.from_dict(
            rows, orient="index", columns=["estimate", "low", "high", "points"]
        ).rename_axis(by)
        return table.dropna(axis="columns", how="all")

    def plot(self, name: str = "trend", **options: object) -> Figure:
        """A figure of the command line by its name: `plot("scatter", column=…, over=…)`."""
        if name not in FIGURES:
            raise ResultsError(f"there is no figure {name}, expected one of {', '.join(FIGURES)}")
        source = str(self._dataset.encoding.get("source") or "")
        if FIGURES[name].of_execution and not os.path.exists(source):
            raise ResultsError(f"{name} reads the file, and the data set does not say which it is")
        return FIGURES[name].draw(self._dataset, source, **options)

    def caption(self, name: str, *, column: str | None = None, over: str | None = None) -> str:
        """The caption of a figure, with a sentence on methods."""
        chosen = {"column": column, "over": over}
        given = {key: value for key, value in chosen.items() if value is not None}
        return caption(name, self._dataset, self.plot(name, **given), column=column, over=over)
