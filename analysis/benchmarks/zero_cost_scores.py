"""Writes what the authors' own code says of networks of framesweep: golden values of the scores.

    git clone https://github.com/SamsungLabs/zero-cost-nas              # a43bfbc
    git clone https://github.com/idstcv/ZenNAS                          # d1d617e
    git clone https://github.com/BayesWatch/nas-without-training        # b3a82a6
    git clone https://github.com/VITA-Group/TENAS                       # 9df78ff
    git clone https://github.com/nitarshan/robust-generalization-measures   # 8e90129
    python3 zero_cost_scores.py FOLDER > Tests/GoldenValues/Golden/zero_cost_scores.json

with the folder that holds the clones; the values that are kept come from the commits above. Their
functions are called as they are, in double precision, on a processor without CUDA, with weights and
images that a formula gives. Only the spectral complexity is written out here: no code of its authors
was found. Needs PyTorch (Debian: python3-torch 1.13; torch.symeig is gone from 2.0 on).
"""

from __future__ import annotations

import ast
import importlib
import json
import sys
import types
import warnings
from pathlib import Path
from unittest import mock

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

CLASSES = 3
IMAGES = 12
PAIRS = 4
CASES = [
    ("chain", 16, 1, [([24, 20, 16], 1, 1)], {}),
    ("chain", 3, 5, [([4, 5], 3, 1), ([6], 3, 2)], {}),
    ("residual", 3, 4, [([5] * 5, 3, 1)], {"skip_length": 2, "shortcut": "plain"}),
    (
        "residual",
        3,
        6,
        [([4] * 3, 3, 1), ([6] * 4, 3, 2)],
        {"skip_length": 2, "shortcut": "projection"},
    ),
    ("dense", 3, 5, [([4, 3, 3], 3, 1), ([6, 3], 3, 2)], {}),
]


