"""Turns trained networks into weights files that a sweep reads."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from .architecture import LayerShape, layer_shapes
from .errors import WeightsError

#: Modules of these names are projections on the way of a skip.
SHORTCUTS = ("*downsample*", "*shortcut*", "*projection*")

#: Keys under which checkpoints keep the state dict besides other things.
_WRAPPERS = ("state_dict", "model_state_dict", "model")

Arrays = Mapping[str, Any]


def load_arrays(path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    """The arrays of a file in their order: `.npz`, or what `torch.save` wrote of a state dict.

    Raises `WeightsError` if the file is neither, or torch is needed and not installed.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"{path}: no such file, expected .npz, .pt or .pth")
    if path.suffix == ".npz":
        try:
            with np.load(path, allow_pickle=False) as file:
                return {name: file[name] for name in file.files}
        except (OSError, ValueError) as error:
            raise WeightsError(f"{path}: cannot be read as .npz: {error}") from error
    if path.suffix not in (".pt", ".pth", ".bin"):
        raise WeightsError(f"{path}: unknown ending, expected .npz, .pt or .pth")
    try:
        import torch
    except ImportError as error:
        raise WeightsError(
            f"{path}: needs torch, which is not installed; save it as .npz where torch is: "
            "np.savez(path, **{name: value.numpy() for name, value in model.state_dict().items()})"
        ) from error
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises its own and pickle's errors here
        raise WeightsError(f"{path}: torch cannot read it: {error}") from error
    return _arrays(loaded, str(path))


def write_weights(
    arrays: Arrays,
    architecture: str | Mapping[str, Any] | Sequence[LayerShape],
    path: str | os.PathLike[str],
    *,
    group: str = "/",
    skip: Iterable[str] = (),
    layers: Sequence[str] = (),
    shortcuts: Iterable[str] = SHORTCUTS,
    fold_batch_norm: bool = False,
) -> list[str]:
    """Writes a weights file for an architecture and returns what became of every module, in words.

    `arrays` is a state dict, of torch tensors or numpy arrays. Weights are taken in their order:
    the first to the first layer, and so on; `layers` names the modules instead. If the names were
    sorted as text, with layers.10 before layers.2, their numbers count; if they differ by more than
    numbers, their order is lost and `layers` is needed. Modules that match
    a pattern of `skip`, such as "fc", are left out; those that match one of `shortcuts` are
    projections, in the order of the layers that have one; their biases are added to those of the layers.
    If there are none for shortcuts that neither shrink nor widen, these are the identity.
    With `fold_batch_norm` each batch
    normalisation becomes part of the module before it, as in evaluation.

    The file may exist: the group is added to it, and must be new. Raises `WeightsError` if modules
    and layers do not match; nothing is written then.
    """
    shapes = (
        list(architecture)
        if isinstance(architecture, Sequence) and not isinstance(architecture, str)
        else layer_shapes(architecture)
    )
    modules = _in_order(_modules(_arrays(arrays, "the state dict"), tuple(skip)), bool(layers))
    if fold_batch_norm:
        modules = _folded(modules)
    patterns = tuple(shortcuts)
    plain = {n: m for n, m in modules.items() if layers or not _matches(n, patterns)}
    projections = [n for n in modules if n not in plain]
    chosen = _chosen(plain, layers)
    if layers:
        projections = [n for n in modules if n not in layers and _matches(n, patterns)]
    wanted = [index for index, shape in enumerate(shapes) if shape.shortcut]
    kept = [index for index in wanted if shapes[index].keeps_shape]
    if len(projections) == len(wanted) - len(kept):
        wanted = [index for index in wanted if index not in kept]
    else:
        kept = []
    _check_counts(chosen, shapes, "layers", "skip")
    _check_counts(projections, wanted, "projections", "shortcuts")
    written: list[tuple[str, NDArray[Any]]] = []
    report: list[str] = []
    for index, (name, shape) in enumerate(zip(chosen, shapes, strict=True)):
        written += _entries(name, modules[name], shape.weight, f"{index}", f"layer {index + 1}")
        report.append(f"/{index} (layer {index + 1}): {name}")
    for index in kept:
        width = shapes[index].weight[0]
        written.append((f"{index}/shortcut/weight", np.eye(width, dtype=np.float32)[:, :, None, None]))
        report.append(f"/{index}/shortcut (projection of layer {index + 1}): the identity")
    for index, name in zip(wanted, projections, strict=True):
        where = f"projection of layer {index + 1}"
        projection = shapes[index].shortcut or ()
        for place, value in _entries(name, modules[name], projection, f"{index}/shortcut", where):
            if place.endswith("/weight"):
                written.append((place, value))
            else:
                _add(written, f"{index}/bias", value)
        report.append(f"/{index}/shortcut ({where}): {name}")
    _write(written, Path(path), group)
    return report


