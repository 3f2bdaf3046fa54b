"""Data of one's own: a file, a folder, or arrays that a training keeps beside its run.

======================  ==========================================================================
``data.npz``            arrays ``images``, ``labels``, and perhaps ``test_images``, ``test_labels``
a folder of ``.npy``    files of these names; they are mapped into memory, read when needed
a folder of folders     one folder of pictures per class, see `training.data.own_data.class_folders`
======================  ==========================================================================

Images are floating-point numbers, shape (images, features), (images, channels, height, width), or
with a frame per step of stage 1 (images, steps, channels, height, width), and are used as they are.
Labels are 0 to classes - 1. Without a test part a fifth of every class is held out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.data.data_set import DataSet
from training.data.download import cannot_be_downloaded
from training.data.own_data.held_out import how_many, split
from training.errors import DataError

if TYPE_CHECKING:
    from torch.utils.data import TensorDataset

    from training.data.images import Images

PARTS = (("images", "labels"), ("test_images", "test_labels"))

Arrays = Mapping[str, NDArray[Any]]


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
    return _described(path, checked_arrays(_arrays(path), str(path)))


def _described(path: Path, parts: Arrays) -> DataSet:
    images, labels = parts["images"], parts["labels"]
    if "test_images" in parts:
        training, test = len(images), len(parts["test_images"])
    else:
        test = how_many(len(images), str(path))
        training = len(images) - test
    frames = images.ndim == 5
    return DataSet(
        str(path),
        images.shape[2:] if frames else images.shape[1:],
        int(labels.max()) + 1,
        (training, test),
        _read,
        pixel_bytes=(images.itemsize, images.itemsize),
        frames=images.shape[1] if frames else None,
        fetch=cannot_be_downloaded,
    )


def _read(data_set: DataSet, data_dir: Path) -> Images:
    import torch  # late: what a data set is can be said without waiting for it
    from torch.utils.data import TensorDataset

    from training.data.images import Images

    path = Path(data_set.name)
    arrays = checked_arrays(_arrays(path), data_set.name)
    if _described(path, arrays) != data_set:
        raise DataError(f"'{path}' was written anew while it was being read: start again")

    def part(images: NDArray[Any], labels: NDArray[Any]) -> TensorDataset:
        return TensorDataset(
            torch.from_numpy(images), torch.from_numpy(np.asarray(labels, np.int64))
        )

    if "test_images" in arrays:
        return Images(
            part(arrays["images"], arrays["labels"]),
            part(arrays["test_images"], arrays["test_labels"]),
        )
    kept, held_out = split(arrays["labels"])
    images, labels = arrays["images"], arrays["labels"]
    return Images(part(images[kept], labels[kept]), part(images[held_out], labels[held_out]))


def array_files(folder: Path) -> list[Path]:
    """The files of a folder that are arrays of a data set."""
    return sorted(each for each in folder.glob("*.npy") if each.stem in sum(PARTS, ()))


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file or folder, those of a folder mapped into memory."""
    try:
        if path.is_dir():
            # Copy on write: torch takes no arrays that cannot be written.
            return {
                each.stem: np.load(each, mmap_mode="c", allow_pickle=False)
                for each in array_files(path)
            }
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise DataError(
            f"'{path}' cannot be read as NumPy arrays ({error}): write it with numpy.savez(path, "
            "images=..., labels=...)"
        ) from None
    except Exception as error:  # zipfile has errors of its own
        raise DataError(f"'{path}' is damaged ({error}): write it anew") from None


def checked_arrays(arrays: Arrays, where: str) -> dict[str, NDArray[Any]]:
    """The arrays, if they are images with labels.

    Parameters
    ----------
    arrays : dict of array
    where : str
        Where they are from, for messages.

    Raises
    ------
    DataError
        If something is missing or of another type or shape.
    """
    for name in ("images", "labels"):
        if name not in arrays:
            raise DataError(f"{where} holds no array '{name}': it has {_listed(arrays)}")
    if ("test_images" in arrays) != ("test_labels" in arrays):
        raise DataError(f"{where} has test images or test labels without the other: give both")
    known = {name: arrays[name] for part in PARTS for name in part if name in arrays}
    for images, labels in PARTS:
        if images in known:
            known[images] = _images(known[images], images, where)
            known[labels] = _labels(known[labels], len(known[images]), labels, where)
    classes = int(known["labels"].max()) + 1
    if "test_images" in known:
        if known["test_images"].shape[1:] != known["images"].shape[1:]:
            raise DataError(
                f"the test images of {where} have shape {known['test_images'].shape[1:]}, the "
                f"training images {known['images'].shape[1:]}: they must be alike"
            )
        if (most := int(known["test_labels"].max())) >= classes:
            raise DataError(
                f"the test labels of {where} reach {most}, the training labels only {classes - 1}"
            )
    else:
        how_many(len(known["images"]), where)
    return known


def _images(values: NDArray[Any], name: str, where: str) -> NDArray[np.float32]:
    if values.dtype.kind != "f":
        raise DataError(
            f"the {name} of {where} are of type {values.dtype}: scale them to floating-point "
            "numbers of mean 0 and standard deviation 1 or so"
        )
    if values.ndim not in (2, 4, 5):
        raise DataError(
            f"the {name} of {where} have shape {values.shape}: it must be (images, features), "
            "(images, channels, height, width) or (images, steps, channels, height, width)"
        )
    if 0 in values.shape:
        raise DataError(f"the {name} of {where} have shape {values.shape}: there are none")
    # What is mapped into memory and of this type already is not copied.
    return values.astype(np.float32, copy=False)


def _labels(values: NDArray[Any], count: int, name: str, where: str) -> NDArray[np.int64]:
    if values.dtype.kind not in "iu" or values.shape != (count,):
        raise DataError(
            f"the {name} of {where} are of type {values.dtype} and shape {values.shape}: they must "
            f"be {count:,} whole numbers, one per image"
        )
    if values.min() < 0:
        raise DataError(f"the {name} of {where} hold {values.min()}: they must count from 0")
    return values.astype(np.int64)


def _listed(arrays: Arrays) -> str:
    return ", ".join(f"'{name}'" for name in arrays) or "none"
