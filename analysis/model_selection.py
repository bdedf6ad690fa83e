"""Draws and tabulates how scores of untrained networks rank trained ones by their test error.

    python analysis/model_selection.py correlation.h5 --minima minima.h5 -o model-selection.png

reads what `framesweep run` wrote for jobs/correlation-digits.yaml and, for the minima,
jobs/correlation-digits-minima.yaml; or for jobs/correlation-statistics.yaml, jobs/correlation-cifar.yaml, or any
sweep that trains. The table, in Markdown, goes to standard output: Kendall's tau with its bootstrap interval for
each score and group, and tau with the number of parameters held fixed. Scores of layers are those of the last one.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
from framesweep_analysis import (
    correlate_ranks,
    open_results,
    partial_correlation,
    save_figure,
)
from framesweep_analysis.figures.style import (
    FAMILY_COLOURS,
    FAMILY_MARKERS,
    TWO_COLUMNS,
    logarithmic,
    styled,
)
from framesweep_analysis.words import signed
from matplotlib.figure import Figure

SCORES = {
    "min_deep_frame_potential": "minimum deep frame potential",
    "deep_frame_potential": "deep frame potential at random weights",
    "trained_deep_frame_potential": "deep frame potential after training",
    "mutual_coherence": "mutual coherence at random weights",
    "parameter_count": "parameters",
    "forward_flops": "forward FLOPs",
    "atom_count": "atoms K",
    "synflow_log": "ln synflow",
    "spectral_norm_log": "ln of spectral norms' product",
    "spectral_complexity_log": "ln of spectral complexity",
    "zen_score": "Zen-score",
    "gradient_norm": "gradient norm",
    "snip": "SNIP",
    "naswot": "NASWOT",
    "ntk_condition": "NTK condition",
    "width_reciprocal_sum": "Σ 1/width",
    "forward_gain_log": "ln of the forward gain",
    "tangent_gain_log": "ln of the tangents' gain",
    "surviving_directions": "surviving directions",
    "active_fraction": "active units",
    "nngp_log_condition": "ln of the NNGP's condition",
    "ntk_log_condition": "ln of the NTK's condition, infinite width",
    "nngp_effective_rank": "effective rank, NNGP",
    "ntk_effective_rank": "effective rank, NTK",
    "nngp_alignment": "alignment with classes, NNGP",
    "ntk_alignment": "alignment with classes, NTK",
    "nngp_loo_error": "leave-one-out error, NNGP",
    "ntk_loo_error": "leave-one-out error, NTK",
    "feature_alignment": "alignment with classes, features",
    "feature_loo_error": "leave-one-out error, features",
    "inductive_bias": "inductive bias",
    "draw_cka": "similarity of draws",
    "hessian_top": "largest curvature",
    "hessian_trace": "total curvature",
    "average_flatness": "loss with noise",
    "filter_flatness": "loss with noise relative to filters",
    "sam_sharpness": "SAM sharpness",
    "adaptive_sharpness": "adaptive sharpness",
    "trained_hessian_top": "largest curvature after training",
    "trained_average_flatness": "loss with noise after training",
    "trained_filter_flatness": "loss with noise relative to filters after training",
    "trained_adaptive_sharpness": "adaptive sharpness after training",
    "trained_draw_cka": "similarity of draws after training",
}
GROUPS = [
    ("chain", "synthesis"),
    ("dense", "synthesis"),
    ("chain", "analysis"),
    ("residual", "analysis"),
    ("dense", "analysis"),
]
FORMS = ("synthesis", "analysis")


def columns(dataset):
    """Each column's mean over draws, and family and form as words."""
    values = {}
    for name in [*SCORES, "test_error"]:
        if name not in dataset:
            continue
        column = dataset[name].astype(float)
        if "layer" in column.dims:
            # That of the last layer: layer 0 is the input.
            column = column.isel(layer=dataset["layer_count"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            values[name] = np.asarray(column.mean("draw") if "draw" in column.dims else column)
    words = {name: np.asarray(dataset[name]) for name in ("family", "form")}
    for name, codes in words.items():
        if codes.dtype.kind in "iu":
            meanings = dataset[name].attrs["flag_meanings"].split()
            words[name] = np.array([meanings[code] for code in codes])
    return values, words


def add_minima(values, words, dataset, minima):
    """Takes the minima of equal networks over from another file."""
    keys = ("stage_depth", "width")
    (found, found_words), name = columns(minima), "min_deep_frame_potential"

    def rows(words, data):
        return zip(
            words["family"], words["form"], *(np.asarray(data[key]) for key in keys), strict=True
        )

    known = dict(zip(rows(found_words, minima), found[name], strict=True))
    values[name] = np.array([known.get(row, np.nan) for row in rows(words, dataset)])


def correlation_cell(x, y, fixed=None):
    """Kendall's τ with its interval, and the partial τ with `fixed` held fixed if that is given."""
    tau = correlate_ranks(x, y)
    cell = signed(tau.estimate)
    if np.isfinite(tau.low):
        cell += f" [{signed(tau.low)}, {signed(tau.high)}]"
    if fixed is not None:
        rest = partial_correlation(x, y, fixed, resamples=0).estimate
        # Scores that rank networks as the number of parameters does leave nothing.
        cell += f", {signed(rest)}" if np.isfinite(rest) else ""
    return cell


def table(values, words):
    """Lines of a Markdown table: a row for each score, a column for each group."""
    error = values["test_error"]
    present = set(zip(words["family"], words["form"], strict=True))
    groups = [group for group in GROUPS if group in present]
    yield "| score | " + " | ".join(f"{family}, {form}" for family, form in groups) + " |"
    yield "|---|" + "---|" * len(groups)
    for name, label in SCORES.items():
        if name not in values:
            continue
        cells = []
        for family, form in groups:
            known = (words["family"] == family) & (words["form"] == form)
            known &= np.isfinite(values[name]) & np.isfinite(error)
            if known.sum() < 5 or np.ptp(values[name][known]) == 0:
                cells.append("")
                continue
            x, y = values[name][known], error[known]
            fixed = values["parameter_count"][known] if name != "parameter_count" else None
            cells.append(correlation_cell(x, y, fixed))
        yield f"| {label} | " + " | ".join(cells) + " |"


@styled
def draw(values, words):
    """Test error against three scores; a column of panels for each, a row for each form."""
    shown = ("min_deep_frame_potential", "deep_frame_potential", "parameter_count")
    shown = [name for name in shown if name in values]
    figure = Figure(figsize=(TWO_COLUMNS, 4.4), dpi=200, layout="constrained")
    for row, form in enumerate(FORMS):
        first = None
        for column, name in enumerate(shown):
            panel = figure.add_subplot(len(FORMS), len(shown), row * len(shown) + column + 1)
            known = (words["form"] == form) & np.isfinite(values[name])
            if not known.any():
                panel.set_axis_off()
                panel.text(0.5, 0.5, "not computed", ha="center", transform=panel.transAxes)
                continue
            x, y = values[name], 100 * values["test_error"]
            if "potential" in name:
                x = np.sqrt(x)
            for family, colour in FAMILY_COLOURS.items():
                part = known & (words["family"] == family)
                if not part.any():
                    continue
                ranks = values[name][part], values["test_error"][part]
                tau = signed(correlate_ranks(*ranks, resamples=0).estimate)
                panel.scatter(
                    x[part], y[part], s=12, marker=FAMILY_MARKERS[family], color=colour,
                    linewidths=0, alpha=0.8, label=f"{family}, τ {tau}",
                )
            logarithmic(panel, x[known], y[words["form"] == form])
            panel.legend(fontsize=6.5, frameon=False, loc="best", handletextpad=0.2)
            panel.set_xlabel(("√ " if "potential" in name else "") + SCORES[name])
            if first is None:
                panel.set_ylabel(f"Test error (%), {form} form")
            else:
                panel.sharey(first)
            first = first or panel
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", help="results file of jobs/correlation-digits.yaml")
    parser.add_argument("--minima", help="results file of jobs/correlation-digits-minima.yaml")
    parser.add_argument("-o", "--output", help="figure to write: .png, .svg or .pdf")
    options = parser.parse_args()
    with open_results(options.results) as dataset:
        values, words = columns(dataset)
        if options.minima:
            with open_results(options.minima) as minima:
                add_minima(values, words, dataset, minima)
    print("\n".join(table(values, words)))
    if options.output:
        save_figure(draw(values, words), options.output)


if __name__ == "__main__":
    main()
