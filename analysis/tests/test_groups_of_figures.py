"""Figures that show another column than the family by colour, and a dimension as their axis."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from results_file import write_results
from test_command_line import run

from framesweep_analysis import (
    ResultsError,
    open_results,
    potential_figure,
    scatter_figure,
    trend_figure,
)


def legend(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_trend_has_a_line_for_each_value_of_another_column(tmp_path: Path) -> None:
    width = np.array([16, 8, 32] * 20, dtype=np.int32)
    path = write_results(tmp_path / "r.h5", change={"width": width})
    with open_results(path) as dataset:
        figure = trend_figure(
            dataset, column="mutual_coherence", over="stage_depth", by="width"
        )
        assert legend(figure)[:3] == ["width 8", "width 16", "width 32"]
        synthesis = figure.axes[0].lines
        assert len({to_hex(line.get_color()) for line in synthesis}) == len(synthesis) > 1
        families = trend_figure(dataset, column="mutual_coherence", over="stage_depth")
        assert legend(families)[:3] == ["chain", "residual", "dense"]


def test_labels_are_in_the_order_of_their_codes(tmp_path: Path) -> None:
    status = np.array([1, 3, 2] * 20, dtype=np.int8)
    path = write_results(tmp_path / "r.h5", change={"minimum_status": status})
    with open_results(path) as dataset:
        figure = potential_figure(dataset, by="minimum_status")
        # The third of each three is dense and converged, the second is residual and has no minimum.
        assert legend(figure)[:2] == ["closed_form", "converged"]
        assert figure.axes[0].get_title(loc="left") == "40 networks, synthesis form"
        figure = scatter_figure(dataset, column="width", over="parameter_count", by="form")
        assert legend(figure) == ["synthesis", "analysis"]


def test_points_that_are_not_ok_have_no_group(tmp_path: Path) -> None:
    width = np.array([16] * 59 + [8], dtype=np.int32)
    status = np.array([1] * 59 + [2], dtype=np.int8)
    path = write_results(tmp_path / "r.h5", change={"width": width, "status": status})
    with open_results(path) as dataset:
        figure = potential_figure(dataset, by="width")
        assert legend(figure)[0] == "width 16" and "width 8" not in legend(figure)


def test_groups_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    with open_results(write_results(tmp_path / "r.h5")) as dataset:
        with pytest.raises(ResultsError, match="has 11 values, expected at most 8; --select leaves"):
            trend_figure(dataset, column="mutual_coherence", over="width", by="stage_depth")
        with pytest.raises(ResultsError, match="expected a column with one value per point"):
            potential_figure(dataset, by="mutual_coherence")
        with pytest.raises(ResultsError, match="no column widht, did you mean width"):
            potential_figure(dataset, by="widht")


def test_the_command_line_has_by_for_these_figures_only(tmp_path: Path) -> None:
    path, out = write_results(tmp_path / "r.h5"), tmp_path / "f.svg"
    for name in ("potential", "trend", "scatter"):
        assert run("figure", name, path, "-o", out, "--by", "form").returncode == 0
    done = run("figure", "draws", path, "-o", out, "--by", "form")
    assert (done.returncode, done.stderr) == (64, "error: this figure has no option --by\n")


def test_a_trend_runs_over_a_dimension_of_its_column(tmp_path: Path) -> None:
    path = write_results(tmp_path / "r.h5", 12, trained=True, layers=4)
    with open_results(path) as dataset:
        one = dataset.isel(perturbation=[1])
        figure = trend_figure(one, column="neural_gain_mean", over="layer")
        (axes,) = figure.axes
        assert axes.get_xlabel() == "Layer"
        assert axes.get_title(loc="left") == "12 networks"
        chain = one["neural_gain_mean"].isel(point=slice(0, None, 3), perturbation=0)
        drawn = axes.lines[0]
        assert drawn.get_xdata().tolist() == [0, 1, 2, 3]
        assert drawn.get_ydata() == pytest.approx(chain.median(["point", "draw"]).values)
        # It is the axis of itself if the column has one dimension more.
        again = trend_figure(one, column="neural_gain_mean", by="form")
        assert again.axes[0].get_xlabel() == "Layer"
        assert legend(again)[:2] == ["synthesis", "analysis"]
        with pytest.raises(ResultsError, match="along perturbation: select one"):
            trend_figure(dataset, column="neural_gain_mean", over="layer")
        attack = dataset.isel(attack=[0])
        figure = trend_figure(attack, column="adversarial_error", over="radius")
        assert figure.axes[0].lines[0].get_xdata().tolist() == [0.05, 0.2]
