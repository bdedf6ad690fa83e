"""Tables of published errors: which rows belong to which points, and how scores rank them."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
from results_file import write_results
from test_command_line import run

from framesweep_analysis import (
    NothingToDraw,
    ResultsError,
    agreements,
    correlate_ranks,
    correlation_within,
    join_published,
    partial_correlation,
    published_figure,
    published_outcomes,
    rank_published,
    score_table,
)

TABLES = Path(
    os.environ.get("FRAMESWEEP_SHARED", Path(__file__).parents[2].parent / "shared")
) / "real" / "tables"
REAL = pytest.mark.skipif(not TABLES.is_dir(), reason=f"there are no tables in {TABLES}")


def points(preset: str | list[str], **columns: Any) -> xr.Dataset:
    """Points as `open_results` gives them, of one preset or of several."""
    count = len(next(iter(columns.values())))
    labels = [preset] * count if isinstance(preset, str) else preset
    data = {name: ("point", np.asarray(values)) for name, values in columns.items()}
    data |= {
        "preset": ("point", np.array(labels, dtype=object)),
        "status": ("point", np.array(["ok"] * count, dtype=object)),
    }
    return xr.Dataset(data, coords={"point": np.arange(count)})


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_field_that_is_called_as_a_column_says_which_point_a_row_belongs_to(
    tmp_path: Path,
) -> None:
    table = write(
        tmp_path / "t.csv",
        "# where from\nname,preset,width,cifar10_accuracy,depth\nb,ResNet-18,16,93.5,9\nc,vgg,8,91,7\n",
    )
    dataset = points(["resnet_18", "resnet_18", "vgg"], width=[8, 16, 16])
    joined = join_published(dataset, table)
    assert joined.dataset["point"].values.tolist() == [1]
    assert joined.dataset["published_cifar10_error"].values == pytest.approx([6.5])
    assert joined.dataset["published_depth"].values.tolist() == [9]
    assert (joined.missing, joined.left_over) == (["0 (resnet_18)", "2 (vgg)"], ["c"])
    assert str(joined) == (
        "t.csv: 1 point with a row; 2 points without a row: 0 (resnet_18), 2 (vgg); "
        "1 row without a point: c"
    )
    assert published_outcomes(joined.dataset) == ["published_cifar10_error"]


def test_only_ok_points_count_and_a_row_can_belong_to_several(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "width,error\n8,20\n16,10\n")
    dataset = points("none", width=[8, 8, 16], seed=[1, 2, 1])
    dataset["status"][2] = "failed"
    joined = join_published(dataset, table)
    assert joined.dataset["published_error"].values.tolist() == [20, 20]
    assert joined.left_over == ["16"]


def test_rows_of_one_point_have_to_be_chosen_from(tmp_path: Path) -> None:
    table = write(
        tmp_path / "t.csv",
        "model,weights,acc1,num_params,gflops\na,V1,70,100,1.5\na,V2,75,100,1.5\nb,V1,60,50,1\n",
    )
    dataset = points("none", trainable_parameter_count=[100, 50], forward_flops=[3e9, 2e9])
    with pytest.raises(ResultsError, match="a and a belong to one point; choose .* --where"):
        join_published(dataset, table)
    joined = join_published(dataset, table, where=["weights=V1"])
    assert joined.dataset["published_imagenet_error"].values.tolist() == [30, 40]
    first, *rest = agreements(joined.dataset)
    assert (first.ours, first.equal, first.count, rest) == ("forward_flops", 2, 2, [])
    with pytest.raises(ResultsError, match="no field weight, expected one of model, weights"):
        join_published(dataset, table, where=["weight=V1"])
    with pytest.raises(ResultsError, match="no row has weights=V3"):
        join_published(dataset, table, where=["weights=V3"])


def test_strings_of_nas_bench_macro_are_numbers_in_base_three(tmp_path: Path) -> None:
    rows = {
        "00000012": {"test_acc": [90, 91], "mean_acc": 90.5, "params": 7, "flops": 4},
        "22222222": {"test_acc": [95, 94], "mean_acc": 94.5, "params": 9, "flops": 5},
    }
    table = write(tmp_path / "macro.json", json.dumps(rows))
    dataset = points("nas_bench_macro", preset_index=[5, 6560, 0])
    joined = join_published(dataset, table)
    assert joined.dataset["published_cifar10_error"].values == pytest.approx([9.5, 5.5])
    assert joined.missing == ["2 (nas_bench_macro)"]


def test_cells_have_one_number_in_both_tables(tmp_path: Path) -> None:
    words = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
    codes = [1, 0, 3, 2, 4]  # naslib's: skip, none, 3 x 3, 1 x 1, pool
    # Edges 0-1, 0-2, 1-2, 0-3, 1-3, 2-3 as the string has them.
    cell = [3, 1, 4, 0, 2, 3]
    a, b, c, d, e, f = (words[digit] for digit in cell)
    text = f"|{a}~0|+|{b}~0|{c}~1|+|{d}~0|{e}~1|{f}~2|"
    naslib = [codes.index(cell[place]) for place in (0, 1, 3, 2, 4, 5)]
    index = int("".join(map(str, cell)), 5)
    nats = write(
        tmp_path / "nats.csv",
        "CIFAR10TestAccuracy200Epochs,CIFAR100TestAccuracy200Epochs,ImageNetTestAccuracy200Epochs,"
        f"ArchitectureString\n90,70,40,{text}\n",
    )
    names = ("flops", "params", "snip", "jacov", "grad_norm", "plain", "epe_nas", "fisher")
    scores = dict.fromkeys((*names, "grasp", "l2_norm", "synflow"), 1.5)
    zc = write(
        tmp_path / "zc.json",
        json.dumps(
            {
                "nasbench201": {
                    "cifar10": {str(tuple(naslib)): {**scores, "val_accuracy": 88}},
                    "ImageNet16-120": {str(tuple(naslib)): {**scores, "val_accuracy": 45}},
                }
            }
        ),
    )
    dataset = points("nas_bench_201", preset_index=[index - 1, index])
    joined = join_published(join_published(dataset, nats).dataset, zc).dataset
    assert joined["point"].values.tolist() == [1]
    for name, value in (
        ("published_imagenet16_120_error", 60),
        ("published_imagenet16_120_validation_error", 55),
        ("published_cifar10_params", 1.5e6),
    ):
        assert joined[name].values.tolist() == [value]


def test_timm_names_are_read_up_to_their_tag(tmp_path: Path) -> None:
    table = write(
        tmp_path / "timm.csv", "model,top1,param_count\nresnet18.tv_in1k,69.76,11.69\n"
    )
    joined = join_published(points(["resnet_18"], width=[1]), table)
    assert joined.dataset["published_imagenet_error"].values == pytest.approx([30.24])


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("t.csv", "", "expected rows"),
        ("t.csv", "width,error\n8,3,4\n", "expected rows of one length"),
        ("t.csv", "model,error\na,1\n", "no field is called as a column"),
        ("t.csv", "width,name\n8,a\n", "no field has numbers beside width"),
        ("t.csv", "width,error\n9,1\n", "none of 1 row belongs .* width=9, points width=8"),
        ("t.csv", "width,error\n8,1\n9,x\n8,x\n", "belong to one point"),
        ("t.csv", "width,error\n8,1\n16,x\n", "16 has 'x' for error, expected a number"),
        ("t.csv", "width,other\n8,3\n", "no field with numbers ends in error or accuracy"),
        ("t.csv", "width,error\n8,-10\n", "has -10 for error, expected per cent"),
        ("t.csv", "width,my_accuracy\n8,193\n", "has 193 for my_accuracy, expected per cent"),
        ("t.json", "[1, 2]", "expected objects"),
        ("t.json", "{", "cannot be read as a table"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    with pytest.raises(ResultsError, match=reason):
        join_published(points("none", width=[8, 16]), write(tmp_path / name, text))


def test_partial_tau_is_that_of_the_definition_and_gone_if_size_says_all() -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(size=60)
    x, y = z + rng.normal(size=60), z + rng.normal(size=60)
    xy, xz, yz = (
        correlate_ranks(a, b, resamples=0).estimate for a, b in ((x, y), (x, z), (y, z))
    )
    expected = (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))
    found = partial_correlation(x, y, z, resamples=200)
    assert found.estimate == pytest.approx(expected, rel=1e-12)
    assert found.low < found.estimate < found.high
    assert np.isnan(partial_correlation(z**3, y, z, resamples=0).estimate)


def test_tau_within_groups_counts_pairs_of_one_group_only() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat([0, 1, 2, 3], [5, 8, 2, 3])
    x, y = rng.normal(size=18), rng.normal(size=18) + 10 * group
    y[15:] = 30.0  # says nothing
    total = 0.0
    for part in (range(5), range(5, 13), range(13, 15)):
        total += sum(
            np.sign((x[i] - x[j]) * (y[i] - y[j])) for i, j in itertools.combinations(part, 2)
        )
    found = correlation_within(x, y, group, resamples=0).estimate
    # Without ties the mean of τ by pairs is the sum over pairs: 10, 28 and one of them.
    assert found == pytest.approx(total / 39, rel=1e-12)
    assert np.isnan(correlation_within(x, y, np.arange(18), resamples=0).estimate)


def ranked(count: int = 60) -> xr.Dataset:
    """Networks of three sizes whose errors follow the size, and within a size the score `better`."""
    rng = np.random.default_rng(1)
    size = np.repeat([100, 200, 300], count // 3)
    better = rng.normal(size=count)
    error = 50 - 0.1 * size - better
    dataset = points("none", parameter_count=size, better=better, opposite=-size)
    attributes = {"published_outcome": "cifar10", "long_name": "CIFAR-10 error, published"}
    return dataset.assign(published_cifar10_error=("point", error, attributes))


def test_scores_are_ranked_at_equal_size_too() -> None:
    rows = {row.name: row for row in rank_published(ranked(), "published_cifar10_error")}
    within = {name: row.within.estimate for name, row in rows.items() if row.within}
    assert within == {"better": pytest.approx(-1)}
    assert rows["parameter_count"].partial is None and rows["opposite"].partial is None
    assert rows["opposite"].tau.estimate == -rows["parameter_count"].tau.estimate > 0.7
    assert abs(rows["better"].partial.estimate) > abs(rows["better"].tau.estimate)
    assert list(rows)[-1] == "better"
    with pytest.raises(ResultsError, match="expected one of: published_cifar10_error"):
        rank_published(ranked(), "better")


def test_a_table_s_scores_are_ranked_on_their_own_data_only() -> None:
    dataset = ranked(9)
    for name, group in (("cifar10", "cifar10"), ("cifar100", "cifar100")):
        values = dataset["better"].values
        dataset[f"published_{name}_snip"] = ("point", values, {"published_group": group})
    names = [row.name for row in rank_published(dataset, "published_cifar10_error")]
    assert "published_cifar10_snip" in names and "published_cifar100_snip" not in names


def test_the_bound_is_ranked_as_a_deep_potential() -> None:
    dataset = ranked(9).assign(
        min_frame_potential_bound=("point", np.arange(9.0) + 20),
        atom_count=("point", np.full(9, 10)),
        gram_nonzeros=("point", np.arange(9) * 2 + 20),
    )
    # (bound − K)/N is 1/2 for all: it ranks nothing, and is left out.
    names = [row.name for row in rank_published(dataset, "published_cifar10_error")]
    assert "min_deep_frame_potential_bound" not in names
    dataset["gram_nonzeros"] = ("point", np.full(9, 100))
    names = [row.name for row in rank_published(dataset, "published_cifar10_error")]
    assert "min_deep_frame_potential_bound" in names


def test_networks_without_a_frame_are_not_ranked_by_its_counts() -> None:
    dataset = ranked(9).assign(atom_count=("point", np.array([-1, -1, 3, 4, 5, 6, 7, 8, 9])))
    rows = {row.name: row for row in rank_published(dataset, "published_cifar10_error")}
    assert (rows["atom_count"].tau.count, rows["better"].tau.count) == (7, 9)


def test_too_few_errors_and_equal_ones_are_named() -> None:
    dataset = ranked(30)
    errors = dataset["published_cifar10_error"]
    few = dataset.assign(published_cifar10_error=errors.where(np.arange(30) < 4))
    with pytest.raises(NothingToDraw, match="4 points with .*, expected at least 5"):
        rank_published(few, "published_cifar10_error")
    equal = dataset.assign(published_cifar10_error=errors * 0)
    with pytest.raises(NothingToDraw, match="is the same for all of 30 points"):
        rank_published(equal, "published_cifar10_error")


def test_the_figure_has_a_panel_for_each_error() -> None:
    dataset = ranked(30)
    figure = published_figure(dataset)
    (axes,) = figure.axes
    assert axes.get_title(loc="left") == "CIFAR-10 error, published\n30 networks"
    assert [text.get_text() for text in axes.get_yticklabels()][0] == "better"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "Kendall τ",
        "parameters held fixed",
        "within equal size",
    ]
    with pytest.raises(NothingToDraw, match="name a table of them with --table"):
        published_figure(dataset.drop_vars("published_cifar10_error"))


def small_file(tmp_path: Path) -> tuple[Path, Path]:
    """A results file, and a table with an error for all but one of its points."""
    path = write_results(tmp_path / "r.h5", 9)
    with h5py.File(path) as file:
        sizes = file["parameter_count"][()]
    rows = {int(size): 1e5 / size for size in sizes[1:]}
    text = "".join(f"{size},{error}\n" for size, error in rows.items())
    return path, write(tmp_path / "t.csv", f"parameter_count,cifar10_error\n{text}")


def test_the_command_prints_a_table_and_other_commands_take_the_columns(tmp_path: Path) -> None:
    path, table = small_file(tmp_path)
    done = run("published", path, "--table", table)
    assert done.returncode == 0
    assert "data_sha256" in done.stdout.splitlines()[0]
    assert "| parameter count | −1.00 | −1.00 | " in done.stdout
    assert done.stderr.startswith("note: t.csv: ") and "without a row" in done.stderr
    done = run(
        *("correlate", path, "parameter_count", "published_cifar10_error", "--table", table),
        *("--select", "form=synthesis"),
    )
    assert done.returncode == 0 and "kendall -1.000" in done.stdout
    for name, options in (
        ("published", ()),
        ("scatter", ("--column", "published_cifar10_error", "--over", "parameter_count")),
    ):
        out = tmp_path / f"{name}.png"
        done = run("figure", name, path, "--table", table, "-o", out, *options, "--caption")
        assert done.returncode == 0 and out.stat().st_size > 5000


def test_the_table_by_family_takes_a_published_error_as_its_outcome() -> None:
    labels = {name: ("point", np.array(["x"] * 9, dtype=object)) for name in ("family", "form")}
    table = score_table(ranked(9).assign(labels), "published_cifar10_error")
    assert sorted(table.scores) == ["better", "opposite", "parameter_count"]


def test_the_command_needs_a_table(tmp_path: Path) -> None:
    path = write_results(tmp_path / "r.h5", 12)
    done = run("published", path)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == "error: published needs a table of published errors, expected --table TABLE\n"
    done = run("figure", "published", path, "-o", tmp_path / "f.png")
    assert done.returncode == 65 and "name a table of them with --table" in done.stderr


def test_a_part_of_a_file_is_named(tmp_path: Path) -> None:
    path, table = small_file(tmp_path)
    path.write_bytes(path.read_bytes()[:5000])
    done = run("published", path, "--table", table)
    assert (done.returncode, done.stdout) == (65, "")
    assert done.stderr.startswith(f"error: {path}: cannot be read")


@REAL
def test_real_tables_of_search_spaces_cover_them() -> None:
    for table, preset, count, missing in (
        ("nas-bench-macro_cifar10.json", "nas_bench_macro", 6561, 0),
        ("nats_bench_tss_vtao.csv", "nas_bench_201", 15625, 0),
        ("NASLib_benchmarks_zc_nasbench201.json", "nas_bench_201", 15625, 15134),
    ):
        dataset = points(preset, preset_index=np.arange(count))
        joined = join_published(dataset, TABLES / table)
        assert (len(joined.missing), joined.left_over) == (missing, [])
        if preset == "nas_bench_macro":
            value = joined.dataset["published_cifar10_error"].values[int("02012100", 3)]
            assert value == pytest.approx(10.8033, abs=1e-3)


@REAL
def test_both_real_tables_of_cells_mean_the_same_networks() -> None:
    dataset = points("nas_bench_201", preset_index=np.arange(15625))
    joined = join_published(dataset, TABLES / "nats_bench_tss_vtao.csv").dataset
    joined = join_published(joined, TABLES / "NASLib_benchmarks_zc_nasbench201.json").dataset
    x = joined["published_cifar10_error"].values
    y = joined["published_cifar10_validation_error"].values
    # The right order of edges and operations gives 0.982, any other at most 0.96.
    assert correlate_ranks(x, y, method="spearman", resamples=0).estimate > 0.97


@REAL
def test_real_tables_of_libraries_have_the_presets() -> None:
    dataset = points(
        ["resnet_50", "vgg_16_bn"], trainable_parameter_count=[25_557_032, 138_365_992]
    )
    table = TABLES / "torchvision_0.15.2_imagenet1k.csv"
    joined = join_published(dataset, table, where=["weights=IMAGENET1K_V1"])
    assert joined.dataset["published_imagenet_error"].values == pytest.approx([23.87, 26.64])
    table = TABLES / "timm_results" / "results-imagenet.csv"
    joined = join_published(dataset, table, where=["model=resnet50.tv_in1k,vgg16_bn.tv_in1k"])
    assert joined.dataset["published_imagenet_error"].values == pytest.approx([23.87, 26.64], abs=0.05)
