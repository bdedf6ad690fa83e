"""State dicts become weights files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from framesweep_analysis import WeightsError, layer_shapes, load_arrays, write_weights

CHAIN = "{family: chain, input: {channels: 3, size: 8}, stages: [{widths: [4, 5], kernel: 3, stride: 1}]}"
MATRICES = "{family: chain, input: {channels: 6, size: 1}, stages: [{widths: [4, 5]}]}"
PROJECTED = (
    "{family: residual, form: analysis, input: {channels: 3, size: 8}, stages: "
    "[{widths: [4, 4], kernel: 3, stride: 1}, {widths: [6, 6, 6], kernel: 3, stride: 2}], "
    "skip_length: 2, shortcut: projection}"
)


def numbers(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def chain() -> dict[str, NDArray[Any]]:
    return {
        "conv1.weight": numbers(4, 3, 3, 3),
        "conv1.bias": numbers(4),
        "conv2.weight": numbers(5, 4, 3, 3, seed=1),
    }


def read(path: Path) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: (
                found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
            )
        )
    return found


def test_shapes_of_every_family() -> None:
    assert [shape.weight for shape in layer_shapes(CHAIN)] == [(4, 3, 3, 3), (5, 4, 3, 3)]
    dense = layer_shapes(
        "{family: dense, input: {channels: 3, size: 8}, stages: [{widths: [4, 2, 2]}, "
        "{widths: [5, 2], kernel: 1}]}"
    )
    assert [shape.weight[:3] for shape in dense] == [
        (4, 3, 3),
        (2, 4, 3),
        (2, 6, 3),
        (5, 8, 1),
        (2, 5, 1),
    ]
    first = layer_shapes(CHAIN[:-1] + ", first_kernel: 5}")
    assert [shape.weight for shape in first] == [(4, 3, 5, 5), (5, 4, 3, 3)]
    projected = layer_shapes(PROJECTED)
    assert [shape.shortcut for shape in projected] == [None, None, None, (6, 4, 1, 1), None]


def test_weights_go_to_their_layers_in_order(tmp_path: Path) -> None:
    out = tmp_path / "w.h5"
    report = write_weights(chain(), CHAIN, out, group="/epoch10")
    assert report == ["/0 (layer 1): conv1", "/1 (layer 2): conv2"]
    found = read(out)
    assert sorted(found) == ["epoch10/0/bias", "epoch10/0/weight", "epoch10/1/weight"]
    assert np.array_equal(found["epoch10/1/weight"], chain()["conv2.weight"])
    assert found["epoch10/0/weight"].dtype == np.float32
    write_weights(chain(), CHAIN, out, group="/epoch20")
    with pytest.raises(WeightsError, match="has /epoch10 already"):
        write_weights(chain(), CHAIN, out, group="epoch10")


def test_matrices_stay_matrices(tmp_path: Path) -> None:
    state = {"0.weight": numbers(4, 6).astype(np.float64), "2.weight": numbers(5, 4, 1, 1)}
    write_weights(state, MATRICES, tmp_path / "w.h5")
    found = read(tmp_path / "w.h5")
    assert found["0/weight"].shape == (4, 6) and found["0/weight"].dtype == np.float64
    assert found["1/weight"].shape == (5, 4, 1, 1)


def test_projections_are_found_by_name(tmp_path: Path) -> None:
    state = {
        "stem.weight": numbers(4, 3, 3, 3),
        "a.conv.weight": numbers(4, 4, 3, 3),
        "b.conv1.weight": numbers(6, 4, 3, 3),
        "b.downsample.0.weight": numbers(6, 4, 1, 1, seed=9),
        "b.conv2.weight": numbers(6, 6, 3, 3),
        "c.weight": numbers(6, 6, 3, 3),
    }
    write_weights(state, PROJECTED, tmp_path / "w.h5")
    found = read(tmp_path / "w.h5")
    assert np.array_equal(found["3/shortcut/weight"], state["b.downsample.0.weight"])
    assert len(found) == 6
    # The layer adds both before its activation, so they are one bias.
    state["b.downsample.0.bias"] = numbers(6, seed=5)
    write_weights(state, PROJECTED, tmp_path / "b.h5")
    assert np.array_equal(read(tmp_path / "b.h5")["3/bias"], state["b.downsample.0.bias"])
    state["b.conv2.bias"] = numbers(6, seed=6)
    write_weights(state, PROJECTED, tmp_path / "c.h5")
    both = state["b.conv2.bias"] + state["b.downsample.0.bias"]
    assert np.array_equal(read(tmp_path / "c.h5")["3/bias"], both)
    del state["b.downsample.0.weight"], state["b.downsample.0.bias"]
    with pytest.raises(WeightsError, match="has 1 projections and the state dict 0"):
        write_weights(state, PROJECTED, tmp_path / "x.h5")


def test_folded_projections_fit_a_residual_network(tmp_path: Path) -> None:
    architecture = (
        "{family: residual, form: analysis, input: {channels: 3, size: 64}, stages: "
        "[{widths: [64], kernel: 7, stride: 2}, {widths: [64, 64, 64, 64], kernel: 3, stride: 2}], "
        "skip_length: 2, shortcut: projection}"
    )
    state = {"conv1.weight": numbers(64, 3, 7, 7)} | norm("bn1", 64)
    for block, layer in ((0, 1), (0, 2), (1, 1), (1, 2)):
        name = f"layer1.{block}"
        state[f"{name}.conv{layer}.weight"] = numbers(64, 64, 3, 3, seed=layer)
        state |= norm(f"{name}.bn{layer}", 64)
    state |= {"layer1.0.downsample.0.weight": numbers(64, 64, 1, 1)}
    state |= norm("layer1.0.downsample.1", 64) | {"fc.weight": numbers(9, 64), "fc.bias": numbers(9)}
    write_weights(state, architecture, tmp_path / "w.h5", skip=["fc"], fold_batch_norm=True)
    found = read(tmp_path / "w.h5")
    assert len(found) == 11 and found["2/bias"].shape == (64,)


def test_shortcuts_that_keep_their_shape_are_the_identity(tmp_path: Path) -> None:
    """As in torchvision's ResNet-18, whose first blocks behind the stem have no projection."""
    architecture = (
        "{family: residual, input: {channels: 3, size: 32}, stages: [{widths: [4], kernel: 7, stride: 2}, "
        "{widths: [4, 4], kernel: 3}, {widths: [6, 6], kernel: 3, stride: 2}], shortcut: projection}"
    )
    state = {
        "conv1.weight": numbers(4, 3, 7, 7),
        "layer1.0.conv1.weight": numbers(4, 4, 3, 3),
        "layer1.0.conv2.weight": numbers(4, 4, 3, 3),
        "layer2.0.conv1.weight": numbers(6, 4, 3, 3),
        "layer2.0.conv2.weight": numbers(6, 6, 3, 3),
        "layer2.0.downsample.0.weight": numbers(6, 4, 1, 1, seed=3),
    }
    report = write_weights(state, architecture, tmp_path / "w.h5")
    found = read(tmp_path / "w.h5")
    assert np.array_equal(found["2/shortcut/weight"][:, :, 0, 0], np.eye(4))
    assert np.array_equal(found["4/shortcut/weight"], state["layer2.0.downsample.0.weight"])
    assert any("the identity" in line for line in report)
    del state["layer2.0.downsample.0.weight"]
    with pytest.raises(WeightsError, match="has 2 projections and the state dict 0"):
        write_weights(state, architecture, tmp_path / "x.h5")


