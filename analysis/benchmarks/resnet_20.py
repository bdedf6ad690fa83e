"""ResNet-20 in PyTorch, trained as jobs/claims/resnet-20.yaml trains it, and both compared.

    python analysis/benchmarks/resnet_20.py CIFAR_FOLDER jobs/claims/resnet-20-weights/*.h5

reads the networks that framesweep saved and trains as many in PyTorch, on one thread. Both have the same test
images, which the files name, and 9,980 of the others for training; weights and order of images differ, so only the
distributions of errors can agree. It prints all test errors, those of the saved networks in PyTorch too, the
difference of the means and its 95 % interval (Student's t with Welch's degrees of freedom). Needs PyTorch, NumPy,
SciPy and h5py.
"""

import argparse
import pathlib

import h5py
import numpy as np
import torch
import torch.nn.functional as F
import training
from scipy import stats
from torch import nn

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
EPOCHS, BATCH, RATE, TRAINED = 20, 64, 0.1, 9_980


def network():
    """ResNet-20 with He's weights, and a classifier of variance 1/features."""
    result = training.resnet_20()
    for module in result.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=module.in_features**-0.5)
            nn.init.zeros_(module.bias)
    return result


def saved_network(file):
    """The network of a weights file of framesweep."""
    result = training.resnet_20()
    pairs = [("stem/convolution", result[0]), ("stem/norm", result[1]), ("classifier", result[-1])]
    for place, block in enumerate(result[3:12]):
        name = f"stage_{place // 3 + 1}/block_{place % 3 + 1}"
        pairs += [(f"{name}/layer_1/convolution", block.conv1), (f"{name}/layer_1/norm", block.norm1)]
        pairs += [(f"{name}/layer_2/convolution", block.conv2), (f"{name}/layer_2/norm", block.norm2)]
    for name, module in pairs:
        for key, numbers in module.state_dict().items():
            if key != "num_batches_tracked":
                numbers.copy_(torch.from_numpy(file[f"{name}/{key}"][...]))
    return result


def images_of(folder):
    """All training images of the folder, in [0, 1], and their classes."""
    rows = [
        np.fromfile(path, np.uint8).reshape(-1, 3073)
        for path in sorted(pathlib.Path(folder).glob("data_batch_*.bin"))
    ]
    rows = np.concatenate(rows)
    return torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32) / np.float32(255)), torch.from_numpy(
        rows[:, 0].astype(np.int64)
    )


def changed(images):
    """Random crops of images with a frame of four zeros, half of them mirrored.

    Zeros are put around images in [0, 1], before normalisation, as framesweep does.
    """
    padded = F.pad(images, (4, 4, 4, 4))
    offsets = torch.randint(0, 9, (len(images), 2)).tolist()
    parts = [image[:, y : y + 32, x : x + 32] for image, (y, x) in zip(padded, offsets, strict=True)]
    parts = torch.stack(parts)
    mirrored = torch.rand(len(images)) < 0.5
    parts[mirrored] = parts[mirrored].flip(3)
    return parts


def normalized(images):
    return (images - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1)


def rate(step, steps):
    """A linear warm-up over one epoch, then half a cosine."""
    if step < steps:
        return RATE * (step + 1) / steps
    return RATE * 0.5 * (1 + np.cos(np.pi * (step - steps) / (steps * (EPOCHS - 1))))


def trained_network(seed, images, labels, trained):
    torch.manual_seed(seed)
    model = network().to(memory_format=torch.channels_last)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.SGD(
        [{"params": decayed, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0}],
        lr=RATE, momentum=0.9,
    )
    steps = len(trained) // BATCH
    for epoch in range(EPOCHS):
        model.train()
        order = trained[torch.randperm(len(trained))]
        for step in range(steps):
            batch = order[step * BATCH : (step + 1) * BATCH]
            for group in optimizer.param_groups:
                group["lr"] = rate(epoch * steps + step, steps)
            optimizer.zero_grad()
            inputs = normalized(changed(images[batch])).contiguous(memory_format=torch.channels_last)
            F.cross_entropy(model(inputs), labels[batch]).backward()
            optimizer.step()
    return model


def test_error(model, images, labels, test):
    model.eval()
    with torch.no_grad():
        wrong = sum(
            int((model(normalized(images[part])).argmax(1) != labels[part]).sum())
            for part in test.split(500)
        )
    return wrong / len(test)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="the folder cifar-10-batches-bin")
    parser.add_argument("files", nargs="+", help="weights files of jobs/claims/resnet-20.yaml")
    options = parser.parse_args()
    torch.set_num_threads(1)
    images, labels = images_of(options.folder)
    ours, theirs = [], []
    print("trained by,number,test error,in PyTorch")
    for number, path in enumerate(options.files):
        with h5py.File(path) as file:
            test = torch.from_numpy(file["test_images"][...].astype(np.int64))
            ours.append(float(file.attrs["test_error"]))
            again = test_error(saved_network(file), images, labels, test)
        print(f"framesweep,{number},{ours[-1]:.4f},{again:.4f}", flush=True)
    rest = np.random.default_rng(1).permutation(np.setdiff1d(np.arange(len(images)), test))
    trained = torch.from_numpy(rest[:TRAINED])
    for seed in range(len(ours)):
        model = trained_network(seed, images, labels, trained)
        theirs.append(test_error(model, images, labels, test))
        print(f"PyTorch {torch.__version__},{seed},{theirs[-1]:.4f},", flush=True)
    interval = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval()
    print(
        f"difference {100 * (np.mean(ours) - np.mean(theirs)):+.2f} points,"
        f" 95 % interval {100 * interval.low:+.2f} to {100 * interval.high:+.2f}"
    )


if __name__ == "__main__":
    main()
