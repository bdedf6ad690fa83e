"""`framesweep verify` on files that h5py has changed, each in one place."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from framesweep_analysis.checksum import data_sha256

PROGRAM = os.environ.get("FRAMESWEEP_PROGRAM")
SWEEP = """
format: 1
name: verified
architecture: {input: {channels: 1, size: 8}, stage_depth: 2}
grid: {family: [chain, residual], width: [2, 3]}
weights: {init: he, draws: 2}
measure:
  frame: {statistics: true}
  neural_frames: {data: digits, images: 2, perturbations: {noise: 2, fourier: 2}}
"""

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="FRAMESWEEP_PROGRAM is not set")


def framesweep(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PROGRAM), *words], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    (folder / "sweep.yaml").write_text(SWEEP)
    output = folder / "whole.h5"
    done = framesweep("run", str(folder / "sweep.yaml"), "-o", str(output))
    assert done.returncode == 0, done.stderr
    return output


def change(name: str, value: int) -> Callable[[h5py.File], None]:
    def body(file: h5py.File) -> None:
        file[name][1] = value

    return body


def attribute(place: str, name: str, value: object) -> Callable[[h5py.File], None]:
    def body(file: h5py.File) -> None:
        old = file[place].attrs[name]
        if isinstance(old, np.ndarray):
            file[place].attrs.modify(name, np.asarray(value, dtype=old.dtype))
        else:
            file[place].attrs[name] = value

    return body


def label(name: str) -> Callable[[h5py.File], None]:
    def body(file: h5py.File) -> None:
        file[name][1] = "another"

    return body


def remove(name: str) -> Callable[[h5py.File], None]:
    def body(file: h5py.File) -> None:
        del file[name]

    return body


def detach(file: h5py.File) -> None:
    file["frame_potential"].dims[0].detach_scale(file["point"])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (remove("labels"), "/labels/layer_name"),
        (label("labels/layer_name"), "/labels/layer_name"),
        (remove("execution"), "/execution/run"),
        (remove("execution/host"), "/execution/host"),
        (attribute("/", "Conventions", "none"), "the attribute Conventions is 'none'"),
        (attribute("/", "coordinates", "width"), "the attribute coordinates is 'width'"),
        (attribute("status", "flag_values", range(7, -1, -1)), "the codes of status"),
        (attribute("layer", "long_name", "x"), "layer is called 'x'"),
        (detach, "frame_potential lacks its dimension scale point"),
        (label("points/weights"), "/points/weights of point 1"),
        (label("points/id"), "/points/id of point 1"),
        (change("skip_length", 5), "skip_length of point 1"),
        (change("seed", 5), "seed of point 1"),
        (change("layer_width", 5), "layer_width of point 1"),
        (change("perturbation", 3), "along perturbation"),
        (change("point", 3), "along point"),
    ],
)
def test_every_change_is_found(
    damage: Callable[[h5py.File], None], reason: str, whole: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.h5"
    shutil.copy(whole, copy)
    with h5py.File(copy, "r+") as file:
        damage(file)
    # What follows from the plan is known without the checksum.
    found = data_sha256(copy)
    with h5py.File(copy, "r+") as file:
        file.attrs["data_sha256"] = found
    done = framesweep("verify", str(copy))
    assert done.returncode == 65, done.stdout
    assert reason in done.stderr


def test_a_file_that_nobody_changed_is_whole(whole: Path) -> None:
    done = framesweep("verify", str(whole))
    assert done.returncode == 0, done.stderr
