"""Logarithmic axes: at any span and size three or more labels, if they have room."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from framesweep_analysis.figures.style import logarithmic
from framesweep_analysis.figures.ticks import label_logarithm, number_texts


def labels(axis_name: str, low: float, high: float, inches: float) -> list[Text]:
    """The labels that are in view on an axis of that length."""
    figure = Figure(figsize=(inches, inches), dpi=100)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    ends = np.array([low, high])
    logarithmic(axes, ends, ends)
    FigureCanvasAgg(figure).draw()
    axis = axes.xaxis if axis_name == "x" else axes.yaxis
    return [label for label in axis.get_ticklabels() if label.get_text()]


SPANS = [
    (0.089, 0.168),
    (6e3, 2.5e4),
    (0.9, 1.1),
    (3.0, 3.0),
    (1e-5, 40.0),
    (2e-9, 7e8),
    (190, 200),
]


@pytest.mark.parametrize(("low", "high"), SPANS)
@pytest.mark.parametrize("axis", ["x", "y"])
@pytest.mark.parametrize("inches", [1.5, 3.0, 8.0])
def test_labels_are_enough_and_do_not_touch(
    axis: str, low: float, high: float, inches: float
) -> None:
    shown = labels(axis, low, high, inches)
    assert len(shown) >= (3 if inches > 2 or axis == "y" else 2)
    boxes = [label.get_window_extent() for label in shown]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


def test_the_numbers_of_an_axis_are_written_in_one_way() -> None:
    assert number_texts([0.05, 0.1, 2000]) == ["0.05", "0.1", "2,000"]
    assert number_texts([2e-4, 0.1]) == [r"$2 \times 10^{-4}$", "$10^{-1}$"]
    assert number_texts([9e6, 1e7]) == [r"$9 \times 10^{6}$", "$10^{7}$"]


def test_given_values_are_the_labels_where_they_have_room() -> None:
    for values, expected in (((2, 6, 12), ["2", "6", "12"]), ((2, 2.01, 12), ["2", "5", "10"])):
        figure = Figure(figsize=(3, 3))
        axes = figure.add_subplot(xscale="log", xlim=(1.8, 13))
        label_logarithm(axes.xaxis, values)
        FigureCanvasAgg(figure).draw()
        assert [t.get_text() for t in axes.get_xticklabels()] == expected
