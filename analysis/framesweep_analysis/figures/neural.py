"""Neural frames layer by layer: profiles of statistics, and how families overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..errors import NothingToDraw, ResultsError
from ..words import plural
from .style import Figure, family_order, legend_below, note, note_not_ok, styled
from .ticks import label_logarithm

#: Colour, marker and dashes of a line.
_Line = tuple[str, str, Literal["-", "--", "-.", ":"]]

#: The line of each family of perturbations.
_PERTURBATIONS: dict[str, _Line] = {
    "augmentation": ("#0A4F8C", "o", "-"),
    "noise": ("#4D4D4D", "s", "--"),
    "fourier": ("#E67E00", "^", "-."),
    "generative": ("#B5478B", "D", ":"),
}
_UNKNOWN: _Line = ("0.5", "x", "-")
_PAIR_COLOURS = ("#0A4F8C", "#E67E00", "#12A37F", "#B5478B", "#4D4D4D", "#56B4E9")
_PAIR_MARKERS = ("o", "D", "^", "s", "v", "P")

#: Statistics of a profile unless others are asked for.
PROFILE_STATISTICS = ("relative_gain", "effective_rank", "mean_square_cosine")

_LABELS = {
    "gain": "Gain",
    "relative_gain": "Relative gain",
    "stable_rank": "Stable rank",
    "participation_ratio": "Participation ratio",
    "effective_rank": "Effective rank",
    "coherence": "Coherence",
    "mean_abs_cosine": "Mean |cosine|",
    "mean_square_cosine": "Mean cosine²",
    "angle_distortion": "Angle distortion",
    "collapsed": "Collapsed directions",
}
_LOGARITHMIC = {"gain", "relative_gain"}
#: Statistics that cannot exceed the number of directions, and are shown divided by it.
_COUNTED = {"stable_rank", "participation_ratio", "effective_rank"}

#: So many networks show the spread; of more, blocks spread evenly over the sweep are read.
_SAMPLED = 20_000
#: Columns of up to so many bytes are read at once.
_WHOLE = 1 << 28


@dataclass(frozen=True)
class _Sample:
    """The ok points that a figure reads."""

    rows: NDArray[np.intp]
    family: NDArray[np.str_]
    ok_count: int


@styled
def profiles_figure(
    dataset: xr.Dataset,
    *,
    statistics: Sequence[str] = PROFILE_STATISTICS,
    point: int | None = None,
) -> Figure:
    """Statistics of the neural frames by layer, a line for each family of perturbations.

    A row of panels for each statistic (means over images) and a column for each family of networks.
    Lines are medians over networks and draws, bands the middle half of them. A layer that less than
    half of the networks have is drawn with a thin line. Ranks are divided by the number of
    directions, so that families with more directions do not lie higher for that alone. With `point`,
    one network is shown: means over its images and draws, and bands of one standard deviation over images.

    Raises `NothingToDraw` if the file has no neural frames of ok points.
    """
    for name in statistics:
        if name not in _LABELS:
            raise ResultsError(f"{name} is not a statistic, expected one of {', '.join(_LABELS)}")
    present = [name for name in statistics if f"neural_{name}_mean" in dataset]
    if not present:
        raise NothingToDraw(
            f"nothing to draw: the file has no column neural_{statistics[0]}_mean; sweeps measure "
            "neural frames where their measure has neural_frames"
        )
    sample = _sample(dataset, point)
    families = family_order(sample.family)
    perturbations = [str(name) for name in dataset["perturbation"].to_numpy()]
    figure = Figure(
        figsize=(max(2.15 * len(families) + 0.7, 3.5), 1.6 * len(present) + 0.75),
        dpi=300,
        layout="constrained",
    )
    panels = figure.subplots(len(present), len(families), squeeze=False, sharex="col", sharey="row")
    thin = False
    drawn = False
    counts = direction_counts(dataset)
    for row, statistic in enumerate(present):
        means = _read(dataset, f"neural_{statistic}_mean", sample.rows)
        spreads = None
        if point is not None and f"neural_{statistic}_std" in dataset:
            spreads = _read(dataset, f"neural_{statistic}_std", sample.rows)
        divided = statistic in _COUNTED and bool(np.isfinite(counts).all())
        if divided:
            means = means / counts[:, None]
            spreads = None if spreads is None else spreads / counts[:, None]
        for column, family in enumerate(families):
            axes = panels[row][column]
            mask = sample.family == family
            for index, name in enumerate(perturbations):
                values = means[mask][:, :, index]
                spread = None if spreads is None else spreads[mask][:, :, index]
                drawn |= bool(np.isfinite(values).any())
                style = _PERTURBATIONS.get(name, _UNKNOWN)
                thin |= _draw_profile(axes, values, spread, style)
            _arrange(axes, dataset.sizes["layer"])
            if statistic in _LOGARITHMIC and _all_positive(means):
                axes.set_yscale("log")
                label_logarithm(axes.yaxis)
            if row == 0:
                axes.set_title(_panel_title(point, family, mask), loc="left")
            if column == 0:
                axes.set_ylabel(_LABELS[statistic] + ("\n/ directions" if divided else ""))
            if divided:
                axes.set_ylim(0, 1.03)
            if row == len(present) - 1:
                axes.set_xlabel("Layer (0 is the input)")
    if not drawn:
        raise NothingToDraw(
            f"nothing to draw: {sample.ok_count} points are ok, but every value of "
            f"{', '.join(present)} is NaN"
        )
    _legend(
        figure,
        [(name, _PERTURBATIONS.get(name, _UNKNOWN)) for name in perturbations],
        _band(dataset, point, sample),
        thin=thin,
    )
    _note_sample(figure, dataset, point, sample)
    return figure


@styled
def overlap_figure(dataset: xr.Dataset, *, point: int | None = None) -> Figure:
    """The overlap of the subspaces that two families of perturbations span, by layer.

    1 where one subspace contains the other, 0 where they are orthogonal. One panel for each family
    of networks; lines are medians over networks and draws of the means over images, bands the
    middle half of them. The grey area is what two random subspaces have in common on average,
    max(a, b)/D for a and b directions and a representation of D numbers: from the pair with the
    least to the one with the most directions, at the median network.

    Raises `NothingToDraw` if the file has no overlaps of ok points.
    """
    name = "neural_subspace_overlap_mean"
    if name not in dataset:
        raise NothingToDraw(
            f"nothing to draw: the file has no column {name}; it needs two families of "
            "perturbations under measure.neural_frames"
        )
    sample = _sample(dataset, point)
    values = _read(dataset, name, sample.rows)
    if not np.isfinite(values).any():
        raise NothingToDraw(
            f"nothing to draw: {sample.ok_count} points are ok, but every value of {name} is NaN"
        )
    families = family_order(sample.family)
    if "perturbation_pair_name" in dataset.coords:
        pairs = [str(text) for text in dataset["perturbation_pair_name"].to_numpy()]
    else:
        pairs = [f"pair {index}" for index in range(values.shape[2])]
    figure = Figure(
        figsize=(max(2.15 * len(families) + 0.7, 3.5), 2.9), dpi=300, layout="constrained"
    )
    panels = figure.subplots(1, len(families), squeeze=False, sharey=True)[0]
    thin = False
    styles: list[_Line] = [
        (_PAIR_COLOURS[i % len(_PAIR_COLOURS)], _PAIR_MARKERS[i % len(_PAIR_MARKERS)], "-")
        for i in range(len(pairs))
    ]
    expected = _random_overlap(dataset, sample.rows)
    for axes, family in zip(panels, families, strict=True):
        mask = sample.family == family
        if expected is not None:
            _draw_random(axes, expected[mask])
        for index, style in enumerate(styles):
            thin |= _draw_profile(axes, values[mask][:, :, index], None, style)
        _arrange(axes, dataset.sizes["layer"])
        axes.set_title(_panel_title(point, family, mask), loc="left")
        axes.set_xlabel("Layer (0 is the input)")
        axes.set_ylim(-0.03, 1.03)
    panels[0].set_ylabel("Subspace overlap")
    _legend(
        figure,
        [(name, style) for name, style in zip(pairs, styles, strict=True)],
        "" if point is not None else _band(dataset, point, sample),
        thin=thin,
        columns=2 if len(families) < 3 else 3,
        random=expected is not None,
    )
    _note_sample(figure, dataset, point, sample)
    return figure


def direction_counts(dataset: xr.Dataset) -> NDArray[np.float64]:
    """How many directions each family of perturbations has; NaN where nothing says it.

    Where the sweep file asks for all augmentations, the input tells their number: of m directions of
    unit norm the participation ratio P and the mean squared cosine c are tied by
    P (1 + (m − 1) c) = m. Both are means over images, so m is rounded.
    """
    names = dataset["perturbation"].to_numpy()
    counts = np.full(len(names), np.nan)
    if "direction_count" in dataset.coords:
        counts = dataset["direction_count"].to_numpy().copy()
    needed = ("neural_participation_ratio_mean", "neural_mean_square_cosine_mean")
    if np.isfinite(counts).all() or any(name not in dataset for name in needed):
        return counts
    rows = np.flatnonzero(dataset["status"].to_numpy() == "ok")[:200]
    order = ("point", "draw", "perturbation", "layer")
    ratio, cosine = (
        dataset[name].isel(point=rows, layer=[0]).transpose(*order).to_numpy().astype(np.float64)
        for name in needed
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.moveaxis(ratio * (1 - cosine) / (1 - ratio * cosine), 2, 0)
    for index, values in enumerate(found.reshape(len(names), -1)):
        values = values[np.isfinite(values)]
        if np.isnan(counts[index]) and len(values):
            count = round(float(np.median(values)))
            # Ranks are at most the number of directions: else the two numbers are not of one frame.
            if count >= np.nanmax(ratio[:, :, index]) - 0.5:
                counts[index] = count
    return counts


def _random_overlap(dataset: xr.Dataset, rows: NDArray[np.intp]) -> NDArray[np.float64] | None:
    """(point, layer, least and most) of max(a, b)/D over pairs; None where it is not known."""
    needed = ("layer_width", "layer_stride", "input_channels", "input_size")
    counts = direction_counts(dataset)
    if any(name not in dataset for name in needed) or not np.isfinite(counts).all():
        return None
    widths, strides = (
        dataset[name].isel(point=rows).transpose("point", "layer").to_numpy().astype(np.float64)
        for name in needed[:2]
    )
    size = dataset["input_size"].to_numpy()[rows].astype(np.float64)
    channels = dataset["input_channels"].to_numpy()[rows].astype(np.float64)
    if (size <= 0).any() or (channels <= 0).any():
        return None
    extent = np.zeros(widths.shape)
    extent[:, 0] = channels * size**2
    for layer in range(1, widths.shape[1]):
        size = np.ceil(size / np.maximum(strides[:, layer], 1))
        extent[:, layer] = widths[:, layer] * size**2
    ordered = np.sort(counts)
    # Of all pairs, the larger count is at least the second smallest one, and at most the largest.
    ends = np.array([ordered[min(1, len(ordered) - 1)], ordered[-1]])
    with np.errstate(divide="ignore"):
        expected = np.minimum(ends / extent[..., None], 1.0)
    expected[extent == 0] = np.nan
    return expected


def _draw_random(axes: Axes, expected: NDArray[np.float64]) -> None:
    layers = np.flatnonzero(np.isfinite(expected[..., 0]).any(axis=0))
    low, high = np.nanmedian(expected[:, layers], axis=0).T
    axes.fill_between(layers, low, high, color="0.6", alpha=0.6, linewidth=1.2, zorder=1)


def _panel_title(point: int | None, family: str, mask: NDArray[np.bool_]) -> str:
    # Networks from files belong to no family.
    kind = "" if family == "none" else f"{family} "
    if point is not None:
        return f"point {point}, {family}" if kind else f"point {point}"
    return plural(int(mask.sum()), f"{kind}network")


def _sample(dataset: xr.Dataset, point: int | None) -> _Sample:
    ok = np.flatnonzero(dataset["status"].to_numpy() == "ok")
    if point is not None:
        place = np.flatnonzero(dataset["point"].to_numpy() == point)
        if not len(place):
            raise ResultsError(f"there is no point {point}")
        rows = np.intersect1d(ok, place)
        if not len(rows):
            status = dataset["status"].to_numpy()[place[0]]
            raise NothingToDraw(f"nothing to draw: point {point} is {status}")
    else:
        rows = ok
        if len(rows) > _SAMPLED:
            # Blocks of neighbours: rows are stored in compressed chunks.
            starts = np.linspace(0, len(rows) - 500, _SAMPLED // 500).astype(np.intp)
            rows = rows[np.unique((starts[:, None] + np.arange(500)).ravel())]
    if not len(rows):
        raise NothingToDraw(f"nothing to draw: none of {dataset.sizes['point']} points is ok")
    family = dataset["family"].to_numpy()[rows].astype(str)
    return _Sample(rows, family, len(ok))


def _read(dataset: xr.Dataset, name: str, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """A column of some points as (point, draw, perturbation or pair, layer)."""
    column = dataset[name]
    if column.nbytes <= _WHOLE:
        return column.to_numpy()[rows].astype(np.float64)
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    parts = [column.isel(point=slice(int(r[0]), int(r[-1]) + 1)).to_numpy() for r in runs]
    return np.concatenate(parts).astype(np.float64)


def _all_positive(values: NDArray[np.float64]) -> bool:
    known = values[np.isfinite(values)]
    return bool(len(known) and known.min() > 0)


def _draw_profile(
    axes: Axes,
    values: NDArray[np.float64],
    spread: NDArray[np.float64] | None,
    style: _Line,
) -> bool:
    """Draws (point, draw, layer) values; returns whether a part of the line is thin."""
    colour, marker, line = style
    flat = values.reshape(-1, values.shape[-1])
    counts = np.isfinite(flat).sum(axis=0)
    layers = np.flatnonzero(counts)
    if not len(layers):
        return False
    if spread is None:
        low, middle, high = np.nanquantile(flat[:, layers], [0.25, 0.5, 0.75], axis=0)
    else:
        middle = np.nanmean(flat[:, layers], axis=0)
        deviation = np.nan_to_num(np.nanmean(spread.reshape(flat.shape)[:, layers], axis=0))
        # No statistic is below 0, though a mean minus its deviation can be.
        low, high = np.maximum(middle - deviation, 0), middle + deviation
    axes.fill_between(layers, low, high, color=colour, alpha=0.14, linewidth=0)
    full = counts[layers] * 2 >= counts[layers].max()
    solid = layers[full]
    step = max(1, len(layers) // 10)
    axes.plot(
        solid,
        middle[full],
        color=colour,
        linestyle=line,
        linewidth=1.1,
        marker=marker,
        markersize=2.6,
        markevery=step,
    )
    rest = layers[~full]
    if len(rest):
        start = max(int(np.flatnonzero(~full)[0]) - 1, 0)
        axes.plot(layers[start:], middle[start:], color=colour, linestyle=line, linewidth=0.45)
    return bool(len(rest))


def _arrange(axes: Axes, layers: int) -> None:
    axes.grid(which="major", zorder=0)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))


def _legend(
    figure: Figure,
    lines: list[tuple[str, _Line]],
    band: str,
    *,
    thin: bool,
    columns: int = 4,
    random: bool = False,
) -> None:
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=c, marker=m, linestyle=s, markersize=3, linewidth=1.1, label=name)
        for name, (c, m, s) in lines
    ]
    if band:
        handles.append(Patch(color="0.5", alpha=0.25, linewidth=0, label=band))
    if random:
        label = "random subspaces"
        handles.append(Line2D([], [], color="0.6", linewidth=3.5, label=label))
    if thin:
        label = "under half of the networks"
        handles.append(Line2D([], [], color="0.3", linewidth=0.45, label=label))
    legend_below(figure, handles, columns=columns if figure.get_figwidth() > 5 else 2)


def _band(dataset: xr.Dataset, point: int | None, sample: _Sample) -> str:
    """What the bands show; nothing where every line is that of a single network and draw."""
    if point is not None:
        return "± 1 std over images"
    if np.unique(sample.family, return_counts=True)[1].max() > 1:
        return "middle half of networks"
    return "middle half of draws" if dataset.sizes.get("draw", 1) > 1 else ""


def _note_sample(figure: Figure, dataset: xr.Dataset, point: int | None, sample: _Sample) -> None:
    if point is not None:
        return
    if len(sample.rows) < sample.ok_count:
        count = f"{len(sample.rows):,} of {sample.ok_count:,} ok points"
        note(figure, f"{count}, spread evenly over the sweep")
    note_not_ok(figure, dataset["status"].to_numpy())
