"""Makes the numbers that the tests of state dicts compare with: what narrow networks of torchvision and timm
compute with weights of a formula, in double precision.

Run it with a Python that has torchvision and timm (0.6.13 was used), from the root of the repository:

    python3 analysis/benchmarks/state_dict_cases.py Tests/MeasurementsTests/Cases/state_dicts.json
"""

import json
import sys
from functools import partial

import timm
import torch
import torchvision
from timm.models.convnext import ConvNeXt as TimmConvNeXt
from timm.models.efficientnet import EfficientNet as TimmEfficientNet
from timm.models.efficientnet_builder import decode_arch_def
from timm.models.mlp_mixer import MlpMixer
from timm.models.vision_transformer import VisionTransformer as TimmTransformer
from torch import nn
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.densenet import DenseNet
from torchvision.models.efficientnet import EfficientNet, MBConvConfig
from torchvision.models.mobilenetv2 import MobileNetV2
from torchvision.models.vgg import VGG, make_layers
from torchvision.models.vision_transformer import VisionTransformer
from torchvision.ops.misc import Conv2dNormActivation

torch.set_default_dtype(torch.float64)

CLASSES = 3


def densenet():
    return DenseNet(growth_rate=4, block_config=(2, 3), num_init_features=8, num_classes=CLASSES)


def vgg():
    model = VGG(make_layers([4, "M", 6, 6, "M"], batch_norm=True), num_classes=CLASSES, init_weights=False)
    model.avgpool = nn.Identity()
    hidden = [nn.Linear(24, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 8), nn.ReLU(), nn.Dropout()]
    model.classifier = nn.Sequential(*hidden, nn.Linear(8, CLASSES))
    return model


def mobilenet():
    model = MobileNetV2(num_classes=CLASSES, inverted_residual_setting=[[1, 8, 1, 1], [6, 8, 2, 2]])
    model.features[-1] = Conv2dNormActivation(8, 32, kernel_size=1, activation_layer=nn.ReLU6)
    model.classifier[1] = nn.Linear(32, CLASSES)
    return model


def efficientnet():
    block = partial(MBConvConfig, width_mult=1.0, depth_mult=1.0)
    settings = [block(1, 3, 1, 16, 8, 1)]
    settings += [block(6, 3, 2 if stage == 1 else 1, 8, 8, 2 if stage == 1 else 1) for stage in range(1, 7)]
    return EfficientNet(settings, dropout=0.0, num_classes=CLASSES)


def timm_efficientnet(kind):
    squeeze, act = ("_se0.25", nn.SiLU) if kind == "efficientnet" else ("", nn.ReLU6)
    blocks = decode_arch_def([[f"ds_r1_k3_s1_e1_c8{squeeze}"], [f"ir_r2_k3_s2_e6_c8{squeeze}"]])
    return TimmEfficientNet(
        blocks, num_classes=CLASSES, num_features=32, stem_size=16, fix_stem=True, act_layer=act,
        round_chs_fn=lambda channels, *_, **__: int(channels),
    )


