"""Points with about the same value, as groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Above so many different values, neighbours are put together.
MOST_LEVELS = 40
#: So many groups of neighbours there are then, if the values allow it.
GROUPS = 24


def neighbours(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """The number of each value's group, from 0, by size: groups of about as many values.

    Equal values are in one group, so a value that is frequent makes a large one.
    """
    edges = np.unique(np.quantile(values, np.linspace(0, 1, GROUPS + 1)))
    group = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, max(len(edges) - 2, 0))
    present = np.bincount(group) > 0
    return (np.cumsum(present) - 1)[group]


def equal_size(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """The number of each value's group: equal values, or neighbours if there are more than 40 of them."""
    level, group = np.unique(values, return_inverse=True)
    return neighbours(values) if len(level) > MOST_LEVELS else group
