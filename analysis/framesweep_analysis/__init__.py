"""Opens framesweep's results files as labelled data sets and draws figures from them."""

from .accessor import FramesweepAccessor
from .architecture import LayerShape, layer_shapes, parse_architecture
from .checksum import data_sha256, stored_sha256
from .columns import axis_label, point_values
from .compare import differences
from .correlation import (
    RankCorrelation,
    correlate_ranks,
    correlation_within,
    partial_correlation,
    rank_correlation,
)
from .errors import (
    ExportError,
    IncompleteResultsWarning,
    MixedFormsWarning,
    NothingToDraw,
    ResultsError,
    ResultsWarning,
    WeightsError,
)
from .export import Exported, export
from .figures import (
    FIGURES,
    PotentialSelection,
    ScoreTable,
    caption,
    correlation_figure,
    cost_figure,
    depth_width_figure,
    draws_figure,
    overlap_figure,
    potential_figure,
    profiles_figure,
    published_figure,
    robustness_figure,
    save_figure,
    scatter_figure,
    score_table,
    select_potentials,
    timeline_figure,
    trained_frames_figure,
    trend_figure,
)
from .grid import to_grid
from .groups import Provenance, failures, open_execution, point_texts, provenance
from .join import Conflict, Joined, join_results
from .load import open_results, select_ok, status_counts
from .pareto import pareto_front, pareto_indices
from .published import PublishedJoin, join_published
from .published import outcomes as published_outcomes
from .ranking import Agreement, Ranking, agreements, rank_published
from .report import report, write_report
from .selection import select_values
from .table import to_table
from .weights import load_arrays, write_weights

__all__ = [
    "FIGURES",
    "Agreement",
    "Conflict",
    "ExportError",
    "Exported",
    "FramesweepAccessor",
    "IncompleteResultsWarning",
    "Joined",
    "LayerShape",
    "MixedFormsWarning",
    "NothingToDraw",
    "PotentialSelection",
    "Provenance",
    "PublishedJoin",
    "RankCorrelation",
    "Ranking",
    "ResultsError",
    "ResultsWarning",
    "ScoreTable",
    "WeightsError",
    "agreements",
    "axis_label",
    "caption",
    "correlate_ranks",
    "correlation_figure",
    "correlation_within",
    "cost_figure",
    "data_sha256",
    "depth_width_figure",
    "differences",
    "draws_figure",
    "export",
    "failures",
    "join_published",
    "join_results",
    "layer_shapes",
    "load_arrays",
    "open_execution",
    "open_results",
    "overlap_figure",
    "pareto_front",
    "pareto_indices",
    "parse_architecture",
    "partial_correlation",
    "point_texts",
    "point_values",
    "potential_figure",
    "profiles_figure",
    "provenance",
    "published_figure",
    "published_outcomes",
    "rank_correlation",
    "rank_published",
    "report",
    "robustness_figure",
    "save_figure",
    "scatter_figure",
    "score_table",
    "select_ok",
    "select_potentials",
    "select_values",
    "status_counts",
    "stored_sha256",
    "timeline_figure",
    "to_grid",
    "to_table",
    "trained_frames_figure",
    "trend_figure",
    "write_report",
    "write_weights",
]
