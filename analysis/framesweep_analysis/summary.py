"""A results file in a few lines of text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from .columns import PLAN_COLUMNS
from .load import select_ok, status_counts
from .words import plural


def summary(dataset: xr.Dataset, name: str | Path) -> str:
    """Counts by status, family and form, and the range of every statistic over the ok points."""
    counts = status_counts(dataset)
    lines = [
        f"{name}: {plural(dataset.sizes['point'], 'point')}",
        "status: " + ", ".join(f"{count:,} {status}" for status, count in counts.items()),
    ]
    others = [f"{n} {size}" for n, size in dataset.sizes.items() if n != "point"]
    if others:
        lines.append("other dimensions: " + ", ".join(others))
    ok = select_ok(dataset)
    if ok.sizes["point"] == 0:
        return "\n".join([*lines, "no point is ok, so there are no statistics"])
    if "family" in ok and "form" in ok:
        lines += ["", f"{'family':<10} {'form':<10} {'ok points':>10}"]
        labels = pd.DataFrame({name: ok[name].to_numpy() for name in ("family", "form")})
        for (family, form), size in labels.value_counts().sort_index().items():
            lines.append(f"{family:<10} {form:<10} {size:>10,}")
    rows = statistics_of(ok)
    if rows:
        width = max(len(row[0]) for row in rows)
        heads = f"{'values':>10} {'least':>12} {'median':>12} {'most':>12}"
        lines += ["", f"{'statistic':<{width}} {heads}"]
        for column, count, least, median, most in rows:
            numbers = f"{count:>10,} {least:>12.6g} {median:>12.6g} {most:>12.6g}"
            lines.append(f"{column:<{width}} {numbers}")
    return "\n".join(lines)


def statistics_of(ok: xr.Dataset) -> list[tuple[str, int, float, float, float]]:
    """Name, count of values, least, median and greatest of every statistic that has values."""
    rows = []
    for name, column in ok.data_vars.items():
        statistic = column.dtype.kind == "f" and name not in PLAN_COLUMNS
        if not (statistic or name == "parameter_count"):
            continue
        values = column.to_numpy()
        values = values[np.isfinite(values)]
        if values.size:
            least, median, most = np.quantile(values, [0.0, 0.5, 1.0])
            rows.append((str(name), int(values.size), float(least), float(median), float(most)))
    return rows
