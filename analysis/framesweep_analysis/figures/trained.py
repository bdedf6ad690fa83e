"""What training does to neural frames, layer by layer."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..errors import NothingToDraw
from ..words import plural
from .neural import direction_counts
from .style import TWO_COLUMNS, Figure, family_order, legend_below, note_not_ok, styled

#: Colour and dashes of each training by its kind, then of further ones.
_LINES = {
    "plain": ("#0A4F8C", "-"),
    "augmented": ("#12A37F", "--"),
    "adversarial": ("#E67E00", "-."),
}
_OTHERS = (("#B5478B", (0, (3, 1, 1, 1, 1, 1))), ("#56B4E9", "-"), ("#4D4D4D", "--"))
_START = ("0.55", ":")


@styled
def trained_frames_figure(datasets: xr.Dataset | Sequence[xr.Dataset]) -> Figure:
    """Neural frames before and after training: a column of panels for each family of networks.

    Several files are sweeps of the same networks that train them differently; the networks before
    training are those of the first. The rows show, by layer, the gain of augmentations over that of
    noise, their effective rank divided by the number of directions, and their mean squared cosine.
    Lines are means over draws and over the deepest networks of the family. Without augmentations the
    first family of perturbations stands in for them; without noise the gain is relative to that of
    the image.

    Raises `NothingToDraw` where no ok point has neural frames of trained weights.
    """
    files = [datasets] if isinstance(datasets, xr.Dataset) else list(datasets)
    for dataset in files:
        if "trained_neural_effective_rank_mean" not in dataset:
            raise NothingToDraw(
                "nothing to draw: the sweep has no neural frames of trained weights; its measure "
                "needs train and neural_frames"
            )
    lines: list[tuple[str, xr.Dataset, str, tuple[str, object]]] = [
        ("before training", files[0], "", _START)
    ]
    others = iter(_OTHERS * len(files))
    taken: set[str] = set()
    for index, dataset in enumerate(files):
        kind = str(dataset.attrs.get("training", "")) or f"file {index + 1}"
        if kind in taken:
            kind = str(dataset.attrs.get("sweep_name", "")) or f"file {index + 1}"
        taken.add(kind)
        style = _LINES.get(kind) or next(others)
        lines.append((f"trained, {kind}", dataset, "trained_", style))
    families = family_order(
        name for dataset in files for name in dataset["family"].to_numpy()[_usable(dataset)]
    )
    if not families:
        raise NothingToDraw("nothing to draw: no ok point has neural frames of trained weights")
    labels = _row_labels(files[0])
    figure = Figure(
        figsize=(TWO_COLUMNS if len(families) > 1 else 3.5, 5.2), dpi=300, layout="constrained"
    )
    panels = figure.subplots(len(labels), len(families), squeeze=False, sharex=True, sharey="row")
    for place, family in enumerate(families):
        for row, label in enumerate(labels):
            axes = panels[row][place]
            for _, dataset, prefix, (colour, dashes) in lines:
                rows, depth = _deepest(dataset, family)
                if len(rows):
                    values = _row(dataset, prefix, row, rows)[: depth + 1]
                    axes.plot(
                        np.arange(len(values)), values, linestyle=dashes, color=colour, lw=1.4
                    )
            axes.grid(which="major", zorder=0)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
            if place == 0:
                axes.set_ylabel(label)
        rows, depth = _deepest(files[0], family)
        layers = f" of {plural(depth, 'layer')}" if len(rows) else ""
        panels[0][place].set_title(f"{plural(len(rows), f'{family} network')}{layers}", loc="left")
        panels[-1][place].set_xlabel("Layer (0 is the input)")
    handles = [
        Line2D([], [], color=c, linestyle=d, linewidth=1.4, label=n)  # type: ignore[arg-type]
        for n, _, _, (c, d) in lines
    ]
    legend_below(figure, handles, columns=2 if len(families) == 1 else 4)
    if len(files) == 1:
        note_not_ok(figure, files[0]["status"].to_numpy())
    return figure


def _usable(dataset: xr.Dataset) -> NDArray[np.bool_]:
    values = dataset["trained_neural_effective_rank_mean"].to_numpy()
    known = np.isfinite(values).reshape(len(values), -1).any(axis=1)
    usable: NDArray[np.bool_] = known & (dataset["status"].to_numpy() == "ok")
    return usable


def _deepest(dataset: xr.Dataset, family: str) -> tuple[NDArray[np.intp], int]:
    """The deepest networks of a family, and their number of layers."""
    rows = np.flatnonzero(_usable(dataset) & (dataset["family"].to_numpy() == family))
    if not len(rows):
        return rows, 0
    values = dataset["trained_neural_effective_rank_mean"].transpose("point", "layer", ...)
    known = np.isfinite(values.to_numpy()[rows]).any(axis=(2, 3))
    depth = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return rows[depth == depth.max()], int(depth.max())


def _perturbation(dataset: xr.Dataset) -> int:
    names = [str(name) for name in dataset["perturbation"].to_numpy()]
    return names.index("augmentation") if "augmentation" in names else 0


def _row_labels(dataset: xr.Dataset) -> tuple[str, str, str]:
    names = [str(name) for name in dataset["perturbation"].to_numpy()]
    word = names[_perturbation(dataset)]
    word = "augmentations" if word == "augmentation" else word
    gain = (
        f"Gain of {word}\nover that of noise" if "noise" in names else f"Relative gain\nof {word}"
    )
    divided = np.isfinite(direction_counts(dataset)[_perturbation(dataset)])
    rank = f"Effective rank of\n{word}" + (" / directions" if divided else "")
    return gain, rank, f"Mean cosine² of\n{word}"


def _row(dataset: xr.Dataset, prefix: str, row: int, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """A panel's line: the mean over networks and draws by layer."""
    place = _perturbation(dataset)
    names = [str(name) for name in dataset["perturbation"].to_numpy()]

    def column(name: str, perturbation: int) -> NDArray[np.float64]:
        values = dataset[f"{prefix}neural_{name}_mean"].isel(perturbation=perturbation)
        return values.transpose("point", "draw", "layer").to_numpy()[rows].astype(np.float64)

    if row == 0 and "noise" in names:
        # Where a network is dead both are 0, and the mean is over the other draws.
        with np.errstate(divide="ignore", invalid="ignore"):
            values = column("gain", place) / column("gain", names.index("noise"))
    elif row == 0:
        values = column("relative_gain", place)
    elif row == 1:
        count = direction_counts(dataset)[place]
        values = column("effective_rank", place) / (count if np.isfinite(count) else 1)
    else:
        values = column("mean_square_cosine", place)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        means: NDArray[np.float64] = np.nanmean(values, axis=(0, 1))
    return means
