"""Makes the numbers that the tests of trainings compare with: what PyTorch's optimisers, losses and
networks do, in double precision.

Run it with a Python that has PyTorch, 1.13 or later (Debian: python3-torch), from the root of the
repository:

    python3 analysis/benchmarks/training_cases.py Tests/TrainingTests/Cases [DATA]

Weights and small images follow from a formula that the tests repeat. The long trainings take some
minutes and the folder DATA with data_batch_1.bin of CIFAR-10, whose first 5,000 images they take in the
order of the file, 32 a step for 50 steps; without DATA their files stay as they are.
"""

import json
import sys
from functools import partial
from pathlib import Path

import numpy

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(5)


def rounded(tensor):
    """Odd multiples of 1/32: short, and exact in single precision."""
    return (torch.floor(tensor * 16) * 2 + 1) / 32


def optimizers():
    """Ten steps along given gradients; the first half of the parameters decays."""
    cases = []
    for name, options in [
        ("sgd", dict()),
        ("sgd", dict(momentum=0.9)),
        ("sgd", dict(momentum=0.75, nesterov=True)),
        ("adamw", dict()),
        ("adamw", dict(betas=(0.5, 0.75), eps=0.125)),
    ]:
        start, gradients = rounded(torch.randn(8)), rounded(torch.randn(10, 8))
        # Means of gradients that are all 0 move nothing.
        gradients[:, 7] = 0
        rates = [0.5 / (step + 1) for step in range(10)]
        halves = [torch.nn.Parameter(start[:4].clone()), torch.nn.Parameter(start[4:].clone())]
        groups = [dict(params=halves[:1], weight_decay=0.125), dict(params=halves[1:], weight_decay=0.0)]
        make = torch.optim.SGD if name == "sgd" else torch.optim.AdamW
        optimizer = make(groups, lr=1.0, **options)
        path = []
        for rate, gradient in zip(rates, gradients):
            for group in optimizer.param_groups:
                group["lr"] = rate
            halves[0].grad, halves[1].grad = gradient[:4].clone(), gradient[4:].clone()
            optimizer.step()
            path.append(torch.cat(halves).tolist())
        cases.append(
            dict(
                name=name, momentum=options.get("momentum", 0.0), nesterov=options.get("nesterov", False),
                betas=list(options.get("betas", (0.9, 0.999))), epsilon=options.get("eps", 1e-8),
                decay=0.125, start=start.tolist(), gradients=gradients.tolist(), rates=rates, path=path,
            )
        )
    return cases


def smoothing():
    """Gradients of smoothed cross-entropies with respect to the scores of two images."""
    cases = []
    for amount in [0.0, 0.1, 0.5]:
        scores = rounded(2 * torch.randn(2, 5)).requires_grad_()
        labels = torch.tensor([3, 0])
        F.cross_entropy(scores, labels, label_smoothing=amount).backward()
        cases.append(
            dict(
                smoothing=amount, labels=labels.tolist(), scores=scores.tolist(),
                gradient=scores.grad.tolist(),
            )
        )
    return cases


def uniform(key, count):
    """Numbers in [-1, 1): splitmix64 of 2³² key + place."""
    with numpy.errstate(over="ignore"):
        z = (numpy.uint64(key) << numpy.uint64(32)) + numpy.arange(count, dtype=numpy.uint64)
        z = (z + numpy.uint64(1)) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return [2 * (int(number) >> 11) / 2**53 - 1 for number in z]


