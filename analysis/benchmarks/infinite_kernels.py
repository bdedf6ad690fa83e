"""Compares kernels of infinite width, and the time that they take, with google/neural-tangents.

    pip install neural-tangents==0.6.5 jax==0.4.35 jaxlib==0.4.35 tf2jax==0.3.6 h5py
    taskset -c 0 python analysis/benchmarks/infinite_kernels.py .build/release/framesweep

Both compute the kernels of 64 images of 8 x 8 in chains of convolutions, pooled and flattened, in double
precision on one core; times are CPU times, the best of three. What is compared are the statistics of framesweep's results file, which follow from the
kernels: the same of neural-tangents' kernels are computed here with numpy. neural-tangents does not know
residual networks whose sums are activated; those whose activations come first it does.
Newer versions of JAX lack what neural-tangents 0.6.5 imports.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# One core and one thread, before JAX is loaded.
os.environ["XLA_FLAGS"] = (
    "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import jax
import numpy as np

jax.config.update("jax_enable_x64", True)

from neural_tangents import stax  # noqa: E402

IMAGES, SIZE, WIDTH, CLASSES = 64, 8, 16, 4
STATISTICS = ("log_condition", "effective_rank", "alignment", "loo_error")
CASES = [
    ("chain of 10, pooled", "family: chain, stage_depth: 10", "pooled", 10),
    ("chain of 10, flattened", "family: chain, stage_depth: 10", "flatten", 10),
    (
        "2 blocks, pooled",
        "family: residual, block: preactivation, stem: cifar, stage_depth: 2",
        "pooled",
        None,
    ),
]


def convolution():
    """A convolution in the standard parameterisation with He's variance and no bias."""
    return stax.Conv(
        WIDTH, (3, 3), padding="SAME", W_std=2**0.5, b_std=None, parameterization="standard"
    )


def network(depth, readout):
    """neural-tangents' kernel function of a chain, or of a stem and two blocks."""
    if depth:
        layers = [part for _ in range(depth) for part in (convolution(), stax.Relu())]
    else:
        block = stax.serial(
            stax.FanOut(2),
            stax.parallel(
                stax.Identity(),
                stax.serial(stax.Relu(), convolution(), stax.Relu(), convolution()),
            ),
            stax.FanInSum(),
        )
        layers = [convolution(), block, block, stax.Relu()]
    end = stax.GlobalAvgPool() if readout == "pooled" else stax.Flatten()
    dense = stax.Dense(1, W_std=1, b_std=None, parameterization="standard")
    return jax.jit(stax.serial(*layers, end, dense)[2], static_argnums=(2,))


def statistics(kernel, labels, ridge=1e-6):
    """What docs/statistics.md says of a kernel: condition, rank, alignment and leave-one-out error."""
    kernel = (kernel + kernel.T) / 2
    values = np.linalg.eigvalsh(kernel)
    share = np.clip(values, 0, None) / values.sum()
    share = share[share > 0]
    count = len(labels)
    targets = np.eye(CLASSES)[labels] - 1 / CLASSES
    centring = np.eye(count) - 1 / count
    one, other = (centring @ m @ centring for m in (kernel, targets @ targets.T))
    inverse = np.linalg.inv(kernel + ridge * np.trace(kernel) / count * np.eye(count))
    left_out = targets - (inverse @ targets) / np.diag(inverse)[:, None]
    return (
        np.log(values[-1] / values[0]),
        np.exp(-(share * np.log(share)).sum()),
        (one * other).sum() / np.linalg.norm(one) / np.linalg.norm(other),
        np.mean(left_out.argmax(axis=1) != labels),
    )


def framesweep(program, folder, architecture, readout):
    """The statistics that framesweep finds, and its CPU time for the point in seconds."""
    sweep, output = folder / "kernels.yaml", folder / "kernels.h5"
    output.unlink(missing_ok=True)
    sweep.write_text(
        "format: 1\nname: kernels\n"
        f"architecture: {{input: {{channels: 1, size: {SIZE}}}, width: {WIDTH}, {architecture}}}\n"
        "grid: {seed: [1]}\n"
        f"measure: {{kernels: {{data: {{file: images.h5}}, images: {IMAGES}, readout: {readout}}}}}\n"
    )
    subprocess.run(
        [program, "run", sweep, "-o", output, "--workers", "1"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with h5py.File(output) as file:
        if file["kernel_status"][0] != 1:
            raise SystemExit(f"{architecture}: framesweep has no closed form")
        found = {
            kind: [file[f"{kind}_{name}"][0] for name in STATISTICS] for kind in ("nngp", "ntk")
        }
        return found, float(file["execution/cpu_seconds"][0])


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    program = Path(sys.argv[1]).resolve()
    random = np.random.default_rng(1)
    images = random.random((IMAGES, 1, SIZE, SIZE))
    labels = random.integers(0, CLASSES, IMAGES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with h5py.File(folder / "images.h5", "w") as file:
            file["images"], file["labels"] = images, labels
        for title, architecture, readout, depth in CASES:
            runs = [framesweep(program, folder, architecture, readout) for _ in range(3)]
            found, own = runs[0][0], min(seconds for _, seconds in runs)
            function = network(depth, readout)
            batch = np.transpose(images, (0, 2, 3, 1))
            times = []
            # The first call compiles.
            for _ in range(4):
                start = time.process_time()
                kernels = jax.block_until_ready(function(batch, None, ("nngp", "ntk")))
                times.append(time.process_time() - start)
            theirs = min(times[1:])
            print(
                f"{title}: framesweep {own:.3f} s, neural-tangents {theirs:.3f} s "
                f"(and {times[0] - theirs:.1f} s to compile), ratio {theirs / own:.1f}"
            )
            for kind in ("nngp", "ntk"):
                expected = statistics(np.asarray(getattr(kernels, kind)), labels)
                worst = max(abs(a - b) for a, b in zip(found[kind], expected, strict=True))
                print(f"  {kind}: statistics differ by at most {worst:.1e}")


if __name__ == "__main__":
    main()
