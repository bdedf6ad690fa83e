"""Draws one figure for each section of docs/statistics.md.

    python analysis/statistics_figures.py FOLDER -o docs

reads FOLDER/NAME.h5, what `framesweep run` wrote for jobs/NAME.yaml, and writes statistics-NAME.png, for the
names signal, kernels, inductive-bias, similarity and landscape. Files that are not there are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr
from framesweep_analysis import open_results, save_figure
from framesweep_analysis.figures.style import FAMILY_COLOURS, TWO_COLUMNS, styled
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, ScalarFormatter

SHADES = ("#9CC3E6", "#4C8FC7", "#0A4F8C", "#06284A", "#000000", "#777777")


def panels(count: int) -> tuple[Figure, list]:
    figure = Figure(figsize=(TWO_COLUMNS, 2.5), dpi=160, layout="constrained")
    axes = [figure.add_subplot(1, count, place + 1) for place in range(count)]
    for panel in axes:
        panel.grid(which="major", zorder=0)
        panel.set_axisbelow(True)
    return figure, axes


def plain_logarithm(axis) -> None:
    """A logarithmic axis of less than two decades: its numbers are written out."""
    axis.set_major_formatter(ScalarFormatter())
    axis.set_minor_formatter(NullFormatter())


def words(dataset: xr.Dataset, name: str) -> np.ndarray:
    """A column as words, whether its codes were replaced or not."""
    column = np.asarray(dataset[name])
    if column.dtype.kind not in "iu":
        return column.astype(str)
    codes = {int(v): w for v, w in zip(
        np.atleast_1d(dataset[name].attrs["flag_values"]),
        dataset[name].attrs["flag_meanings"].split(), strict=True)}
    return np.array([codes[int(code)] for code in column])


def weights(dataset: xr.Dataset, path: Path) -> list[str]:
    """The source of each point's weights, from the group of points."""
    with xr.open_dataset(path, group="points") as points:
        return [str(text) for text in points["weights"].to_numpy()]


@styled
def signal(dataset: xr.Dataset, path: Path) -> Figure:
    """Gains and surviving directions over the layers of the deepest chains."""
    figure, (gain, left) = panels(2)
    depth = np.asarray(dataset["layer_count"])
    sources = weights(dataset, path)
    for shade, point in zip(SHADES, np.flatnonzero(depth == depth.max()), strict=False):
        label = sources[point].strip("{}").split(", draws")[0].replace("init: ", "")
        label = label.split(", bias")[0].replace("weight_variance: ", "variance ")
        layers = np.arange(depth[point] + 1)
        values = dataset["forward_gain_log"][point, :, : len(layers)].mean("draw")
        gain.plot(layers, values, color=shade, label=label)
        gain.set_ylabel("ln of the mean square over the input's")
        values = dataset["surviving_directions"][point, :, : len(layers)].mean("draw")
        left.plot(layers, values, color=shade)
    left.set_ylabel("Surviving directions")
    left.set_yscale("log")
    left.set_yticks([2, 5, 10, 20, 50])
    plain_logarithm(left.yaxis)
    gain.legend(frameon=False)
    for panel in (gain, left):
        panel.set_xlabel("Layer")
    return figure


@styled
def kernels(dataset: xr.Dataset, path: Path) -> Figure:
    """Condition and leave-one-out error of both kernels over depth."""
    figure, axes = panels(3)
    family = words(dataset, "family")
    depth, width = (np.asarray(dataset[name]) for name in ("layer_count", "width"))
    chosen = (np.asarray(dataset["kernel"]) == 3) & (width == width.max())
    for panel, name, label in zip(
        axes,
        ("nngp_log_condition", "ntk_log_condition", "ntk_effective_rank"),
        ("ln of the NNGP's condition", "ln of the NTK's condition", "Effective rank of the NTK"),
        strict=True,
    ):
        for word in dict.fromkeys(family):
            rows = np.flatnonzero(chosen & (family == word) & np.isfinite(dataset[name]))
            rows = rows[np.argsort(depth[rows])]
            panel.plot(
                depth[rows], dataset[name][rows], ".-", color=FAMILY_COLOURS[word], label=word
            )
        panel.set_xlabel("Layers")
        panel.set_ylabel(label)
    axes[0].legend(frameon=False)
    return figure


