"""CIFAR-10 and CIFAR-100: 50,000 + 10,000 colour images of 32 x 32 pixels.

Training images are cut at random out of the image padded by 4 pixels, and flipped half of the
time. They are kept as bytes; the normalisation follows the augmentation. Its constants are those of
the authors' code, which uses CIFAR-10's for both sets.
torchvision compares the files with the authors' MD5 sums before it reads them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from networks.input_scaling import InputScaling
from training.data.data_set import DataSet
from training.data.download import from_torchvision
from training.data.from_torchvision.cifar_classes import CLASSES, FINE_CLASSES

if TYPE_CHECKING:
    from training.data.images import Images

SIZE, PADDING = 32, 4
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)
"""By colour, of pixels between 0 and 1."""

SCALING = InputScaling("from 0 to 1", MEAN, STD)


def _load(data_set: DataSet, data_dir: Path, kind: str) -> Images:
    # Imported late: what a data set is can be said without waiting for torch.
    import torch
    from torch.utils.data import TensorDataset

    from training.data.from_torchvision.torchvision_data import Part, read
    from training.data.from_torchvision.torchvision_import import datasets, transforms
    from training.data.images import Images
    from training.data.random_crop import RandomCrop

    normalised = transforms.Compose(
        [transforms.ConvertImageDtype(torch.float32), transforms.Normalize(MEAN, STD)]
    )
    cropped = RandomCrop(PADDING, flips=True)

    def augmentation(image: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        seen: torch.Tensor = normalised(cropped(image, generator))
        return seen

    constructor: Any = getattr(datasets, kind)
    names = [name for name, _ in constructor.train_list + constructor.test_list]
    folder = data_dir / constructor.base_folder

    def part(training: bool) -> Part:
        original = constructor(data_dir, train=training)
        pixels = torch.from_numpy(original.data).permute(0, 3, 1, 2)
        return pixels.contiguous(), torch.tensor(original.targets)

    training, test = read(
        data_set,
        kind,
        data_dir,
        [folder / name for name in (*names, constructor.meta["filename"])],
        lambda: (part(True), part(False)),
        constructor.filename,
    )
    return Images(
        training=TensorDataset(*training),
        test=TensorDataset(normalised(test[0]), test[1]),
        augmentation=augmentation,
        plain=normalised,
        class_names=data_set.class_names,
    )


CIFAR10 = DataSet(
    "cifar10",
    (3, SIZE, SIZE),
    10,
    (50_000, 10_000),
    partial(_load, kind="CIFAR10"),
    pixel_bytes=(1, 4),
    scaling=SCALING,
    class_names=CLASSES,
    fetch=partial(from_torchvision, kind="CIFAR10"),
)
CIFAR100 = DataSet(
    "cifar100",
    (3, SIZE, SIZE),
    100,
    (50_000, 10_000),
    partial(_load, kind="CIFAR100"),
    pixel_bytes=(1, 4),
    scaling=SCALING,
    class_names=FINE_CLASSES,
    fetch=partial(from_torchvision, kind="CIFAR100"),
)