def norm(name: str, size: int) -> dict[str, NDArray[Any]]:
    parts = ("weight", "bias", "running_mean", "running_var")
    return {f"{name}.{part}": np.abs(numbers(size, seed=i)) for i, part in enumerate(parts)}


def test_batch_normalisation_is_folded_as_in_evaluation(tmp_path: Path) -> None:
    state = chain()
    normal = {
        "bn.weight": numbers(4, seed=2),
        "bn.bias": numbers(4, seed=3),
        "bn.running_mean": numbers(4, seed=4),
        "bn.running_var": numbers(4, seed=5) ** 2,
        "bn.num_batches_tracked": np.array(7),
    }
    ordered = {
        "conv1.weight": state["conv1.weight"],
        "conv1.bias": state["conv1.bias"],
        **normal,
        "conv2.weight": state["conv2.weight"],
    }
    with pytest.raises(WeightsError, match="bn: networks of framesweep have no batch normal"):
        write_weights(ordered, CHAIN, tmp_path / "w.h5")
    assert not (tmp_path / "w.h5").exists()
    write_weights(ordered, CHAIN, tmp_path / "w.h5", fold_batch_norm=True)
    found = read(tmp_path / "w.h5")
    patch = numbers(3, 3, 3, seed=6)
    before = np.tensordot(state["conv1.weight"], patch, 3) + state["conv1.bias"]
    expected = (before - normal["bn.running_mean"]) / np.sqrt(normal["bn.running_var"] + 1e-5)
    expected = expected * normal["bn.weight"] + normal["bn.bias"]
    after = np.tensordot(found["0/weight"], patch, 3) + found["0/bias"]
    assert np.allclose(after, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"conv2.weight": numbers(5, 3, 3, 3)}, r"conv2\.weight \(/1/weight, layer 2\): has the"),
        ({"conv1.bias": numbers(5)}, r"conv1\.bias \(/0/bias, layer 1\): has the shape \(5,\)"),
        ({"fc.weight": numbers(10, 5)}, "has 2 layers and the state dict 3 .conv1, conv2, fc"),
        ({"norm.weight": numbers(5)}, "norm: holds weight, expected modules with a weight"),
        ({"conv2.weight": np.full((5, 4, 3, 3), np.inf)}, "not finite"),
        ({"conv2.weight": np.ones((5, 4, 3, 3), dtype=np.int64)}, "holds int64"),
    ],
)
def test_what_does_not_fit_is_named(
    change: dict[str, NDArray[Any]], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match=reason):
        write_weights(chain() | change, CHAIN, tmp_path / "w.h5")
    assert not (tmp_path / "w.h5").exists()


