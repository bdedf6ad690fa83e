"""Figures: what they select, what they state, and what they say when there is nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.text import Text
from results_file import write_results

from framesweep_analysis import (
    NothingToDraw,
    open_results,
    potential_figure,
    save_figure,
    select_potentials,
)


def figure_text(dataset: xr.Dataset) -> str:
    texts = potential_figure(dataset).findobj(Text)
    return "\n".join(text.get_text() for text in texts if isinstance(text, Text))


def test_chain_and_dense_in_the_synthesis_form_are_selected(results: Path) -> None:
    with open_results(results) as dataset:
        selection = select_potentials(dataset)
        assert selection.form == "synthesis"
        assert {name: len(x) for name, x in selection.parameters.items()} == {
            "chain": 20,
            "dense": 20,
        }


def test_the_figure_states_form_count_and_what_the_axes_are(results: Path) -> None:
    with open_results(results) as dataset:
        text = figure_text(dataset)
    assert "40 chain and dense networks, synthesis form" in text
    assert "√ minimum deep frame potential" in text
    assert "Parameters" in text


def test_the_axis_has_the_square_root(results: Path) -> None:
    with open_results(results) as dataset:
        figure = potential_figure(dataset)
        selection = select_potentials(dataset)
    drawn = np.sort(np.concatenate([c.get_offsets()[:, 1] for c in figure.axes[0].collections]))
    expected = np.sort(np.sqrt(np.concatenate(list(selection.potentials.values()))))
    np.testing.assert_allclose(drawn, expected, rtol=1e-12)


@pytest.mark.parametrize("count", [10, 500, 30_000])
@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_small_and_large_sweeps_are_drawn(tmp_path: Path, count: int, ending: str) -> None:
    path = write_results(tmp_path / "sweep.h5", count, draws=1, layers=1)
    out = tmp_path / "figures" / f"potential.{ending}"
    with open_results(path) as dataset:
        save_figure(potential_figure(dataset), out)
    assert 5_000 < out.stat().st_size < 2_000_000


def test_a_single_point_is_drawn(tmp_path: Path) -> None:
    path = write_results(tmp_path / "one.h5", 1)
    with open_results(path) as dataset:
        save_figure(potential_figure(dataset), tmp_path / "one.png")
        assert "1 chain network, synthesis form" in figure_text(dataset)


def test_each_form_has_a_panel_with_an_axis_of_its_own(tmp_path: Path) -> None:
    potential = np.full(60, 0.01)
    path = write_results(tmp_path / "both.h5", change={"min_deep_frame_potential": potential})
    with open_results(path) as dataset:
        figure = potential_figure(dataset)
        one = potential_figure(dataset, form="analysis")
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "40 chain and dense networks, synthesis form",
        "20 residual networks, analysis form",
    ]
    assert len(one.axes) == 1


def test_points_that_are_not_ok_are_left_out(tmp_path: Path) -> None:
    status = np.where(np.arange(60) < 30, 1, 2).astype(np.int8)
    with open_results(write_results(tmp_path / "f.h5", change={"status": status})) as dataset:
        assert select_potentials(dataset).count == 20


def test_zeros_and_iteration_limits_are_counted_in_the_title(tmp_path: Path) -> None:
    potential = np.full(60, 0.01)
    potential[:3] = 0.0
    limit = np.full(60, 3, dtype=np.int8)
    change = {"min_deep_frame_potential": potential, "minimum_status": limit}
    with open_results(write_results(tmp_path / "zero.h5", change=change)) as dataset:
        text = figure_text(dataset)
    assert "2 with minimum 0 not shown" in text
    assert "38 stopped at the iteration limit" in text


def test_markers_are_hollow_at_the_iteration_limit(tmp_path: Path) -> None:
    status = np.ones(60, dtype=np.int8)
    status[:6] = 3
    path = write_results(tmp_path / "limit.h5", change={"minimum_status": status})
    with open_results(path) as dataset:
        figure = potential_figure(dataset)
        assert select_potentials(dataset).unfinished_count == 4
    hollow = [c for c in figure.axes[0].collections if not len(c.get_facecolor())]
    assert sum(len(c.get_offsets()) for c in hollow) == 4
    assert "iteration limit" in [t.get_text() for t in figure.legends[0].get_texts()]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"family": np.full(60, 9, dtype=np.int8)}, "0 are chain or residual or dense"),
        ({"form": np.full(60, 9, np.int8)}, "0 of these have the synthesis or analysis form"),
        ({"status": np.full(60, 2, dtype=np.int8)}, r"\(60 failed\).* 0 of these are ok"),
        ({"min_deep_frame_potential": np.full(60, np.nan)}, "0 of these have a minimum"),
        ({"min_deep_frame_potential": np.zeros(60)}, "60 of these have a minimum"),
        ({"min_deep_frame_potential": None}, "no column min_deep_frame_potential"),
    ],
)
def test_empty_selections_say_why(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    path = write_results(tmp_path / "empty.h5", change=change)
    with open_results(path) as dataset, pytest.raises(NothingToDraw, match=reason):
        potential_figure(dataset)
