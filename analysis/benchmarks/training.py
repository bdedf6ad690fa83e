"""Rate at which PyTorch trains networks on one core.

The same work as `swift test -c release --filter TrainingBenchmarkTests` with FRAMESWEEP_BENCHMARK=1:

- small convolutional networks: two stages of three layers, kernel 3, the second stage strided and twice
  as wide, 8 × 8 images with one channel, 10 classes, batches of 32, stochastic gradient descent with
  momentum and weight decay, gradients clipped to norm 1;
- with the argument `networks`: ResNet-20 with batch normalisation and shortcuts of option A on
  32 × 32 images, batches of 32, and ViT-Ti on 224 × 224 images with 1,000 classes, batches of 8, AdamW.

Both of PyTorch's orders of images are measured. Needs PyTorch only (2.0 or later for `networks`).
"""

import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)


def network(width):
    layers, channels = [], 1
    for stage, stage_width in enumerate((width, 2 * width)):
        for layer in range(3):
            stride = 2 if stage == 1 and layer == 0 else 1
            layers += [nn.Conv2d(channels, stage_width, 3, stride, 1), nn.ReLU(inplace=True)]
            channels = stage_width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


class Basic(nn.Module):
    """A basic block with a shortcut of option A."""

    def __init__(self, channels, width, stride):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.norm2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        self.stride, self.added = stride, width - channels

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)), inplace=True)))
        if self.added:
            x = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, self.added // 2, self.added // 2))
        return F.relu(y + x, inplace=True)


def resnet_20():
    layers, channels = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)], 16
    for width in (16, 32, 64):
        for block in range(3):
            layers.append(Basic(channels, width, 2 if width > 16 and block == 0 else 1))
            channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


class Attending(nn.Module):
    """A block of a transformer, norm first."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.qkv, self.projection = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        images, tokens, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(images, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(images, tokens, width)
        x = x + self.projection(mixed)
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    """ViT-Ti with patches of 16."""

    def __init__(self, width=192, blocks=12, heads=3, classes=1000):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 16, 16)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(0.02 * torch.randn(1, 197, width))
        self.blocks = nn.Sequential(*[Attending(width, heads) for _ in range(blocks)])
        self.norm, self.head = nn.LayerNorm(width, eps=1e-6), nn.Linear(width, classes)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


def rate(make, memory_format, shape, classes=10, batch=32, steps=39, repeats=7, optimizer="sgd"):
    """The images per second of the best of several epochs."""
    torch.manual_seed(0)
    model = make().to(memory_format=memory_format)
    images = torch.rand(batch * steps, *shape).contiguous(memory_format=memory_format)
    labels = torch.randint(0, classes, (batch * steps,))
    if optimizer == "sgd":
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    else:
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        order = torch.randperm(len(images))
        for step in range(steps):
            chosen = order[step * batch : (step + 1) * batch]
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(images[chosen]), labels[chosen])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            loss.item()
        best = min(best, time.perf_counter() - start)
    return len(images) / best


if __name__ == "__main__":
    print("PyTorch", torch.__version__)
    formats = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
    if sys.argv[1:] == ["networks"]:
        for name, order in formats.items():
            found = rate(resnet_20, order, (3, 32, 32), steps=3, repeats=4)
            print(f"ResNet-20, {name}, images/s: {found:.1f}", flush=True)
        found = rate(
            ViT, torch.contiguous_format, (3, 224, 224), classes=1000, batch=8, steps=1, repeats=4,
            optimizer="adamw",
        )
        print(f"ViT-Ti, images/s: {found:.2f}")
    else:
        for width in (8, 16, 32, 64):
            rates = [
                f"{name}: {rate(lambda: network(width), order, (1, 8, 8)):.0f}"
                for name, order in formats.items()
            ]
            print(f"width {width}, images/s:", *rates, flush=True)
