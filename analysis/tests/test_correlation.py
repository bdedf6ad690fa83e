"""Rank correlations: closed forms, brute force, and intervals that cover."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import numpy as np
import pytest
from results_file import write_results

from framesweep_analysis import (
    MixedFormsWarning,
    ResultsError,
    correlate_ranks,
    open_results,
    rank_correlation,
)


@pytest.mark.parametrize("method", ["kendall", "spearman"])
def test_any_increasing_relation_is_one(method: str) -> None:
    x = np.linspace(0.1, 3, 40)
    up, down = (
        correlate_ranks(x, np.exp(x), method=method),
        correlate_ranks(x, -(x**3), method=method),
    )
    assert up.estimate == pytest.approx(1) and down.estimate == pytest.approx(-1)
    assert (up.low, up.high) == (pytest.approx(1), pytest.approx(1))


def test_kendall_counts_pairs_and_corrects_for_ties() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.integers(0, 6, 30).astype(float), rng.integers(0, 6, 30).astype(float)
    concordance = ties_x = ties_y = 0
    for i, j in itertools.combinations(range(30), 2):
        a, b = np.sign(x[i] - x[j]), np.sign(y[i] - y[j])
        concordance += a * b
        ties_x += a == 0
        ties_y += b == 0
    pairs = 30 * 29 // 2
    expected = concordance / np.sqrt((pairs - ties_x) * (pairs - ties_y))
    # A sum of small whole numbers and one root: rounding only.
    assert correlate_ranks(x, y, resamples=0).estimate == pytest.approx(expected, rel=1e-12)


def test_spearman_without_ties_is_the_formula_of_squared_differences() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.permutation(50).astype(float), rng.permutation(50).astype(float)
    expected = 1 - 6 * np.sum((x - y) ** 2) / (50 * (50**2 - 1))
    found = correlate_ranks(x, y, method="spearman", resamples=0).estimate
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("method", ["kendall", "spearman"])
def test_independent_columns_have_an_interval_around_zero_about_as_often_as_it_says(
    method: str,
) -> None:
    rng = np.random.default_rng(6)
    covered = 0
    for _ in range(60):
        found = correlate_ranks(
            rng.normal(size=60), rng.normal(size=60), method=method, level=0.9, resamples=200
        )
        covered += found.low <= 0 <= found.high
    # 60 trials at 0.9: 54 expected, standard deviation 2.3; six of them and the interval's bias.
    assert 42 <= covered <= 60


def test_the_same_seed_gives_the_same_interval(results: Path) -> None:
    columns = "parameter_count", "min_deep_frame_potential"
    with open_results(results) as dataset:
        first = rank_correlation(dataset, *columns)
        again = rank_correlation(dataset, *columns)
        other = rank_correlation(dataset, *columns, seed=1)
    assert first == again
    assert first.count == 40 and first.low < first.estimate < first.high
    assert (other.low, other.high) != (first.low, first.high)


def test_draws_are_averaged_and_layers_have_to_be_chosen(results: Path) -> None:
    with open_results(results) as dataset:
        synthesis = dataset.isel(point=dataset["form"] == "synthesis")
        assert rank_correlation(synthesis, "mutual_coherence", "width").count == 40
        with pytest.raises(ResultsError, match="along perturbation and layer: select one with"):
            rank_correlation(dataset, "neural_gain_mean", "width")
        chosen = dataset.isel(perturbation=0, layer=-1)
        assert rank_correlation(chosen, "neural_gain_mean", "width").count == 60


def test_a_mixture_of_forms_is_warned_of(results: Path) -> None:
    with (
        open_results(results) as dataset,
        pytest.warns(MixedFormsWarning, match="analysis and syn"),
    ):
        rank_correlation(dataset, "deep_frame_potential", "parameter_count")


def test_forms_may_mix_where_nothing_depends_on_them(tmp_path: Path) -> None:
    path = write_results(tmp_path / "t.h5", trained=True)
    with open_results(path) as dataset, warnings.catch_warnings():
        warnings.simplefilter("error")
        rank_correlation(dataset, "test_error", "parameter_count")


def test_few_points_have_no_interval() -> None:
    few = correlate_ranks(np.arange(9.0), np.arange(9.0))
    assert few.estimate == 1 and np.isnan(few.low) and "[" not in str(few)
    assert np.isfinite(correlate_ranks(np.arange(10.0), np.arange(10.0)).low)


def test_what_cannot_be_correlated_is_said(results: Path) -> None:
    with open_results(results) as dataset:
        for columns, reason in (
            (("seed", "width"), "seed has the same value everywhere"),
            (("family", "width"), "family holds labels"),
            (("widht", "width"), "did you mean width"),
        ):
            with pytest.raises(ResultsError, match=reason):
                rank_correlation(dataset, *columns)
        with pytest.raises(ResultsError, match="2 ok points with both"):
            rank_correlation(dataset.isel(point=[0, 2]), "width", "parameter_count")
        with pytest.raises(ResultsError, match="^1 ok point with both"):
            rank_correlation(dataset.isel(point=[0]), "width", "parameter_count")
        with pytest.raises(ResultsError, match="pearson is not a rank correlation"):
            rank_correlation(dataset, "width", "parameter_count", method="pearson")
