"""What all figures share: type sizes, colours, logarithmic axes and clouds of many points."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib
import matplotlib.figure
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ..words import plural
from .ticks import label_logarithm

_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 8.0,
    "axes.titlesize": 8.0,
    "axes.labelsize": 8.0,
    "xtick.labelsize": 7.0,
    "ytick.labelsize": 7.0,
    "legend.fontsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.linewidth": 0.4,
    "grid.color": "0.9",
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    # The same figure of the same file has the same bytes.
    "svg.hashsalt": "framesweep",
}

#: Widths in inches of a figure in one column of a page, and across both.
ONE_COLUMN, TWO_COLUMNS = 3.5, 7.0

#: Colour-blind readers tell these apart by hue, and everybody by lightness where there is no
#: colour. The marker shapes differ too.
FAMILY_COLOURS = {
    "chain": "#0A4F8C",
    "residual": "#12A37F",
    "dense": "#E67E00",
    "transformer": "#B5338A",
    "mixer": "#7A5AC2",
    "convnext": "#8C6D31",
}
FAMILY_MARKERS = {
    "chain": "o",
    "residual": "^",
    "dense": "D",
    "transformer": "v",
    "mixer": "P",
    "convnext": "X",
}
OTHER_COLOUR, OTHER_MARKER = "#666666", "s"

#: The colours and markers of groups that are not families, in their order.
_COLOURS = ("#0A4F8C", "#E67E00", "#12A37F", "#B5338A", "#8C6D31", "#56A0D3", "#7A5AC2", "#666666")
_MARKERS = "oD^vXsPh"

#: Above so many points markers overlap everywhere and are drawn as a cloud of pixels.
CROWDED = 2000
#: Above so many points those that fall on one pixel are drawn once.
_PACKED = 50_000

Parameters = ParamSpec("Parameters")

#: The colour and the marker of each group of points.
Looks = Mapping[str, tuple[str, str]]


#: What readers call networks that have no family.
FROM_FILES = "from files"


def family_text(family: str) -> str:
    """What readers call the networks of a family, as the files write it."""
    return FROM_FILES if family == "none" else family


def looks(groups: Iterable[str]) -> Looks:
    """How groups are drawn: families as always, others by their order."""
    names = list(groups)
    if set(names) <= {*FAMILY_COLOURS, FROM_FILES}:
        return {
            name: (FAMILY_COLOURS.get(name, OTHER_COLOUR), FAMILY_MARKERS.get(name, OTHER_MARKER))
            for name in names
        }
    return {
        name: (_COLOURS[place % len(_COLOURS)], _MARKERS[place % len(_MARKERS)])
        for place, name in enumerate(names)
    }


def styled(draw: Callable[Parameters, Figure]) -> Callable[Parameters, Figure]:
    """Draws a figure with the sizes and lines above."""

    def inner(*arguments: Parameters.args, **options: Parameters.kwargs) -> Figure:
        with matplotlib.rc_context(_STYLE):
            return draw(*arguments, **options)

    inner.__doc__, inner.__name__ = draw.__doc__, draw.__name__
    inner.__wrapped__ = draw  # type: ignore[attr-defined]
    return inner


class Figure(matplotlib.figure.Figure):
    """A figure that notebooks show, whether or not pyplot was imported."""

    def _repr_png_(self) -> bytes:
        picture = io.BytesIO()
        with matplotlib.rc_context(_STYLE):
            self.savefig(picture, dpi=120, format="png")
        return picture.getvalue()


def save_figure(figure: matplotlib.figure.Figure, path: str | os.PathLike[str]) -> None:
    """Writes a figure; the ending of the name chooses the format (png, svg, pdf)."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(_STYLE):
        figure.savefig(path, dpi=300, metadata=_metadata(path.suffix))


def _metadata(ending: str) -> dict[str, Any]:
    # Without the date, a figure that did not change is a file that did not change.
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(ending.lower(), {})


#: The coordinates of each family's points.
Groups = Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]


def draw_cloud(
    axes: Axes,
    groups: Groups,
    shown: Looks,
    hollow: Mapping[str, NDArray[np.bool_]] | None = None,
) -> None:
    """Draws the points of each group on logarithmic axes, so that no group covers another.

    Points that are marked in `hollow` have markers without a filling, if there are markers.
    """
    count = sum(len(x) for x, _ in groups.values())
    size = float(np.clip(2.6e3 / max(count, 1), 2.0, 26.0))
    alpha = float(np.clip(40.0 / np.sqrt(max(count, 1)), 0.22, 0.85))
    if count <= CROWDED:
        for family, (x, y) in groups.items():
            colour, marker = shown[family]
            empty = np.zeros(len(x), dtype=bool) if hollow is None else hollow[family]
            axes.scatter(
                x[~empty],
                y[~empty],
                s=size,
                marker=marker,
                color=colour,
                alpha=alpha,
                linewidths=0,
                zorder=3,
            )
            if empty.any():
                axes.scatter(
                    x[empty],
                    y[empty],
                    s=size,
                    marker=marker,
                    facecolors="none",
                    edgecolors=colour,
                    linewidths=0.8,
                    zorder=3,
                )
        return
    # One scatter has one marker shape: here colour alone tells the families apart.
    x = np.concatenate([x for x, _ in groups.values()])
    y = np.concatenate([y for _, y in groups.values()])
    group = np.repeat(np.arange(len(groups)), [len(x) for x, _ in groups.values()])
    kept = first_of_pixels(group, np.log(x), np.log(y))
    colours = np.array([to_rgb(shown[f][0]) for f in groups])[group[kept]]
    mixed_marks(axes, x[kept], y[kept], colours, size=size, alpha=alpha)


