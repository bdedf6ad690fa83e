"""Files that the tests read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from results_file import write_results


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A complete results file of 60 points."""
    return write_results(tmp_path / "results.h5")


@pytest.fixture
def real_results() -> Path:
    """The file named by FRAMESWEEP_RESULTS, an output of framesweep itself."""
    path = os.environ.get("FRAMESWEEP_RESULTS")
    if not path:
        pytest.skip("FRAMESWEEP_RESULTS names no results file")
    return Path(path)
