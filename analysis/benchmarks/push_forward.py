"""Rate at which PyTorch carries values and tangents through networks on one core.

The same work as `swift test -c release --filter NetworksBenchmarkTests` with FRAMESWEEP_BENCHMARK=1:
four layers of equal width, kernel 3, each followed by a rectifier, 34 tangents at each image; with the
argument `blocks`, blocks of networks that people use, 34 tangents at one image. Values and tangents form
one batch, and what is not linear is pushed by hand, because that is the fastest that PyTorch offers.
Batch normalisation is folded into the convolution before it. Needs PyTorch only (Debian: python3-torch).
"""

import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
VECTORS = 35


def push(batch, weights, images):
    for weight in weights:
        response = F.conv2d(batch, weight, padding=1)
        grouped = response.view(images, VECTORS, *response.shape[1:])
        grouped.mul_(grouped[:, :1] > 0)
        batch = response
    return batch


def rate(channels, size, images, memory_format):
    batch = torch.randn(images * VECTORS, channels, size, size)
    batch = batch.contiguous(memory_format=memory_format)
    weights = [
        torch.randn(channels, channels, 3, 3).contiguous(memory_format=memory_format) / (3 * channels**0.5)
        for _ in range(4)
    ]
    best = float("inf")
    with torch.inference_mode():
        for _ in range(12):
            start = time.perf_counter()
            push(batch, weights, images)
            best = min(best, time.perf_counter() - start)
    flops = 2 * 9 * channels**2 * size**2 * batch.shape[0] * len(weights)
    return flops / best * 1e-9


def normal(*shape):
    return torch.randn(*shape) / shape[-1] ** 0.5


def close(batch, bias):
    """Adds a bias to the value, and closes entries of the value and of all tangents."""
    batch[:1].add_(bias.view(1, -1, 1, 1))
    return batch.mul_(batch[:1] > 0)


def normalized_chain(channels, memory_format):
    weights = [
        torch.randn(channels, channels, 3, 3).contiguous(memory_format=memory_format) / (3 * channels**0.5)
        for _ in range(4)
    ]
    bias = torch.randn(channels)

    def run(batch):
        for weight in weights:
            batch = close(F.conv2d(batch, weight, padding=1), bias)

    return run, torch.randn(VECTORS, channels, 16, 16).contiguous(memory_format=memory_format)


def depthwise(memory_format, width=96):
    """Two blocks that filter each channel and mix channels, as MobileNetV2's first, and its last layer."""
    deep = torch.randn(width, 1, 3, 3) / 3
    narrow = torch.randn(width, width, 1, 1).contiguous(memory_format=memory_format) / width**0.5
    wide = torch.randn(4 * width, width, 1, 1).contiguous(memory_format=memory_format) / width**0.5
    bias, last = torch.randn(width), torch.randn(4 * width)

    def run(x):
        for _ in range(2):
            y = F.conv2d(close(F.conv2d(x, deep, padding=1, groups=width), bias), narrow)
            y[:1].add_(bias.view(1, -1, 1, 1))
            x = x + y
        close(F.conv2d(x, wide), last)

    return run, torch.randn(VECTORS, width, 16, 16).contiguous(memory_format=memory_format)


def layer_norm(x, gamma, beta):
    """x: vectors × tokens × channels; the first vector is the value."""
    centred = x - x.mean(-1, keepdim=True)
    scale = torch.rsqrt(centred[:1].square().mean(-1, keepdim=True) + 1e-6)
    value = centred[:1] * scale
    result = centred * scale
    result[1:] -= value * (result[1:] * value).mean(-1, keepdim=True)
    result *= gamma
    result[:1] += beta
    return result


def gelu(x):
    value = x[:1]
    slope = 0.5 * (1 + torch.erf(value * 0.5**0.5)) + value * torch.exp(-0.5 * value * value) * 0.3989422804014327
    result = x * slope
    result[:1] = F.gelu(value)
    return result


def linear(x, layer):
    result = F.linear(x, layer[0])
    result[:1] += layer[1]
    return result


def layer(inputs, outputs):
    return normal(outputs, inputs), normal(outputs)


