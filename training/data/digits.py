"""scikit-learn's handwritten digits: 1,797 images of 8 x 8 pixels that need no download.

There is no official split; a fifth of every class is held out for testing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from networks.input_scaling import InputScaling
from training.data.data_set import DataSet
from training.data.own_data.held_out import HELD_OUT, SPLIT_SEED

if TYPE_CHECKING:
    from torch.utils.data import TensorDataset

    from training.data.images import Images

MEAN, STD = 4.886134307585247, 6.017906689440312
"""Of all training pixels."""


def _load(data_set: DataSet, data_dir: Path) -> Images:
    # Imported late: what a data set is can be said without waiting for torch and scikit-learn.
    import torch
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from torch.utils.data import TensorDataset

    from training.data.images import Images

    pixels, labels = load_digits(return_X_y=True)
    training, test, training_labels, test_labels = train_test_split(
        pixels.reshape(-1, *data_set.input_shape),
        labels,
        test_size=HELD_OUT,
        stratify=labels,
        random_state=SPLIT_SEED,
    )

    def part(images: np.ndarray, targets: np.ndarray) -> TensorDataset:
        normalised = ((images - MEAN) / STD).astype(np.float32)
        return TensorDataset(torch.from_numpy(normalised), torch.from_numpy(targets))

    return Images(training=part(training, training_labels), test=part(test, test_labels))


DIGITS = DataSet(
    "digits",
    (1, 8, 8),
    10,
    (1437, 360),
    _load,
    scaling=InputScaling("from 0 to 16", (MEAN,), (STD,)),
)
