"""The statistics and tables of analysis/claims.py, and the two sizes of its sweeps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
import yaml
from scipy import stats

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "analysis"))
import claims  # noqa: E402

SWEEPS = sorted(path.name for path in (ROOT / "jobs/claims").glob("*.yaml"))


def test_an_effect_is_students_t_over_repetitions() -> None:
    differences = np.array([0.3, -0.1, 0.4, 0.2, np.nan])
    found = claims.effect(differences)
    expected = stats.ttest_1samp(differences[:4], 0)
    interval = expected.confidence_interval()
    assert found.count == 4
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.mean - found.half, found.mean + found.half) == pytest.approx(
        (interval.low, interval.high)
    )


def test_holm_stops_at_the_first_comparison_that_fails() -> None:
    # Of three: 0.001 · 3 and 0.03 · 2 are compared with 5 %, and nothing behind the first failure.
    assert list(claims.holm([0.04, 0.001, 0.03, np.nan])) == [False, True, False, False]
    assert list(claims.holm([0.01, 0.001, 0.02])) == [True, True, True]


@pytest.mark.parametrize("count", [5, 30])
def test_the_detectable_effect_is_found_four_times_of_five(count: int) -> None:
    size = claims.detectable(2.0, count)
    shift = size / 2 * np.sqrt(count)
    critical = stats.t.ppf(0.975, count - 1)
    assert 1 - stats.nct.cdf(critical, count - 1, shift) == pytest.approx(0.8, abs=0.04)


def shape(value: Any, path: str = "") -> Any:
    """What a sweep says apart from its numbers, its name and where its data lie."""
    if isinstance(value, dict):
        generators = {"range", "linspace", "logspace", "powers_of_two"}
        if set(value) & generators:
            return "numbers"
        return {key: shape(entry, f"{path}.{key}") for key, entry in value.items()}
    if isinstance(value, list) and all(isinstance(entry, int | float) for entry in value):
        return "numbers"
    if isinstance(value, list):
        return [shape(entry, path) for entry in value]
    if isinstance(value, str):
        return "text" if path == ".name" or "/" in value else value
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("name", SWEEPS)
def test_the_full_size_is_the_same_sweep_with_other_numbers(name: str) -> None:
    reduced, full = (
        yaml.safe_load((ROOT / folder / name).read_text())
        for folder in ("jobs/claims", "jobs/claims/full")
    )
    assert shape(reduced) == shape(full)
    assert full["name"] == f"{reduced['name']}-full" == f"claims-{name.removesuffix('.yaml')}-full"
    assert reduced != full | {"name": reduced["name"]}


def ran(folder: Path, name: str, sweep: str) -> Path:
    """The results of a sweep on a few digits."""
    program = os.environ.get("FRAMESWEEP_PROGRAM")
    if not program:
        pytest.skip("FRAMESWEEP_PROGRAM names no program")
    (folder / f"{name}.yaml").write_text(f"format: 1\nname: {name}\nseed: 1\n{sweep}")
    output = folder / f"{name}.h5"
    subprocess.run(
        [program, "run", folder / f"{name}.yaml", "-o", output], check=True, capture_output=True
    )
    return output


def lines(claim: str, *files: Path) -> list[str]:
    return list(claims.COMMANDS[claim]([str(file) for file in files], None))


def cells(line: str) -> list[str]:
    return [cell.strip().replace("**", "") for cell in line.strip("|").split("|")]


def number(text: str) -> float:
    return float(text.split()[0].rstrip(",").replace("−", "-"))


def test_recurrent_networks_are_compared_draw_by_draw_and_seed_by_seed(tmp_path: Path) -> None:
    results = ran(tmp_path, "recurrent", """
architecture: {input: {channels: 64, size: 1}, stage_depth: 2, width: 6}
zip: [{family: [chain, chain], form: [synthesis, analysis]}]
grid: {seed: [1, 2], inference_sweeps: [1, 3]}
weights: {init: he, draws: 2}
measure:
  train: {data: digits, images: 320, epochs: 2, test: 0.4}
  robustness: {attacks: [pgd_linf], radii: [0.1], restarts: 2}
