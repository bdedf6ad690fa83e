"""Opens framesweep's results files as labelled data sets and draws figures from them."""

from .checksum import data_sha256, stored_sha256
from .compare import differences
from .errors import IncompleteResultsWarning, NothingToDraw, ResultsError
from .load import open_results, select_ok, status_counts
from .plots import PotentialSelection, potential_figure, save_figure, select_potentials

__all__ = [
    "IncompleteResultsWarning",
    "NothingToDraw",
    "PotentialSelection",
    "ResultsError",
    "data_sha256",
    "differences",
    "open_results",
    "potential_figure",
    "save_figure",
    "select_ok",
    "select_potentials",
    "status_counts",
    "stored_sha256",
]
