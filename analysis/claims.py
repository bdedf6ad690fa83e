"""Tabulates what the sweeps of jobs/claims/ say about the claims of the papers; docs/claims.md has the answers.

    python analysis/claims.py potential potential.h5 [-o FIGURE]
    python analysis/claims.py penalty penalty-none.h5 penalty.h5
    python analysis/claims.py recurrent recurrent.h5
    python analysis/claims.py frames plain.h5 augmented.h5 adversarial.h5
    python analysis/claims.py published published.h5 [-o FIGURE]

Tables, in Markdown, go to standard output. Draws and seeds of a network are its repetitions. What is compared is
paired: equal repetitions have the same initial weights, the same images in the same order and the same starts of
attacks. Intervals of differences are Student's t over repetitions, or over networks where the table says so.
Each table names how many comparisons it makes. Those that stay below 5 % after Holm's correction for all of them
are bold. The last line is the power: the smallest effect that such a sweep finds four times of five.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import model_selection
import numpy as np
import xarray as xr
from framesweep_analysis import open_results, save_figure
from framesweep_analysis.figures.style import TWO_COLUMNS, legend_below, logarithmic, styled
from framesweep_analysis.words import signed
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from scipy import stats

#: The columns that tell networks apart; points that differ in other ones are repetitions.
NETWORK = (
    "family", "form", "block", "preset", "network_name", "stage_depth", "width", "inference_sweeps",
)
#: The share of true effects that a sweep should find.
POWER = 0.8

#: Scores by column: those of model_selection.py, and counts of the frame.
SCORES = model_selection.SCORES | {
    "gram_nonzeros": "nonzeros N of the Gram matrix",
    "layer_count": "layers",
}


@dataclass(frozen=True)
class Effect:
    """A mean of paired differences, half the width of its 95 % interval, and its p-value."""

    mean: float
    half: float
    p: float
    deviation: float
    count: int


def effect(differences: NDArray[np.float64]) -> Effect:
    """That of differences of repetitions or networks; those that are not finite are left out."""
    known = differences[np.isfinite(differences)]
    count = len(known)
    if count < 2:
        return Effect(float(known.mean()) if count else np.nan, np.nan, np.nan, np.nan, count)
    deviation = float(known.std(ddof=1))
    error = deviation / np.sqrt(count)
    half = float(stats.t.ppf(0.975, count - 1)) * error
    p = 2 * stats.t.sf(abs(known.mean()) / error, count - 1) if error > 0 else np.nan
    return Effect(float(known.mean()), half, float(p), deviation, count)


def holm(p: Sequence[float]) -> NDArray[np.bool_]:
    """Which of several comparisons stay below 5 % after Holm's correction; NaN never does."""
    values = np.array(p, dtype=float)
    kept = np.zeros(len(values), bool)
    order = [k for k in np.argsort(values) if np.isfinite(values[k])]
    for place, index in enumerate(order):
        if values[index] * (len(order) - place) > 0.05:
            break
        kept[index] = True
    return kept


def detectable(deviation: float, count: int, comparisons: int = 1) -> float:
    """The smallest mean difference that is found with the wanted power at 5 % over all comparisons."""
    freedom = count - 1
    return float(
        (stats.t.ppf(1 - 0.025 / comparisons, freedom) + stats.t.ppf(POWER, freedom))
        * deviation / np.sqrt(count)
    )


def labels(dataset: xr.Dataset, name: str) -> NDArray[np.str_]:
    """A column of labels or numbers as words."""
    return np.asarray(dataset[name].to_numpy().astype(str))


def networks(dataset: xr.Dataset) -> dict[tuple[str, ...], NDArray[np.intp]]:
    """The points of each network, in the order of the file."""
    names = [name for name in NETWORK if name in dataset]
    keys = list(zip(*(labels(dataset, name) for name in names), strict=True))
    return {key: np.flatnonzero([k == key for k in keys]) for key in dict.fromkeys(keys)}


def repeated(dataset: xr.Dataset, name: str, points: NDArray[np.intp]) -> NDArray[np.float64]:
    """A column at the repetitions of a network: the first axis runs over points and draws."""
    column = dataset[name].astype(float).isel(point=points)
    if "draw" not in column.dims:
        column = column.expand_dims(draw=dataset.sizes.get("draw", 1))
    column = column.transpose("point", "draw", ...)
    values = column.to_numpy()
    return np.asarray(values.reshape(-1, *values.shape[2:]))