def _arrays(loaded: Any, source: str) -> dict[str, NDArray[Any]]:
    for wrapper in _WRAPPERS:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(wrapper), Mapping):
            loaded = loaded[wrapper]
            break
    if not isinstance(loaded, Mapping):
        raise WeightsError(f"{source}: holds no state dict, expected names with arrays")
    arrays: dict[str, NDArray[Any]] = {}
    for name, value in loaded.items():
        if hasattr(value, "detach"):
            value = value.detach().cpu()
            # numpy has no bfloat16; single precision holds all of its values.
            value = (value.float() if str(value.dtype) == "torch.bfloat16" else value).numpy()
        arrays[str(name)] = np.asarray(value)
    return arrays


def _modules(
    arrays: Mapping[str, NDArray[Any]], skip: tuple[str, ...]
) -> dict[str, dict[str, NDArray[Any]]]:
    modules: dict[str, dict[str, NDArray[Any]]] = {}
    for name, value in arrays.items():
        module, _, part = name.rpartition(".")
        if not _matches(module, skip) and part != "num_batches_tracked":
            modules.setdefault(module, {})[part] = value
    return modules


def _in_order(
    modules: dict[str, dict[str, NDArray[Any]]], are_named: bool
) -> dict[str, dict[str, NDArray[Any]]]:
    names = list(modules)
    natural = sorted(names, key=_natural)
    if names == natural or names != sorted(names):
        return modules
    if len({re.sub(r"\d+", "#", name) for name in names}) == 1:
        return {name: modules[name] for name in natural}
    if are_named:
        return modules
    early, late = next(
        (one, two)
        for one, two in zip(names, names[1:], strict=False)
        if _natural(one) > _natural(two)
    )
    raise WeightsError(
        f"the modules are sorted as text, {early} before {late}, so the order of the layers is lost; "
        "expected the order in which the network computes, or the modules in it (layers, --layer)"
    )