""")
    with h5py.File(results) as file:
        sweeps, form = file["inference_sweeps"][...], file["form"][...]
        errors = file["adversarial_error"][...][:, :, 0, 0]
    table = lines("recurrent", results)
    rows = [cells(line) for line in table if line.startswith("| PGD ℓ∞, 0.1")]
    assert len(rows) == 2
    for row, code in zip(rows, dict.fromkeys(form.tolist()), strict=True):
        one, three = (100 * errors[(form == code) & (sweeps == count)].ravel() for count in (1, 3))
        assert number(row[1]) == pytest.approx(one.mean(), abs=0.051)
        assert number(row[2]) == pytest.approx((three - one).mean(), abs=0.051)
        assert float(row[2].split()[2]) == pytest.approx(claims.effect(three - one).half, abs=0.051)


def test_the_penalty_is_judged_by_network_and_over_all(tmp_path: Path) -> None:
    files = []
    for name, extra in (("none", ""), ("penalty", ", potential_penalty: 10")):
        files.append(ran(tmp_path, name, f"""
architecture: {{input: {{channels: 64, size: 1}}, form: synthesis, stage_depth: 2}}
grid: {{family: [chain, dense], width: [4, 8], seed: [1]}}
weights: {{init: he, draws: 3}}
measure:
  frame: {{statistics: true}}
  train: {{data: digits, images: 320, epochs: 2{extra}}}
"""))
    errors = []
    for file in files:
        with h5py.File(file) as results:
            errors.append(100 * results["test_error"][...])
    table = lines("penalty", *files)
    rows = [cells(line) for line in table if line.startswith(("| chain", "| dense"))]
    gains = (errors[1] - errors[0]).mean(1)
    assert [number(row[5]) for row in rows] == pytest.approx(gains, abs=0.051)
    assert all(0 < float(row[6].removeprefix("× ")) < 1 for row in rows)
    over_all = next(line for line in table if "Over all networks" in line)
    assert number(over_all.split("Over all networks ")[1]) == pytest.approx(gains.mean(), abs=0.0051)


def test_scores_rank_networks_by_their_mean_error(tmp_path: Path) -> None:
    results = ran(tmp_path, "potential", """
architecture: {input: {channels: 1, size: 8}, form: analysis, normalization: batch}
zip: [{family: [chain, residual], block: [plain, basic], stage_depth: [2, 1]}]
grid: {width: [2, 3, 4, 5, 6], seed: [1, 2]}
weights: {init: he}
measure:
  frame: {statistics: true}
  signal: {data: digits, images: 4, directions: 4}
  train: {data: digits, images: 320, epochs: 1}
""")
    with h5py.File(results) as file:
        width, family, layers = (file[name][...] for name in ("width", "family", "layer_count"))
        columns = {
            "parameters": file["parameter_count"][...].astype(float),
            "active units": file["active_fraction"][...][np.arange(20), 0, layers],
        }
        error = file["test_error"][...][:, 0]
    networks = dict.fromkeys(zip(width, family, strict=True))
    rows = [(width == w) & (family == f) for w, f in networks]
    chains = np.array([f == family[0] for _, f in networks])
    errors = np.array([error[row].mean() for row in rows])
    table = lines("potential", results)
    for label, column in columns.items():
        score = np.array([column[row].mean() for row in rows])
        row = next(cells(line) for line in table if cells(line)[0] == label)
        for cell, part in ((row[1], slice(None)), (row[2], chains)):
            expected = stats.kendalltau(score[part], errors[part]).statistic
            assert number(cell) == pytest.approx(expected, abs=0.0051)


def test_gains_are_those_of_augmentations_over_noise(tmp_path: Path) -> None:
    sweep = """
architecture: {input: {channels: 1, size: 8}, width: 4, stage_depth: 2}
grid: {family: [chain], seed: [1]}
weights: {init: he, draws: 3}
measure:
  neural_frames: {data: digits, images: 4, perturbations: {augmentation: all, noise: 4}}
"""
    train = "  train: {data: digits, images: 320, epochs: 1%s}\n  robustness: %s\n"
    attack = "{attacks: [fgsm_linf], radii: [0.1]}"
    plain = ran(tmp_path, "frames", sweep + train % ("", attack))
    moved = ran(tmp_path, "frames-augmented", sweep + train % (", augment: {translate: 1}", attack))
    ratios = []
    for file in (plain, moved):
        with h5py.File(file) as results:
            gain = results["neural_gain_mean"][0, :, :, 2]
            trained = results["trained_neural_gain_mean"][0, :, :, 2]
        ratios.append((gain[:, 0] / gain[:, 1], trained[:, 0] / trained[:, 1]))
    rows = [cells(line) for line in lines("frames", plain, moved)]
    values = [row for row in rows if row[0] == "chain, frames"]
    assert [row[1] for row in values] == ["plain", "augmented"]
    for row, (before, after) in zip(values, ratios, strict=True):
        assert number(row[4]) == pytest.approx(before.mean(), abs=0.0051)
        assert number(row[6]) == pytest.approx(after.mean(), abs=0.0051)
    changes = [row for row in rows if len(row) == 5 and row[1] == "chain, frames"]
    for row, (before, after) in zip(changes, ratios, strict=True):
        assert number(row[2]) == pytest.approx(np.exp(np.log(after / before).mean()), abs=0.0051)
    assert changes[0][3] == ""
    change = np.exp(np.log(ratios[1][1] / ratios[0][1]).mean())
    assert number(changes[1][3]) == pytest.approx(change, abs=0.0051)


def test_published_networks_are_judged_by_random_ones(tmp_path: Path) -> None:
    results = ran(tmp_path, "published", f"""
