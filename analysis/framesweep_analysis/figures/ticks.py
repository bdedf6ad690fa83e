"""Labels of logarithmic axes, as many as there is room for, over any span."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import (
    Formatter,
    Locator,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)
from numpy.typing import NDArray

#: So many labels say what an axis spans and that it is logarithmic.
_ENOUGH = 3
#: Multiples of the powers of ten that carry labels where the powers alone are too few.
_MULTIPLES = ((1.0, 2.0, 5.0), (1.0, 3.0))
#: The same where steps of equal size are too few as well.
_LAST = (1.0, 2.0, 3.0, 6.0)
#: The width of a digit and the height of a line, in font sizes, gaps between labels included.
_DIGIT, _LINE = 0.62, 1.5


def label_logarithm(axis: Axis, values: Sequence[float] | NDArray[np.float64] = ()) -> None:
    """Labels a logarithmic axis with numbers of one kind that do not touch.

    The labels are, of these, the first of which three or more are in view and all have room: all
    of `values`, powers of ten (every second one, every third one, …), 1, 2 and 5 times these, 1 and
    3 times, steps of equal size, 1, 2, 3 and 6 times, of steps those that have room. Where none
    have, the most that fit.
    """
    axis.set_major_locator(_Ticks(values))
    axis.set_major_formatter(_Numbers())
    axis.set_minor_locator(NullLocator() if len(values) else LogLocator(subs="auto"))
    axis.set_minor_formatter(NullFormatter())


def number_texts(values: Sequence[float]) -> list[str]:
    """Labels of an axis: 0.05, 2,000; with powers of ten where one would have many zeros."""
    positive = [value for value in values if value > 0]
    plain = not positive or (min(positive) >= 1e-3 and max(positive) < 1e6)
    return [f"{value:,.6g}" if plain else _with_power(value) for value in values]


def _with_power(value: float) -> str:
    exponent = int(np.floor(np.log10(value) + 1e-9)) if value > 0 else 0
    digits = value / 10.0**exponent
    power = f"10^{{{exponent}}}"
    return f"${power}$" if round(digits, 6) == 1 else f"${digits:.4g} \\times {power}$"


class _Numbers(Formatter):
    """All labels of an axis in one way: plain, or all with powers of ten."""

    def __call__(self, value: float, position: int | None = None) -> str:
        return number_texts([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        return number_texts(values)


class _Ticks(Locator):
    """The ticks of `label_logarithm`, chosen for the length that the axis has when it is drawn."""

    axis: Any

    def __init__(self, values: Sequence[float] | NDArray[np.float64]) -> None:
        self._values = np.asarray(values, dtype=np.float64)

    def __call__(self) -> list[float]:
        low, high = sorted(self.axis.get_view_interval())
        return self.tick_values(low, high)

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        best: NDArray[np.float64] = np.array([])
        if not 0 < vmin < vmax < np.inf:
            return []
        for ticks in self._candidates(vmin, vmax):
            seen = ticks[(ticks >= vmin * (1 - 1e-9)) & (ticks <= vmax * (1 + 1e-9))]
            if len(seen) <= len(best) or not self._fit(seen, vmin, vmax):
                continue
            best = seen
            if len(best) >= _ENOUGH:
                break
        return [float(tick) for tick in best]

    def _candidates(self, low: float, high: float) -> Iterator[NDArray[np.float64]]:
        if len(self._values) >= _ENOUGH:
            yield self._values
        powers = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        for stride in range(1, max(len(powers), 2)):
            yield 10.0 ** powers[powers % stride == 0]
        for multiples in _MULTIPLES:
            yield (10.0 ** powers[:, None] * np.array(multiples)).ravel()
        steps = [
            np.asarray(MaxNLocator(count, steps=[1, 2, 5, 10]).tick_values(low, high))
            for count in range(8, 1, -1)
        ]
        yield from steps
        yield (10.0 ** powers[:, None] * np.array(_LAST)).ravel()
        yield from (self._thinned(ticks[ticks >= low], low, high) for ticks in steps)

    def _thinned(self, ticks: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
        kept: list[float] = []
        for tick in ticks:
            if self._fit(np.array([*kept[-1:], tick]), low, high):
                kept.append(float(tick))
        return np.array(kept)

    def _fit(self, ticks: NDArray[np.float64], low: float, high: float) -> bool:
        axes = self.axis.axes
        box = axes.get_window_extent()
        upright = self.axis.axis_name == "y"
        length = (box.height if upright else box.width) * 72 / axes.figure.dpi
        places = np.log(ticks / low) / np.log(high / low) * length
        texts = number_texts(list(ticks))
        sizes = np.array([_LINE if upright else _DIGIT * (_length(t) + 1) for t in texts])
        sizes *= self.axis.get_major_ticks(1)[0].label1.get_fontsize()
        return bool(np.all(np.diff(places) >= (sizes[1:] + sizes[:-1]) / 2))


def _length(text: str) -> float:
    """The letters of a label, those of exponents being smaller."""
    if not text.startswith("$"):
        return len(text)
    digits, _, exponent = text.strip("$").partition("10^")
    sign = digits.replace("\\times", "×").replace(" ", "")
    return len(sign) + 2 + 0.7 * len(exponent.strip("{}"))
