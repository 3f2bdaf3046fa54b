"""A test part for data that come without one: a fifth of every class is held out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.errors import DataError

HELD_OUT = 0.2
SPLIT_SEED = 0
"""The split is a property of the data set, the same for every seed of a run."""


def how_many(images: int, where: str) -> int:
    """How many of so many images are held out: a fifth.

    Parameters
    ----------
    images : int
    where : str
        What has them.

    Raises
    ------
    DataError
        For fewer than five images.
    """
    if images < 1 / HELD_OUT:
        raise DataError(
            f"{where} has {images} images, of which a fifth cannot be held out: give test images "
            "too"
        )
    return round(HELD_OUT * images)


def split(labels: NDArray[np.integer]) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Numbers of the images that are trained on, and of a fifth of every class that is not.

    Where there are too few for one of every class in both parts, a fifth of all is held out.
    """
    from sklearn.model_selection import train_test_split

    count = round(HELD_OUT * len(labels))
    each = np.bincount(labels)
    each = each[each > 0]
    few = each.min() < 2 or len(each) > min(count, len(labels) - count)
    kept, held_out = train_test_split(
        np.arange(len(labels)),
        test_size=count,
        stratify=None if few else labels,
        random_state=SPLIT_SEED,
    )
    return np.sort(kept), np.sort(held_out)
