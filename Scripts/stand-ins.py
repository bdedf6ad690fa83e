"""Makes files of the form of those that sweeps in jobs/ read and that are not ours to bring.

    python Scripts/stand-ins.py FOLDER

puts CIFAR-10's and MNIST's files (blank images, all classes) and two networks (a rectifier each) beside the sweep
files of a copy of jobs/, so that every sweep has a plan.
"""

import gzip
import os
import pathlib
import struct
import sys

#: What PyTorch's exporter calls such a value.
NAME = "/Relu_output_0"


def field(number: int, value: bytes | int | str) -> bytes:
    """A field of a protocol buffer, shorter than 128 bytes."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    value = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(value)]) + value


def tensor(name: str) -> bytes:
    """ONNX's ValueInfoProto of float32 (1, 3, 32, 32)."""
    extents = b"".join(field(1, field(1, extent)) for extent in (1, 3, 32, 32))
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, extents)))


def network() -> bytes:
    """An ONNX file: relu of an image."""
    node = field(1, "image") + field(2, NAME) + field(4, "Relu")
    graph = field(1, node) + field(2, "stand-in") + field(11, tensor("image")) + field(12, tensor(NAME))
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


def cifar(folder: pathlib.Path) -> None:
    folder.mkdir()
    batch = folder / "data_batch_1.bin"
    batch.write_bytes(b"".join(bytes([image % 10]) + bytes(3072) for image in range(10_000)))
    for name in ("data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
        os.link(batch, folder / f"{name}.bin")


def mnist(folder: pathlib.Path) -> None:
    folder.mkdir()
    count = 60_000
    images = struct.pack(">4I", 2051, count, 28, 28) + bytes(count * 784)
    labels = struct.pack(">2I", 2049, count) + bytes(image % 10 for image in range(count))
    for name, contents in (("images-idx3", images), ("labels-idx1", labels)):
        (folder / f"train-{name}-ubyte.gz").write_bytes(gzip.compress(contents, 1))


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    cifar(folder / "cifar-10-batches-bin")
    mnist(folder / "mnist")
    (folder / "networks").mkdir()
    for depth in (20, 56):
        (folder / "networks" / f"resnet{depth}.onnx").write_bytes(network())


if __name__ == "__main__":
    main()
