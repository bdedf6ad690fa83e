"""The figures by their names on the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ..errors import ResultsError
from ..groups import open_execution
from .cost import cost_figure, timeline_figure
from .depth_width import depth_width_figure
from .draws import draws_figure
from .neural import overlap_figure, profiles_figure
from .potential import PotentialSelection, potential_figure, select_potentials
from .robustness import robustness_figure
from .style import save_figure

__all__ = [
    "FIGURES",
    "FigureKind",
    "PotentialSelection",
    "cost_figure",
    "depth_width_figure",
    "draws_figure",
    "overlap_figure",
    "potential_figure",
    "profiles_figure",
    "robustness_figure",
    "save_figure",
    "select_potentials",
    "timeline_figure",
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

    def draw(self, dataset: xr.Dataset, path: str | os.PathLike[str], **options: object) -> Figure:
        """The figure of an open file; `options` are those that were given."""
        unknown = sorted(options.keys() - set(self.options))
        if unknown:
            raise ResultsError(f"this figure has no option --{unknown[0]}")
        if not self.of_execution:
            return self.function(dataset, **options)
        # A selection of points is one here too.
        execution = open_execution(path)
        chosen = np.isin(execution["point"].to_numpy(), dataset["point"].to_numpy())
        return self.function(execution.isel(point=chosen), **options)


#: Every figure, in the order of a report.
FIGURES: dict[str, FigureKind] = {
    "potential": FigureKind(
        "minimum deep frame potential against parameters, by family", potential_figure, ("form",)
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
    "robustness": FigureKind(
        "test error and errors under attack over sweeps of inference, or another key",
        robustness_figure,
        ("column",),
    ),
    "cost": FigureKind(
        "measured against predicted time of the points", cost_figure, of_execution=True
    ),
    "timeline": FigureKind("when each rank computed", timeline_figure, of_execution=True),
}
