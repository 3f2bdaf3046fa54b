"""CIFAR-10 and CIFAR-100: 50,000 + 10,000 colour images of 32 x 32 pixels.

Training images are cut at random out of the image padded by 4 pixels, and flipped half of the
time (appendix D.3). They are kept as bytes; the normalisation follows the augmentation.
torchvision compares the files with the authors' MD5 sums before it reads them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.data.data_set import DataSet

if TYPE_CHECKING:
    from training.data.images import Images

SIZE, PADDING = 32, 4


def _load(
    data_set: DataSet,
    data_dir: Path,
    kind: str,
    mean: tuple[float, ...],
    std: tuple[float, ...],
) -> Images:
    # Imported late: what a data set is can be said without waiting for torch.
    import torch
    from torch.utils.data import TensorDataset

    from training.data.from_torchvision.torchvision_data import Part, read
    from training.data.from_torchvision.torchvision_import import datasets, transforms
    from training.data.images import Images

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
    )


# Mean and standard deviation of all training pixels, by colour.
CIFAR10 = DataSet(
    "cifar10",
    (3, SIZE, SIZE),
    10,
    (50_000, 10_000),
    partial(
        _load,
        kind="CIFAR10",
        mean=(0.4914, 0.4822, 0.4465),
        std=(0.2470, 0.2435, 0.2616),
    ),
    pixel_bytes=(1, 4),
)
CIFAR100 = DataSet(
    "cifar100",
    (3, SIZE, SIZE),
    100,
    (50_000, 10_000),
    partial(
        _load,
        kind="CIFAR100",
        mean=(0.5071, 0.4865, 0.4409),
        std=(0.2673, 0.2564, 0.2762),
    ),
    pixel_bytes=(1, 4),
)
