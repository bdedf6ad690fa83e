"""Time of neural frames, statistics included, in PyTorch on one core and in framesweep.

    python analysis/benchmarks/neural_frames.py [PROGRAM]

What is measured: 64 images of 8 x 8 pixels, then 8 images of 32 x 32, with 24 directions in four families, in
chains, residual and dense networks of eight layers, all statistics of docs/neural-frames.md behind each layer.
Directions and weights are there before the clock starts. PyTorch does it in two ways, both by hand, values and
tangents in one batch:

- "singular values": those of every family's matrix, with bases of its subspaces for overlaps;
- "products": everything from the products of all vectors, as framesweep does it. It loses small singular values.

A program is run once for each shape, on one worker; the CPU time of each point is in its results file. Needs
PyTorch, and h5py if a program is given.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

import torch
from torch.nn.functional import conv2d

torch.set_num_threads(1)
FAMILIES, DIRECTIONS = 4, 6
VECTORS = 1 + FAMILIES * DIRECTIONS
DEPTH = 8
KINDS = ("chain", "residual", "dense")


def cosines(gram):
    norms = torch.diagonal(gram, dim1=-2, dim2=-1).sqrt()
    return gram / (norms[..., :, None] * norms[..., None, :])


def spectrum_statistics(values, gram, value_norm, reference):
    """All statistics of frames of these singular values (images x families x directions) and products."""
    squares = values.square()
    energy = squares.sum(-1)
    shares = values / values.sum(-1, keepdim=True)
    found = cosines(gram)
    row, column = torch.triu_indices(DIRECTIONS, DIRECTIONS, 1)
    pairs = found[..., row, column]
    distances = pairs - reference["cosines"][..., row, column]
    gain = energy.sqrt() / reference["norm"]
    norms = torch.diagonal(gram, dim1=-2, dim2=-1)
    return [
        gain,
        gain * (reference["value"] / value_norm)[:, None],
        energy / squares.amax(-1),
        energy.square() / squares.square().sum(-1),
        torch.exp(-torch.xlogy(shares, shares).sum(-1)),
        pairs.abs().amax(-1),
        pairs.abs().mean(-1),
        pairs.square().mean(-1),
        distances.square().mean(-1).sqrt(),
        (norms == 0).double().mean(-1),
    ]


def by_singular_values(vectors, reference):
    images = vectors.shape[0]
    frames = vectors[:, 1:].reshape(images, FAMILIES, DIRECTIONS, -1)
    right, values, _ = torch.linalg.svd(frames.mT, full_matrices=False)
    gram = (frames @ frames.mT).double()
    statistics = spectrum_statistics(
        values.double(), gram, vectors[:, 0].norm(dim=-1).double(), reference
    )
    bases = right * (values > 1e-5 * values[..., :1])[..., None, :]
    overlaps = []
    for first in range(FAMILIES):
        for second in range(first + 1, FAMILIES):
            rank = torch.minimum(bases[:, first].square().sum((-2, -1)), bases[:, second].square().sum((-2, -1)))
            overlaps.append((bases[:, first].mT @ bases[:, second]).square().sum((-2, -1)) / rank)
    return statistics + overlaps


def by_products(vectors, reference):
    images = vectors.shape[0]
    products = torch.bmm(vectors, vectors.mT).double()
    blocks = products[:, 1:, 1:].reshape(images, FAMILIES, DIRECTIONS, FAMILIES, DIRECTIONS)
    blocks = blocks.permute(0, 1, 3, 2, 4)
    gram = torch.diagonal(blocks, dim1=1, dim2=2).permute(0, 3, 1, 2)
    values, bases = torch.linalg.eigh(gram)
    values = values.clamp(min=0)
    statistics = spectrum_statistics(values.sqrt(), gram, products[:, 0, 0].sqrt(), reference)
    known = values > 1e-5 * values[..., -1:]
    bases = bases * torch.where(known, values.rsqrt(), 0.0)[..., None, :]
    inner = bases[:, :, None].mT @ blocks @ bases[:, None]
    ranks = known.sum(-1)
    overlaps = inner.square().sum((-2, -1)) / torch.minimum(ranks[:, :, None], ranks[:, None])
    return [*statistics, overlaps]


WAYS = {"singular values": by_singular_values, "products": by_products}


def layers(kind, width):
    """The input width of each layer, and its weight."""
    for layer in range(DEPTH):
        read = 1 if layer == 0 else width * layer if kind == "dense" else width
        yield torch.randn(width, read, 3, 3) * (2 / (9 * read)) ** 0.5


def close(response, images):
    """Rectifies values, and leaves of tangents what is open."""
    grouped = response.view(images, VECTORS, *response.shape[1:])
    return response.view_as(grouped).mul_(grouped[:, :1] > 0).view_as(response)


def run(kind, weights, batch, images, statistics, reference):
    kept, before = [], None
    for layer, weight in enumerate(weights):
        source = torch.cat(kept, 1) if kind == "dense" and len(kept) > 1 else batch
        response = conv2d(source, weight, padding=1)
        # Identities over two layers, behind the first one.
        if kind == "residual" and layer > 0 and layer % 2 == 0:
            response += before
        batch = close(response, images)
        kept.append(batch)
        if layer % 2 == 0:
            before = batch
        statistics(batch.reshape(images, VECTORS, -1), reference)


def seconds(kind, size, images, width, way):
    torch.manual_seed(0)
    weights = list(layers(kind, width))
    batch = torch.rand(images, VECTORS, size * size)
    products = torch.bmm(batch, batch.mT).double()[:, 1:, 1:]
    products = products.reshape(images, FAMILIES, DIRECTIONS, FAMILIES, DIRECTIONS)
    gram = torch.diagonal(products, dim1=1, dim2=3).permute(0, 3, 1, 2)
    reference = {
        "cosines": cosines(gram),
        "norm": torch.diagonal(gram, dim1=-2, dim2=-1).sum(-1).sqrt(),
        "value": batch[:, 0].norm(dim=-1).double(),
    }
    batch = batch.view(images * VECTORS, 1, size, size)
    best = float("inf")
    with torch.inference_mode():
        for _ in range(4):
            start = time.process_time()
            run(kind, weights, batch, images, WAYS[way], reference)
            best = min(best, time.process_time() - start)
    return best


SWEEP = """
format: 1
name: benchmark
seed: 1
architecture:
  input: {{channels: 1, size: {size}}}
  stage_depth: {depth}
  growth: {width}
