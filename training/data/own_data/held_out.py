"""A test part for data that come without one: a fifth of every class is held out.

A class of which no image were left would have an output that nothing trains.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.errors import DataError

HELD_OUT = 0.2
SPLIT_SEED = 0
"""The split is a property of the data set, the same for every seed of a run."""

Numbers = NDArray[np.int64]


def how_many(labels: NDArray[np.integer], where: str) -> int:
    """How many of the images with these labels are held out: a fifth.

    Parameters
    ----------
    labels : int array, shape (images,)
    where : str
        What has them.

    Raises
    ------
    DataError
        For fewer than five images, or so few of every class that a fifth of all would take the
        last one of some.
    """
    images, classes = len(labels), len(np.unique(labels))
    if images < 1 / HELD_OUT:
        raise DataError(
            f"{where} has {images} images, of which a fifth cannot be held out: give test images "
            "too"
        )
    count = round(HELD_OUT * images)
    if count > images - classes:
        raise DataError(
            f"{where} has {images:,} images of {classes:,} classes, of which a fifth ({count:,}) "
            "cannot be held out without the only image of a class: give test images too, or more "
            "images of every class"
        )
    return count


def split(labels: NDArray[np.integer], where: str) -> tuple[Numbers, Numbers]:
    """Numbers of the images that are trained on, and of a fifth of every class that is not.

    Where classes have too few images for one in both parts, the shares are only about a fifth, but
    every class keeps one that is trained on.

    Parameters
    ----------
    labels : int array, shape (images,)
    where : str
        What has them.

    Returns
    -------
    kept, held_out : int array, shape (images of the part,)
        From the lowest to the highest.

    Raises
    ------
    DataError
        See `how_many`.
    """
    count = how_many(labels, where)
    classes, first, each = np.unique(labels, return_index=True, return_counts=True)
    several = np.flatnonzero(np.isin(labels, classes[each > 1]))
    held_out = _drawn(several, labels, count)
    every = np.arange(len(labels))
    if len(np.unique(np.delete(labels, held_out))) < len(classes):
        held_out = _drawn(np.setdiff1d(every, first), labels, count)
    return np.setdiff1d(every, held_out), held_out


def _drawn(numbers: Numbers, labels: NDArray[np.integer], count: int) -> Numbers:
    """So many of the numbered images, of every class its share if there are enough; sorted."""
    from sklearn.model_selection import train_test_split

    rest = len(numbers) - count
    if rest == 0:
        return numbers
    each = np.unique(labels[numbers], return_counts=True)[1]
    few = each.min() < 2 or len(each) > min(count, rest)
    drawn: Numbers = train_test_split(
        numbers,
        test_size=count,
        stratify=None if few else labels[numbers],
        random_state=SPLIT_SEED,
    )[1]
    return np.sort(drawn)