@styled
def inductive_bias(dataset: xr.Dataset, path: Path) -> Figure:
    """Inductive bias and expected error over depth."""
    figure, axes = panels(2)
    family, depth = words(dataset, "family"), np.asarray(dataset["layer_count"])
    for panel, name, label in zip(
        axes,
        ("inductive_bias", "inductive_bias_expected_error"),
        ("Inductive bias (nats)", "Expected squared error"),
        strict=True,
    ):
        for word in dict.fromkeys(family):
            rows = np.flatnonzero(family == word)
            panel.plot(
                depth[rows], dataset[name][rows], ".-", color=FAMILY_COLOURS[word], label=word
            )
        panel.set_xlabel("Layers")
        panel.set_ylabel(label)
        panel.set_xscale("log")
        panel.set_xticks(np.unique(depth))
        plain_logarithm(panel.xaxis)
    axes[0].legend(frameon=False)
    return figure


@styled
def similarity(dataset: xr.Dataset, path: Path) -> Figure:
    """Similarity of draws over layers, and of layers, before and after training."""
    figure, (lines, before, after) = panels(3)
    family, depth = words(dataset, "family"), np.asarray(dataset["layer_count"])
    for point in np.flatnonzero(depth == depth.max()):
        colour, layers = FAMILY_COLOURS[family[point]], np.arange(depth[point] + 1)
        for prefix, style in (("", "-"), ("trained_", "--")):
            values = dataset[f"{prefix}draw_cka"][point, : len(layers)]
            label = family[point] + (" trained" if prefix else "")
            lines.plot(layers, values, style, color=colour, label=label)
    lines.set_xlabel("Layer")
    lines.set_ylabel("Similarity of draws (CKA)")
    lines.legend(frameon=False)
    point = int(np.flatnonzero((depth == depth.max()) & (family == "chain"))[0])
    count = int(depth[point]) + 1
    for panel, prefix, title in ((before, "", "random"), (after, "trained_", "trained")):
        values = dataset[f"{prefix}layer_cka"][point, :count, :count]
        image = panel.imshow(values, vmin=0, vmax=1, cmap="cividis", origin="lower")
        panel.grid(False)
        panel.set_xlabel(f"Layer of a {title} chain")
    before.set_ylabel("Layer")
    figure.colorbar(image, ax=after, label="CKA")
    return figure


@styled
def landscape(dataset: xr.Dataset, path: Path) -> Figure:
    """Curvature and loss with noise before and after training, for each network."""
    figure, axes = panels(3)
    depth, width = (np.asarray(dataset[name]) for name in ("layer_count", "width"))
    places = np.arange(len(depth))
    for panel, name, label in zip(
        axes,
        ("hessian_top", "average_flatness", "filter_flatness"),
        ("Largest curvature", "Loss with noise (nats)", "Loss with noise relative to filters"),
        strict=True,
    ):
        for prefix, word, colour in (("", "random", SHADES[0]), ("trained_", "trained", SHADES[2])):
            values = dataset[prefix + name]
            panel.plot(places, values.mean("draw"), "o", color=colour, label=word)
            for place, draws in zip(places, values.to_numpy(), strict=True):
                panel.plot([place, place], [draws.min(), draws.max()], color=colour)
        panel.set_xticks(places, [f"{a} × {b}" for a, b in zip(depth, width, strict=True)])
        panel.set_xlim(-0.5, len(depth) - 0.5)
        panel.set_xlabel("Layers × width")
        panel.set_ylabel(label)
        panel.set_ylim(bottom=0)
    axes[0].legend(frameon=False)
    return figure


FIGURES: dict[str, Callable[[xr.Dataset, Path], Figure]] = {
    "signal": signal,
    "kernels": kernels,
    "inductive-bias": inductive_bias,
    "similarity": similarity,
    "landscape": landscape,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of the results files")
    parser.add_argument("-o", "--output", type=Path, default=Path("."), help="folder of figures")
    options = parser.parse_args()
    for name, draw in FIGURES.items():
        path = options.folder / f"{name}.h5"
        if not path.exists():
            print(f"{path} is not there")
            continue
        with open_results(path) as dataset:
            save_figure(draw(dataset, path), options.output / f"statistics-{name}.png")


if __name__ == "__main__":
    main()
