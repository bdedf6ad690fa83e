"""ResNet-20 in PyTorch, trained as jobs/claims/resnet-20.yaml trains it, and both compared.

    python analysis/benchmarks/resnet_20.py CIFAR_FOLDER > pytorch.csv
    python analysis/benchmarks/resnet_20.py CIFAR_FOLDER --with RESULTS.h5

trains three networks with batch normalisation on 9,980 images for 20 epochs, on one thread, and prints the
test errors at 10,000 others. With a results file of that sweep it prints those beside them, the difference of the
means and its 95 % interval (Student's t with Welch's degrees of freedom). Split, weights
and order of images differ from framesweep's, so only the distributions of errors can agree. Needs PyTorch, NumPy, SciPy
and h5py.
"""

import argparse
import pathlib
import time

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


def test_error(seed, images, labels, split):
    torch.manual_seed(seed)
    model = network().to(memory_format=torch.channels_last)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.SGD(
        [{"params": decayed, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0}],
        lr=RATE, momentum=0.9,
    )
    trained, test = split
    steps = len(trained) // BATCH
    start = time.perf_counter()
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
    seconds = time.perf_counter() - start
    model.eval()
    with torch.no_grad():
        wrong = sum(
            int((model(normalized(images[part])).argmax(1) != labels[part]).sum())
            for part in test.split(500)
        )
    return wrong / len(test), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="the folder cifar-10-batches-bin")
    parser.add_argument("--with", dest="results", help="a results file of jobs/claims/resnet-20.yaml")
    options = parser.parse_args()
    torch.set_num_threads(1)
    images, labels = images_of(options.folder)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(1))
    split = order[:TRAINED], order[-10_000:]
    theirs = []
    print("program,draw,test error,seconds")
    for seed in range(3):
        error, seconds = test_error(seed, images, labels, split)
        theirs.append(error)
        print(f"PyTorch {torch.__version__},{seed},{error:.4f},{seconds:.0f}", flush=True)
    if options.results:
        with h5py.File(options.results) as file:
            ours = file["test_error"][0]
        for draw, error in enumerate(ours):
            print(f"framesweep,{draw},{error:.4f},")
        interval = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval()
        print(
            f"difference {100 * (np.mean(ours) - np.mean(theirs)):+.2f} points,"
            f" 95 % interval {100 * interval.low:+.2f} to {100 * interval.high:+.2f}"
        )


if __name__ == "__main__":
    main()