def kind(family: str, block: str) -> str:
    """What people call networks of a family and a block."""
    names = {
        ("residual", "basic"): "residual, basic",
        ("residual", "preactivation"): "residual, pre-activation",
        ("residual", "bottleneck"): "residual, bottleneck",
        ("dense", "bottleneck"): "DenseNet-BC",
    }
    return names.get((family, block), family)


# MARK: the potential and other scores


def score_values(dataset: xr.Dataset) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.str_]]:
    """Each score's mean over the repetitions of a network, and what kind of network it is."""
    found = networks(dataset)
    values = {}
    for name in (*SCORES, "test_error"):
        if name not in dataset:
            continue
        rows = []
        for points in found.values():
            column = repeated(dataset, name, points)
            if column.ndim > 1:
                # Layer 0 is the input; scores of layers are those of the last one.
                column = column[:, int(dataset["layer_count"].to_numpy()[points[0]])]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                rows.append(np.nanmean(column))
        values[name] = np.array(rows)
    family, block = labels(dataset, "family"), labels(dataset, "block")
    kinds = [kind(family[points[0]], block[points[0]]) for points in found.values()]
    return values, np.array(kinds)


def potential(paths: Sequence[str], output: str | None) -> Iterator[str]:
    with open_results(paths[0]) as dataset:
        values, kinds = score_values(dataset)
        spread = [
            repeated(dataset, "test_error", points).std(ddof=1)
            for points in networks(dataset).values()
        ]
    error, size = values["test_error"], values["parameter_count"]
    groups = {
        "all": np.ones(len(kinds), bool),
        "chain": kinds == "chain",
        "residual": np.char.startswith(kinds, "residual"),
        "dense": np.char.startswith(np.char.lower(kinds), "dense"),
    }
    rows: dict[str, list[str]] = {}
    p = {}
    for name, label in SCORES.items():
        if name not in values or not np.isfinite(values[name]).any():
            continue
        cells = []
        for group, members in groups.items():
            known = members & np.isfinite(values[name]) & np.isfinite(error)
            x, y, z = values[name][known], error[known], size[known]
            if known.sum() < 5 or np.ptp(x) == 0:
                cells.append("")
                continue
            fixed = z if name != "parameter_count" else None
            cells.append(model_selection.correlation_cell(x, y, fixed))
            if group == "all":
                p[name] = float(stats.kendalltau(x, y).pvalue)
        rows[name] = cells
    kept = dict(zip(p, holm(list(p.values())), strict=True))
    counts = {group: int((members & np.isfinite(error)).sum()) for group, members in groups.items()}
    yield "| score | " + " | ".join(f"{g}, {n} networks" for g, n in counts.items()) + " |"
    yield "|---|" + "---|" * len(counts)
    for name, cells in rows.items():
        mark = "**" if kept.get(name) else ""
        yield f"| {mark}{SCORES[name]}{mark} | " + " | ".join(cells) + " |"
    yield ""
    yield "| networks | test error, % | parameters |"
    yield "|---|---|---|"
    for name in dict.fromkeys(kinds):
        part = kinds == name
        low, high = 100 * error[part].min(), 100 * error[part].max()
        yield f"| {name} | {low:.1f} to {high:.1f} | {size[part].min():,.0f} to {size[part].max():,.0f} |"
    n = counts["all"]
    deviation = np.sqrt(2 * (2 * n + 5) / (9 * n * (n - 1)))
    normal = stats.norm.ppf(POWER)
    one, all_ = (deviation * (stats.norm.ppf(1 - 0.025 / m) + normal) for m in (1, len(p)))
    yield ""
    yield (
        f"{len(p)} scores. Power: a τ of {one:.2f} among all networks is found four times of five, one of "
        f"{all_:.2f} with Holm's correction. Errors of a network's trainings differ by a standard deviation of "
        f"{100 * np.sqrt(np.mean(np.square(spread))):.1f} points."
    )
    if output:
        save_figure(potential_figure(values, kinds), output)


