"""MNIST and Fashion-MNIST: 60,000 + 10,000 grey images of 28 x 28 pixels."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from networks.input_scaling import InputScaling
from training.data.data_set import DataSet
from training.data.download import from_torchvision

if TYPE_CHECKING:
    from training.data.images import Images

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
"""Images and labels of both parts, as torchvision unpacks them."""


def _load(data_set: DataSet, data_dir: Path, kind: str) -> Images:
    # Imported late: what a data set is can be said without waiting for torch.
    import torch
    from torch.utils.data import TensorDataset

    from training.data.from_torchvision.torchvision_data import Part, read
    from training.data.from_torchvision.torchvision_import import datasets
    from training.data.images import Images

    paths = [data_dir / kind / "raw" / name for name in FILES]

    def parts() -> tuple[Part, Part]:
        images, labels, test_images, test_labels = paths
        reader = datasets.mnist
        return (
            (reader.read_image_file(str(images)).unsqueeze(1), reader.read_label_file(str(labels))),
            (
                reader.read_image_file(str(test_images)).unsqueeze(1),
                reader.read_label_file(str(test_labels)),
            ),
        )

    (mean,), (std,) = data_set.scaling.mean, data_set.scaling.std

    def normalised(part: Part) -> TensorDataset:
        pixels, labels = part
        return TensorDataset(pixels.to(torch.float32).div_(255).sub_(mean).div_(std), labels)

    training, test = read(data_set, kind, data_dir, paths, parts)
    names = data_set.class_names
    return Images(normalised(training), normalised(test), class_names=names)


# Mean and standard deviation of all training pixels. The sums are those of the unpacked files;
# the authors' own are of the packed ones.
MNIST = DataSet(
    "mnist",
    (1, 28, 28),
    10,
    (60_000, 10_000),
    partial(_load, kind="MNIST"),
    {
        FILES[0]: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        FILES[1]: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        FILES[2]: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        FILES[3]: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    scaling=InputScaling("from 0 to 1", (0.1307,), (0.3081,)),
    fetch=partial(from_torchvision, kind="MNIST"),
)
FASHION_MNIST = DataSet(
    "fashion-mnist",
    (1, 28, 28),
    10,
    (60_000, 10_000),
    partial(_load, kind="FashionMNIST"),
    {
        FILES[0]: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        FILES[1]: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        FILES[2]: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        FILES[3]: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    scaling=InputScaling("from 0 to 1", (0.2860,), (0.3530,)),
    class_names=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    fetch=partial(from_torchvision, kind="FashionMNIST"),
)
