"""What can be wrong with a file, said so that the reader knows what to do."""

from __future__ import annotations


class ResultsError(Exception):
    """A results file that cannot be used as asked, with the reason as its text."""


class UsageError(ResultsError):
    """A command line that cannot be followed, whatever the file holds."""


class NothingToDraw(ResultsError):
    """A selection that leaves no point for a figure, with the counts that explain it."""


class WeightsError(Exception):
    """Weights that do not fit the architecture, with the reason as its text."""


class ExportError(Exception):
    """A network that cannot be exported, or whose file computes something else, with the reason as its text."""


class ResultsWarning(UserWarning):
    """Something about a results file that its reader should know."""


class IncompleteResultsWarning(ResultsWarning):
    """A results file whose sweep has points that were not computed yet."""


class MixedFormsWarning(ResultsWarning):
    """A comparison of frames in the synthesis form with frames in the analysis form."""