@styled
def potential_figure(values: dict[str, NDArray[np.float64]], kinds: NDArray[np.str_]) -> Figure:
    """Test error against the potential, and against the number of parameters."""
    figure = Figure(figsize=(TWO_COLUMNS, 3.2), dpi=200, layout="constrained")
    colours = ("#0A4F8C", "#E67E00", "#B5478B", "#8C2D04", "#12A37F", "#56B4E9")
    names = list(dict.fromkeys(kinds))
    shown = (("deep_frame_potential", "√ deep frame potential, random weights"), ("parameter_count", "Parameters"))
    y = 100 * values["test_error"]
    for panel, (name, label) in zip(figure.subplots(1, 2, sharey=True), shown, strict=True):
        x = np.sqrt(values[name]) if "potential" in name else values[name]
        for group, colour in zip(names, colours, strict=False):
            panel.scatter(x[kinds == group], y[kinds == group], s=18, color=colour, linewidths=0, alpha=0.85)
        logarithmic(panel, x, y)
        panel.set_xlabel(label)
        if name == shown[0][0]:
            panel.set_ylabel("Test error (%)")
    handles = [
        Line2D([], [], marker="o", linestyle="", markersize=4, color=c, label=g)
        for g, c in zip(names, colours, strict=False)
    ]
    legend_below(figure, handles, columns=3)
    return figure


# MARK: the potential in the loss


def penalty(paths: Sequence[str], _: str | None) -> Iterator[str]:
    with open_results(paths[0]) as none, open_results(paths[1]) as with_penalty:
        plain, penalised = networks(none), networks(with_penalty)
        rows, gains, effects = [], [], []
        for key, points in plain.items():
            before, after = (
                {n: repeated(d, n, p) for n in ("test_error", "train_error", "trained_deep_frame_potential")}
                for d, p in ((none, points), (with_penalty, penalised[key]))
            )
            found = effect(100 * (after["test_error"] - before["test_error"]))
            effects.append(found)
            gains.append(found.mean)
            ratio = np.nanmean(after["trained_deep_frame_potential"]) / np.nanmean(
                before["trained_deep_frame_potential"]
            )
            names = [f"{labels(none, n)[points[0]]}" for n in ("family", "stage_depth", "width")]
            rows.append((names, before, found, ratio))
    kept = holm([e.p for e in effects])
    yield "| family | layers of a stage | width | training error, % | test error, % | with penalty | potential |"
    yield "|---|---|---|---|---|---|---|"
    for (names, before, found, ratio), bold in zip(rows, kept, strict=True):
        mark = "**" if bold else ""
        yield (
            f"| {' | '.join(names)} | {100 * np.nanmean(before['train_error']):.1f} "
            f"| {100 * np.nanmean(before['test_error']):.1f} "
            f"| {mark}{signed(found.mean, '+.1f')} ± {found.half:.1f}{mark} | × {ratio:.2f} |"
        )
    all_ = effect(np.array(gains))
    families = np.array([names[0] for names, *_ in rows])
    yield ""
    yield (
        f"{len(effects)} comparisons of single networks. Over all networks {signed(all_.mean, '+.2f')} ± "
        f"{all_.half:.2f} points, better in {sum(g < 0 for g in gains)} of {len(gains)}."
    )
    for family in dict.fromkeys(families):
        part = effect(np.array(gains)[families == family])
        yield f"- {family}: {signed(part.mean, '+.2f')} ± {part.half:.2f} points over {part.count} networks"
    deviation = float(np.sqrt(np.nanmean([e.deviation**2 for e in effects])))
    yield (
        f"Power: over all networks a mean of {detectable(all_.deviation, all_.count):.2f} points is found four times "
        f"of five, in a single network one of {detectable(deviation, effects[0].count):.1f}."
    )


# MARK: recurrent inference


