"""Two runs of one sweep agree in everything but how they ran."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from results_file import write_results

from framesweep_analysis import differences


def pair(folder: Path, change: Callable[[h5py.File], object]) -> tuple[Path, Path]:
    first, second = write_results(folder / "a.h5"), write_results(folder / "b.h5")
    with h5py.File(second, "r+") as file:
        change(file)
    return first, second


def set_value(file: h5py.File, name: str, value: object) -> None:
    file[name][0] = value


def test_how_a_run_went_does_not_count(tmp_path: Path) -> None:
    files = pair(tmp_path, lambda file: set_value(file, "execution/wall_seconds", 9.0))
    assert differences(*files) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda file: set_value(file, "seed", 8), "/seed: differs"),
        (lambda file: set_value(file, "points/id", "f" * 16), "/points/id: differs"),
        (lambda file: file["seed"].attrs.__setitem__("units", "s"), "/seed@units: differs"),
        (lambda file: file.attrs.__setitem__("complete", np.int8(0)), "/@complete: differs"),
    ],
)
def test_values_names_and_attributes_count(
    tmp_path: Path, change: Callable[[h5py.File], object], found: str
) -> None:
    assert differences(*pair(tmp_path, change)) == [found]


def test_another_nan_counts(tmp_path: Path) -> None:
    other = np.array([0x7FF8000000000001], dtype=np.uint64).view(np.float64)[0]
    files = pair(tmp_path, lambda file: set_value(file, "min_deep_frame_potential", other))
    assert differences(*files) == ["/min_deep_frame_potential: differs"]


def test_a_missing_column_names_the_file_that_has_it(tmp_path: Path) -> None:
    first, second = pair(tmp_path, lambda file: file.__delitem__("layer_width"))
    assert f"/layer_width: only in {first}" in differences(first, second)
