"""`dataset.framesweep` gives what the functions give, on data sets however they were opened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from results_file import write_rectangular, write_results

import framesweep_analysis as fa


@pytest.fixture(params=["open_results", "open_dataset"])
def dataset(request: pytest.FixtureRequest, tmp_path: Path) -> xr.Dataset:
    status = np.ones(60, np.int8)
    status[:2] = 2
    path = write_results(tmp_path / "r.h5", change={"status": status}, trained=True)
    if request.param == "open_results":
        return fa.open_results(path)
    return xr.open_dataset(path, engine="h5netcdf")


def test_labels_and_ok_points(dataset: xr.Dataset) -> None:
    found = dataset.framesweep
    assert found.labels["family"].to_numpy()[2] == "dense"
    assert found.ok.sizes["point"] == 58
    assert found.select(family="dense").sizes["point"] == 20
    assert len(found.table(["family", "width"])) == 58
    assert "60 points, 58 ok" in repr(found)


def test_correlations_are_those_of_the_function(dataset: xr.Dataset) -> None:
    found = dataset.framesweep.correlate("parameter_count", "test_error")
    assert found == fa.rank_correlation(dataset.framesweep.labels, "parameter_count", "test_error")
    table = dataset.framesweep.correlate("parameter_count", "test_error", by="family")
    assert list(table.index) == ["chain", "residual", "dense"]
    assert table.loc["dense", "points"] == 20 and table["low"].notna().all()
    few = dataset.isel(point=slice(2, 20)).framesweep
    assert list(few.correlate("parameter_count", "test_error", by="family")) == [
        "estimate",
        "points",
    ]


def test_figures_by_name(dataset: xr.Dataset) -> None:
    assert len(dataset.framesweep.plot("trend").axes) == 1
    assert len(dataset.framesweep.plot("scatter", column="test_error", over="width").axes) == 1
    assert dataset.framesweep.plot("cost").axes  # reads the file that the data set came from
    assert "58 networks" in dataset.framesweep.caption("trend", column="test_error", over="width")
    with pytest.raises(fa.ResultsError, match="there is no figure trends, expected one of"):
        dataset.framesweep.plot("trends")


@pytest.mark.parametrize("decoded", [True, False])
def test_a_grid_has_the_swept_keys(tmp_path: Path, decoded: bool) -> None:
    path = write_rectangular(tmp_path / "g.h5")
    dataset = fa.open_results(path) if decoded else xr.open_dataset(path, engine="h5netcdf")
    grid = dataset.framesweep.grid()
    assert dict(grid["min_deep_frame_potential"].sizes) == {
        "family": 3,
        "stage_depth": 3,
        "width": 4,
    }
    assert grid["min_deep_frame_potential"].sel(family="dense", stage_depth=4, width=8) == 248


def test_other_data_sets_are_refused() -> None:
    with pytest.raises(fa.ResultsError, match="framesweep did not write it"):
        _ = xr.Dataset({"a": ("x", [1.0])}).framesweep
