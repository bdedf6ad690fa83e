"""Makes the pictures that `Tests/ImageDataTests` decodes, with the values that Pillow finds in them.

    .venv/bin/python analysis/benchmarks/picture_cases.py Tests/ImageDataTests/Pictures
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

FOLDER = Path(sys.argv[1])
RANDOM = np.random.default_rng(11)

#: The passes of Adam7: first row, first column, and the steps between rows and columns.
PASSES = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    rows: NDArray[Any], depth: int, kind: int, *, extra: bytes = b"", interlaced: bool = False
) -> bytes:
    """A PNG file of samples (height, width, channels), without filters."""
    height, width, channels = rows.shape
    passes = PASSES if interlaced else [(0, 0, 1, 1)]
    data = b""
    for top, left, down, right in passes:
        part = rows[top::down, left::right]
        for row in part if part.shape[1] else ():
            bits = "".join(f"{value:0{depth}b}" for value in row.reshape(-1))
            bits += "0" * (-len(bits) % 8)
            data += b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
    )


def smooth(height: int, width: int) -> NDArray[np.uint8]:
    """A picture with edges, gradients and noise in three channels."""
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(0.4 * x + 0.2 * c * y) + np.cos(0.3 * y - 0.1 * c * x) for c in range(3)]
    values = 128 + 55 * np.stack(waves, axis=-1) + RANDOM.normal(scale=12, size=(height, width, 3))
    return np.clip(values, 0, 255).astype(np.uint8)


def write_pngs() -> dict[str, NDArray[Any]]:
    """Writes the PNG files, and returns the samples of those with 16 bits, which Pillow cuts to eight."""

    def samples(depth: int, channels: int) -> NDArray[Any]:
        return RANDOM.integers(0, 2**depth, size=(7, 9, channels))

    palette = bytes(RANDOM.integers(0, 256, size=48, dtype=np.uint8))
    opaque = samples(8, 4)
    opaque[..., 3] = 255
    deep = {"grey-16.png": samples(16, 1), "colour-16.png": samples(16, 3)}
    files = {
        "grey-1.png": png(samples(1, 1), 1, 0),
        "grey-2.png": png(samples(2, 1), 2, 0),
        "grey-4.png": png(samples(4, 1), 4, 0),
        "grey-8.png": png(samples(8, 1), 8, 0),
        "grey-16.png": png(deep["grey-16.png"], 16, 0),
        "colour-8.png": png(samples(8, 3), 8, 2),
        "colour-16.png": png(deep["colour-16.png"], 16, 2),
        "interlaced.png": png(samples(8, 3), 8, 2, interlaced=True),
        "palette-4.png": png(samples(4, 1), 4, 3, extra=chunk(b"PLTE", palette)),
        "linear.png": png(samples(8, 3), 8, 2, extra=chunk(b"gAMA", struct.pack(">I", 100_000))),
        "opaque.png": png(opaque, 8, 6),
        "transparent.png": png(samples(8, 4), 8, 6),
        "transparent-grey.png": png(samples(8, 2), 8, 4),
    }
    for name, contents in files.items():
        (FOLDER / name).write_bytes(contents)
    return deep


def write_jpegs() -> None:
    image = Image.fromarray(smooth(23, 37))
    rotated = Image.Exif()
    rotated[0x0112] = 6
    image.save(FOLDER / "halved.jpg", quality=85)
    image.save(FOLDER / "full.jpeg", quality=92, subsampling=0)
    image.save(FOLDER / "progressive.jpg", quality=80, progressive=True)
    image.save(FOLDER / "rotated.JPG", quality=80, exif=rotated)
    image.convert("L").save(FOLDER / "grey.jpg", quality=80)
    image.convert("CMYK").save(FOLDER / "inks.jpg", quality=80)


def decoded(path: Path, deep: dict[str, NDArray[Any]]) -> NDArray[np.uint8]:
    if path.name in deep:
        return np.round(deep[path.name] / 257).astype(np.uint8)
    with Image.open(path) as image:
        return np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    deep = write_pngs()
    write_jpegs()
    refused = {"transparent.png", "transparent-grey.png", "inks.jpg"}
    pictures = []
    for path in sorted(FOLDER.glob("*.*")):
        if path.suffix == ".json" or path.name in refused:
            continue
        values = decoded(path, deep)
        height, width = values.shape[:2]
        channels = 1 if values.ndim == 2 else values.shape[2]
        pictures.append(
            {"file": path.name, "width": width, "height": height, "channels": channels,
             "samples": values.reshape(-1).tolist()}
        )
    resized = []
    for name in ("halved.jpg", "grey-8.png"):
        with Image.open(FOLDER / name) as image:
            for width, height in [(12, 8), (8, 12), (5, 23), (37, 23), (61, 40), (1, 1)]:
                values = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))
                resized.append(
                    {"file": name, "width": width, "height": height,
                     "samples": values.reshape(-1).tolist()}
                )
    document = {
        "pillow": Image.__version__, "libjpeg_turbo": features.version("libjpeg_turbo"),
        "pictures": pictures, "resized": resized,
    }
    (FOLDER / "values.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
