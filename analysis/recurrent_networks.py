"""Tabulates what sweeps of inference change of errors, with and without attacks.

    python analysis/recurrent_networks.py RESULTS.h5

reads what `framesweep run` wrote for jobs/recurrent-digits.yaml. The table, in Markdown, goes to
standard output: the mean error of the feed-forward networks in per cent, and for each number of
sweeps the mean change in percentage points with its 95 % interval. Changes are paired: draws of equal
number have the same initial weights, the same images in the same order and the same starts of
attacks. The interval is Student's t over draws.
"""

from __future__ import annotations

import argparse

import numpy as np
from framesweep_analysis import open_results
from framesweep_analysis.words import signed
from scipy import stats

ATTACKS = {
    "fgsm_linf": "FGSM ℓ∞", "pgd_linf": "PGD ℓ∞", "fgsm_l2": "FGSM ℓ2", "pgd_l2": "PGD ℓ2"
}


def change(errors: np.ndarray, base: np.ndarray) -> str:
    """The mean difference of paired draws in points, and half the width of its interval."""
    difference = 100 * (errors - base)
    difference = difference[np.isfinite(difference)]
    if len(difference) < 2:
        return ""
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    half = float(stats.t.ppf(0.975, len(difference) - 1)) * error
    mark = "**" if abs(difference.mean()) > half else ""
    return f"{mark}{signed(difference.mean(), '+.1f')} ± {half:.1f}{mark}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", metavar="RESULTS.h5")
    options = parser.parse_args()
    with open_results(options.file) as dataset:
        family = dataset["family"].to_numpy().astype(str)
        sweeps = dataset["inference_sweeps"].to_numpy()
        counts = [int(count) for count in np.unique(sweeps)]
        columns = {"no attack": dataset["test_error"].to_numpy()}
        for row, attack in enumerate(dataset["attack"].to_numpy()):
            for place, radius in enumerate(dataset["radius"].to_numpy()):
                errors = dataset["adversarial_error"].to_numpy()[:, :, row, place]
                columns[f"{ATTACKS[attack]}, {radius:g}"] = errors
    for name in dict.fromkeys(family.tolist()):
        point = {t: int(np.flatnonzero((family == name) & (sweeps == t))[0]) for t in counts}
        print(f"\n| {name} | {counts[0]} sweep, % | {' | '.join(map(str, counts[1:]))} |")
        print("|---|" + "---|" * len(counts))
        for label, errors in columns.items():
            base = errors[point[counts[0]]]
            changes = [change(errors[point[t]], base) for t in counts[1:]]
            print(f"| {label} | {100 * np.nanmean(base):.1f} | {' | '.join(changes)} |")


if __name__ == "__main__":
    main()
