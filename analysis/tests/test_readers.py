"""Plain xarray opens a results file with either engine, without this package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# The wheels of h5py and netCDF4 carry different HDF5 libraries: one process each.
OPEN_BOTH_WAYS = """
import sys
import xarray as xr
path, engine = sys.argv[1:]
with xr.open_dataset(path, engine=engine, decode_timedelta=False) as dataset:
    dataset.load()
    assert "phony" not in " ".join(map(str, dataset.sizes)), dataset.sizes
    assert dataset["status"].dims == ("point",), dataset["status"].dims
    assert dataset["status"].dtype == "int8", dataset["status"].dtype
    size = dataset.sizes["point"]
with xr.open_datatree(path, engine=engine, decode_timedelta=False) as tree:
    tree.load()
    assert tree.sizes["point"] == size
    assert tree["points"]["id"].dims == ("point",)
    print(" ".join(sorted(tree.children)))
"""


def open_in_a_process(path: Path, engine: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", OPEN_BOTH_WAYS, str(path), engine], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_opens_the_table_and_the_groups(results: Path, engine: str) -> None:
    assert open_in_a_process(results, engine).split() == [
        "execution",
        "labels",
        "points",
        "provenance",
    ]


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_opens_an_output_of_framesweep(real_results: Path, engine: str) -> None:
    groups = open_in_a_process(real_results, engine).split()
    assert {"execution", "labels", "points", "provenance"} <= set(groups)