def test_modules_can_be_left_out_or_named(tmp_path: Path) -> None:
    state = chain() | {"fc.weight": numbers(10, 5), "fc.bias": numbers(10)}
    write_weights(state, CHAIN, tmp_path / "a.h5", skip=["fc"])
    write_weights(state, CHAIN, tmp_path / "b.h5", layers=["conv1", "conv2"])
    assert read(tmp_path / "a.h5").keys() == read(tmp_path / "b.h5").keys()
    with pytest.raises(WeightsError, match="there is no module 'conv3'"):
        write_weights(state, CHAIN, tmp_path / "c.h5", layers=["conv1", "conv3"])


def test_an_architecture_that_is_none_is_named() -> None:
    with pytest.raises(WeightsError, match="cannot be read at its character"):
        layer_shapes("family: chain")
    with pytest.raises(WeightsError, match="lacks 'stages'"):
        layer_shapes("{family: chain, input: {channels: 1, size: 8}, width: 4}")
    with pytest.raises(WeightsError, match="family is 'tree'"):
        layer_shapes("{family: tree, input: {channels: 1, size: 8}, stages: [{widths: [4]}]}")


def test_the_command_line_takes_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "in.npz", **chain())
    command = [sys.executable, "-m", "framesweep_analysis", "weights", str(tmp_path / "in.npz")]
    options = ["-o", str(tmp_path / "w.h5"), "--architecture", CHAIN]
    done = subprocess.run(command + options, capture_output=True, text=True)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "/0 (layer 1): conv1"), done.stderr
    assert len(read(tmp_path / "w.h5")) == 3
    done = subprocess.run(command + options, capture_output=True, text=True)
    assert done.returncode == 65
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no such file"):
        load_arrays(tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"PK no")
    with pytest.raises(WeightsError, match="cannot be read as .npz"):
        load_arrays(tmp_path / "bad.npz")
    (tmp_path / "bad.txt").write_text("x")
    with pytest.raises(WeightsError, match="unknown ending"):
        load_arrays(tmp_path / "bad.txt")


def test_torch_files_are_read_where_torch_is(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    state = {name: torch.from_numpy(value) for name, value in chain().items()}
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "in.pt")
    found = load_arrays(tmp_path / "in.pt")
    assert all(np.array_equal(found[name], value) for name, value in chain().items())


def sorted_as_text(pattern: str, count: int) -> dict[str, NDArray[Any]]:
    """Layers of one shape, so that only their order tells them apart."""
    names = [pattern.format(index) for index in range(count)]
    return {
        f"{name}.weight": np.full((4, 4), names.index(name), np.float32) for name in sorted(names)
    }


@pytest.mark.parametrize("pattern", ["{}", "layers.{}", "block{}.conv"])
def test_numbers_count_if_names_were_sorted_as_text(pattern: str, tmp_path: Path) -> None:
    chain = "{family: chain, input: {channels: 4, size: 1}, stages: [{widths: [" + (
        ", ".join(["4"] * 12) + "]}]}"
    )
    write_weights(sorted_as_text(pattern, 12), chain, tmp_path / "out.h5")
    found = read(tmp_path / "out.h5")
    assert [int(found[f"{layer}/weight"][0, 0]) for layer in range(12)] == list(range(12))


def test_batch_norm_is_folded_in_the_order_of_numbers(tmp_path: Path) -> None:
    arrays: dict[str, NDArray[Any]] = {}
    for index in range(6):
        arrays[f"{2 * index}.weight"] = np.ones((4, 4), np.float32)
        arrays[f"{2 * index + 1}.running_mean"] = np.zeros(4, np.float32)
        arrays[f"{2 * index + 1}.running_var"] = np.full(4, (index + 1) ** 2 - 1e-5, np.float32)
    arrays = dict(sorted(arrays.items()))
    chain = "{family: chain, input: {channels: 4, size: 1}, stages: [{widths: [4, 4, 4, 4, 4, 4]}]}"
    write_weights(arrays, chain, tmp_path / "out.h5", fold_batch_norm=True)
    found = read(tmp_path / "out.h5")
    scales = [float(found[f"{layer}/weight"][0, 0]) for layer in range(6)]
    np.testing.assert_allclose(scales, [1 / (index + 1) for index in range(6)], rtol=1e-5)


def test_an_order_that_is_lost_is_asked_for(tmp_path: Path) -> None:
    arrays = sorted_as_text("layers.{}", 11) | {"stem.weight": np.ones((4, 4), np.float32)}
    chain = "{family: chain, input: {channels: 4, size: 1}, stages: [{widths: [" + (
        ", ".join(["4"] * 12) + "]}]}"
    )
    with pytest.raises(WeightsError, match=r"layers\.10 before layers\.2.*--layer"):
        write_weights(arrays, chain, tmp_path / "out.h5")
    order = ["stem", *(f"layers.{index}" for index in range(11))]
    write_weights(arrays, chain, tmp_path / "out.h5", layers=order)
    found = read(tmp_path / "out.h5")
    assert [int(found[f"{layer}/weight"][0, 0]) for layer in range(12)] == [1, *range(11)]
