"""Arrays, tensors and torch data sets that a caller holds, as files beside the run they train.

A run whose images were only in the memory of a notebook could be neither resumed nor evaluated.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks.arrays import as_array, for_torch
from training.data.own_data.checked_arrays import check_finite, checked_arrays
from training.errors import DataError
from training.storage.arrays import write_array

FOLDER = "data"
"""Name of the folder within a run folder."""

_TWICE = 20
"""How many images of a data set are asked for again: an image that is flipped at random is the same
half of the time."""

_MARK = ".written_for_a_run"
"""An empty file among the arrays. Arrays of a user's in a folder of this name have none."""


def gathered(images: Any, labels: Any, test_images: Any, test_labels: Any) -> dict[str, Any]:
    """The arrays of own data, from whatever holds them.

    Parameters
    ----------
    images : array, tensor or torch Dataset
        A data set gives (image, label) and leaves `labels` out.
    labels, test_images, test_labels
        Likewise; the test part may be missing.

    Raises
    ------
    DataError
        If they are not images with labels, see `training.data.own_data.own`, or a data set gives
        other images when it is asked again.
    """
    arrays = {
        **_part(images, labels, "images", "labels"),
        **_part(test_images, test_labels, "test_images", "test_labels"),
    }
    checked = checked_arrays(arrays, "the data")
    check_finite(checked, "the data")
    return checked


def _part(images: Any, labels: Any, first: str, second: str) -> dict[str, NDArray[Any]]:
    if images is None:
        return {} if labels is None else {second: _array(labels, second)}
    if labels is not None:
        return {first: _array(images, first), second: _array(labels, second)}
    if isinstance(images, Mapping):
        raise DataError(f"the {first} are arrays by name: give one array, such as {first}[...]")
    if not hasattr(images, "__getitem__") or hasattr(images, "shape"):
        return {first: _array(images, first)}
    # A map-style data set of torch: items of (image, label).
    try:
        items = [_pair(images[number]) for number in range(len(images))]
        pixels, classes = zip(*items, strict=True)
        again = [_pair(images[number])[0] for number in range(len(items))[:_TWICE]]
    except (TypeError, ValueError, LookupError) as error:
        raise DataError(
            f"the {first} are a {type(images).__name__} that does not give (image, label) "
            f"({error}): give arrays, or a torch Dataset of such pairs"
        ) from None
    asked_twice = zip(pixels, again, strict=False)  # there may be more pixels
    if any(_differ(_array(each, first), _array(other, first)) for each, other in asked_twice):
        raise DataError(
            f"the {first} are a {type(images).__name__} that gives another image each time it is "
            "asked: its transforms are random, and one draw of them would be kept for the whole "
            "training; give it without them"
        )
    found = _array(classes, second)
    if found.shape == (len(items), 1):  # some give the label of an image as an array of one
        found = found[:, 0]
    return {first: _array(pixels, first), second: found}


def _pair(item: Any) -> tuple[Any, Any]:
    """What a data set gives, as an image and its label."""
    if isinstance(item, Mapping):  # of two entries it would be their names
        raise TypeError(f"an item is a {type(item).__name__} of {', '.join(map(str, item))}")
    image, label = item
    return image, label


def _differ(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two images are not the same; NaN is the same as NaN."""
    return not np.array_equal(one, other, equal_nan=one.dtype.kind == other.dtype.kind == "f")


def _array(values: Any, name: str) -> NDArray[Any]:
    try:
        array = as_array(values, f"the {name}")
    except ValueError as error:
        raise DataError(str(error)) from None
    return for_torch(array) if array.dtype.kind in "fiu" else array


def write_arrays(run: Path, arrays: Mapping[str, NDArray[Any]]) -> Path:
    """Write arrays into a new folder of a run, all or none; return the folder.

    Raises
    ------
    OSError
        If it cannot be written, or there is such a folder of someone else.
    """
    folder = run / FOLDER
    unfinished = run / f".{FOLDER}-{os.getpid()}-{token_hex(4)}.tmp"
    unfinished.mkdir(parents=True)
    try:
        remove_written_arrays(run)  # of a process that was killed before it made a run
        (unfinished / _MARK).touch()
        for name, values in arrays.items():
            write_array(unfinished / f"{name}.npy", values.shape, values.dtype, [values])
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return folder


def are_written_arrays(folder: Path) -> bool:
    """Whether `write_arrays` made a folder, and nobody else."""
    return folder.name == FOLDER and (folder / _MARK).exists()


def remove_written_arrays(run: Path) -> None:
    """Remove the arrays that `write_arrays` wrote for a run, if it has."""
    if are_written_arrays(run / FOLDER):
        shutil.rmtree(run / FOLDER, ignore_errors=True)