def recurrent(paths: Sequence[str], _: str | None) -> Iterator[str]:
    attacks = {"fgsm_linf": "FGSM ℓ∞", "pgd_linf": "PGD ℓ∞", "fgsm_l2": "FGSM ℓ2", "pgd_l2": "PGD ℓ2"}
    with open_results(paths[0]) as dataset:
        sweeps = dataset["inference_sweeps"].to_numpy()
        pairs = list(zip(labels(dataset, "family"), labels(dataset, "form"), strict=True))
        names = [attacks[name] for name in labels(dataset, "attack")]
        radii = dataset["radius"].to_numpy()
        counts = [int(count) for count in np.unique(sweeps)]
        found: dict[tuple[str, str], dict[str, dict[int, NDArray[np.float64]]]] = {}
        for pair in dict.fromkeys(pairs):
            columns: dict[str, dict[int, NDArray[np.float64]]] = {}
            for count in counts:
                points = np.flatnonzero([p == pair and t == count for p, t in zip(pairs, sweeps, strict=True)])
                columns.setdefault("no attack", {})[count] = repeated(dataset, "test_error", points)
                errors = repeated(dataset, "adversarial_error", points)
                for row, name in enumerate(names):
                    for place, radius in enumerate(radii):
                        columns.setdefault(f"{name}, {radius:g}", {})[count] = errors[:, row, place]
            found[pair] = columns
    # Where an attack fools all networks or none there is nothing to compare.
    told = {
        label for columns in found.values() for label, values in columns.items()
        if label == "no attack" or 0.02 < np.nanmean(values[counts[0]]) < 0.98
    }
    changes = {
        (pair, label, count): effect(100 * (values[count] - values[counts[0]]))
        for pair, columns in found.items() for label, values in columns.items()
        for count in counts[1:]
    }
    effects = {key: change for key, change in changes.items() if key[1] in told}
    kept = dict(zip(effects, holm([e.p for e in effects.values()]), strict=True))
    for pair, columns in found.items():
        yield f"| {pair[0]}, {pair[1]} | 1 sweep, % | {' | '.join(map(str, counts[1:]))} |"
        yield "|---|" + "---|" * len(counts)
        for label, values in columns.items():
            cells = []
            for count in counts[1:]:
                here = changes[pair, label, count]
                mark = "**" if kept.get((pair, label, count)) else ""
                cells.append(f"{mark}{signed(here.mean, '+.1f')} ± {here.half:.1f}{mark}")
            yield f"| {label} | {100 * np.nanmean(values[counts[0]]):.1f} | {' | '.join(cells)} |"
        yield ""
    alone = sum(abs(e.mean) > e.half for e in effects.values())
    deviation = float(np.sqrt(np.mean([e.deviation**2 for e in effects.values()])))
    count = next(iter(effects.values())).count
    yield (
        f"{len(effects)} comparisons, of which {alone} exclude 0 by themselves and {sum(kept.values())} after Holm's "
        f"correction; chance alone gives {0.05 * len(effects):.0f}. Power: {detectable(deviation, count):.1f} points in "
        f"one comparison are found four times of five, {detectable(deviation, count, len(effects)):.1f} among all."
    )
    yield ""
    yield f"| all attacks that tell, {counts[-1]} sweeps | change, points | networks |"
    yield "|---|---|---|"
    for pair, columns in found.items():
        shifts = np.array([
            100 * (values[counts[-1]] - values[counts[0]])
            for label, values in columns.items() if label in told and label != "no attack"
        ])
        mean = effect(shifts.mean(0))
        yield f"| {pair[0]}, {pair[1]} | {signed(mean.mean, '+.1f')} ± {mean.half:.1f} | {mean.count} |"


# MARK: neural frames


