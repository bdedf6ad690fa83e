"""The examples in the documents run, and say the same in every language."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from results_file import write_results

from framesweep_analysis.columns import PLAN_COLUMNS
from framesweep_analysis.load import FORMAT, PERTURBATIONS

DOCS = Path(__file__).parents[2] / "docs"


ROOT = DOCS.parent


def test_one_version_is_named_everywhere() -> None:
    def first(pattern: str, name: str) -> str:
        found = re.search(pattern, (ROOT / name).read_text(), re.MULTILINE)
        assert found, name
        return found[1]

    version = first(r'framesweepVersion = "(.*)"', "Sources/Running/SweepRunner/Provenance.swift")
    assert version == first(r"^## (\S+)", "CHANGELOG.md")
    assert version == first(r"^version: (.*)", "CITATION.cff")
    assert version == first(r'^version = "(.*)"', "analysis/pyproject.toml")


def examples(document: str, language: str) -> list[str]:
    text = (DOCS / document).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with first.h5, of which one point failed."""
    status = np.ones(24, dtype=np.int8)
    status[7] = 2
    write_results(tmp_path / "first.h5", 24, change={"status": status})
    return tmp_path


def answer(folder: Path) -> str:
    with h5py.File(folder / "first.h5") as file:
        root = np.sqrt(file["min_deep_frame_potential"][()])
        root[7] = np.nan
        place = np.nanargmin(root)
        parameters = file["parameter_count"][place]
    return f"23 of 24 points are ok\nlowest {root[place]:.4g} at {parameters} parameters\n"


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("example", examples("reading.md", "python"), ids=["h5py", "xarray"])
def test_python_reads_it(example: str, folder: Path) -> None:
    assert run([sys.executable, "-c", example], folder) == answer(folder)


@pytest.mark.parametrize(
    ("language", "program", "probe"),
    [("r", "Rscript", "library(rhdf5)"), ("octave", "octave-cli", "1")],
)
def test_other_languages_read_it(language: str, program: str, probe: str, folder: Path) -> None:
    option = "-e" if program == "Rscript" else "--eval"
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    if subprocess.run([program, option, probe], capture_output=True).returncode:
        pytest.skip(f"{program} lacks what the example needs: {probe}")
    (example,) = examples("reading.md", language)
    assert run([program, option, example], folder) == answer(folder)


def test_the_examples_of_the_guide_run(folder: Path) -> None:
    first, _, checksum = examples("guide.md", "python")
    assert run([sys.executable, "-c", first], folder).splitlines()[1] == "{width: 128}"
    assert run([sys.executable, "-c", checksum], folder) == "True\n"


def test_the_package_knows_the_columns_of_the_schema() -> None:
    schema = json.loads((DOCS / "schema.json").read_text())
    assert schema["framesweep_format"] == FORMAT
    columns = {column["name"]: column for column in schema["columns"]}
    assert [n for n, c in columns.items() if c["origin"] == "plan"] == list(PLAN_COLUMNS)
    if "perturbation_a" in columns:
        meanings = [flag["meaning"] for flag in columns["perturbation_a"].get("flags", [])]
        assert meanings in ([], list(PERTURBATIONS))
