"""Images of one's own, as numpy users have them, read by framesweep."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest

from framesweep_analysis.checksum import data_sha256

PROGRAM = os.environ.get("FRAMESWEEP_PROGRAM")
SWEEP = """
format: 1
name: images
architecture: {family: chain, input: {channels: 2, size: 4}, stage_depth: 2, width: 3}
grid: {seed: [0, 1]}
weights: {init: he}
measure:
  neural_frames: {data: {file: FILE}, images: 3, perturbations: {noise: 2}, precision: float64}
"""


@pytest.mark.skipif(PROGRAM is None, reason="FRAMESWEEP_PROGRAM is not set")
def test_the_type_of_equal_values_does_not_matter(tmp_path: Path) -> None:
    values = np.random.default_rng(7).integers(0, 1025, (9, 2, 4, 4)) / 1024
    sums = set()
    for kind in ("float16", "float32", "float64", ">f2", ">f4", ">f8"):
        name = kind.removeprefix(">") + ("-big" if kind[0] == ">" else "")
        with h5py.File(tmp_path / f"{name}.h5", "w") as file:
            file["images"] = values.astype(kind)
        (tmp_path / f"{name}.yaml").write_text(SWEEP.replace("FILE", f"{name}.h5"))
        output = tmp_path / f"{name}-out.h5"
        command = [str(PROGRAM), "run", str(tmp_path / f"{name}.yaml"), "-o", str(output)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        sums.add(data_sha256(output))
    assert len(sums) == 1
