"""Attacks the saved networks of jobs/claims/recurrent.yaml with PyTorch, and compares the errors.

    python analysis/benchmarks/attacks.py RESULTS.h5 WEIGHTS_FOLDER MNIST_FOLDER

rebuilds every network from its weights file: chains of both forms, residual and dense networks, with sweeps of
inference written as gradients of the energy that framesweep's documentation states (docs/recurrent.md). Their
errors at the test images must be those of the file. Then projected gradient descent follows the cross-entropy's
gradient through all sweeps, from other random starts than framesweep's and with twice as many steps. The table has
both errors in per cent; the last column is by how many points framesweep's attack is weaker. Needs PyTorch, NumPy
and h5py.
"""

import argparse
import gzip
import pathlib

import h5py
import numpy as np
import torch
import torch.nn.functional as F

STEPS, RESTARTS, LENGTH = 40, 3, 2.5


def images_of(folder):
    with gzip.open(pathlib.Path(folder) / "train-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(pathlib.Path(folder) / "train-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return pixels, labels


class Network:
    """Two stages of three layers, the second with stride 2, and sweeps of inference."""

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
        stride = 2 if j == 3 else 1
        product = F.conv2d(self.read_by(j, layers), self.weights[j], stride=stride, padding=1)
        return product + self.skip(j, layers)

    def synthesis(self, j, w):
        """B_j applied to layer j."""
        stride = 2 if j == 3 else 1
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
                moved = layers[: j + 1] + [layer] + layers[j + 2 :]
                energy = sum(0.5 * (row**2).sum() for row in self.residuals(moved))
                if not layer.requires_grad:
                    layer.requires_grad_(True)
                    energy = sum(0.5 * (row**2).sum() for row in self.residuals(moved))
                (slope,) = torch.autograd.grad(energy, layer, create_graph=x.requires_grad)
                layers[j + 1] = F.relu(layer - self.rates[j] * (slope - self.biases[j]))
                if not x.requires_grad:
                    layers[j + 1] = layers[j + 1].detach()
        last = torch.cat(layers[4:], 1) if self.family == "dense" else layers[6]
        return F.linear(last.mean((2, 3)), *self.classifier)


def inside(moved, x, radius, euclidean):
    """The nearest image in the ball; then in [0, 1], which does not leave the ball."""
    change = moved - x
    if euclidean:
        norm = change.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
        change = change * torch.clamp(radius / norm.clamp_min(1e-12), max=1)
    else:
        change = change.clamp(-radius, radius)
    return (x + change).clamp(0, 1)


def error_under_attack(network, x, labels, radius, euclidean):
    mistaken = network.scores(x).argmax(1) != labels
    for _ in range(RESTARTS):
        noise = torch.randn_like(x)
        if euclidean:
            noise = noise / noise.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
            noise = radius * noise * torch.rand(len(x), 1, 1, 1) ** (1 / x[0].numel())
        else:
            noise = radius * (2 * torch.rand_like(x) - 1)
        moved = inside(x + noise, x, radius, euclidean)
        for _ in range(STEPS):
            moved = moved.detach().requires_grad_(True)
            scores = network.scores(moved)
            # Each image by the gap to its best wrong class: the cross-entropy's direction where two
            # classes matter, and it does not vanish where the network is sure.
            right = scores.gather(1, labels[:, None])[:, 0]
            others = scores.scatter(1, labels[:, None], -torch.inf)
            loss = (others.logsumexp(1) - right).sum()
            (slope,) = torch.autograd.grad(loss, moved)
            if euclidean:
                slope = slope / slope.flatten(1).norm(dim=1).clamp_min(1e-30).view(-1, 1, 1, 1)
            else:
                slope = slope.sign()
            moved = inside(moved + LENGTH * radius / STEPS * slope, x, radius, euclidean)
        mistaken |= network.scores(moved.detach()).argmax(1) != labels
    return float(mistaken.float().mean())


def text(values):
    return [value.decode() for value in values]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results")
    parser.add_argument("weights")
    parser.add_argument("mnist")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    pixels, labels = images_of(options.mnist)
    with h5py.File(options.results) as file:
        points = file["points"]
        errors = points["adversarial_error"][...]
        sweeps = points["inference_sweeps"][...]
        radii = file["points/adversarial_error"].dims[3][0][...]
        names = {
            key: {code: name for name, code in h5py.check_enum_dtype(points[key].dtype).items()}
            for key in ("family", "form")
        }
        family = [names["family"][int(code)] for code in points["family"][...]]
        form = [names["form"][int(code)] for code in points["form"][...]]
    print("| network | sweeps | attack | framesweep | PyTorch | weaker by |\n|---|---|---|---|---|---|")
    worst = -np.inf
    for point, count in enumerate(sweeps):
        rows = {}
        for draw in range(errors.shape[1]):
            name = f"{family[point]}-{form[point]}-{count}-{draw}.h5"
            network = Network(pathlib.Path(options.weights) / name, family[point], form[point], int(count))
            x = torch.from_numpy(pixels[network.images] / np.float32(255))
            y = torch.from_numpy(labels[network.images].astype(np.int64))
            clean = float((network.scores(x).argmax(1) != y).float().mean())
            # Step sizes and sums are rounded otherwise, so an image at a boundary may change.
            assert abs(clean - network.error) * len(y) < 2.5, f"{name}: {clean} instead of {network.error}"
            for attack, (title, radius, euclidean) in enumerate((("ℓ∞", 0.1, False), ("ℓ2", 1.0, True))):
                ours = errors[point, draw, attack, list(radii).index(radius)]
                theirs = error_under_attack(network, x, y, radius, euclidean)
                rows.setdefault(f"{title}, {radius:g}", []).append((ours, theirs))
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