def _natural(name: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _folded(
    modules: Mapping[str, dict[str, NDArray[Any]]],
) -> dict[str, dict[str, NDArray[Any]]]:
    folded: dict[str, dict[str, NDArray[Any]]] = {}
    for name, parts in modules.items():
        if "running_mean" not in parts:
            folded[name] = dict(parts)
            continue
        if not folded:
            raise WeightsError(f"{name}: there is no module before it to fold it into")
        last = list(folded)[-1]
        target = folded[last]
        mean, variance = (parts[p].astype(np.float64) for p in ("running_mean", "running_var"))
        rows = target["weight"].shape[0] if "weight" in target else 0
        if rows != mean.size:
            raise WeightsError(
                f"{name}: normalises {mean.size} channels and {last} before it has {rows}, "
                "expected the order in which the network computes"
            )
        # torch's default; a state dict does not hold it.
        scale = np.asarray(parts.get("weight", 1.0)) / np.sqrt(variance + 1e-5)
        bias = np.asarray(target.get("bias", 0.0))
        weight = target["weight"]
        shape = (-1,) + (1,) * (weight.ndim - 1)
        target["bias"] = ((bias - mean) * scale + parts.get("bias", 0.0)).astype(weight.dtype)
        target["weight"] = (weight * scale.reshape(shape)).astype(weight.dtype)
    return folded


def _chosen(modules: Mapping[str, dict[str, NDArray[Any]]], layers: Sequence[str]) -> list[str]:
    if layers:
        missing = [name for name in layers if name not in modules]
        if missing:
            raise WeightsError(
                f"there is no module {missing[0]!r}, expected one of {', '.join(modules)}"
            )
        return list(layers)
    for name, parts in modules.items():
        if "running_mean" in parts:
            raise WeightsError(
                f"{name}: networks of framesweep have no batch normalisation, expected it folded "
                "into the module before it (fold_batch_norm, --fold-batch-norm)"
            )
        if "weight" not in parts or parts["weight"].ndim not in (2, 4):
            raise WeightsError(
                f"{name or 'the state dict'}: holds {', '.join(sorted(parts))}, expected modules "
                "with a weight (fc1.weight, fc1.bias) of the shape (k, d) or "
                "(k, d, f, f), or the module to be left out (skip, --skip)"
            )
    return list(modules)


def _check_counts(names: Sequence[str], wanted: Sequence[Any], what: str, option: str) -> None:
    if len(names) == len(wanted):
        return
    flag = f"--{option.removesuffix('s')}"
    raise WeightsError(
        f"the architecture has {len(wanted)} {what} and the state dict {len(names)} "
        f"({', '.join(names) or 'none'}), expected as many; {option} ({flag}) says which modules "
        + ("are left out" if option == "skip" else "are projections")
    )


def _entries(
    name: str, parts: Mapping[str, NDArray[Any]], shape: tuple[int, ...], place: str, where: str
) -> list[tuple[str, NDArray[Any]]]:
    if "weight" not in parts:
        raise WeightsError(f"{name} ({where}): has no weight")
    weight = parts["weight"]
    squeezed = weight.ndim == 2 and shape[2:] == (1, 1)
    if weight.shape != (shape[:2] if squeezed else shape):
        raise WeightsError(
            f"{name}.weight (/{place}/weight, {where}): has the shape {weight.shape}, "
            f"expected {shape}"
        )
    entries = [(f"{place}/weight", _number(weight, f"{name}.weight"))]
    if "bias" in parts:
        bias = parts["bias"]
        if bias.shape != shape[:1]:
            raise WeightsError(
                f"{name}.bias (/{place}/bias, {where}): has the shape {bias.shape}, "
                f"expected {shape[:1]}"
            )
        entries.append((f"{place}/bias", _number(bias, f"{name}.bias")))
    return entries


def _add(
    entries: list[tuple[str, NDArray[Any]]], place: str, value: NDArray[Any]
) -> None:
    """Adds the bias of a projection to that of its layer: both are added before the activation."""
    known = dict(entries).get(place)
    if known is None:
        entries.append((place, value))
    else:
        entries[:] = [(p, known + value if p == place else v) for p, v in entries]


def _number(value: NDArray[Any], name: str) -> NDArray[Any]:
    if value.dtype.kind != "f":
        raise WeightsError(f"{name}: holds {value.dtype}, expected floating-point numbers")
    if not np.isfinite(value).all():
        raise WeightsError(f"{name}: holds values that are not finite")
    return value if value.dtype in (np.float32, np.float64) else value.astype(np.float32)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _write(entries: Iterable[tuple[str, NDArray[Any]]], path: Path, group: str) -> None:
    try:
        with h5py.File(path, "a") as file:
            name = "/" + group.strip("/")
            if name in file and len(file[name]) > 0:
                raise WeightsError(f"{path}: has {name} already, expected a new file or group")
            target = file.require_group(name)
            for place, value in entries:
                target.create_dataset(place, data=value)
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path}: cannot be written: {error}") from error