def attention(x, qkv, projection, heads):
    vectors, tokens, width = x.shape
    q, k, v = linear(x, qkv).view(vectors, tokens, 3, heads, -1).permute(2, 0, 3, 1, 4)
    factor = (width // heads) ** -0.5
    q = q * factor
    p = torch.softmax(q[:1] @ k[:1].transpose(-1, -2), -1)
    scores = q[1:] @ k[:1].transpose(-1, -2) + q[:1] @ k[1:].transpose(-1, -2)
    moved = p * scores
    moved -= p * moved.sum(-1, keepdim=True)
    mixed = torch.cat([p @ v[:1], moved @ v[:1] + p @ v[1:]])
    return linear(mixed.transpose(1, 2).reshape(vectors, tokens, width), projection)


def patches(batch, embedding):
    x = F.conv2d(batch, embedding[0], stride=16)
    x[:1] += embedding[1].view(1, -1, 1, 1)
    return x.flatten(2).transpose(1, 2)


def vit(width=384, heads=6):
    embedding = torch.randn(width, 3, 16, 16) / 28, torch.randn(width)
    norms = [(torch.randn(width), torch.randn(width)) for _ in range(3)]
    qkv, projection = layer(width, 3 * width), layer(width, width)
    first, second = layer(width, 4 * width), layer(4 * width, width)
    token = torch.zeros(VECTORS, 1, width)

    def run(batch):
        x = torch.cat([token, patches(batch, embedding)], 1)
        x = x + attention(layer_norm(x, *norms[0]), qkv, projection, heads)
        x = x + linear(gelu(linear(layer_norm(x, *norms[1]), first)), second)
        layer_norm(x, *norms[2])

    return run, torch.randn(VECTORS, 3, 224, 224)


def mixer(width=512, tokens=196, token_width=256, channel_width=2048):
    embedding = torch.randn(width, 3, 16, 16) / 28, torch.randn(width)
    norms = [(torch.randn(width), torch.randn(width)) for _ in range(3)]
    token_layers = layer(tokens, token_width), layer(token_width, tokens)
    channel_layers = layer(width, channel_width), layer(channel_width, width)

    def perceptron(x, layers):
        return linear(gelu(linear(x, layers[0])), layers[1])

    def run(batch):
        x = patches(batch, embedding)
        across = layer_norm(x, *norms[0]).transpose(1, 2)
        x = x + perceptron(across, token_layers).transpose(1, 2)
        x = x + perceptron(layer_norm(x, *norms[1]), channel_layers)
        layer_norm(x, *norms[2])

    return run, torch.randn(VECTORS, 3, 224, 224)


def milliseconds(run, batch, passes=5):
    best = float("inf")
    with torch.inference_mode():
        for _ in range(passes):
            start = time.perf_counter()
            run(batch)
            best = min(best, time.perf_counter() - start)
    return 1e3 * best


def blocks(formats):
    for channels in (16, 32, 64, 128, 256):
        times = [
            f"{name}: {milliseconds(*normalized_chain(channels, order)):.1f}" for name, order in formats.items()
        ]
        print(f"batch norm, {channels} channels, ms:", *times, flush=True)
    print(f"ViT-S block, ms: {milliseconds(*vit()):.1f}", flush=True)
    print(f"Mixer-S block, ms: {milliseconds(*mixer()):.1f}", flush=True)
    times = [f"{name}: {milliseconds(*depthwise(order)):.1f}" for name, order in formats.items()]
    print("depthwise block, ms:", *times, flush=True)


if __name__ == "__main__":
    print("PyTorch", torch.__version__)
    formats = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
    if sys.argv[1:] == ["blocks"]:
        blocks(formats)
        sys.exit()
    for size in (8, 16, 32):
        for channels in (16, 32, 64):
            for name, memory_format in formats.items():
                rates = [
                    f"{images}×{VECTORS}: {rate(channels, size, images, memory_format):.0f}"
                    for images in (1, 2, 4, 8, 16)
                    if images * size <= 128
                ]
                print(f"size {size}, {channels} channels, {name}, GFLOP/s:", *rates, flush=True)
