"""MNIST and Fashion-MNIST: 60,000 + 10,000 grey images of 28 x 28 pixels."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch
from torch.utils.data import TensorDataset

from training.data.data_set import DataSet
from training.data.images import Images
from training.data.torchvision_data import check_labels, read

CLASSES = 10


def _load(data_dir: Path, kind: str, mean: float, std: float) -> Images:
    parts = []
    for original in read(kind, data_dir):
        labels = original.targets
        check_labels(kind, original.data, labels, CLASSES)
        pixels = original.data.unsqueeze(1).to(torch.float32).div_(255).sub_(mean).div_(std)
        parts.append(TensorDataset(pixels, labels))
    return Images(training=parts[0], test=parts[1])


# Mean and standard deviation of all training pixels.
MNIST = DataSet(
    "mnist", (1, 28, 28), CLASSES, partial(_load, kind="MNIST", mean=0.1307, std=0.3081)
)
FASHION_MNIST = DataSet(
    "fashion-mnist",
    (1, 28, 28),
    CLASSES,
    partial(_load, kind="FashionMNIST", mean=0.2860, std=0.3530),
)
