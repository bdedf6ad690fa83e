"""Networks of PyTorch become ONNX files that framesweep reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from framesweep_analysis import ExportError, export

PROGRAM = os.environ.get("FRAMESWEEP_PROGRAM")

#: A program that says of every file what a small network is, and computes the outputs 1 and 2.
STAND_IN = """#!{python}
import json, sys
options = sys.argv[2:]
document = {{
    "outputs": [{{"name": "output", "shape": [1, 2]}}],
    "operations": [{{"representation": True}}, {{"representation": False}}],
    "patterns": [{{"kind": "GELU", "value": "a"}}, {{"kind": "GELU", "value": "b"}}],
    "not_supported": [{{"place": "node 'r' (Resize)", "reason": "sizes"}}],
}}
if "--check" in options:
    document["check"] = {{"images": [{{"output": [1.0, 2.0]}}]}}
print(json.dumps(document))
"""


def test_torch_is_asked_for_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ExportError, match="needs torch, which is not installed"):
        export(None, None, tmp_path / "n.onnx")


def test_the_package_does_not_need_torch() -> None:
    code = "import sys; import framesweep_analysis; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def model(torch: Any) -> Any:
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3, padding=1),
        torch.nn.BatchNorm2d(4),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Dropout(0.5),
        torch.nn.Linear(4, 2),
    )


def stand_in(folder: Path) -> str:
    path = folder / "framesweep"
    path.write_text(STAND_IN.format(python=sys.executable))
    path.chmod(0o755)
    return str(path)


def needed() -> Any:
    pytest.importorskip("onnxscript", reason="torch's exporter needs onnxscript")
    return pytest.importorskip("torch", reason="torch is not installed")


def test_a_file_that_computes_something_else_is_an_error(tmp_path: Path) -> None:
    torch = needed()
    with pytest.raises(ExportError, match="framesweep computes outputs that differ"):
        export(model(torch), torch.rand(1, 3, 8, 8), tmp_path / "n.onnx", program=stand_in(tmp_path))


def test_the_report_says_what_the_program_finds(tmp_path: Path) -> None:
    torch = needed()
    net = model(torch)
    with torch.no_grad():
        net[-1].weight.zero_()
        net[-1].bias.copy_(torch.tensor([1.0, 2.0]))
    found = export(net, torch.rand(1, 3, 8, 8), tmp_path / "n.onnx", program=stand_in(tmp_path))
    assert (found.operations, found.representations, found.difference) == (2, 1, 0.0)
    assert found.patterns == {"GELU": 2}
    assert str(found).splitlines()[1:] == [
        "outputs: those of torch to 0.0e+00 of the largest, computed by framesweep",
        "framesweep: 2 operations, 1 representations to measure",
        "recognised: 2 × GELU",
        "not supported: node 'r' (Resize): sizes",
    ]
    # The model stays as it was, in training.
    assert net.training and [path.name for path in tmp_path.glob("n*")] == ["n.onnx"]


@pytest.mark.skipif(PROGRAM is None, reason="FRAMESWEEP_PROGRAM is not set")
def test_the_program_computes_what_torch_computes(tmp_path: Path) -> None:
    torch = needed()
    example = 3 * torch.randn(2, 3, 8, 8)
    found = export(model(torch), example, tmp_path / "n.onnx", program=PROGRAM)
    assert found.checked_by == "framesweep" and found.not_supported == []
    # Weights are in single precision and both compute with them, torch in single precision too.
    assert found.difference is not None and found.difference < 1e-5
    shown = subprocess.run(
        [str(PROGRAM), "network", str(found.path), "--json"], capture_output=True, check=True
    )
    assert json.loads(shown.stdout)["input"]["shape"] == [1, 3, 8, 8]
