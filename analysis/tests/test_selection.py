"""Parts of a data set by the values of columns and dimensions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from results_file import write_results

from framesweep_analysis import ResultsError, open_results, rank_correlation, select_values


def test_columns_select_points_and_dimensions_their_values(tmp_path: Path) -> None:
    with open_results(write_results(tmp_path / "t.h5", 60, trained=True)) as dataset:
        part = select_values(
            dataset, family=["chain", "dense"], attack="pgd_l2", radius="0.2", draw=1
        )
        errors = dataset["adversarial_error"].to_numpy()
        chosen = dataset["family"].to_numpy() != "residual"
        np.testing.assert_array_equal(
            part["adversarial_error"].to_numpy(), errors[chosen][:, 1:, 1:, 1:]
        )
        assert select_values(dataset, width=["8", 16])["width"].to_numpy().max() == 16


def test_what_is_left_has_one_value_per_point(tmp_path: Path) -> None:
    with open_results(write_results(tmp_path / "t.h5", 60, trained=True)) as dataset:
        with pytest.raises(ResultsError, match="select one with --select attack=pgd_l2 radius=0.2"):
            rank_correlation(dataset, "adversarial_error", "width")
        part = select_values(dataset, attack="pgd_l2", radius=0.2)
        assert rank_correlation(part, "adversarial_error", "width").count == 60


def test_values_that_are_not_there_are_named(tmp_path: Path) -> None:
    with open_results(write_results(tmp_path / "t.h5", 60, trained=True)) as dataset:
        for wanted, reason in (
            ({"attack": "pgd"}, "no attack is pgd, expected one of pgd_linf, pgd_l2"),
            ({"radius": 0.3}, "no radius is 0.3, expected one of 0.05, 0.2"),
            ({"radius": "wide"}, "radius is wide, expected a number"),
            ({"widht": 8}, "no column widht, did you mean width"),
            ({"test_error": 0.1}, "test_error has several values per point"),
        ):
            with pytest.raises(ResultsError, match=reason):
                select_values(dataset, **wanted)
