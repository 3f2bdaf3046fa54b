"""Data of one's own: a file, a folder, or arrays that a training keeps beside its run.

======================  ==========================================================================
``data.npz``            arrays ``images``, ``labels``, and perhaps ``test_images``, ``test_labels``
a folder of ``.npy``    files of these names, mapped into memory: read when needed if of float32
a folder of folders     one folder of pictures per class, see `training.data.own_data.class_folders`
======================  ==========================================================================

Images are floating-point numbers, shape (images, features), (images, channels, height, width), or
with a frame per step of stage 1 (images, steps, channels, height, width), and are used as they are.
Labels are 0 to classes - 1. Without a test part a fifth of every class is held out.
"""

from __future__ import annotations

import os
from mmap import mmap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.data.data_set import DataSet
from training.data.download import cannot_be_downloaded
from training.data.own_data.array_files import array_files, read_arrays
from training.data.own_data.checked_arrays import Arrays, check_finite, checked_arrays
from training.data.own_data.held_out import how_many, split
from training.data.own_data.mapped_files import MappedFiles
from training.errors import DataError

if TYPE_CHECKING:
    from training.data.images import Images


def is_own(name: str) -> bool:
    """Whether the name of a data set is the path of one's own."""
    return os.sep in name or name.endswith(".npz")


def arrays_of_ones_own(path: Path) -> DataSet:
    """The data set in a file, or in a folder of ``.npy`` files.

    Raises
    ------
    DataError
        If they are not images with labels.
    """
    return _described(path, checked_arrays(read_arrays(path), str(path)))


def _described(path: Path, parts: Arrays) -> DataSet:
    images, labels = parts["images"], parts["labels"]
    if "test_images" in parts:
        training, test = len(images), len(parts["test_images"])
    else:
        test = how_many(labels, str(path))
        training = len(images) - test
    frames = images.ndim == 5
    return DataSet(
        str(path),
        images.shape[2:] if frames else images.shape[1:],
        int(labels.max()) + 1,
        (training, test),
        _read,
        pixel_bytes=(_bytes_in_memory(images), _bytes_in_memory(parts.get("test_images", images))),
        frames=images.shape[1] if frames else None,
        fetch=cannot_be_downloaded,
    )


def _bytes_in_memory(images: NDArray[np.float32]) -> int:
    """What a pixel takes: nothing where it stays in its file until it is used."""
    return 0 if isinstance(images.base, mmap) else images.itemsize


def _read(data_set: DataSet, data_dir: Path) -> Images:
    import torch  # late: what a data set is can be said without waiting for it
    from torch.utils.data import TensorDataset

    from training.data.images import Images
    from training.data.rows import Rows

    path = Path(data_set.name)
    files = MappedFiles.of(array_files(path)) if path.is_dir() else None
    arrays = checked_arrays(read_arrays(path), data_set.name)
    if _described(path, arrays) != data_set:
        raise DataError(f"'{path}' was written anew while it was being read: start again")
    check_finite(arrays, data_set.name)

    def part(images: str, labels: str) -> TensorDataset:
        return TensorDataset(torch.from_numpy(arrays[images]), torch.from_numpy(arrays[labels]))

    training = part("images", "labels")
    if "test_images" in arrays:
        return Images(training, part("test_images", "test_labels"), files=files)
    kept, held_out = map(torch.from_numpy, split(arrays["labels"], data_set.name))
    return Images(Rows(training, kept), Rows(training, held_out), files=files)
