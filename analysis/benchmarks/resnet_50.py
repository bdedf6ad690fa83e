"""Rate at which PyTorch carries an image and 32 tangents through ResNet-50 at 224 x 224 on one core.

Values and tangents form one batch by hand, the fastest that PyTorch offers: normalisation scales tangents
without its shift, rectifiers close them by the mask of the values, max-pooling takes the values' places.
With a name it also writes the network, of random weights, as an ONNX file for a sweep with
`images: 4, perturbations: {noise: 32}`; `framesweep inspect --point 0` has the seconds of the point. Needs
PyTorch and torchvision (Debian: python3-torch, python3-torchvision).
"""

import sys
import time

import torch
import torchvision

VECTORS = 33


def normalize(norm, batch):
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    batch.mul_(scale.view(1, -1, 1, 1))
    batch[:1].add_((norm.bias - norm.running_mean * scale).view(1, -1, 1, 1))
    return batch


def rectify(batch):
    return batch.mul_(batch[:1] > 0)


def pool(batch):
    values, places = torch.nn.functional.max_pool2d(batch[:1], 3, 2, 1, return_indices=True)
    places = places.flatten(2).expand(len(batch), -1, -1)
    return batch.flatten(2).gather(2, places).view(len(batch), *values.shape[1:])


def push(model, batch):
    batch = pool(rectify(normalize(model.bn1, model.conv1(batch))))
    for layer in (model.layer1, model.layer2, model.layer3, model.layer4):
        for block in layer:
            inner = rectify(normalize(block.bn1, block.conv1(batch)))
            inner = rectify(normalize(block.bn2, block.conv2(inner)))
            inner = normalize(block.bn3, block.conv3(inner))
            if block.downsample is not None:
                batch = normalize(block.downsample[1], block.downsample[0](batch))
            batch = rectify(inner.add_(batch))
    return batch.mean((2, 3))


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = torchvision.models.resnet50(weights=None).eval()
    if len(sys.argv) > 1:
        torch.onnx.export(model, (torch.rand(1, 3, 224, 224),), sys.argv[1], opset_version=17, dynamo=False)
    print("PyTorch", torch.__version__)
    formats = {"channels last": torch.channels_last, "channels first": torch.contiguous_format}
    with torch.inference_mode():
        for name, memory_format in formats.items():
            model.to(memory_format=memory_format)
            batch = torch.rand(VECTORS, 3, 224, 224).contiguous(memory_format=memory_format)
            best = float("inf")
            for _ in range(3):
                start = time.perf_counter()
                push(model, batch)
                best = min(best, time.perf_counter() - start)
            print(f"{name}: {best:.2f} s an image")