class Network:
    """Parameters in the order in which a network asks for them; those of number i have the key i."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.decayed, self.others, self.statistics = [], [], []
        self.all = []
        self.place = 0

    def ask(self, kind, centre, reach, *shape):
        if self.place == len(self.all):
            count = int(numpy.prod(shape))
            numbers = [centre + reach * number for number in uniform(len(self.all) + 1, count)]
            tensor = torch.tensor(numbers, dtype=torch.float64).to(self.dtype).reshape(shape)
            tensor.requires_grad_(kind is not self.statistics)
            self.all.append(tensor)
            kind.append(tensor)
        self.place += 1
        return self.all[self.place - 1]

    def weight(self, *shape):
        fan_in = int(numpy.prod(shape[1:]))
        return self.ask(self.decayed, 0, (6 / fan_in) ** 0.5, *shape)

    def convolution(self, x, width, kernel=3, stride=1):
        return F.conv2d(x, self.weight(width, x.shape[1], kernel, kernel), None, stride, kernel // 2)

    def batch_norm(self, x):
        width = x.shape[1]
        gamma, beta = self.ask(self.others, 1, 0.125, width), self.ask(self.others, 0, 0.125, width)
        mean, variance = self.ask(self.statistics, 0, 0.0, width), self.ask(self.statistics, 1, 0.0, width)
        return F.batch_norm(x, mean, variance, gamma, beta, self.training, 0.1, 1e-5)

    def linear(self, x, width):
        weight = self.ask(self.decayed, 0, (3 / x.shape[-1]) ** 0.5, width, x.shape[-1])
        return F.linear(x, weight, self.ask(self.others, 0, 0.0, width))

    def layer_norm(self, x):
        width = x.shape[-1]
        gamma, beta = self.ask(self.others, 1, 0.125, width), self.ask(self.others, 0, 0.125, width)
        return F.layer_norm(x, (width,), gamma, beta, 1e-6)

    def run(self, function, images, training):
        self.place, self.training = 0, training
        return function(self, images)


def residual(network, x, widths, blocks, classes=10, projects=False):
    """A residual network of basic blocks, with batch norm and shortcuts of option A, or projections."""
    x = F.relu(network.batch_norm(network.convolution(x, widths[0])))
    for stage, width in enumerate(widths):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            y = F.relu(network.batch_norm(network.convolution(x, width, stride=stride)))
            y = network.batch_norm(network.convolution(y, width))
            added = width - x.shape[1]
            if added and projects:
                x = network.batch_norm(network.convolution(x, width, 1, stride))
                added, stride = 0, 1
            x = F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, added // 2, added - added // 2))
            x = F.relu(y + x)
    return network.linear(x.mean((2, 3)), classes)


def transformer(network, x, patch, width, blocks, heads, classes=10):
    """A ViT: class token, learned positions, norm first, GELU."""
    x = F.conv2d(x, network.weight(width, x.shape[1], patch, patch), network.ask(network.others, 0, 0.0, width), patch)
    x = x.flatten(2).transpose(1, 2)
    token = network.ask(network.others, 0, 0.125, 1, 1, width)
    x = torch.cat([token.expand(len(x), 1, width), x], 1)
    x = x + network.ask(network.others, 0, 0.125, 1, x.shape[1], width)
    for _ in range(blocks):
        q, k, v = [
            part.reshape(len(x), -1, heads, width // heads).transpose(1, 2)
            for part in network.linear(network.layer_norm(x), 3 * width).split(width, -1)
        ]
        weights = torch.softmax(q @ k.transpose(-1, -2) / (width // heads) ** 0.5, -1)
        x = x + network.linear((weights @ v).transpose(1, 2).reshape(len(x), -1, width), width)
        x = x + network.linear(F.gelu(network.linear(network.layer_norm(x), 4 * width)), width)
    return network.linear(network.layer_norm(x)[:, 0], classes)


def train(function, batches, make, rate, decay, smoothing=0.0, dtype=torch.float64, **options):
    """The mean cross-entropy of each batch before its step, and what is left at the end."""
    network = Network(dtype)
    network.run(function, batches[0][0].to(dtype), False)
    groups = [dict(params=network.decayed, weight_decay=decay), dict(params=network.others, weight_decay=0.0)]
    optimizer = make(groups, lr=rate, **options)
    losses = []
    for images, labels in batches:
        scores = network.run(function, images.to(dtype), True)
        losses.append(F.cross_entropy(scores, labels).item())
        optimizer.zero_grad()
        F.cross_entropy(scores, labels, label_smoothing=smoothing).backward()
        optimizer.step()
    with torch.no_grad():
        scores = network.run(function, batches[0][0].to(dtype), False)
    return dict(
        losses=losses, sums=[tensor.double().sum().item() for tensor in network.all],
        scores=scores[:2].tolist(),
    )


RESIDUAL = dict(make=torch.optim.SGD, rate=0.1, decay=5e-4, momentum=0.9)
TRANSFORMER = dict(make=torch.optim.AdamW, rate=1e-3, decay=0.05, smoothing=0.1)


def small_trainings():
    """Ten steps on eight images of numbers, another eight each step."""
    batches = [
        (
            torch.tensor(uniform(1000 + step, 8 * 3 * 64)).reshape(8, 3, 8, 8) / 2 + 0.5,
            torch.tensor([(3 * step + image) % 4 for image in range(8)]),
        )
        for step in range(10)
    ]
    return dict(
        residual=train(
            partial(residual, widths=[8, 16], blocks=1, classes=4, projects=True), batches, **RESIDUAL
        ),
        transformer=train(
            partial(transformer, patch=4, width=12, blocks=2, heads=3, classes=4), batches, **TRANSFORMER
        ),
    )


def long_trainings(folder):
    """Fifty steps on CIFAR-10; in single precision in two orders of the images of each step."""
    records = numpy.fromfile(folder / "data_batch_1.bin", dtype=numpy.uint8).reshape(-1, 3073)[:1600]
    images = torch.tensor(records[:, 1:]).double().reshape(50, 32, 3, 32, 32) / 255
    labels = torch.tensor(records[:, 0]).long().reshape(50, 32)
    batches = list(zip(images, labels))
    backward = [(images.flip(0), labels.flip(0)) for images, labels in batches]
    result = {}
    for name, function, options in [
        # At a step size of 0.1 two orders of summation differ by 2e-5 after 50 steps.
        ("resnet_20", partial(residual, widths=[16, 32, 64], blocks=3), dict(RESIDUAL, rate=0.01)),
        ("vit", partial(transformer, patch=4, width=48, blocks=4, heads=4), TRANSFORMER),
    ]:
        result[name] = train(function, batches, **options)
        for key, order in dict(single=batches, single_backward=backward).items():
            result[name][key] = train(function, order, dtype=torch.float32, **options)["losses"]
        print(name, "done", file=sys.stderr)
    return result


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    files = dict(optimizers=optimizers(), smoothing=smoothing(), small_trainings=small_trainings())
    if len(sys.argv) > 2:
        files["long_trainings"] = long_trainings(Path(sys.argv[2]))
    for name, cases in files.items():
        (folder / f"{name}.json").write_text(json.dumps(cases, indent=1) + "\n")