CASES = {
    "torchvision DenseNet": (
        densenet,
        "{family: dense, block: bottleneck, stem: imagenet, pooling: average, normalization: batch, "
        "stages: [{widths: [8, 4, 4], kernel: 3, stride: 1}, {widths: [8, 4, 4, 4], kernel: 3, stride: 2}]}",
        32,
    ),
    "torchvision VGG": (
        vgg,
        "{family: chain, pooling: max, normalization: batch, classifier_width: 8, "
        "stages: [{widths: [4], kernel: 3, stride: 1}, {widths: [6, 6], kernel: 3, stride: 2}]}",
        8,
    ),
    "torchvision MobileNetV2": (
        mobilenet,
        "{family: residual, block: inverted, stem: imagenet, stem_width: 32, normalization: batch, "
        "activation: relu6, stages: [{widths: [8], stride: 1}, {widths: [8, 8], stride: 2}]}",
        8,
    ),
    "torchvision EfficientNet": (
        efficientnet,
        "{family: residual, block: inverted, stem: imagenet, squeeze: 4, normalization: batch, "
        "activation: silu, stages: [{widths: [8], stride: 1}, {widths: [8, 8], stride: 2}"
        + ", {widths: [8], stride: 1}" * 5
        + "]}",
        8,
    ),
    "timm MobileNetV2": (
        partial(timm_efficientnet, "mobilenet"),
        "{family: residual, block: inverted, stem: imagenet, stem_width: 16, normalization: batch, "
        "activation: relu6, stages: [{widths: [8], stride: 1}, {widths: [8, 8], stride: 2}]}",
        8,
    ),
    "timm EfficientNet": (
        partial(timm_efficientnet, "efficientnet"),
        "{family: residual, block: inverted, stem: imagenet, stem_width: 16, squeeze: 4, normalization: batch, "
        "activation: silu, stages: [{widths: [8], stride: 1}, {widths: [8, 8], stride: 2}]}",
        8,
    ),
    "torchvision ConvNeXt": (
        lambda: ConvNeXt([CNBlockConfig(4, 8, 1), CNBlockConfig(8, None, 2)], num_classes=CLASSES),
        "{family: convnext, patch: 4, stages: [{widths: [4], kernel: 7}, {widths: [8, 8], kernel: 7, stride: 2}]}",
        16,
    ),
    "timm ConvNeXt": (
        lambda: TimmConvNeXt(depths=(1, 2, 1, 1), dims=(4, 4, 6, 6), num_classes=CLASSES),
        "{family: convnext, patch: 4, stages: [{widths: [4], kernel: 7}, {widths: [4, 4], kernel: 7, stride: 2}, "
        "{widths: [6], kernel: 7, stride: 2}, {widths: [6], kernel: 7, stride: 2}]}",
        32,
    ),
    "torchvision ViT": (
        lambda: VisionTransformer(8, 4, 2, 2, 8, 16, num_classes=CLASSES),
        "{family: transformer, patch: 4, width: 8, blocks: 2, heads: 2, mlp_ratio: 2}",
        8,
    ),
    "timm ViT": (
        lambda: TimmTransformer(8, 4, num_classes=CLASSES, embed_dim=8, depth=2, num_heads=2, mlp_ratio=2),
        "{family: transformer, patch: 4, width: 8, blocks: 2, heads: 2, mlp_ratio: 2}",
        8,
    ),
    "timm Mixer": (
        lambda: MlpMixer(CLASSES, 8, patch_size=4, num_blocks=2, embed_dim=8, mlp_ratio=(0.5, 2)),
        "{family: mixer, patch: 4, width: 8, blocks: 2, token_width: 4, channel_width: 16}",
        8,
    ),
}


def numbers(place, name, shape):
    """Numbers that follow from the place of a name among all, and from what it is of."""
    count = 1
    for extent in shape:
        count *= extent
    index = torch.arange(count, dtype=torch.int64)
    base = (index * 7919 + place * 131 + 17) % 2003 / 2003 - 0.5
    if name.endswith("running_var"):
        base = base.abs() + 0.5
    elif name.endswith(("layer_scale", "gamma")) or (name.endswith("weight") and len(shape) == 1):
        base = base / 2 + 1
    elif len(shape) > 1:
        base = base * (12 * shape[0] / count) ** 0.5
    return base.reshape(shape)


def main(path):
    cases = []
    for name, (make, architecture, size) in CASES.items():
        model = make().double().eval()
        state = {key: value for key, value in model.state_dict().items() if value.dim() > 0}
        for place, key in enumerate(sorted(state)):
            state[key] = numbers(place, key, list(state[key].shape))
        model.load_state_dict(state, strict=False)
        image = (torch.arange(3 * size * size) * 48271 + 11) % 997 / 997
        with torch.no_grad():
            scores = model(image.reshape(1, 3, size, size).double())[0]
        tensors = [" ".join([key, *map(str, state[key].shape)]) for key in sorted(state)]
        known = dict(name=name, architecture=architecture, size=size)
        cases.append(dict(known, tensors=tensors, scores=scores.tolist()))
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


main(sys.argv[1])
