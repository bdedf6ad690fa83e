"""The matrices that docs/frames.md shows are those whose numbers framesweep computes."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from framesweep_analysis import open_results

ROOT = Path(__file__).parents[2]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("frame_forms", ROOT / "analysis/frame_forms.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["frame_forms"] = module
    spec.loader.exec_module(module)
    return module


frame_forms = _load()


@pytest.mark.parametrize(("family", "form"), frame_forms.PANELS)
def test_a_forward_pass_without_relu_solves_the_system(family: str, form: str) -> None:
    """In the analysis form F w = (x, 0, …) holds for what a linear forward pass computes."""
    matrix, identities, heights = frame_forms.frame(family, form)
    assert heights[-1] == len(matrix)
    assert set(np.unique(np.abs(matrix[identities]))) == {1.0}
    if form == "synthesis":
        # Every block column of weights has atoms of unit norm.
        weights = np.where(identities, 0, matrix)
        np.testing.assert_allclose(np.linalg.norm(weights, axis=0), 1)
        return
    # Solving row by row gives each layer from those before it: a unit triangle below row 1.
    below = matrix[frame_forms.INPUT :]
    first, rest = frame_forms.WIDTHS[0], below[:, frame_forms.WIDTHS[0] :]
    np.testing.assert_array_equal(np.triu(rest), np.eye(len(rest)))
    start = np.ones(first)
    others = np.linalg.solve(rest, -below[:, :first] @ start)
    np.testing.assert_allclose(below @ np.concatenate([start, others]), 0, atol=1e-12)


def test_framesweep_counts_the_same_rows_and_columns(tmp_path: Path) -> None:
    program = os.environ.get("FRAMESWEEP_PROGRAM")
    if not program:
        pytest.skip("FRAMESWEEP_PROGRAM names no program")
    entries = "".join(
        f"  - {{family: {family}, form: {form}, input: {{channels: {frame_forms.INPUT}, size: 1}}, "
        f"stages: [{{widths: {list(frame_forms.WIDTHS)}}}]}}\n"
        for family, form in frame_forms.PANELS
    )
    sweep = tmp_path / "forms.yaml"
    sweep.write_text(
        f"format: 1\nname: forms\ninclude:\n{entries}measure:\n  frame: {{statistics: true}}\n"
    )
    output = tmp_path / "forms.h5"
    subprocess.run([program, "run", sweep, "-o", output], check=True, capture_output=True)
    with open_results(output) as results:
        for row, (family, form) in enumerate(frame_forms.PANELS):
            matrix, _, _ = frame_forms.frame(family, form)
            assert results["frame_dimension"][row] == matrix.shape[0], (family, form)
            assert results["atom_count"][row] == matrix.shape[1], (family, form)
