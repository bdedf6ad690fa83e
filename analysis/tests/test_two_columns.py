"""Figures of any two columns: what they show, choose by themselves, and say of themselves."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from results_file import write_results

from framesweep_analysis import (
    NothingToDraw,
    ResultsError,
    caption,
    correlation_figure,
    open_results,
    overlap_figure,
    potential_figure,
    profiles_figure,
    provenance,
    scatter_figure,
    score_table,
    trained_frames_figure,
    trend_figure,
)
from framesweep_analysis.figures.neural import direction_counts
from framesweep_analysis.words import signed


def words(figure: Figure) -> str:
    return "\n".join(t.get_text() for t in figure.findobj(Text) if isinstance(t, Text))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trained") / "t.h5"
    return write_results(path, 60, draws=2, layers=4, neural=True, trained=True)


def test_a_trend_is_the_median_over_draws_with_their_middle_half(tmp_path: Path) -> None:
    change = {
        "family": np.zeros(3, np.int8),
        "form": np.zeros(3, np.int8),
        "stage_depth": np.array([2, 4, 4], np.int32),
    }
    path = write_results(tmp_path / "t.h5", 3, change=change, draws=4, trained=True)
    with open_results(path) as dataset:
        error = dataset["test_error"].to_numpy()
        figure = trend_figure(dataset, column="test_error", over="stage_depth")
    x, y = figure.axes[0].lines[0].get_data()
    assert list(x) == [2, 4]
    np.testing.assert_allclose(y, [np.median(error[0]), np.median(error[1:])])
    band = figure.axes[0].collections[0].get_paths()[0].vertices
    first = band[band[:, 0] == 2, 1]
    np.testing.assert_allclose([first.min(), first.max()], np.quantile(error[0], [0.25, 0.75]))


def test_a_trend_chooses_the_error_and_the_key_with_most_values(trained: Path) -> None:
    with open_results(trained) as dataset:
        text = words(trend_figure(dataset))
        assert "Test error" in text and "Stage depth" in text and "60 networks" in text
        assert "form" not in text  # an error does not depend on it
        frame = words(trend_figure(dataset, column="deep_frame_potential"))
        assert "√ deep frame potential" in frame and "40 networks, synthesis form" in frame


def test_axes_of_many_values_are_grouped(tmp_path: Path) -> None:
    with open_results(write_results(tmp_path / "m.h5", 500, trained=True)) as dataset:
        count = len(np.unique(dataset["parameter_count"]))
        figure = trend_figure(dataset, over="parameter_count")
        assert f"{count:,} values in 24 groups" in words(figure)
        assert all(len(line.get_xdata()) <= 24 for line in figure.axes[0].lines)


def test_a_scatter_says_how_the_columns_rank_and_numbers_points(trained: Path) -> None:
    with open_results(trained) as dataset:
        few = scatter_figure(dataset.isel(point=slice(4, 9)), column="test_error", over="width")
        many = scatter_figure(dataset, column="test_error", over="width")
        shown = [t.get_text() for t in few.axes[0].texts]
        assert sorted(shown) == ["4", "5", "6", "7", "8"]
        assert 1 <= len(many.axes[0].texts) <= 8
        assert "Kendall τ" in words(many) and "95 %" in words(many)
        assert "95 %" not in words(few) and "nan" not in words(few)  # five points have no interval
        width = dataset["width"].to_numpy()
        x = np.concatenate([c.get_offsets()[:, 0] for c in many.axes[0].collections])
        np.testing.assert_array_equal(np.sort(x), np.sort(width))


def test_columns_that_cannot_be_an_axis_are_named(trained: Path) -> None:
    with open_results(trained) as dataset:
        with pytest.raises(ResultsError, match="both axes are width"):
            trend_figure(dataset, column="width", over="width")
        with pytest.raises(ResultsError, match="did you mean test_error"):
            scatter_figure(dataset, column="test_eror")
        with pytest.raises(ResultsError, match="holds labels"):
            trend_figure(dataset, over="family", column="test_error")
        with pytest.raises(ResultsError, match="--select perturbation="):
            trend_figure(dataset, column="neural_gain_mean")
        with pytest.raises(NothingToDraw, match="name another column"):
            correlation_figure(dataset.drop_vars("test_error"))


def test_scores_are_ranked_by_how_they_go_with_the_error(tmp_path: Path) -> None:
    path = write_results(tmp_path / "s.h5", 60, draws=1, trained=True)
    with h5py.File(path, "r+") as file:
        # The error falls with the parameters in every family, without exception.
        file["test_error"][...] = 1 / file["parameter_count"][()][:, None]
    with open_results(path) as dataset:
        table = score_table(dataset)
        text = words(correlation_figure(dataset))
    assert table.scores[0] == "parameter_count"
    assert [cell.estimate for cell in table.cells[0] if cell] == pytest.approx([-1, -1, -1])
    assert table.groups == [
        ("chain", "synthesis", 20),
        ("residual", "analysis", 20),
        ("dense", "synthesis", 20),
    ]
    # Residual networks have no minimum here: a gap, not a number.
    minimum = table.cells[table.scores.index("min_deep_frame_potential")]
    assert [cell is None for cell in minimum] == [False, True, False]
    assert "−1.00" in text and "nan" not in text
    assert not {"width", "stage_depth", "seed", "test_error"} & set(table.scores)


def test_the_number_of_directions_comes_from_the_sweep_file_or_the_input(tmp_path: Path) -> None:
    sweep = (
        "format: 1\nname: n\nmeasure:\n  neural_frames:\n    perturbations:\n"
        "      augmentation: all\n      noise: 8\n      generative: {components: 6}\n"
    )
    path = write_results(tmp_path / "n.h5", 6, neural=True, layers=4, sweep=sweep)
    with h5py.File(path, "r+") as file:
        # Twelve directions with a mean squared cosine of 0.05: P (1 + 11 · 0.05) = 12.
        file["neural_mean_square_cosine_mean"][:, :, 0, 0] = 0.05
        file["neural_participation_ratio_mean"][:, :, 0, 0] = 12 / 1.55
        # As no number of directions has them: a ratio above what the cosine allows.
        file["neural_mean_square_cosine_mean"][:, :, 2, 0] = 0.5
        file["neural_participation_ratio_mean"][:, :, 2, 0] = 9
    with open_results(path) as dataset:
        np.testing.assert_array_equal(direction_counts(dataset), [12, 8, np.nan, 6])


def test_overlap_shows_what_random_subspaces_have_in_common(tmp_path: Path) -> None:
    change = {
        "input_channels": np.full(6, 1, np.int32),
        "input_size": np.full(6, 4, np.int32),
        "stage_depth": np.full(6, 3, np.int32),
    }
    path = write_results(tmp_path / "o.h5", 6, change=change, neural=True, layers=4)
    with h5py.File(path, "r+") as file:
        stride = file.create_dataset("layer_stride", data=np.tile([0, 1, 1, 2], (6, 1)))
        for axis, name in enumerate(("point", "layer")):
            stride.dims[axis].attach_scale(file[name])
        file["layer_width"][...] = 8
    with open_results(path) as dataset:
        figure = overlap_figure(dataset)
        without = overlap_figure(dataset.drop_vars("input_size"))
    assert "random subspaces" in words(figure) and "random subspaces" not in words(without)
    vertices = figure.axes[0].collections[0].get_paths()[0].vertices
    # Ten directions in 16 inputs, in 8 · 16 and, after the stride, in 8 · 4 numbers.
    for layer, extent in enumerate((16, 128, 128, 32)):
        heights = vertices[vertices[:, 0] == layer, 1]
        np.testing.assert_allclose(heights, 10 / extent)


def test_trainings_are_compared_with_the_networks_before(trained: Path, tmp_path: Path) -> None:
    sweep = "name: b\nmeasure: {train: {augment: {rotate: 5}}, neural_frames: {}}\n"
    other = write_results(
        tmp_path / "b.h5", 60, draws=2, layers=4, neural=True, trained=True, sweep=sweep
    )
    with open_results(trained) as first, open_results(other) as second:
        both = trained_frames_figure([first, second])
        one = trained_frames_figure(first)
        gain = first["neural_gain_mean"].to_numpy()
        chains = (first["family"] == "chain").to_numpy()
        deep = np.isfinite(gain[:, 0, 0, 3])
    assert "trained, plain" in words(both) and "trained, augmented" in words(both)
    assert len(both.axes[0].lines) == 3 and len(one.axes[0].lines) == 2
    before = both.axes[0].lines[0].get_ydata()
    expected = np.mean(gain[:, :, 0] / gain[:, :, 1], axis=1)[chains & deep].mean(axis=0)
    np.testing.assert_allclose(before, expected)
    with open_results(trained) as dataset, pytest.raises(NothingToDraw, match="train and neural"):
        trained_frames_figure(dataset.drop_vars("trained_neural_effective_rank_mean"))


def test_captions_name_sweep_counts_and_methods(trained: Path) -> None:
    with open_results(trained) as dataset:
        text = caption("potential", dataset, potential_figure(dataset), provenance(trained))
        asked = {"column": "test_error", "over": "width"}
        trend = caption("trend", dataset, trend_figure(dataset, **asked), **asked)
        profile = caption("profiles", dataset, profiles_figure(dataset))
        single = caption("profiles", dataset, profiles_figure(dataset, point=0))
        dataset["family"] = dataset["family"].copy(data=["none"] * dataset.sizes["point"])
        scatter = scatter_figure(dataset)
        unnamed = caption("scatter", dataset, scatter)
    assert "Sweep “<made up>”: 60 networks (20 chain, 20 residual, 20 dense)." in text
    assert "computed with framesweep 0.1.0 (plan 00000000)" in text
    assert "Minima: 40 exact." in text and "Murdock" in text
    assert trend.startswith("Test error over width.")
    assert "augmentation 10, noise 10" in profile
    assert "medians over networks" in profile and "of one network" not in profile
    assert "of one network" in single and "medians" not in single
    assert "60 networks (60 from files)" in unnamed
    assert [text.get_text() for text in scatter.legends[0].get_texts()] == ["from files"]


def test_captions_describe_what_is_drawn_and_nothing_else(trained: Path) -> None:
    asked = {"column": "test_error", "over": "width"}
    with open_results(trained) as dataset:
        one = dataset.isel(point=slice(0, 1), draw=slice(0, 1))
        for part, has_band in ((dataset, True), (one, False)):
            text = caption("trend", part, trend_figure(part, **asked), **asked)
            assert ("Bands" in text) == has_band, text
        known = dataset.assign(min_deep_frame_potential=("point", np.linspace(0.1, 0.9, 60)))
        both = caption("potential", known, potential_figure(known))
        form = caption("potential", dataset, potential_figure(dataset, form="synthesis"))
        unlimited = dataset.assign(minimum_status=("point", ["converged"] * 60))
        limited = dataset.assign(minimum_status=("point", ["iteration_limit"] * 60))
        texts = [caption("potential", d, potential_figure(d)) for d in (unlimited, limited)]
    assert "two forms cannot be compared" in both and "two forms" not in form
    assert ["Hollow marks" in text for text in texts] == [False, True]


def test_zero_has_no_sign() -> None:
    assert [signed(v) for v in (0.634, -0.634, 0.001, -0.001)] == ["+0.63", "−0.63", "0.00", "0.00"]
