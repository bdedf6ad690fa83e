"""The figures by their names on the command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ..errors import UsageError
from ..groups import open_execution
from .captions import caption
from .correlation_table import ScoreTable, correlation_figure, score_table
from .cost import cost_figure, timeline_figure
from .depth_width import depth_width_figure
from .draws import draws_figure
from .neural import overlap_figure, profiles_figure
from .published import published_figure
from .potential import PotentialSelection, potential_figure, select_potentials
from .robustness import robustness_figure
from .scatter import scatter_figure
from .style import save_figure
from .trained import trained_frames_figure
from .trend import trend_figure

__all__ = [
    "FIGURES",
    "FigureKind",
    "PotentialSelection",
    "ScoreTable",
    "caption",
    "correlation_figure",
    "cost_figure",
    "depth_width_figure",
    "draws_figure",
    "overlap_figure",
    "potential_figure",
    "profiles_figure",
    "published_figure",
    "robustness_figure",
    "save_figure",
    "scatter_figure",
    "score_table",
    "select_potentials",
    "timeline_figure",
    "trained_frames_figure",
    "trend_figure",
]


@dataclass(frozen=True)
class FigureKind:
    """A figure that the command line and the report draw from a file."""

    summary: str
    function: Callable[..., Figure]
    options: tuple[str, ...] = ()
    """The function's options that the command line offers."""
    of_execution: bool = False
    """Whether it shows how the points were computed, and not what they are."""
    several: bool = False
    """Whether it compares several files, which the function takes as a list."""

    def draw(
        self,
        dataset: xr.Dataset | Sequence[xr.Dataset],
        path: str | os.PathLike[str],
        **options: object,
    ) -> Figure:
        """The figure of an open file, or of several; `options` are those that were given."""
        unknown = sorted(options.keys() - set(self.options))
        if unknown:
            raise UsageError(f"this figure has no option --{unknown[0]}")
        if not (self.of_execution and isinstance(dataset, xr.Dataset)):
            return self.function(dataset, **options)
        # A selection of points is one here too.
        execution = open_execution(path)
        chosen = np.isin(execution["point"].to_numpy(), dataset["point"].to_numpy())
        return self.function(execution.isel(point=chosen), **options)


#: Every figure, in the order of a report.
FIGURES: dict[str, FigureKind] = {
    "potential": FigureKind(
        "minimum deep frame potential against parameters, by family", potential_figure, ("form", "by")
    ),
    "trend": FigureKind(
        "any column over an axis of the sweep, a line for each family with a band over draws",
        trend_figure,
        ("column", "over", "by"),
    ),
    "scatter": FigureKind(
        "any two columns against one another, with Kendall's τ and the numbers of points",
        scatter_figure,
        ("column", "over", "by"),
    ),
    "correlation": FigureKind(
        "how every score ranks the networks by their error, as a table",
        correlation_figure,
        ("column",),
    ),
    "published": FigureKind(
        "how every score ranks the networks by their published errors, which --table gives",
        published_figure,
        ("column",),
    ),
    "depth-width": FigureKind(
        "map of the minimum deep frame potential, or else that of the weights, over depth and width",
        depth_width_figure,
        ("column",),
    ),
    "draws": FigureKind(
        "deep frame potential of the weights, beside the minimum where it is known", draws_figure
    ),
    "profiles": FigureKind(
        "neural frames layer by layer, for each family of perturbations",
        profiles_figure,
        ("point",),
    ),
    "overlap": FigureKind(
        "overlap of the perturbations' subspaces layer by layer", overlap_figure, ("point",)
    ),
    "trained-frames": FigureKind(
        "what training does to neural frames; several files are trainings to compare",
        trained_frames_figure,
        several=True,
    ),
    "robustness": FigureKind(
        "test error and errors under attack over sweeps of inference, or another key",
        robustness_figure,
        ("column",),
    ),
    "cost": FigureKind(
        "CPU time of the points against its prediction", cost_figure, of_execution=True
    ),
    "timeline": FigureKind("when each rank computed", timeline_figure, of_execution=True),
}
