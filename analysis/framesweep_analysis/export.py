"""Exports networks of PyTorch as ONNX files that framesweep reads, and checks them."""

from __future__ import annotations

import copy
import inspect
import json
import os
import shutil
import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from .errors import ExportError

#: A relative difference of outputs above this is an error: in float32 it is 1e-5 or less, also in deep networks.
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Exported:
    """What became of a network; its text says it in a few lines."""

    path: Path
    #: Which program computed the file's output; None if none was found.
    checked_by: str | None
    #: The largest difference between its output and torch's, as a part of the largest output.
    difference: float | None
    #: The number of operations that framesweep computes, and of representations that it measures; None
    #: without the program.
    operations: int | None
    representations: int | None
    #: How often each pattern became one operation.
    patterns: dict[str, int]
    #: The nodes that framesweep does not support, each with the reason.
    not_supported: list[str]

    def __str__(self) -> str:
        lines = [f"{self.path}"]
        if self.difference is None:
            lines.append("outputs: not compared with torch's (neither framesweep nor onnxruntime was found)")
        else:
            lines.append(
                f"outputs: those of torch to {self.difference:.1e} of the largest, computed by {self.checked_by}"
            )
        if self.operations is not None:
            lines.append(
                f"framesweep: {self.operations} operations, {self.representations} representations to measure"
            )
        if self.patterns:
            counts = ", ".join(f"{count} × {kind}" for kind, count in sorted(self.patterns.items()))
            lines.append(f"recognised: {counts}")
        lines += [f"not supported: {node}" for node in self.not_supported]
        return "\n".join(lines)


def export(
    model: Any, example: Any, path: str | os.PathLike[str], *, program: str | None = None
) -> Exported:
    """Writes a network as one ONNX file, compares its outputs with torch's, and says how framesweep reads it.

    `model` is a `torch.nn.Module`, `example` a tensor such as one preprocessed image of shape (1, channels,
    height, width), whose shape the file keeps. The model is copied to the processor and evaluated as in
    inference; it stays what it is. `program` names framesweep; if it is None, the environment variable
    FRAMESWEEP_PROGRAM or the search path does. Without it onnxruntime compares the outputs, if it is
    installed.

    Raises `ExportError` if torch is not installed, if it cannot export the network, or if outputs differ by
    more than 1e-3 of the largest.
    """
    try:
        import torch
    except ImportError as error:
        raise ExportError("exporting needs torch, which is not installed") from error
    path = Path(path)
    image = example.detach().cpu()[:1]
    copied = copy.deepcopy(model).cpu().eval()
    with torch.no_grad():
        expected = _first_output(copied(image))
        _write(torch, copied, image, path)
    program = program or os.environ.get("FRAMESWEEP_PROGRAM") or shutil.which("framesweep")
    document = _network(program, path) if program else None
    checked_by, output = _output(program, document, path, image.double().numpy())
    difference = None
    if output is not None:
        if output.size != expected.size:
            raise ExportError(f"{path}: has {output.size} outputs and the model {expected.size}")
        scale = float(np.abs(expected).max()) or 1.0
        difference = float(np.abs(output.reshape(-1) - expected.reshape(-1)).max()) / scale
        if not difference <= TOLERANCE:
            raise ExportError(
                f"{path}: {checked_by} computes outputs that differ from torch's by {difference:.1e} of "
                f"the largest, expected at most {TOLERANCE:.0e}"
            )
    operations = document["operations"] if document else []
    patterns: dict[str, int] = {}
    for pattern in document["patterns"] if document else []:
        patterns[pattern["kind"]] = patterns.get(pattern["kind"], 0) + 1
    return Exported(
        path=path,
        checked_by=checked_by,
        difference=difference,
        operations=len(operations) if document else None,
        representations=sum(o["representation"] for o in operations) if document else None,
        patterns=patterns,
        not_supported=[f"{n['place']}: {n['reason']}" for n in document["not_supported"]]
        if document
        else [],
    )


def _first_output(output: Any) -> NDArray[np.float64]:
    while not hasattr(output, "detach"):
        values = list(output.values()) if hasattr(output, "values") else list(output)
        if not values:
            raise ExportError("the model returns nothing")
        output = values[0]
    return np.asarray(output.detach().double().numpy())


def _write(torch: Any, model: Any, image: Any, path: Path) -> None:
    """Calls the exporter of this version of torch; weights stand in the file, and no extent is open."""
    known = inspect.signature(torch.onnx.export).parameters
    options: dict[str, Any] = {"input_names": ["input"], "output_names": ["output"], "verbose": False}
    if "external_data" in known:
        # Above 2 GiB protobuf has no room, and weights stand beside the file.
        size = sum(p.numel() * p.element_size() for p in model.parameters())
        options |= {"dynamo": True, "external_data": size >= 1 << 31}
    else:
        options |= {"opset_version": 17}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(model, (image,), str(path), **options)
    except ModuleNotFoundError as error:
        raise ExportError(
            f"torch's exporter needs {error.name}, which is not installed (pip install {error.name})"
        ) from error
    except Exception as error:  # exporters raise errors of many kinds
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ExportError(f"torch cannot export the model: {reason[0]}") from error


def _network(program: str, path: Path, *options: str) -> dict[str, Any]:
    result = subprocess.run(
        [program, "network", str(path), "--json", *options], capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise ExportError(f"framesweep cannot read the file: {result.stderr.strip()}")
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def _output(
    program: str | None, document: dict[str, Any] | None, path: Path, image: NDArray[np.float64]
) -> tuple[str | None, NDArray[np.float64] | None]:
    """The file's first output for an image, and who computed it."""
    is_square = image.ndim == 4 and image.shape[2] == image.shape[3]
    if program and document and document["outputs"][0].get("shape") and is_square:
        return "framesweep", _framesweep_output(program, path, image)
    try:
        import onnxruntime
    except ImportError:
        return None, None
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    output = session.run(None, {session.get_inputs()[0].name: image.astype(np.float32)})[0]
    return "onnxruntime", np.asarray(output, dtype=np.float64)


def _framesweep_output(program: str, path: Path, image: NDArray[np.float64]) -> NDArray[np.float64]:
    # Images of a check are in [0, 1]; mean and deviation bring them back to what they were.
    low, width = float(image.min()), float(image.max() - image.min()) or 1.0
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder) / "example.h5"
        with h5py.File(images, "w") as file:
            file["images"] = np.clip((image - low) / width, 0, 1)
        found = _network(
            program, path, "--check", str(images), "--precision", "float64", f"--mean={-low / width!r}",
            f"--std={1 / width!r}",
        )
    return np.asarray(found["check"]["images"][0]["output"], dtype=np.float64)
