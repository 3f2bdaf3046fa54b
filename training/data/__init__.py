"""Data sets as tensors, and the batches that a training draws from them.

A data set is one function that reads the files and says how to get them; adding one is a `DataSet`
in the list below. `batches` decides which image comes when.
"""

from __future__ import annotations

import os
from pathlib import Path

from training.data.data_set import DataSet
from training.data.digits import DIGITS
from training.data.events.cifar10_dvs import CIFAR10_DVS
from training.data.events.n_mnist import N_MNIST
from training.data.from_torchvision.cifar import CIFAR10, CIFAR100
from training.data.from_torchvision.mnist import FASHION_MNIST, MNIST
from training.data.images import Images
from training.data.own_data.described import own_data_set
from training.data.own_data.own import is_own
from training.errors import DataError
from training.suggestions import did_you_mean

__all__ = ["DATA_SETS", "DataSet", "Images", "find"]

DATA_SETS: tuple[DataSet, ...] = (
    *(DIGITS, MNIST, FASHION_MNIST, CIFAR10, CIFAR100),
    *(N_MNIST, CIFAR10_DVS),
)
"""All data sets, in the order in which messages list them."""


def find(name: str) -> DataSet:
    """Return the data set called `name`, or the one in the file or folder of that name.

    Raises
    ------
    DataError
        If there is none of that name, or it cannot be read.
    """
    if is_own(name):
        return own_data_set(name)
    for data_set in DATA_SETS:
        if data_set.name == name:
            return data_set
    names = [data_set.name for data_set in DATA_SETS]
    # A path is told from a name by its separator.
    own = f"'.{os.sep}{name}' for what lies here" if Path(name).exists() else "the path of your own"
    raise DataError(
        f"there is no data set '{name}'{did_you_mean(name, names)}: choose one of "
        f"{', '.join(names)}, or give {own}"
    )
