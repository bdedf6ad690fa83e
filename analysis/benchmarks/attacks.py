"""Attacks the saved networks of jobs/claims/recurrent.yaml with PyTorch, and compares the errors.

    python analysis/benchmarks/attacks.py RESULTS.h5 WEIGHTS_FOLDER MNIST_FOLDER

rebuilds every network from its weights file: chains of both forms, residual and dense networks, with sweeps of
inference written as gradients of the energy that framesweep's documentation states (docs/recurrent.md). Their
errors at the test images must be those of the file. Then projected gradient descent follows the cross-entropy's
gradient through all sweeps, from other random starts than framesweep's. The table has both errors in per cent; the
last column is by how many points framesweep's attack is weaker. Needs PyTorch, NumPy and h5py.
"""

import argparse
import gzip
import pathlib

import h5py
import numpy as np
import torch
import torch.nn.functional as F

# As many steps, as many starts and as long a way as the sweep has.
STEPS, RESTARTS, LENGTH = 20, 2, 2.5


def images_of(folder):
    with gzip.open(pathlib.Path(folder) / "train-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(pathlib.Path(folder) / "train-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return pixels, labels


class Network:
    """Two stages of three layers, each with stride 2, and sweeps of inference."""

    def __init__(self, path, family, form, sweeps):
        self.family, self.form, self.sweeps = family, form, sweeps
        with h5py.File(path) as file:
            def tensor(name):
                return torch.from_numpy(file[name][...].astype(np.float32))

            self.weights = [tensor(f"{j}/weight") for j in range(6)]
            self.biases = [tensor(f"{j}/bias").view(1, -1, 1, 1) for j in range(6)]
            self.projections = {
                j: tensor(f"{j}/shortcut/weight") for j in range(6) if "shortcut" in file[str(j)]
            }
            self.classifier = tensor("classifier/weight"), tensor("classifier/bias")
            self.images = file["test_images"][...]
            self.error = float(file.attrs["test_error"])
        self.rates = None

    def read_by(self, j, layers):
        """What layer j reads: the layer before it, or all before it in its stage."""
        if j == 0 or self.family != "dense":
            return layers[j]
        return torch.cat(layers[(1 if j <= 3 else 4) : j + 1], 1)

    def skip(self, j, layers):
        """What is added to layer j; the first stage has an identity, the second a projection."""
        if self.family != "residual":
            return 0
        if j == 2:
            return layers[1]
        return F.conv2d(layers[3], self.projections[4], stride=2) if j == 4 else 0

    def operator(self, j, layers):
        """B_jᵀ applied to what layer j reads, and the skip."""
        stride = 2 if j in (0, 3) else 1
        product = F.conv2d(self.read_by(j, layers), self.weights[j], stride=stride, padding=1)
        return product + self.skip(j, layers)

    def synthesis(self, j, w):
        """B_j applied to layer j."""
        stride = 2 if j in (0, 3) else 1
        return F.conv_transpose2d(w, self.weights[j], stride=stride, padding=1, output_padding=stride - 1)

    def residuals(self, layers):
        """All rows of F w − (x, 0, …); layers begin with the image."""
        rows = [self.synthesis(0, layers[1]) - layers[0]]
        for j in range(1, 6):
            if self.form == "synthesis":
                rows.append(self.synthesis(j, layers[j + 1]) - layers[j])
            else:
                rows.append(layers[j + 1] - self.operator(j, layers))
        return rows

    def step_sizes(self, layers):
        """1/‖F_j‖², by the power method on each block column."""
        rates = []
        for j in range(6):
            still = [torch.zeros_like(layer[:1]) for layer in layers]
            vector = torch.randn_like(layers[j + 1][:1])
            for _ in range(300):
                vector = (vector / vector.norm()).requires_grad_(True)
                moved = still[: j + 1] + [vector] + still[j + 2 :]
                energy = sum(0.5 * (row**2).sum() for row in self.residuals(moved))
                (vector,) = torch.autograd.grad(energy, vector)
            rates.append(1 / vector.norm())
        return rates

    def scores(self, x):
        layers = [x]
        for j in range(6):
            layers.append(F.relu(self.operator(j, layers) + self.biases[j]))
        if self.sweeps > 1 and self.rates is None:
            self.rates = self.step_sizes([layer.detach() for layer in layers])
        for _ in range(1, self.sweeps):
            for j in range(6):
                # A new tensor for the layer, so that the gradient is that of this layer alone.
                layer = layers[j + 1] + 0
                if not layer.requires_grad:
                    layer.requires_grad_(True)
                moved = layers[: j + 1] + [layer] + layers[j + 2 :]
                energy = sum(0.5 * (row**2).sum() for row in self.residuals(moved))
                (slope,) = torch.autograd.grad(energy, layer, create_graph=x.requires_grad)
                layers[j + 1] = F.relu(layer - self.rates[j] * (slope - self.biases[j]))
                if not x.requires_grad:
                    layers[j + 1] = layers[j + 1].detach()
        last = torch.cat(layers[4:], 1) if self.family == "dense" else layers[6]
        return F.linear(last.mean((2, 3)), *self.classifier)


def error_under_attack(network, x, labels, radius):
    """The share of images that are mistaken as they are or after the attack, in the largest change of a value."""
    mistaken = network.scores(x).argmax(1) != labels
    for _ in range(RESTARTS):
        moved = (x + radius * (2 * torch.rand_like(x) - 1)).clamp(0, 1)
        for _ in range(STEPS):
            moved = moved.detach().requires_grad_(True)
            scores = network.scores(moved)
            # The cross-entropy's direction, which is the same without the probability of the wrong classes.
            right = scores.gather(1, labels[:, None])[:, 0]
            others = scores.scatter(1, labels[:, None], -torch.inf)
            (slope,) = torch.autograd.grad((others.logsumexp(1) - right).sum(), moved)
            moved = moved + LENGTH * radius / STEPS * slope.sign()
            moved = (x + (moved - x).clamp(-radius, radius)).clamp(0, 1)
        mistaken |= network.scores(moved.detach()).argmax(1) != labels
    return float(mistaken.float().mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results")
    parser.add_argument("weights")
    parser.add_argument("mnist")
    parser.add_argument("--draws", type=int, default=1, help="how many draws of each network")
    parser.add_argument("--sweeps", type=int, nargs="+", help="only networks with so many sweeps")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    pixels, labels = images_of(options.mnist)
    with h5py.File(options.results) as file:
        errors, sweeps, radii, seeds = (
            file[name][...] for name in ("adversarial_error", "inference_sweeps", "radius", "seed")
        )
        family, form = (
            [file[name].attrs["flag_meanings"].split()[code] for code in file[name][...]]
            for name in ("family", "form")
        )
    print("| network | sweeps | radius | framesweep | PyTorch | weaker by |\n|---|---|---|---|---|---|")
    worst = -np.inf
    for point, count in enumerate(sweeps):
        if options.sweeps and count not in options.sweeps:
            continue
        rows = {}
        for draw in range(options.draws):
            name = f"{family[point]}-{form[point]}-{count}-{seeds[point]}-{draw}.h5"
            network = Network(pathlib.Path(options.weights) / name, family[point], form[point], int(count))
            x = torch.from_numpy(pixels[network.images] / np.float32(255))
            y = torch.from_numpy(labels[network.images].astype(np.int64))
            clean = float((network.scores(x).argmax(1) != y).float().mean())
            # Step sizes and sums are rounded otherwise, so an image at a boundary may change.
            assert abs(clean - network.error) * len(y) < 2.5, f"{name}: {clean} instead of {network.error}"
            for place, radius in enumerate(radii):
                theirs = error_under_attack(network, x, y, float(radius))
                rows.setdefault(f"{radius:g}", []).append((errors[point, draw, 0, place], theirs))
        for title, pairs in rows.items():
            ours, theirs = 100 * np.mean(pairs, 0)
            worst = max(worst, theirs - ours)
            print(
                f"| {family[point]}, {form[point]} | {count} | {title} | {ours:.1f} | {theirs:.1f}"
                f" | {theirs - ours:+.1f} |",
                flush=True,
            )
    print(f"\nframesweep's attack is weaker by at most {worst:.1f} points")


if __name__ == "__main__":
    main()