include:
  - family: residual
    input: {{channels: 1, size: 8}}
    stages: [{{widths: [8, 8, 8]}}, {{widths: [16, 16], stride: 2}}]
    shortcut: projection
  - {{network: {{onnx: "{ROOT / "jobs/weights/digits.onnx"}"}}}}
weights: {{init: he, draws: 5}}
measure:
  neural_frames:
    data: digits
    images: 6
    perturbations: {{augmentation: all, noise: 4}}
    representations: ["*Relu*_output_0"]
""")
    with h5py.File(results) as file:
        columns = {name: file[f"neural_{name}_mean"][...] for name in (
            "gain", "effective_rank", "mean_square_cosine"
        )}
    expected, apart = [], []
    for name, values in columns.items():
        # Perturbations are augmentations, then noise; random networks are the first point.
        shown = values[:, :, 0] / values[:, :, 1] if name == "gain" else values[:, :, 0]
        # The ends of the first layer and of each third of the two blocks, which are whole ones.
        for layer in (1, 2, 3, 5):
            random, trained = shown[0, :, layer], shown[1, 0, layer]
            expected.append((layer, trained, random.mean(), random.std(ddof=1)))
            apart.append((trained - random.mean()) / random.std(ddof=1))
    table = lines("published", results)
    rows = [cells(line) for line in table if line.startswith("| ResNet")]
    found = [(int(row[1]), number(row[3]), number(row[4]), number(row[4].split()[2])) for row in rows]
    assert np.array(found) == pytest.approx(np.array(expected), abs=0.0051)
    assert [number(row[5]) for row in rows] == pytest.approx(apart, abs=0.051)
    # A new draw among five: t with four degrees of freedom, and Bonferroni's correction for 12.
    bound = stats.t.ppf(1 - 0.025 / 12, 4) * np.sqrt(1.2)
    assert f"Beyond {bound:.1f} deviations" in table[-1]
    assert table[-1].endswith(f": {sum(abs(np.array(apart)) > bound)} do.")


def test_published_networks_are_drawn_over_the_range_of_random_ones() -> None:
    rng = np.random.default_rng(1)
    shown = {
        (title, name): (rng.uniform(1, 2, layers), rng.uniform(1, 2, (3, layers)))
        for title, layers in (("ResNet-20", 7), ("ResNet-56", 13)) for name, *_ in claims.SHOWN
    }
    panels = claims.published_figure(shown).axes
    assert len(panels) == len(shown)
    for panel, (title, name) in zip(
        panels, [(title, name) for name, *_ in claims.SHOWN for title in ("ResNet-20", "ResNet-56")],
        strict=True,
    ):
        trained, random = shown[title, name]
        mean, line = panel.lines[:2]
        assert list(line.get_xdata()) == list(range(1, len(trained) + 1))
        assert line.get_ydata() == pytest.approx(trained)
        assert mean.get_ydata() == pytest.approx(random.mean(0))
        band = panel.collections[0].get_paths()[0].get_extents()
        assert (band.y0, band.y1) == pytest.approx((random.min(), random.max()))


def test_trained_networks_meet_random_ones_of_their_depth() -> None:
    dataset = xr.Dataset({
        "family": ("point", ["none", "residual", "residual", "none", "residual", "none"]),
        "preset": ("point", ["none", *(f"cifar_resnet_{n}" for n in (20, 56)), "none", "cifar_resnet_110", "none"]),
        "layer_count": ("point", [55, 19, 55, 19, 109, 109]),
    })
    assert claims.depth_pairs(dataset) == [
        ("ResNet-20", 3, 1), ("ResNet-56", 0, 2), ("ResNet-110", 5, 4)
    ]