grid: {{family: [chain, residual, dense], width: [{width}]}}
weights: {{init: he, draws: 8}}
measure:
  neural_frames:
    data: {data}
    images: {images}
    perturbations: {{augmentation: [translate_x, translate_y, rotate, scale, shear_x, shear_y], noise: 6,
                    fourier: 6, generative: {{components: 6, from: data}}}}
"""


def program_seconds(program, size, images, width, folder):
    import h5py

    data = "digits"
    if size != 8:
        data = "{file: images.h5, images: images}"
        with h5py.File(folder / "images.h5", "w") as file:
            file["images"] = torch.rand(64, 1, size, size).numpy()
    (folder / "sweep.yaml").write_text(
        SWEEP.format(size=size, depth=DEPTH, width=width, data=data, images=images)
    )
    subprocess.run(
        [program, "run", "sweep.yaml", "-o", "out.h5", "--workers", "1"],
        cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    with h5py.File(folder / "out.h5") as file:
        return dict(zip(KINDS, file["execution/cpu_seconds"][()] / 8))


if __name__ == "__main__":
    print("PyTorch", torch.__version__)
    for size, images in ((8, 64), (32, 8)):
        for width in (16, 32):
            own = {}
            for place, program in enumerate(sys.argv[1:]):
                with tempfile.TemporaryDirectory() as folder:
                    own[program] = program_seconds(
                        os.path.abspath(program), size, images, width, pathlib.Path(folder)
                    )
            for kind in KINDS:
                line = f"{images} images of {size} x {size}, {kind} of width {width}:"
                times = {way: seconds(kind, size, images, width, way) for way in WAYS}
                for way, time_ in times.items():
                    line += f" {way} {1e3 * time_:.1f} ms;"
                for found in own.values():
                    mine = found[kind]
                    line += f" framesweep {1e3 * mine:.1f} ms: " + ", ".join(
                        f"{time_ / mine:.1f} times" for time_ in times.values()
                    )
                print(line, flush=True)
