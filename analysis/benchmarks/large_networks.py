"""Time of neural frames of large networks beside that of their products, and memory beside two representations.

    taskset -c 0 python analysis/benchmarks/large_networks.py PROGRAM [PRESET ...]

The presets resnet_50 and vit_b_16 at 224 x 224 pixels, with 32 directions. oneDNN writes down how long each of its
convolutions and products with a weight takes while the program runs. Weights are drawn and prepared once; what an
image takes is the difference of two runs with different numbers of images. Products of queries with keys, of
attention with values, and those of the statistics are not written down, so they count as other work. Needs h5py and
NumPy.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

DIRECTIONS = 32
SWEEP = """
format: 1
name: benchmark
seed: 1
grid: {{preset: [{preset}]}}
weights: {{init: he, draws: 1}}
measure:
  neural_frames:
    data: {{file: images.h5, images: images}}
    images: {images}
    perturbations: {{noise: {directions}}}
"""


def product_seconds(lines):
    """What oneDNN says of convolutions and inner products: fields by commas, milliseconds at the end."""
    total = 0.0
    for line in lines.splitlines():
        fields = line.split(",")
        if fields[:2] == ["onednn_verbose", "exec"] and fields[3] in ("convolution", "inner_product"):
            total += float(fields[-1]) * 1e-3
    return total


def run(program, folder, preset, images):
    """CPU seconds of the point, those of its products, and its largest memory in bytes."""
    (folder / "sweep.yaml").write_text(SWEEP.format(preset=preset, images=images, directions=DIRECTIONS))
    name = f"{images}.h5"
    output = subprocess.run(
        [program, "run", "sweep.yaml", "-o", name, "--workers", "1"],
        cwd=folder, check=True, capture_output=True, text=True, env=os.environ | {"DNNL_VERBOSE": "1"},
    ).stdout
    with h5py.File(folder / name) as file:
        return (
            file["execution/cpu_seconds"][0], product_seconds(output), int(file["execution/peak_memory"][0])
        )


def largest_representations(program, folder):
    """Bytes that the two largest representations of an image and its directions take in single precision."""
    text = subprocess.run(
        [program, "network", "sweep.yaml:0", "--json"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    rows = json.loads(text)["operations"]
    sizes = sorted(int(numpy.prod(row["shape"])) for row in rows if row["representation"])
    return sum(sizes[-2:]) * (DIRECTIONS + 1) * 4


if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    for preset in sys.argv[2:] or ("resnet_50", "vit_b_16"):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            with h5py.File(folder / "images.h5", "w") as file:
                file["images"] = numpy.random.default_rng(0).random((4, 3, 224, 224), dtype=numpy.float32)
            few, many = (run(program, folder, preset, images) for images in (1, 3))
            total, products = ((many[place] - few[place]) / 2 for place in (0, 1))
            largest = largest_representations(program, folder)
            print(
                f"{preset}: {total:.2f} s an image, products {products:.2f} s, {total / products:.2f} times;",
                f"once {few[0] - total:.2f} s; memory {many[2] / 2**20:.0f} MiB,",
                f"two largest representations {largest / 2**20:.0f} MiB",
                flush=True,
            )
