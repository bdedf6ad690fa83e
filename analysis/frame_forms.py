"""Draws the block matrices of docs/frames.md: the induced frames of small networks.

    python analysis/frame_forms.py -o docs/frames.png

Every panel is the matrix F itself, of random weights with atoms of unit norm. Orange entries come from
weights, black ones are the identities.
"""

from __future__ import annotations

import argparse

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

INPUT = 3
WIDTHS = (5, 5, 5)
WEIGHT, IDENTITY = to_rgb("#E67E00"), to_rgb("#1d2328")

#: Which layers each layer reads (0 is the input), and which one its skip adds.
NETWORKS = {
    "chain": ([[0], [1], [2]], [None, None, None]),
    "residual": ([[0], [1], [2]], [None, None, 1]),
    "dense": ([[0], [1], [1, 2]], [None, None, None]),
}
PANELS = (
    ("chain", "synthesis"),
    ("dense", "synthesis"),
    ("chain", "analysis"),
    ("residual", "analysis"),
    ("dense", "analysis"),
)


def frame(family: str, form: str) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[int]]:
    """F, where its identities are, and the first row of each block."""
    reads, skips = NETWORKS[family]
    sizes = [INPUT, *WIDTHS]
    rng = np.random.default_rng(1)
    starts = np.concatenate(([0], np.cumsum(WIDTHS)))
    rows, marks = [], []
    for layer, read in enumerate(reads, start=1):
        atoms = rng.normal(size=(sum(sizes[index] for index in read), sizes[layer]))
        atoms /= np.linalg.norm(atoms, axis=0)
        own = slice(starts[layer - 1], starts[layer])
        height = len(atoms) if form == "synthesis" or layer == 1 else sizes[layer]
        row, mark = np.zeros((height, starts[-1])), np.zeros((height, starts[-1]), dtype=bool)
        if form == "synthesis" or layer == 1:
            row[:, own] = atoms
        else:
            row[:, own] = np.eye(sizes[layer])
            mark[:, own] = row[:, own] != 0
        offset = 0
        for index in read:
            if index:
                columns = slice(starts[index - 1], starts[index])
                if form == "synthesis":
                    part = np.zeros((height, sizes[index]))
                    part[offset : offset + sizes[index]] = -np.eye(sizes[index])
                    mark[:, columns] |= part != 0
                else:
                    part = -atoms[offset : offset + sizes[index]].T
                row[:, columns] += part
            offset += sizes[index]
        skip = skips[layer - 1]
        if skip is not None:
            columns = slice(starts[skip - 1], starts[skip])
            row[:, columns] -= np.eye(sizes[layer])
            mark[:, columns] |= np.eye(sizes[layer], dtype=bool)
        rows.append(row)
        marks.append(mark)
    heights = np.cumsum([len(row) for row in rows]).tolist()
    return np.concatenate(rows), np.concatenate(marks), heights


def draw(path: str) -> None:
    figure = Figure(figsize=(7.0, 2.45), dpi=170, layout="constrained")
    panels = figure.subplots(1, len(PANELS), sharey=True)
    for axes, (family, form) in zip(panels, PANELS, strict=True):
        values, identities, heights = frame(family, form)
        picture = np.ones((*values.shape, 3))
        strength = np.clip(np.abs(values) / 0.9, 0, 1)[..., None]
        picture = np.where(identities[..., None], IDENTITY, 1 - strength * (1 - np.array(WEIGHT)))
        axes.imshow(picture, extent=(0, values.shape[1], len(values), 0), interpolation="nearest")
        for edge in np.cumsum(WIDTHS)[:-1]:
            axes.plot([edge, edge], [0, len(values)], color="0.75", linewidth=0.5)
        for edge in heights[:-1]:
            axes.plot([0, values.shape[1]], [edge, edge], color="0.75", linewidth=0.5)
        axes.add_patch(
            Rectangle((0, 0), values.shape[1], len(values), fill=False, color="0.5", linewidth=0.6)
        )
        axes.set_xlim(-0.2, values.shape[1] + 0.2)
        axes.set_ylim(18.3, -0.3)
        axes.set_title(f"{family}\n{form}", fontsize=8.5, loc="left")
        axes.set_xticks(np.cumsum(WIDTHS) - 2.5, ["w₁", "w₂", "w₃"], fontsize=8)
        axes.xaxis.tick_top()
        axes.set_yticks([])
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", required=True, help="picture to write")
    draw(parser.parse_args().output)


if __name__ == "__main__":
    main()
