"""Time of the same sweeps by two builds of framesweep, such as two versions, in turns.

    taskset -c 0 python analysis/benchmarks/versions.py OLD NEW [ROUNDS]

Neural frames, training and recurrent inference of chains, residual and dense networks, on one worker. The CPU time
of each point is in the results files; the best round of each build counts, since other work only slows down. Needs
h5py and NumPy.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

HEAD = """
format: 1
name: benchmark
seed: 1
architecture:
  input: {{channels: 1, size: {size}}}
  stage_depth: 4
  stage_count: 2
  width: {width}
  growth: {width}
  shortcut: projection
grid: {{family: [chain, residual, dense]{axis}}}
weights: {{init: he, draws: {draws}}}
measure:
"""
FRAMES = """
  neural_frames:
    data: {data}
    images: {images}
    perturbations: {{augmentation: all, noise: 8, fourier: 8, generative: {{components: 8, from: data}}}}
"""
SWEEPS = {
    "neural frames, 8 x 8, width 16": HEAD.format(size=8, width=16, axis="", draws=4)
    + FRAMES.format(data="digits", images=64),
    "neural frames, 8 x 8, width 64": HEAD.format(size=8, width=64, axis="", draws=1)
    + FRAMES.format(data="digits", images=32),
    "neural frames, 32 x 32, width 32": HEAD.format(size=32, width=32, axis="", draws=1)
    + FRAMES.format(data="{file: images.h5, images: images}", images=8),
    "training, width 8": HEAD.format(size=8, width=8, axis="", draws=1) + "  train: {epochs: 3}\n",
    "training, width 32": HEAD.format(size=8, width=32, axis="", draws=1) + "  train: {epochs: 1}\n",
    "recurrent training, 3 sweeps, width 8": HEAD.format(size=8, width=8, axis=", inference_sweeps: [3]", draws=1)
    + "  train: {epochs: 1}\n",
    "recurrent neural frames, 3 sweeps, width 16": HEAD.format(
        size=8, width=16, axis=", inference_sweeps: [3]", draws=1
    )
    + FRAMES.format(data="digits", images=32),
}


def seconds(program, folder):
    """CPU seconds of the points: chain, residual, dense."""
    output = folder / "out.h5"
    output.unlink(missing_ok=True)
    subprocess.run(
        [program, "run", "sweep.yaml", "-o", output.name, "--workers", "1"],
        cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    with h5py.File(output) as file:
        return file["execution/cpu_seconds"][()]


if __name__ == "__main__":
    programs = [os.path.abspath(program) for program in sys.argv[1:3]]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with h5py.File(folder / "images.h5", "w") as file:
            file["images"] = numpy.random.default_rng(0).random((64, 1, 32, 32), dtype=numpy.float32)
        for title, text in SWEEPS.items():
            (folder / "sweep.yaml").write_text(text)
            best = [numpy.full(3, numpy.inf) for _ in programs]
            for _ in range(rounds):
                for place, program in enumerate(programs):
                    best[place] = numpy.minimum(best[place], seconds(program, folder))
            rates = [
                f"{family} {1e3 * old:.0f}, {1e3 * new:.0f} ms: {old / new:.2f}"
                for family, old, new in zip(("chain", "residual", "dense"), *best)
            ]
            print(f"{title}: " + "; ".join(rates), flush=True)
