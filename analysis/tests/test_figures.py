"""The other figures: what they show at any size, and what they say when there is nothing."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from results_file import write_results

from framesweep_analysis import (
    FIGURES,
    NothingToDraw,
    ResultsError,
    cost_figure,
    depth_width_figure,
    draws_figure,
    open_execution,
    open_results,
    overlap_figure,
    profiles_figure,
    robustness_figure,
    save_figure,
    timeline_figure,
)

#: No more than a moment's work: the figures are the same at any extent of the other dimensions.
SMALL = {"draws": 2, "layers": 4, "neural": True, "trained": True}


def words(figure: Figure) -> str:
    return "\n".join(t.get_text() for t in figure.findobj(Text) if isinstance(t, Text))


@pytest.fixture(scope="module", params=[1, 500, 4000])
def sweep(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweep") / "sweep.h5"
    return write_results(path, request.param, **SMALL)


@pytest.mark.parametrize("name", list(FIGURES))
def test_small_and_large_sweeps_are_drawn(sweep: Path, name: str, tmp_path: Path) -> None:
    with open_results(sweep) as dataset:
        if name == "correlation" and dataset.sizes["point"] < 5:
            with pytest.raises(NothingToDraw, match="no family has 5 ok networks"):
                FIGURES[name].draw(dataset, sweep)
            return
        if name == "published":
            # Tables of published errors have tests of their own.
            with pytest.raises(NothingToDraw, match="name a table of them with --table"):
                FIGURES[name].draw(dataset, sweep)
            return
        save_figure(FIGURES[name].draw(dataset, sweep), tmp_path / "f.svg")
    assert (tmp_path / "f.svg").read_text().startswith("<?xml")


def test_the_same_file_gives_the_same_bytes(results: Path, tmp_path: Path) -> None:
    for out in ("a.svg", "b.svg"):
        with open_results(results) as dataset:
            save_figure(draws_figure(dataset), tmp_path / out)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_notebook_shows_a_figure_without_pyplot(results: Path) -> None:
    with open_results(results) as dataset:
        picture = draws_figure(dataset)._repr_png_()
    assert picture.startswith(b"\x89PNG")
    assert 400 < int.from_bytes(picture[16:20], "big") < 1000


def test_a_map_shows_the_median_of_each_cell(tmp_path: Path) -> None:
    change = {
        "family": np.zeros(6, np.int8),
        "form": np.zeros(6, np.int8),
        "stage_depth": np.array([2, 2, 2, 4, 4, -1], np.int32),
        "width": np.array([8, 8, 8, 8, 16, 16], np.int32),
        "min_deep_frame_potential": np.array([1.0, 4.0, 25.0, 9.0, np.nan, 1.0]),
    }
    with open_results(write_results(tmp_path / "m.h5", 6, change=change)) as dataset:
        figure = depth_width_figure(dataset)
        plain = depth_width_figure(dataset, column="parameter_count")
    mesh = figure.axes[0].collections[0]
    np.testing.assert_allclose(mesh.get_array().filled(np.nan), [[2], [3]])
    assert "chain, synthesis\n4 of 5 networks" in words(figure)
    assert "median of up to 3 networks" in words(figure)
    assert "no such network" in words(plain)


def test_a_map_tells_what_was_not_computed_from_what_there_is_not(tmp_path: Path) -> None:
    change = {
        "family": np.array([0, 0, 0, 2], np.int8),
        "form": np.zeros(4, np.int8),
        "stage_depth": np.array([2, 2, 4, 8], np.int32),
        "width": np.array([8, 16, 8, 8], np.int32),
        "status": np.array([1, 3, 1, 0], np.int8),
        "min_deep_frame_potential": np.array([1.0, np.nan, 4.0, np.nan]),
    }
    path = write_results(tmp_path / "m.h5", 4, change=change, complete=1)
    with open_results(path) as dataset:
        figure = depth_width_figure(dataset)
        equal = depth_width_figure(dataset.isel(point=[0]))
    values, missing = figure.axes[0].collections
    np.testing.assert_array_equal(values.get_array().mask, [[0, 1], [0, 1], [1, 1]])
    np.testing.assert_array_equal(missing.get_array().mask, [[1, 0], [1, 1], [1, 1]])
    assert "dense, synthesis\n0 of 1 network" in words(figure)
    assert "2 of 4 points not shown: 1 pending, 1 timeout" in words(figure)
    assert {"not computed", "no such network"} <= set(words(figure).splitlines())
    # One value has no scale.
    assert len(equal.axes) == 1 and "synthesis: 1" in words(equal)


def test_the_minimum_is_the_level_of_the_draws_and_the_layerwise_bound_is_not(
    tmp_path: Path,
) -> None:
    path = write_results(
        tmp_path / "d.h5", 12, change={"layerwise_welch_potential": np.full(12, 0.123)}
    )
    with open_results(path) as dataset:
        figure = draws_figure(dataset)
        levels = np.sqrt(dataset["min_deep_frame_potential"].to_numpy())
    bars = [line.get_ydata()[0] for line in figure.axes[0].lines if line.get_color() == "black"]
    np.testing.assert_allclose(sorted(bars), np.sort(levels[np.isfinite(levels)]))
    assert "Welch" not in words(figure)
    assert "order of the lowest draw" in words(figure)  # the residual networks have no minimum


def test_a_level_of_a_search_that_did_not_end_is_dotted(tmp_path: Path) -> None:
    status = np.ones(12, np.int8)
    status[0] = 3
    path = write_results(tmp_path / "d.h5", 12, change={"minimum_status": status})
    with open_results(path) as dataset:
        figure = draws_figure(dataset)
        done = draws_figure(dataset.isel(point=slice(1, None)))
    dotted = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert len(dotted) == 1
    assert "stopped at the iteration limit" in words(figure)
    assert "stopped at the iteration limit" not in words(done)


def test_points_that_are_not_ok_are_counted_above_the_figure(tmp_path: Path) -> None:
    status = np.ones(30, np.int8)
    status[3:7] = 3
    path = write_results(tmp_path / "s.h5", 30, change={"status": status}, **SMALL)
    with open_results(path) as dataset:
        for name, kind in FIGURES.items():
            if name == "published":
                continue
            text = words(kind.draw(dataset, path))
            assert ("4 of 30 points not shown: timeout" in text) == (name != "timeline"), name


def test_a_profile_is_the_median_over_networks_and_draws(tmp_path: Path) -> None:
    path = write_results(tmp_path / "n.h5", 30, **SMALL)
    with open_results(path) as dataset:
        figure = profiles_figure(dataset, statistics=["effective_rank"])
        chains = dataset["neural_effective_rank_mean"].to_numpy()[::3, :, 0]
        one = profiles_figure(dataset, point=4)
        names = words(overlap_figure(dataset))
    lines = figure.axes[0].lines
    drawn = np.concatenate([p.get_ydata() for p in lines if p.get_color() == lines[0].get_color()])
    # Ten directions of each family of perturbations.
    expected = np.nanmedian(chains.reshape(-1, 4), axis=0) / 10
    np.testing.assert_allclose(np.unique(drawn), np.unique(expected), rtol=1e-12)
    assert "10 chain networks" in words(figure) and "middle half" in words(figure)
    assert "point 4, residual" in words(one) and "std over images" in words(one)
    assert "augmentation · noise" in names


def test_bands_are_of_several_networks_and_not_below_zero(tmp_path: Path) -> None:
    path = write_results(tmp_path / "n.h5", 1, **(SMALL | {"draws": 1}))
    with h5py.File(path, "r+") as file:
        file["neural_mean_square_cosine_std"][...] = 9
    with open_results(path) as dataset:
        one = profiles_figure(dataset)
        spread = profiles_figure(dataset, statistics=["mean_square_cosine"], point=0)
    assert "middle half" not in words(one)
    bands = [b.get_paths()[0].vertices[:, 1] for b in spread.axes[0].collections]
    assert min(band.min() for band in bands) == 0


def test_points_that_ended_early_measure_no_cost(tmp_path: Path) -> None:
    status = np.ones(12, np.int8)
    status[:4] = 3
    path = write_results(tmp_path / "c.h5", 12, change={"status": status})
    execution = open_execution(path)
    seconds = 1e3 * execution["cpu_seconds"].to_numpy()[4:].sum()
    text = words(cost_figure(execution))
    assert f"8 points took {seconds:,.3g} ms of CPU time" in text
    assert "9 in 10" not in text


def test_cost_and_timeline_say_how_well_it_went(results: Path) -> None:
    execution = open_execution(results)
    low, high = np.quantile(execution["cpu_seconds"] / execution["predicted_seconds"], [0.05, 0.95])
    text = words(cost_figure(execution))
    assert f"9 in 10 points: {low:.2g} to {high:.2g} times the prediction" in text
    total = 1e3 * float(execution["predicted_seconds"].sum())
    assert f"{total:,.3g} ms were predicted" in text
    old = cost_figure(execution.drop_vars("cpu_seconds"))
    assert "of wall-clock time" in words(old)
    assert "60 points on 2 ranks" in words(timeline_figure(execution))


def test_pauses_between_runs_are_left_out(results: Path) -> None:
    execution = open_execution(results)
    run = (np.arange(60) >= 30).astype(np.int32)
    later = execution.assign(run=("point", run), start=execution["start"] + run * 86_400.0)
    text = words(timeline_figure(later))
    assert "in 2 runs" in text and "h)" not in text


def test_busy_time_in_bins_adds_up_to_all_of_it(tmp_path: Path) -> None:
    execution = open_execution(write_results(tmp_path / "b.h5", 4000, ranks=5))
    picture = timeline_figure(execution).axes[0].images[0]
    wall = float(execution["wall_seconds"].sum())
    start = execution["start"]
    clock = float((start + execution["wall_seconds"]).max() - start.min())
    # Bins are exact integrals; start times near 1.7e9 s are known to 2.4e-7 s.
    assert np.sum(picture.get_array()) / 600 * clock == pytest.approx(wall, rel=1e-3)


def test_errors_under_attack_are_means_over_draws(tmp_path: Path) -> None:
    change = {
        "family": np.zeros(3, np.int8),
        "inference_sweeps": np.array([1, 4, 4], np.int32),
    }
    path = write_results(tmp_path / "r.h5", 3, change=change, trained=True)
    with open_results(path) as dataset:
        errors = dataset["adversarial_error"].to_numpy()
        figure = robustness_figure(dataset)
        # Two attacks, one family; in each panel no attack and two radii.
        assert len(figure.axes) == 2 and len(figure.axes[0].lines) == 3
        x, y = figure.axes[1].lines[2].get_data()
        assert list(x) == [1, 4]
        assert y == pytest.approx([errors[0, :, 1, 1].mean(), errors[1:, :, 1, 1].mean()])
        assert "PGD" in words(figure) and "radius 0.2" in words(figure)
        # Another key, in the place of the sweeps.
        assert "Width" in words(robustness_figure(dataset, column="width"))
        with pytest.raises(ResultsError, match="says nothing about networks in numbers"):
            robustness_figure(dataset, column="form")
        with pytest.raises(NothingToDraw, match="attacks no trained networks"):
            robustness_figure(dataset.drop_vars("adversarial_error"))


@pytest.mark.parametrize("name", list(FIGURES))
@pytest.mark.parametrize("code", [0, 2])
def test_sweeps_without_ok_points_say_so(tmp_path: Path, name: str, code: int) -> None:
    path = write_results(
        tmp_path / "none.h5", 12, change={"status": np.full(12, code, np.int8)}, complete=1, **SMALL
    )
    with h5py.File(path, "r+") as file:
        for column in ("start", "wall_seconds", "predicted_seconds"):
            file["execution"][column][...] = np.nan
    with open_results(path) as dataset, pytest.raises(NothingToDraw, match="nothing to draw: "):
        FIGURES[name].draw(dataset, path)


def test_missing_measurements_say_what_to_measure(tmp_path: Path) -> None:
    path = write_results(tmp_path / "plain.h5", 12, change={"min_deep_frame_potential": None})
    with open_results(path) as dataset:
        with pytest.raises(NothingToDraw, match="their measure has neural_frames"):
            profiles_figure(dataset.drop_vars("neural_gain_mean"))
        with pytest.raises(NothingToDraw, match="two families"):
            overlap_figure(dataset)
        with pytest.raises(NothingToDraw, match="no draws"):
            draws_figure(dataset)
        with pytest.raises(ResultsError, match="not a statistic, expected one of gain"):
            profiles_figure(dataset, statistics=["gains"])
        with pytest.raises(NothingToDraw, match="no column min_deep_frame_potential; sweeps find"):
            depth_width_figure(dataset.drop_vars("deep_frame_potential", errors="ignore"))
