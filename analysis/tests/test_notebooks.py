"""The notebooks run from top to bottom, and carry what they print and draw."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
from execute import sources_sha256
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from results_file import columns, write_rectangular, write_results

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
JOBS = Path(__file__).parents[2] / "jobs"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelManager]:
    """One kernel for all notebooks, in a folder with the files that they open."""
    folder = tmp_path_factory.mktemp("notebooks")
    _sweep("quickstart", folder)
    _sweep("fully-connected", folder)
    write_results(folder / "cifar-networks-small.h5", 40)
    write_results(folder / "neural-frames.h5", 30, neural=True, layers=9)
    for name, first in (("first", 0), ("second", 20)):
        rows = {key: values[first : first + 30] for key, values in columns(60).items()}
        ids = [f"{index:016x}" for index in range(first, first + 30)]
        write_results(folder / f"{name}.h5", 30, change=rows, ids=ids)
    manager = KernelManager()
    manager.start_kernel(cwd=str(folder))
    yield manager
    manager.shutdown_kernel(now=True)


def _sweep(name: str, folder: Path) -> None:
    """The file of a sweep in jobs/: framesweep's own where one is named, else a made-up one."""
    output, program = folder / f"{name}.h5", os.environ.get("FRAMESWEEP_PROGRAM")
    ready = os.environ.get("FRAMESWEEP_RESULTS") if name == "quickstart" else None
    if ready:
        output.symlink_to(Path(ready).resolve())
    elif program and name != "quickstart":  # which takes most of a minute
        command = [program, "run", str(JOBS / f"{name}.yaml"), "-o", str(output)]
        subprocess.run(command, check=True, capture_output=True)
    elif name == "quickstart":
        write_rectangular(output)
    else:
        welch = {"layerwise_welch_potential": np.full(90, 1e-3)}
        write_results(output, 90, change=welch, layers=5)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path, kernel: KernelManager) -> None:
    notebook = nbformat.read(path, as_version=4)
    # Names of the notebook before must not help this one.
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
    NotebookClient(notebook, km=kernel, timeout=120).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert shown and all(output["output_type"] != "error" for output in shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_carries_the_outputs_of_its_sources(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    # Scripts/notebooks.sh makes both.
    assert notebook.metadata["framesweep"]["sources_sha256"] == sources_sha256(notebook)
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert all(output.output_type != "error" for output in outputs)
    assert all(output.get("name") != "stderr" for output in outputs)
    assert any("image/png" in output.get("data", {}) for output in outputs)


def test_outputs_are_small_and_say_nothing_of_the_machine() -> None:
    assert sum(path.stat().st_size for path in NOTEBOOKS) < 1_500_000
    place = re.compile(r"/(home|root|tmp|usr|work|Users|opt|var)/|\d{4}-\d\d-\d\dT\d\d|\bhost\b")
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            assert set(cell.metadata) <= {"tags"}
            for output in cell.get("outputs", []):
                data = dict(output.get("data", {}))
                data.pop("image/png", None)
                found = place.search(json.dumps([output.get("text", ""), data]))
                assert found is None, f"{path.name}: {found}"
