"""Draws and tabulates what the frame potential in the loss does to networks on little data.

    python analysis/potential_penalty.py none.h5 potential.h5 -o potential-penalty.png

reads what `framesweep run` wrote for jobs/penalty-none.yaml and jobs/penalty-potential.yaml. Two
tables, in Markdown, go to standard output: errors by family and depth, and Kendall's tau of scores
with the test error, without and with the penalty.
"""

from __future__ import annotations

import argparse

import numpy as np
from framesweep_analysis import correlate_ranks, open_results, save_figure
from framesweep_analysis.figures.style import (
    FAMILY_COLOURS,
    FAMILY_MARKERS,
    TWO_COLUMNS,
    family_handles,
    legend_below,
    logarithmic,
    note,
    styled,
)
from framesweep_analysis.words import signed
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

FAMILIES = ("chain", "dense")
SCORES = {
    "deep_frame_potential": "deep frame potential at random weights",
    "trained_deep_frame_potential": "deep frame potential after training",
    "parameter_count": "parameters",
}


def read(path):
    """The columns that are needed: errors with draws, the rest as means over them."""
    with open_results(path) as dataset:
        result = {name: np.asarray(dataset[name]) for name in ("stage_depth", "width")}
        codes = np.asarray(dataset["family"])
        if codes.dtype.kind in "iu":
            meanings = str(dataset["family"].attrs["flag_meanings"]).split()
            codes = np.array([meanings[code] for code in codes])
        result["family"] = codes.astype(str)
        for name in (*SCORES, "train_error", "test_error", "test_loss"):
            column = dataset[name].astype(float)
            result[name] = np.asarray(column.mean("draw") if "draw" in column.dims else column)
    return result


def error_table(none, penalty):
    """A row for each family and depth: means over widths, and the gain of all but the narrowest."""
    narrow = none["width"].min()
    yield (
        "| network | test error | with penalty | test loss | with penalty | networks improved "
        f"| gain above width {narrow} |"
    )
    yield "|---|---|---|---|---|---|---|"
    for family in FAMILIES:
        for depth in np.unique(none["stage_depth"]):
            rows = (none["family"] == family) & (none["stage_depth"] == depth)
            errors = [100 * source["test_error"][rows].mean() for source in (none, penalty)]
            losses = [source["test_loss"][rows].mean() for source in (none, penalty)]
            gain = 100 * (none["test_error"] - penalty["test_error"])
            better = (gain[rows] > 0).sum()
            wider = signed(gain[rows & (none["width"] > narrow)].mean(), "+.1f")
            yield (
                f"| {family}, {depth} layers | {errors[0]:.1f} % | {errors[1]:.1f} % "
                f"| {losses[0]:.2f} | {losses[1]:.2f} | {better} of {rows.sum()} | {wider} |"
            )


def rank_table(none, penalty):
    """Kendall's tau with its bootstrap interval, by score and family."""
    yield "| score | " + " | ".join(f"{f} | {f}, with penalty" for f in FAMILIES) + " |"
    yield "|---|" + "---|" * (2 * len(FAMILIES))
    for name, label in SCORES.items():
        cells = []
        for family in FAMILIES:
            for source in (none, penalty):
                rows = source["family"] == family
                tau = correlate_ranks(source[name][rows], source["test_error"][rows])
                cells.append(f"{signed(tau.estimate)} [{signed(tau.low)}, {signed(tau.high)}]")
        yield f"| {label} | " + " | ".join(cells) + " |"


@styled
def draw(none, penalty):
    """Left: error without and with the penalty. Right: the potential after training."""
    figure = Figure(figsize=(TWO_COLUMNS, 3.4), dpi=200, layout="constrained")
    for panel, (name, label) in zip(
        figure.subplots(1, 2),
        (
            ("test_error", "Test error (%)"),
            ("trained_deep_frame_potential", "√ deep frame potential after training"),
        ),
        strict=True,
    ):
        x, y = (
            np.sqrt(source[name]) if "potential" in name else 100 * source[name]
            for source in (none, penalty)
        )
        for family in FAMILIES:
            rows = none["family"] == family
            panel.scatter(
                x[rows], y[rows], s=6 + 4 * none["stage_depth"][rows], alpha=0.75, linewidths=0,
                color=FAMILY_COLOURS[family], marker=FAMILY_MARKERS[family],
            )
        ends = np.array([min(x.min(), y.min()), max(x.max(), y.max())])
        logarithmic(panel, ends, ends)
        panel.plot(ends, ends, color="0.6", lw=0.8, zorder=1)
        panel.set_xlabel(f"{label}, no penalty")
        panel.set_ylabel("With the frame potential in the loss")
    legend_below(figure, [*family_handles(FAMILIES, 0), Line2D([], [], color="0.6", label="equal")])
    note(figure, "Larger marks: deeper networks")
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("none", help="results file of jobs/penalty-none.yaml")
    parser.add_argument("penalty", help="results file of jobs/penalty-potential.yaml")
    parser.add_argument("-o", "--output", help="figure to write: .png, .svg or .pdf")
    options = parser.parse_args()
    none, penalty = read(options.none), read(options.penalty)
    print("\n".join([*error_table(none, penalty), "", *rank_table(none, penalty)]))
    if options.output:
        save_figure(draw(none, penalty), options.output)


if __name__ == "__main__":
    main()