def gains_over_noise(dataset: xr.Dataset, prefix: str, points: NDArray[np.intp]) -> NDArray[np.float64]:
    """The gain of augmentations over that of noise, by repetition and layer."""
    augmentation, noise = (
        repeated(dataset.sel(perturbation=family), f"{prefix}neural_gain_mean", points)
        for family in ("augmentation", "noise")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(augmentation / noise)


def deepest(values: NDArray[np.float64]) -> int:
    """The last layer that has a value."""
    return int(np.flatnonzero(np.isfinite(values).any(0))[-1])


@dataclass(frozen=True)
class FramesRow:
    """What a training made of the gain of augmentations over that of noise in one network."""

    network: str
    training: str
    errors: tuple[float, float]
    """Test error and error under attack, in per cent."""
    before: float
    middle: float
    last: float
    changes: dict[str, NDArray[np.float64]]
    """The logarithm of what the gain is multiplied by, by what it is compared with, by repetition."""


#: What trained networks are compared with.
STARTS = ("at random weights", "after plain training")


def frames_rows(paths: Sequence[str]) -> Iterator[FramesRow]:
    plain: dict[tuple[str, ...], NDArray[np.float64]] = {}
    for path in paths:
        with open_results(path) as dataset:
            training = str(dataset.attrs["training"])
            data = str(dataset.attrs["sweep_name"]).removesuffix(f"-{training}").rsplit("-", 1)[-1]
            for key, points in networks(dataset).items():
                before = gains_over_noise(dataset, "", points)
                after = gains_over_noise(dataset, "trained_", points)
                last = deepest(after)
                ends = {STARTS[0]: before[:, last]}
                if training != "plain":
                    ends[STARTS[1]] = plain[data, *key]
                plain.setdefault((data, *key), after[:, last])
                yield FramesRow(
                    f"{labels(dataset, 'family')[points[0]]}, {data}",
                    training,
                    tuple(
                        100 * float(np.nanmean(repeated(dataset, name, points)))
                        for name in ("test_error", "adversarial_error")
                    ),
                    *(float(np.nanmean(v)) for v in (before[:, last], after[:, (last + 1) // 2], after[:, last])),
                    {start: np.log(after[:, last] / end) for start, end in ends.items()},
                )


def factor(found: Effect, bold: bool = False) -> str:
    """An effect on a logarithm as a factor with its interval."""
    mark = "**" if bold else ""
    low, high = np.exp(found.mean - found.half), np.exp(found.mean + found.half)
    return f"{mark}{np.exp(found.mean):.2f}{mark} [{low:.2f}, {high:.2f}]"


def frames(paths: Sequence[str], _: str | None) -> Iterator[str]:
    rows = list(frames_rows(paths))
    yield "| network | training | test error, % | under attack, % | at random weights | middle layer | last layer |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        values = " | ".join(f"{value:.2f}" for value in (row.before, row.middle, row.last))
        yield f"| {row.network} | {row.training} | {row.errors[0]:.1f} | {row.errors[1]:.1f} | {values} |"
    effects = {
        (row.training, row.network, start): effect(change)
        for row in rows for start, change in row.changes.items()
    }
    for training in dict.fromkeys(row.training for row in rows):
        for start in STARTS:
            # Transformers are trained and built in another way, so they stand apart.
            for group, is_member in (
                ("all convolutional networks", lambda row: not row.network.startswith("transformer")),
                ("all transformers", lambda row: row.network.startswith("transformer")),
            ):
                pooled = [
                    row.changes[start] for row in rows
                    if row.training == training and start in row.changes and is_member(row)
                ]
                if len(pooled) > 1:
                    effects[training, group, start] = effect(np.concatenate(pooled))
    kept = dict(zip(effects, holm([e.p for e in effects.values()]), strict=True))
    yield ""
    yield f"| training | network | compared {STARTS[0]} | {STARTS[1]} | values |"
    yield "|---|---|---|---|---|"
    for training, network in dict.fromkeys(key[:2] for key in effects):
        cells = [
            factor(effects[training, network, start], kept[training, network, start])
            if (training, network, start) in effects else ""
            for start in STARTS
        ]
        count = effects[training, network, STARTS[0]].count
        yield f"| {training} | {network} | {' | '.join(cells)} | {count} |"
    single = [e for e in effects.values() if np.isfinite(e.deviation)]
    deviation = float(np.sqrt(np.mean([e.deviation**2 for e in single])))
    fewest, most = min(e.count for e in single), max(e.count for e in single)
    yield ""
    yield (
        f"{len(effects)} comparisons. Power: a factor of {np.exp(detectable(deviation, fewest)):.1f} in one network is "
        f"found four times of five, one of {np.exp(detectable(deviation, most)):.2f} over {most} values."
    )


#: Statistics of the published networks: column, label, and whether it is divided by that of noise.
SHOWN = (
    ("gain", "Gain of augmentations\nover that of noise", True),
    ("effective_rank", "Effective rank of\naugmentations", False),
    ("mean_square_cosine", "Mean cosine² of\naugmentations", False),
)


def profile(dataset: xr.Dataset, point: int, name: str, divided: bool) -> NDArray[np.float64]:
    """A statistic of the augmentations by draw and layer, the input left out."""
    if divided:
        values = gains_over_noise(dataset, "", np.array([point]))
    else:
        part = dataset.sel(perturbation="augmentation")
        values = repeated(part, f"neural_{name}_mean", np.array([point]))
    count = int(dataset["layer_count"].to_numpy()[point])
    values = values[:, 1 : count + 1]
    return values[np.isfinite(values).all(1)]


def depth_pairs(dataset: xr.Dataset) -> list[tuple[str, int, int]]:
    """The networks from files and the random ones of the same depth: a name and both points."""
    family, preset = labels(dataset, "family"), labels(dataset, "preset")
    counts = dataset["layer_count"].to_numpy()
    pairs = []
    for random in np.flatnonzero(family != "none"):
        trained = np.flatnonzero((family == "none") & (counts == counts[random]))
        pairs.append((f"ResNet-{preset[random].split('_')[-1]}", int(trained[0]), int(random)))
    return pairs


def published(paths: Sequence[str], output: str | None) -> Iterator[str]:
    with open_results(paths[0]) as dataset:
        lines = {}
        yield "| network | layer | statistic of augmentations | trained | random weights | deviations apart |"
        yield "|---|---|---|---|---|---|"
        compared = []
        for title, trained, random in depth_pairs(dataset):
            for name, label, divided in SHOWN:
                one = profile(dataset, trained, name, divided)[0]
                many = profile(dataset, random, name, divided)
                lines[title, name] = one, many
                blocks = (len(one) - 1) // 3
                for end in (1, blocks + 1, 2 * blocks + 1, len(one)):
                    mean, spread = many[:, end - 1].mean(), many[:, end - 1].std(ddof=1)
                    apart = (one[end - 1] - mean) / spread
                    compared.append(apart)
                    words = label.replace("\n", " ").replace(" of augmentations", "").lower()
                    yield (
                        f"| {title} | {end} | {words} | {one[end - 1]:.2f} | {mean:.2f} ± {spread:.2f} "
                        f"| {signed(apart, '+.1f')} |"
                    )
        draws = len(next(iter(lines.values()))[1])
    # One trained network among random ones: Student's t for a new observation.
    bound = stats.t.ppf(1 - 0.025 / len(compared), draws - 1) * np.sqrt(1 + 1 / draws)
    yield ""
    yield (
        f"{len(compared)} comparisons of one trained network with {draws} random ones. Beyond {bound:.1f} deviations "
        f"they differ by more than chance in all comparisons together: {sum(abs(a) > bound for a in compared)} do."
    )
    if output:
        save_figure(published_figure(lines), output)


@styled
def published_figure(
    lines: dict[tuple[str, str], tuple[NDArray[np.float64], NDArray[np.float64]]]
) -> Figure:
    """Each statistic by layer: trained networks as lines, random ones as bands of their draws."""
    titles = list(dict.fromkeys(title for title, _ in lines))
    figure = Figure(figsize=(TWO_COLUMNS, 4.6), dpi=200, layout="constrained")
    panels = figure.subplots(len(SHOWN), len(titles), squeeze=False, sharex="col", sharey="row")
    for column, title in enumerate(titles):
        for row, (name, label, divided) in enumerate(SHOWN):
            panel, (one, many) = panels[row][column], lines[title, name]
            layers = np.arange(1, len(one) + 1)
            panel.fill_between(layers, many.min(0), many.max(0), color="0.75", linewidth=0)
            panel.plot(layers, many.mean(0), color="0.4", linestyle=":", lw=1.4)
            panel.plot(layers, one, color="#0A4F8C", lw=1.4)
            if divided:
                panel.axhline(1, color="0.8", lw=0.6, zorder=0)
            if column == 0:
                panel.set_ylabel(label)
        panels[0][column].set_title(title, loc="left")
        panels[-1][column].set_xlabel("Layer")
    handles = [
        Line2D([], [], color="#0A4F8C", label="trained by others"),
        Line2D([], [], color="0.4", linestyle=":", label="random weights, with the range of their draws"),
    ]
    legend_below(figure, handles, columns=2)
    return figure


COMMANDS = {
    "potential": potential, "penalty": penalty, "recurrent": recurrent, "frames": frames, "published": published,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("claim", choices=COMMANDS)
    parser.add_argument("files", nargs="+", metavar="RESULTS.h5")
    parser.add_argument("-o", "--output", help="figure to write, if the claim has one: .png, .svg or .pdf")
    options = parser.parse_args()
    for line in COMMANDS[options.claim](options.files, options.output):
        print(line)


if __name__ == "__main__":
    main()
