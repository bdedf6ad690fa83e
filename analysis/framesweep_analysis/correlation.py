"""Rank correlations between two columns, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from .columns import point_values, warn_of_mixed_forms
from .errors import ResultsError
from .load import select_ok
from .words import plural

METHODS = ("kendall", "spearman")

#: Pairs that all resamples together may draw: larger samples get fewer resamples.
_BUDGET = 20_000_000
#: Of fewer points resamples say nothing: those of three mostly repeat one another.
_FEWEST = 10


@dataclass(frozen=True)
class RankCorrelation:
    """A rank correlation over points, with the percentile interval of its bootstrap."""

    method: str
    estimate: float
    low: float
    high: float
    level: float
    count: int
    """Points that entered: ok ones with both values."""
    resamples: int

    def __str__(self) -> str:
        interval = f"  [{self.low:+.3f}, {self.high:+.3f}] at {100 * self.level:.0f} %"
        interval = interval if np.isfinite(self.low) else ""
        return f"{self.method} {self.estimate:+.3f}{interval}, {plural(self.count, 'point')}"


def rank_correlation(
    dataset: xr.Dataset,
    first: str,
    second: str,
    *,
    method: str = "kendall",
    level: float = 0.95,
    resamples: int | None = None,
    seed: int = 0,
) -> RankCorrelation:
    """Kendall's τ_b or Spearman's ρ between two columns over the ok points that have both.

    Several draws of a point become their mean. The interval holds the middle `level` of the
    correlations of `resamples` samples of as many points, drawn with replacement; 1000 unless that
    needs more than twenty million pairs, and at least 100; with 0, and with fewer than ten points,
    there is no interval, its ends are NaN. The same seed gives the same interval.
    Points of a grid are not a random sample: the interval says how much the number depends
    on single points of this sweep, not what another sweep would give.

    Warns where a column holds statistics of frames in both forms, which cannot be compared.

    Raises `ResultsError` where fewer than three points have both values, or one of them does not
    vary.
    """
    ok = select_ok(dataset)
    x, y = point_values(ok, first), point_values(ok, second)
    known = np.isfinite(x) & np.isfinite(y)
    warn_of_mixed_forms(ok.isel(point=known), first, second)
    x, y = x[known], y[known]
    if len(x) < 3:
        raise ResultsError(
            f"{plural(len(x), 'ok point')} with both {first} and {second}, a correlation needs three"
        )
    for name, values in ((first, x), (second, y)):
        if values.min() == values.max():
            raise ResultsError(f"{name} has the same value everywhere: it correlates with nothing")
    return correlate_ranks(x, y, method=method, level=level, resamples=resamples, seed=seed)


def correlate_ranks(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    method: str = "kendall",
    level: float = 0.95,
    resamples: int | None = None,
    seed: int = 0,
) -> RankCorrelation:
    """As `rank_correlation`, for two arrays without NaN."""
    if not 0 < level < 1:
        raise ResultsError(f"the level is {level}, expected one between 0 and 1")
    correlation = _correlation(method)
    return _with_interval(
        method, correlation, (x, y), level=level, resamples=resamples, seed=seed
    )


def partial_correlation(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    fixed: NDArray[np.float64],
    *,
    level: float = 0.95,
    resamples: int | None = None,
    seed: int = 0,
) -> RankCorrelation:
    """Kendall's partial τ of two arrays with a third held fixed (Kendall 1942), NaN where it has no value.

    The interval is that of `correlate_ranks`. There is no value where x or y has the order of `fixed`.
    """
    tau = _correlation("kendall")

    def partial(
        x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]
    ) -> float:
        xy, xz, yz = tau(x, y), tau(x, z), tau(y, z)
        left = (1 - xz**2) * (1 - yz**2)
        return float((xy - xz * yz) / np.sqrt(left)) if left > 1e-12 else float("nan")

    return _with_interval(
        "partial kendall", partial, (x, y, fixed), level=level, resamples=resamples, seed=seed
    )


def correlation_within(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    group: NDArray[np.intp],
    *,
    level: float = 0.95,
    resamples: int | None = None,
    seed: int = 0,
) -> RankCorrelation:
    """The mean of Kendall's τ_b in each group, weighted by its pairs, NaN where no group has a value.

    `group` has the number of each point's group. Groups in which x or y is the same everywhere say
    nothing and are left out. The interval is that of `correlate_ranks`; points keep their groups.
    """
    tau = _correlation("kendall")

    def within(x: NDArray[np.float64], y: NDArray[np.float64], group: NDArray[np.float64]) -> float:
        total = pairs = 0.0
        order = np.argsort(group, kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
            a, b = x[part], y[part]
            if len(part) < 2 or a.min() == a.max() or b.min() == b.max():
                continue
            weight = len(part) * (len(part) - 1) / 2
            total, pairs = total + weight * tau(a, b), pairs + weight
        return total / pairs if pairs else float("nan")

    return _with_interval(
        "kendall within", within, (x, y, group), level=level, resamples=resamples, seed=seed
    )


def _with_interval(
    method: str,
    statistic: Callable[..., float],
    values: tuple[NDArray[Any], ...],
    *,
    level: float,
    resamples: int | None,
    seed: int,
) -> RankCorrelation:
    """A statistic of the ranks of some arrays, with its interval over resamples of their points."""
    count = len(values[0])
    if resamples is None:
        resamples = int(np.clip(_BUDGET // max(count, 1), 100, 1000))
    if count < _FEWEST:
        resamples = min(resamples, 0)
    if resamples < 0:
        raise ResultsError(f"there are {resamples} resamples, expected 0 or more")
    # Ranks are kept under resampling up to ties, so whole numbers stand in for the values.
    ranks = [stats.rankdata(column, "dense") for column in values]
    generator = np.random.default_rng(seed)
    drawn = np.empty(resamples)
    for index in range(resamples):
        rows = generator.integers(0, count, count)
        drawn[index] = statistic(*(column[rows] for column in ranks))
    # A resample of one point over and over has no ranks to correlate.
    drawn = drawn[np.isfinite(drawn)]
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail]) if len(drawn) else (np.nan, np.nan)
    estimate = statistic(*ranks)
    return RankCorrelation(method, estimate, float(low), float(high), level, count, resamples)


def _correlation(
    method: str,
) -> Callable[[NDArray[np.float64], NDArray[np.float64]], float]:
    if method == "kendall":
        # The p-value, which is not used, has no asymptote for two points.
        return lambda x, y: float(
            stats.kendalltau(x, y, method="asymptotic" if len(x) > 2 else "exact")[0]
        )
    if method == "spearman":
        return _spearman
    raise ResultsError(f"{method} is not a rank correlation, expected one of {', '.join(METHODS)}")


def _spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    a, b = stats.rankdata(x), stats.rankdata(y)
    a, b = a - a.mean(), b - b.mean()
    norm = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / norm) if norm > 0 else float("nan")
