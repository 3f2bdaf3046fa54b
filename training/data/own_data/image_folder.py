"""Pictures in a folder per class, as `training.data.own_data.class_folders` finds them.

``training/`` and ``test/`` (or ``train/`` with ``test/`` or ``val/``) may each have these folders;
without them a fifth of every class is held out. Pictures become numbers from 0 to 1, see
`training.data.own_data.picture`; then each channel has the mean and standard deviation of the
training pictures subtracted and divided out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from networks.input_scaling import InputScaling
from training.data.data_set import DataSet
from training.data.download import cannot_be_downloaded
from training.data.own_data.class_folders import pictures_by_class
from training.data.own_data.held_out import how_many, split
from training.data.own_data.picture import pixels_of
from training.errors import DataError

if TYPE_CHECKING:
    from training.data.images import Images

_SCALING = InputScaling(
    "pictures from 0 to 1, each channel with the mean of the training pictures subtracted and "
    "divided by their standard deviation"
)
"""Without numbers, which would need all pictures to be read."""


_CONSTANT = 1e-6
"""Below this a standard deviation is none: pixels are between 0 and 1, and their levels 1 / 65535 =
1.5e-5 apart at the least."""


def image_folder(path: Path) -> tuple[DataSet, Path]:
    """The data set in a folder, and the picture that it takes its shape from.

    Raises
    ------
    DataError
        If it holds no pictures by class, or they differ in size.
    """
    training, test = pictures_by_class(path)
    first = _pixels(training.files[:1], path)
    if test is None:
        held_out = how_many(np.array(training.targets), f"'{path}'")
        sizes = (len(training.files) - held_out, held_out)
    else:
        if test.classes != training.classes:
            raise DataError(
                f"'{path}' has other classes for training ({', '.join(training.classes)}) than for "
                f"testing ({', '.join(test.classes)}): make the same folders in both"
            )
        sizes = (len(training.files), len(test.files))
    classes = len(training.classes)
    data_set = DataSet(
        str(path),
        first.shape[1:],
        classes,
        sizes,
        _read,
        scaling=_SCALING,
        class_names=tuple(training.classes),
        fetch=cannot_be_downloaded,
    )
    return data_set, Path(training.files[0])


def _read(data_set: DataSet, data_dir: Path) -> Images:
    import torch
    from torch.utils.data import TensorDataset

    from training.data.images import Images

    path = Path(data_set.name)
    training, test = pictures_by_class(path)
    pixels, labels = _pixels(training.files, path), np.array(training.targets)
    if test is None:
        kept, held_out = split(labels, f"'{path}'")
        parts = ((pixels[kept], labels[kept]), (pixels[held_out], labels[held_out]))
    else:
        parts = ((pixels, labels), (_pixels(test.files, path), np.array(test.targets)))
    shape, sizes = pixels.shape[1:], (len(parts[0][0]), len(parts[1][0]))
    if parts[1][0].shape[1:] != shape:
        raise DataError(
            f"'{path}' has pictures of shape {shape} for training and {parts[1][0].shape[1:]} for "
            "testing: bring all to one size and kind"
        )
    known = data_set.input_shape, data_set.classes, data_set.sizes
    if (shape, len(training.classes), sizes) != known:
        raise DataError(f"'{path}' was filled anew while it was being read: start again")
    mean, std = mean_and_std(parts[0][0])

    def part(images: NDArray[np.float32], targets: NDArray[np.int64]) -> TensorDataset:
        normalised = (images - mean) / std
        return TensorDataset(torch.from_numpy(normalised), torch.from_numpy(targets))

    names = tuple(training.classes)
    return Images(part(*parts[0]), part(*parts[1]), class_names=names)


def mean_and_std(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of each channel, shape (1, channels, 1, 1); a constant channel is not divided.

    They are summed in float64: sums of float32 drift with the number of pixels, and give a constant
    channel a deviation of rounding errors, by which a test pixel would be divided.
    """
    axes = (0, 2, 3)
    mean = images.mean(axes, np.float64, keepdims=True)
    std = images.std(axes, np.float64, keepdims=True)
    return mean.astype(np.float32), np.where(std < _CONSTANT, 1, std).astype(np.float32)


def _pixels(files: Sequence[str], path: Path) -> NDArray[np.float32]:
    """Pictures as (pictures, channels, height, width), from 0 to 1; grey ones have one channel."""
    pictures: list[NDArray[np.float32]] = []
    for file in files:
        image = pixels_of(file)
        if pictures and image.shape != pictures[0].shape:
            raise DataError(
                f"'{file}' has shape {image.shape}, the pictures before it {pictures[0].shape}: "
                f"bring all pictures in '{path}' to one size and kind"
            )
        pictures.append(image)
    return np.stack(pictures)
