"""CIFAR-10 and CIFAR-100: 50,000 + 10,000 colour images of 32 x 32 pixels.

Training images are cut at random out of the image padded by 4 pixels, and flipped half of the
time (appendix D.3). They are kept as bytes; the normalisation follows the augmentation.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from training.data.data_set import DataSet
from training.data.images import Images
from training.data.torchvision_data import check_labels, read
from training.data.torchvision_import import transforms

SIZE, PADDING = 32, 4


def _load(
    data_dir: Path, kind: str, classes: int, mean: tuple[float, ...], std: tuple[float, ...]
) -> Images:
    normalised = transforms.Compose(
        [transforms.ConvertImageDtype(torch.float32), transforms.Normalize(mean, std)]
    )
    augmentation = transforms.Compose(
        [
            transforms.RandomCrop(SIZE, padding=PADDING),
            transforms.RandomHorizontalFlip(),
            normalised,
        ]
    )

    def tensors(original: object) -> tuple[Tensor, Tensor]:
        data, targets = original.data, original.targets  # type: ignore[attr-defined]
        pixels, labels = torch.from_numpy(data).permute(0, 3, 1, 2), torch.tensor(targets)
        check_labels(kind, pixels, labels, classes)
        return pixels.contiguous(), labels

    training, test = map(tensors, read(kind, data_dir))
    return Images(
        training=TensorDataset(*training),
        test=TensorDataset(normalised(test[0]), test[1]),
        augmentation=augmentation,
    )


# Mean and standard deviation of all training pixels, by colour.
CIFAR10 = DataSet(
    "cifar10",
    (3, SIZE, SIZE),
    10,
    partial(
        _load,
        kind="CIFAR10",
        classes=10,
        mean=(0.4914, 0.4822, 0.4465),
        std=(0.2470, 0.2435, 0.2616),
    ),
)
CIFAR100 = DataSet(
    "cifar100",
    (3, SIZE, SIZE),
    100,
    partial(
        _load,
        kind="CIFAR100",
        classes=100,
        mean=(0.5071, 0.4865, 0.4409),
        std=(0.2673, 0.2564, 0.2762),
    ),
)
