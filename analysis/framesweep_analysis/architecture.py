"""The layers of a network, derived from its architecture as framesweep writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import WeightsError


@dataclass(frozen=True)
class LayerShape:
    """What one layer's weights look like: `weight` is (k, d, f, f), `shortcut` (k, d, 1, 1)."""

    weight: tuple[int, int, int, int]
    shortcut: tuple[int, int, int, int] | None = None
    #: Whether the shortcut neither shrinks nor widens, so that the identity can stand in its place.
    keeps_shape: bool = False

    @property
    def is_fully_connected(self) -> bool:
        """Whether a matrix (k, d) holds the same numbers."""
        return self.weight[2] == 1


def parse_architecture(text: str) -> dict[str, Any]:
    """The mapping behind an architecture's canonical text, as `plan --points` prints it.

    Raises `WeightsError` if the text is not a flow mapping of names, whole numbers and lists.
    """
    quoted = re.sub(r"[A-Za-z_][A-Za-z_0-9]*", lambda word: f'"{word.group()}"', text.strip())
    try:
        value = json.loads(quoted)
    except json.JSONDecodeError as error:
        raise WeightsError(
            f"the architecture cannot be read at its character {error.pos + 1}: {text.strip()!r}, "
            "expected a text such as {family: chain, input: {channels: 1, size: 8}, "
            "stages: [{widths: [16, 16], kernel: 3, stride: 1}]}"
        ) from error
    if not isinstance(value, dict):
        raise WeightsError("the architecture is not a mapping, expected {family: …, input: …}")
    return value


def layer_shapes(architecture: str | Mapping[str, Any]) -> list[LayerShape]:
    """The shapes of all weights of an architecture, a layer each.

    The architecture is its canonical text or the same as a mapping. Raises `WeightsError` if it
    lacks a key.
    """
    if isinstance(architecture, str):
        architecture = parse_architecture(architecture)
    try:
        family = architecture["family"]
        channels = int(architecture["input"]["channels"])
        size = int(architecture["input"]["size"])
        stages = [
            (
                [int(width) for width in stage["widths"]],
                int(stage.get("kernel", 0)),
                int(stage.get("stride", 1)),
            )
            for stage in architecture["stages"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"the architecture lacks {error}, expected family, input and stages written out"
        ) from error
    if family not in ("chain", "residual", "dense"):
        raise WeightsError(f"the family is {family!r}, expected chain, residual or dense")
    projects = family == "residual" and architecture.get("shortcut") == "projection"
    skip = int(architecture.get("skip_length", 2))
    first_kernel = int(architecture.get("first_kernel", 0))
    shapes: list[LayerShape] = []
    # The widths that the first layer of the next stage reads.
    read = [channels]
    for index, (widths, written, stride) in enumerate(stages):
        kernel = written or (1 if size == 1 else 3)
        before = read[-1]
        inside: list[int] = []
        for position, width in enumerate(widths):
            columns = sum(inside or read) if family == "dense" else (inside or read)[-1]
            side = kernel if shapes else first_kernel or kernel
            ends_first_block = projects and index > 0 and position + 1 == skip
            shapes.append(
                LayerShape(
                    (width, columns, side, side),
                    (width, before, 1, 1) if ends_first_block else None,
                    ends_first_block and stride == 1 and width == before,
                )
            )
            inside.append(width)
        read = inside
    return shapes