def mixed_marks(
    axes: Axes,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    colours: NDArray[np.float64] | NDArray[np.str_],
    *,
    size: float,
    alpha: float,
) -> None:
    """Marks of all colours in one order that is the same every time, so that none covers the others."""
    order = np.random.default_rng(0).permutation(len(x))
    axes.scatter(
        x[order],
        y[order],
        s=size,
        c=colours[order],
        alpha=alpha,
        linewidths=0,
        zorder=3,
        # A vector file with tens of thousands of shapes is slow to show: pixels instead.
        rasterized=True,
    )


def first_of_pixels(
    group: NDArray[np.intp], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.intp]:
    """The first point of each group on every cell of a grid finer than the picture's pixels.

    Of few points all. The coordinates are those of the picture, so logarithms of logarithmic axes.
    """
    if len(x) <= _PACKED:
        return np.arange(len(x))
    cells = 400
    place = group.astype(np.int64)
    for values in (x, y):
        low, high = float(values.min()), float(values.max())
        step = (high - low) / cells or 1.0
        place = place * (cells + 1) + ((values - low) / step).astype(np.int64)
    return np.flatnonzero(~pd.Series(place).duplicated().to_numpy())


def logarithmic(axes: Axes, x: NDArray[np.float64] | None, y: NDArray[np.float64] | None) -> None:
    """Makes the axes of the given values logarithmic, with room around them and labels that fit."""
    axes.grid(which="major", zorder=0)
    axes.set_axisbelow(True)
    for axis, values, scale, limits in (
        (axes.xaxis, x, axes.set_xscale, axes.set_xlim),
        (axes.yaxis, y, axes.set_yscale, axes.set_ylim),
    ):
        if values is None:
            continue
        scale("log")
        low, high = float(values.min()), float(values.max())
        margin = max((high / low) ** 0.05, 1.12)
        limits(low / margin, high * margin)
        label_logarithm(axis)


def family_order(families: Iterable[str]) -> list[str]:
    """The families that there are, in the order of legends and panels."""
    present = set(families)
    known = [name for name in FAMILY_COLOURS if name in present]
    return known + sorted(present - set(known))


def group_handles(shown: Looks, count: int) -> list[Line2D]:
    """Legend entries of the groups that a cloud of so many points shows."""
    return [
        Line2D(
            [],
            [],
            color=colour,
            marker="o" if count > CROWDED else marker,
            markersize=4,
            linestyle="none",
            label=name,
        )
        for name, (colour, marker) in shown.items()
    ]


def family_handles(families: Sequence[str], count: int) -> list[Line2D]:
    """Legend entries of the families that a cloud of so many points shows."""
    return group_handles(looks(families), count)


def hollow_handle(label: str) -> Line2D:
    """The legend entry of hollow markers, whatever their family."""
    return Line2D(
        [],
        [],
        color="0.35",
        marker="o",
        markersize=4,
        markerfacecolor="none",
        linestyle="none",
        label=label,
    )


def legend_below(figure: Figure, handles: Sequence[Any], columns: int = 4) -> None:
    """A legend under the axes, where it covers no data."""
    if handles:
        figure.legend(
            handles=list(handles),
            loc="outside lower left",
            ncols=columns,
            frameon=False,
            handletextpad=0.5,
            columnspacing=1.5,
            borderaxespad=0.2,
        )


def note(figure: Figure, text: str) -> None:
    """Adds a line above the panels."""
    before = figure.get_suptitle()
    text = f"{before}\n{text}" if before else text
    figure.suptitle(text, x=0.01, ha="left", fontsize=7)


def note_not_ok(figure: Figure, status: NDArray[np.object_]) -> None:
    """Says how many points are missing from a figure because they are not ok, if any are."""
    labels, counts = np.unique(status[status != "ok"].astype(str), return_counts=True)
    if len(labels):
        words = [label.replace("_", " ") for label in labels]
        if len(words) > 1:
            words = [f"{count:,} {word}" for word, count in zip(words, counts, strict=True)]
        points = plural(len(status), "point")
        note(figure, f"{counts.sum():,} of {points} not shown: {', '.join(words)}")