class Numbers:
    """A generator that any language repeats bit for bit: x' = (1103515245 x + 12345) mod 2^31."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def integer(self) -> int:
        self.state = (1103515245 * self.state + 12345) % 2**31
        return self.state

    def units(self, count: int) -> list[float]:
        """Numbers in 0 ..< 1."""
        return [self.integer() / 2**31 for _ in range(count)]

    def signed(self, count: int, scale: float) -> list[float]:
        """Numbers in -scale ..< scale."""
        return [scale * (2 * unit - 1) for unit in self.units(count)]


class Network(nn.Module):
    """A network of framesweep with global average pooling and a linear classifier."""

    def __init__(self, family, channels, size, stages, options, convolutional=False):
        super().__init__()
        self.family = family
        self.layers, self.relus = nn.ModuleList(), nn.ModuleList()
        self.projections = nn.ModuleDict()
        self.sources, self.skips = [], {}
        shapes = []
        previous = []
        for stage, (widths, kernel, stride) in enumerate(stages):
            first = len(self.layers)
            for position, width in enumerate(widths):
                index = len(self.layers)
                if family != "dense":
                    read = [index - 1] if index else []
                else:
                    read = previous if position == 0 else list(range(first, index))
                inputs = sum(shapes[layer] for layer in read) if read else channels
                self.layers.append(
                    nn.Conv2d(inputs, width, kernel, stride if position == 0 else 1, kernel // 2)
                )
                self.relus.append(nn.ReLU())
                self.sources.append(read)
                shapes.append(width)
                if family != "residual":
                    continue
                length = options["skip_length"]
                if options["shortcut"] == "projection" and stage > 0:
                    if (position + 1) % length:
                        continue
                    self.skips[index] = first + position - length
                    if position + 1 == length:
                        source = shapes[first + position - length]
                        self.projections[str(index)] = nn.Conv2d(
                            source, width, 1, stride, bias=False
                        )
                elif position >= length and position % length == 0:
                    self.skips[index] = first + position - length
            previous = list(range(first, len(self.layers)))
        self.last = previous if family == "dense" else previous[-1:]
        features = sum(shapes[layer] for layer in self.last)
        make = (lambda *shape: nn.Conv2d(*shape, 1)) if convolutional else nn.Linear
        self.classifier = make(features, CLASSES)
        self.dataset_type = types.SimpleNamespace(D=(channels, size, size))

    def weights(self):
        """All weights in the order of framesweep's vector of parameters."""
        for index, layer in enumerate(self.layers):
            yield layer.weight
            if str(index) in self.projections:
                yield self.projections[str(index)].weight
        yield self.classifier.weight

    def forward_pre_GAP(self, images):
        values = []
        for index, (layer, relu) in enumerate(zip(self.layers, self.relus, strict=True)):
            read = self.sources[index]
            source = torch.cat([values[layer] for layer in read], 1) if read else images
            value = layer(source)
            if index in self.skips:
                added = values[self.skips[index]]
                if str(index) in self.projections:
                    added = self.projections[str(index)](added)
                value = value + added
            values.append(relu(value))
        return torch.cat([values[layer] for layer in self.last], 1)

    def forward(self, images):
        features = F.adaptive_avg_pool2d(self.forward_pre_GAP(images), 1)
        if isinstance(self.classifier, nn.Linear):
            features = features.flatten(1)
        return self.classifier(features).flatten(1)

    def set(self, numbers: Numbers) -> Network:
        """Sets weights by the formula, biases to zero."""
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.zero_()
            for weight in self.weights():
                scale = float(np.sqrt(6 / (weight.numel() // weight.shape[0])))
                weight.copy_(torch.tensor(numbers.signed(weight.numel(), scale)).view_as(weight))
        return self


class Authors:
    """The functions of the authors, from clones of their repositories."""

    def __init__(self, folder: Path) -> None:
        for name in ("zero-cost-nas", "ZenNAS", "TENAS/lib", "nas-without-training"):
            sys.path.insert(0, str(folder / name))
        sys.path.insert(0, str(folder / "robust-generalization-measures"))
        for name in ("global_utils", "ModelLoader"):  # of the command line only
            sys.modules[name] = types.ModuleType(name)
        self.measures = importlib.import_module("foresight.pruners.measures")
        self.predictive = importlib.import_module("foresight.pruners.predictive")
        self.zen = importlib.import_module("ZeroShotProxy.compute_zen_score")
        self.determinant = importlib.import_module("scores").hooklogdet
        self.generalization = importlib.import_module("data.generation.measures")
        ntk = importlib.util.spec_from_file_location(
            "ntk", folder / "TENAS/lib/procedures/ntk.py"
        )
        self.ntk = importlib.util.module_from_spec(ntk)
        ntk.loader.exec_module(self.ntk)
        # The counting of states is a function within a script that reads its command line.
        script = (folder / "nas-without-training/score_networks.py").read_text()
        self.counting = next(
            node
            for node in ast.walk(ast.parse(script))
            if isinstance(node, ast.FunctionDef) and node.name == "counting_forward_hook"
        )

    def zero_cost(self, name, network, images, labels):
        network.get_prunable_copy = types.MethodType(self.predictive.copynet, network)
        arrays = self.measures.calc_measure(
            name, network, "cpu", images, labels, loss_fn=F.cross_entropy, split_data=1
        )
        found = self.predictive.find_measures(
            network, None, None, None, measures_arr={name: arrays}
        )
        return found[name]

    def naswot(self, network, images):
        network.K = np.zeros((len(images), len(images)))
        names = {"network": network}
        exec(compile(ast.Module([self.counting], []), "score_networks.py", "exec"), names)
        hooks = []
        for relu in network.relus:
            relu.visited_backwards = True
            hooks.append(relu.register_forward_hook(names["counting_forward_hook"]))
        with torch.no_grad():
            network(images)
        for hook in hooks:
            hook.remove()
        return self.determinant(network.K)

    def condition(self, network, images, labels):
        with (
            mock.patch.object(torch.cuda, "current_device", lambda: 0),
            mock.patch.object(torch.Tensor, "cuda", lambda tensor, **_: tensor),
        ):
            return self.ntk.get_ntk_n([(images, labels)], [network])[0]

    def zen_score(self, network, images, changes):
        """At given weights and images."""
        with (
            mock.patch.object(self.zen, "network_weight_gaussian_init", lambda network: network),
            mock.patch.object(torch, "randn", mock.Mock(side_effect=[images, changes])),
        ):
            return self.zen.compute_nas_score(None, network, 0.01, 0, 0, 1)["avg_nas_score"]

    def zen_scores(self, network, size, repeats):
        """Mean and standard deviation at random weights and images."""
        torch.manual_seed(1)
        with mock.patch.object(torch, "float32", torch.float64):
            found = self.zen.compute_nas_score(None, network, 0.01, size, 16, repeats)
        return found["avg_nas_score"], found["std_nas_score"]

    def spectral_norm(self, network, images, labels):
        """It is given back as ½ (Σ ln σ² − ln m) for m images."""
        kind = self.generalization.CT.LOG_PROD_OF_SPEC
        with mock.patch("builtins.print"):
            found = self.generalization.get_all_measures(
                network, network, FewBatches([(images, labels)], images), 1.0, 1
            )
        return found[kind] + 0.5 * np.log(len(images))


class FewBatches(list):
    """A list of batches that knows its data set, as a loader does."""

    def __init__(self, batches, dataset):
        super().__init__(batches)
        self.dataset = dataset


def spectral_complexity(network):
    """ln of equation 1.2 of Bartlett, Foster & Telgarsky (2017), reference matrices of zero."""
    matrices = [weight.detach().numpy().reshape(len(weight), -1) for weight in network.weights()]
    norms = np.array([np.linalg.svd(matrix, compute_uv=False)[0] for matrix in matrices])
    atoms = np.array([np.linalg.norm(matrix, axis=1).sum() for matrix in matrices])
    return np.log(norms).sum() + 1.5 * np.log(((atoms / norms) ** (2 / 3)).sum())


def case(authors, seed, family, channels, size, stages, options):
    shape = (channels, size, size)
    numbers = Numbers(seed)
    network = Network(family, channels, size, stages, options).set(numbers)
    count = channels * size * size
    images = torch.tensor(numbers.units(IMAGES * count)).view(IMAGES, *shape)
    labels = torch.tensor([numbers.integer() // 2**16 % CLASSES for _ in range(IMAGES)])
    pairs = [
        torch.tensor(numbers.signed(PAIRS * count, 2.0)).view(PAIRS, *shape) for _ in range(2)
    ]
    convolutional = Network(family, channels, size, stages, options, convolutional=True)
    convolutional.set(Numbers(seed))
    scores = {
        name: authors.zero_cost(name, network, images, labels)
        for name in ("synflow", "grad_norm", "snip")
    }
    mean, deviation = authors.zen_scores(
        Network(family, channels, size, stages, options), size, 4_000
    ) if channels == 3 else (None, None)
    return {
        "architecture": {
            "family": family,
            "input": {"channels": channels, "size": size},
            "stages": [
                {"widths": widths, "kernel": kernel, "stride": stride}
                for widths, kernel, stride in stages
            ],
            **options,
        },
        "seed": seed,
        "classes": CLASSES,
        "images": IMAGES,
        "pairs": PAIRS,
        "synflow_log": float(np.log(scores["synflow"])),
        "spectral_norm_log": authors.spectral_norm(convolutional, images, labels),
        "spectral_complexity_log": spectral_complexity(network),
        "zen_score": authors.zen_score(network, *pairs),
        "zen_mean": mean,
        "zen_deviation": deviation,
        "gradient_norm": scores["grad_norm"],
        "snip": scores["snip"],
        "naswot": authors.naswot(network, images),
        "ntk_condition": authors.condition(network, images, labels),
    }


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_default_dtype(torch.float64)
    authors = Authors(Path(sys.argv[1]).resolve())
    cases = [case(authors, seed, *values) for seed, values in enumerate(CASES, start=1)]
    print(json.dumps(cases, indent=2))


if __name__ == "__main__":
    main()
