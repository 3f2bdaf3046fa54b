"""What arrays must be to be images with labels: as given from Python, or read from files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.own_data.channels_last import refuse_channels_last
from training.data.own_data.held_out import how_many
from training.errors import DataError
from training.suggestions import did_you_mean

PARTS = (("images", "labels"), ("test_images", "test_labels"))
NAMES = ("images", "labels", "test_images", "test_labels")

_NAMED = 3
"""How many of the classes without images a message names."""

Arrays = Mapping[str, NDArray[Any]]


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
        If something is missing, of another type or shape, or of a name that nothing reads.
    """
    _refuse_unknown(arrays, where)
    for name in ("images", "labels"):
        if name not in arrays:
            raise DataError(f"{where} holds no array '{name}': it has {_listed(arrays)}")
    if ("test_images" in arrays) != ("test_labels" in arrays):
        raise DataError(f"{where} has test images or test labels without the other: give both")
    known = dict(arrays)
    for images, labels in PARTS:
        if images in known:
            known[images] = _images(known[images], images, where)
            known[labels] = _labels(known[labels], len(known[images]), labels, where)
    _refuse_gaps(known["labels"], where)
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
        how_many(known["labels"], where)
    return known


def check_finite(arrays: Arrays, where: str) -> None:
    """Refuse images with NaN or infinite values.

    It is no part of `checked_arrays`, which looks at files that may be of gigabytes, and mapped
    into memory, without reading them.

    Parameters
    ----------
    arrays : dict of array
        From `checked_arrays`.
    where : str
        Where they are from, for messages.

    Raises
    ------
    DataError
        If there are such values; it names the first one.
    """
    for name, _ in PARTS:
        if name not in arrays or _is_finite(arrays[name]):
            continue
        for number, image in enumerate(arrays[name]):
            if (strange := ~np.isfinite(image)).any():
                place = _first(number, strange)
                what = "NaN" if np.isnan(arrays[name][place]) else "an infinite value"
                raise DataError(
                    f"the {name} of {where} hold {what} at index {place}: replace it by a finite "
                    "number, or leave that image and its label out"
                )


def _is_finite(values: NDArray[Any]) -> bool:
    """Whether all numbers are; neither NaN nor infinity stays hidden between two finite ones."""
    return bool(np.isfinite([values.min(), values.max()]).all())


def _first(number: int, found: NDArray[np.bool_]) -> tuple[int, ...]:
    """Where the first one is that was found in the image of that number."""
    return number, *map(int, np.argwhere(found)[0])


def _refuse_unknown(arrays: Arrays, where: str) -> None:
    """Refuse a misspelled test part: training images would be held out in its place."""
    missing = [name for name in NAMES if name not in arrays]
    for name in arrays:
        if name not in NAMES:
            turned = "_".join(reversed(name.split("_")))  # images_test
            meant = did_you_mean(name, missing) or did_you_mean(turned, missing)
            raise DataError(
                f"{where} holds an array '{name}'{meant}, which nothing would read: the arrays are "
                "'images' and 'labels', and perhaps 'test_images' and 'test_labels'; rename it or "
                "leave it out"
            )


def _images(values: NDArray[Any], name: str, where: str) -> NDArray[np.float32]:
    if values.dtype.kind != "f":
        raise DataError(
            f"the {name} of {where} are of type {values.dtype}: scale them to floating-point "
            "numbers of mean 0 and standard deviation 1 or so"
        )
    if values.ndim not in (2, 4, 5):
        grey = f"; of grey images give {name}[:, None]" if values.ndim == 3 else ""
        raise DataError(
            f"the {name} of {where} have shape {values.shape}: it must be (images, features), "
            f"(images, channels, height, width) or (images, steps, channels, height, width){grey}"
        )
    if 0 in values.shape:
        raise DataError(f"the {name} of {where} have shape {values.shape}: there are none")
    refuse_channels_last(values, name, where)
    # What is mapped into memory and of this type already is not copied.
    with np.errstate(over="ignore", under="ignore"):
        kept = values.astype(np.float32, copy=False)
    if values.itemsize > kept.itemsize and not _is_finite(kept):
        for number, image in enumerate(values):
            if (lost := np.isfinite(image) & ~np.isfinite(kept[number])).any():
                place = _first(number, lost)
                raise DataError(
                    f"the {name} of {where} hold {values[place]} at index {place}, which is too "
                    "large for float32, as which images are used: scale them to mean 0 and "
                    "standard deviation 1 or so"
                )
    return kept


def _labels(values: NDArray[Any], count: int, name: str, where: str) -> NDArray[np.int64]:
    if values.dtype.kind not in "iu" or values.shape != (count,):
        raise DataError(
            f"the {name} of {where} are of type {values.dtype} and shape {values.shape}: they must "
            f"be {count:,} whole numbers, one per image"
        )
    whole = values.astype(np.int64)
    if whole.min() < 0:  # the largest numbers without a sign, which mark "unknown", are so too
        raise DataError(
            f"the {name} of {where} hold {values[whole < 0][0]}: they must count from 0"
        )
    return whole


def _refuse_gaps(labels: NDArray[np.int64], where: str) -> None:
    """Refuse classes without a training image.

    The network would have outputs that nothing trains: one for labels from 1, and 245 where one
    image of ten classes is marked with 255. Hardly anyone means them, and a number of classes that
    is stated beside the labels would be one more thing to get wrong.
    """
    present, most = np.unique(labels), int(labels.max())
    if len(present) == most + 1:
        return
    # Labels may reach billions: the first that are missing are among the first few.
    few = np.setdiff1d(np.arange(min(most, len(present) + _NAMED)), present)[:_NAMED]
    more = most + 1 - len(present) - len(few)
    names = ", ".join(map(str, few)) + (f" and {more:,} more" if more else "")
    raise DataError(
        f"the labels of {where} reach {most}, but no training image has {names}: number the "
        "classes 0, 1, ... without gaps"
    )


def _listed(arrays: Arrays) -> str:
    return ", ".join(f"'{name}'" for name in arrays) or "none"
